#![doc = include_str!("../README.md")]

pub mod environment;

pub mod assets;

pub mod headers;

pub mod form;

pub mod packing;

pub mod cookie;
