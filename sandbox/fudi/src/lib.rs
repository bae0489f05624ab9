//! Farajaland's identity provider: OpenID Connect with real people, real passwords, real keys
