#![doc = include_str!("../README.md")]

mod page;

mod browser;

mod answer;

pub use crate::{
    answer::{Choice, Citizen, WalkError, Words},
    browser::Browser,
    page::{Form, Page},
};
