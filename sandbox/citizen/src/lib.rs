#![doc = include_str!("../README.md")]

mod page;

mod browser;

mod authenticator;

mod answer;

pub use crate::{
    answer::{Choice, Citizen, WalkError, Words},
    authenticator::{Authenticator, NoAuthenticator},
    browser::Browser,
    page::{Form, Page},
};
