//! Farajaland's register of persons: REST behind an API key
