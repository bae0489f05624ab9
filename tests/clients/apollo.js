// Apollo Client: `node apollo.js ADDRESS [persisted]`. It adds `__typename` to every selection. With `persisted`, it sends the
// hash of the document, and its text only when it is told that the hash is not known.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { createHash } from "node:crypto";
import { address, authorization, query, tell, variables } from "./question.js";

let sent = 0;
const counted = (url, options) => {
  sent += 1;
  return fetch(url, options);
};
const http = new HttpLink({ uri: address, headers: { authorization }, fetch: counted });
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const persisted = process.argv[3] === "persisted";
const link = persisted ? ApolloLink.from([new PersistedQueryLink({ sha256 }), http]) : http;

const client = new ApolloClient({ link, cache: new InMemoryCache() });
const { data, error } = await client.query({ query: gql(query), variables, errorPolicy: "all" });
if (error && !CombinedGraphQLErrors.is(error)) throw error;
tell(data, error?.errors, { sent });
