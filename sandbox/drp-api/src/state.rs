//! What a request is answered from.

use std::collections::HashMap;

use aws_lc_rs::digest::{Digest, SHA256, digest};

use crate::config::{Config, PersonRecord};

/// The key and the records, never changed after the start.
#[derive(Debug)]
pub(crate) struct Register {
    // Only its digest is kept: comparing digests takes the same time for every wrong key, whatever its length.
    key: Digest,
    records: HashMap<String, PersonRecord>,
}

impl Register {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            key: digest(&SHA256, config.api_key.expose().as_bytes()),
            records: config.people.into_iter().filter_map(|person| Some((person.nic, person.record?))).collect(),
        }
    }

    pub(crate) fn is_key(&self, sent: &[u8]) -> bool {
        let sent = digest(&SHA256, sent);
        aws_lc_rs::constant_time::verify_slices_are_equal(self.key.as_ref(), sent.as_ref()).is_ok()
    }

    pub(crate) fn record(&self, nic: &str) -> Option<&PersonRecord> {
        self.records.get(nic)
    }
}
