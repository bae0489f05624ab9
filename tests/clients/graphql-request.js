// graphql-request: `node graphql-request.js ADDRESS`.
import { GraphQLClient } from "graphql-request";
import { address, authorization, query, tell, variables } from "./question.js";

const client = new GraphQLClient(address, { headers: { authorization }, errorPolicy: "all" });
const { data, errors } = await client.rawRequest(query, variables);
tell(data, errors);
