//! One endpoint, one file.

pub(crate) mod discovery;

pub(crate) mod authorize;

pub(crate) mod sign_in;

pub(crate) mod token;
