#![doc = include_str!("../README.md")]

pub mod people;

pub mod provider;

pub mod world;

pub mod issuer;

pub mod procfs;

pub mod load;

pub mod questions;

pub mod stages;
