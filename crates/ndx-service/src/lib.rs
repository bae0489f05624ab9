#![doc = include_str!("../README.md")]

pub mod outbound;

pub mod egress;

pub mod tls;

pub mod listen;

pub mod trace;

pub mod guard;

pub mod caller;

pub mod openapi;

pub mod log;
