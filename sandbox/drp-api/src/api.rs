//! The endpoints, one a file.

pub(crate) mod person;
