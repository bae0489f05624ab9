//! The endpoints, a file each.

pub mod sent;

pub mod problem;

pub mod decide;

pub mod granted;

pub mod metadata;

pub mod allow_list;

pub mod history;

pub mod health;
