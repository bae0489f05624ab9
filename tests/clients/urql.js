// urql: `node urql.js ADDRESS`.
import { Client, fetchExchange, gql } from "@urql/core";
import { address, authorization, query, tell, variables } from "./question.js";

const fetchOptions = { headers: { authorization } };
const client = new Client({ url: address, exchanges: [fetchExchange], fetchOptions, preferGetMethod: false });
const { data, error } = await client.query(gql(query), variables).toPromise();
if (error?.networkError) throw error;
tell(data, error?.graphQLErrors);
