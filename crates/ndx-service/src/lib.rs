#![doc = include_str!("../README.md")]

pub mod listen;

pub mod trace;

pub mod guard;

pub mod caller;

pub mod outbound;

pub mod log;
