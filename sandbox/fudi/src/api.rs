//! One endpoint, one file.

mod browser;

pub(crate) mod discovery;

pub(crate) mod authorize;

pub(crate) mod sign_in;

pub(crate) mod one_time_code;

mod refusal;

mod client_proof;

pub(crate) mod token;

pub(crate) mod trial;

pub(crate) mod revoke;

pub(crate) mod userinfo;

pub(crate) mod logout;

pub(crate) mod check_session;
