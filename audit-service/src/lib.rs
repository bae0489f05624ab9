//! The record of what was asked, decided and released
