//! The endpoints, a file each; before them what they have in common: errors, parameters, bodies.

pub mod problem;

pub mod parameters;

pub mod body;

pub mod audit_logs;

pub mod post_audit_log;

pub mod records;

pub mod post_record;

pub mod history;

pub mod complaints;

pub mod post_complaint;

pub mod health;

pub mod version;
