//! Tokens: verifying those of an identity provider, making and verifying those between services
