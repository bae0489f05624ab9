//! One endpoint, one file.

pub(crate) mod token;

pub(crate) mod graphql;
