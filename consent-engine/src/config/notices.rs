//! What applications registered to say, as hashes: by them it is known that somebody said yes to other words.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use moka::sync::Cache;
use ndx_contracts::{ApplicationId, FieldRef, Purpose, Words};

use crate::{
    config::Config,
    ledger::{AskedField, Notice},
};

/// So many are kept: every field of every purpose in all but the largest exchanges.
const MOST: u64 = 20_000;

/// The hashes that were worked out lately. A configuration has its own.
#[derive(Debug, Clone)]
pub(super) struct Notices(Cache<(ApplicationId, Purpose, FieldRef), Arc<Known>>);

/// A notice, and what the field was called in it.
#[derive(Debug)]
struct Known {
    display_name: Words,
    description: Option<Words>,
    notice: Notice,
}

impl Notices {
    pub(super) fn new() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Config {
    /// What the application has registered to say about a field that it asks for: who asks, what for, for how long it is
    /// kept, what is wanted and why, in every language. `None` when it is not registered for this purpose any more.
    pub(crate) fn notice(&self, application: &ApplicationId, purpose: &Purpose, asked: &AskedField) -> Option<Notice> {
        let key = (application.clone(), purpose.clone(), asked.field.clone());
        let same =
            |known: &Arc<Known>| known.display_name == asked.display_name && known.description == asked.description;
        if let Some(known) = self.notices.0.get(&key).filter(same) {
            return Some(known.notice.clone());
        }
        let notice = self.worked_out(application, purpose, asked)?;
        let (display_name, description) = (asked.display_name.clone(), asked.description.clone());
        self.notices.0.insert(key, Arc::new(Known { display_name, description, notice: notice.clone() }));
        Some(notice)
    }

    fn worked_out(&self, application: &ApplicationId, purpose: &Purpose, asked: &AskedField) -> Option<Notice> {
        let (who, why) = (self.application(application)?, self.purpose(application, purpose)?);
        let reason = why.reason(&asked.field);
        let hash = |language: &String| {
            let mut context = Context::new(&SHA256);
            let in_language = |words: &Words| words.in_language(language).to_owned();
            let or_nothing = |words: Option<&Words>| words.map(in_language).unwrap_or_default();
            let texts = [
                in_language(&who.name),
                who.member.to_string(),
                in_language(&why.text),
                in_language(&why.retention),
                in_language(&asked.display_name),
                or_nothing(asked.description.as_ref()),
                or_nothing(reason),
            ];
            for text in texts {
                // With its length, so that no two lists of texts are the same bytes.
                context.update(&(text.len() as u64).to_be_bytes());
                context.update(text.as_bytes());
            }
            (language.clone(), URL_SAFE_NO_PAD.encode(context.finish()))
        };
        Some(Notice::new(self.languages.iter().map(hash)))
    }
}
