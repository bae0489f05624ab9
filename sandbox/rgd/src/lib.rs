//! Farajaland's register of births: GraphQL behind OAuth2 client credentials
