//! Documents that are known by their hash: those that an application has registered (`ndx operations publish`), and those that
//! its clients sent lately (Apollo's "Automatic Persisted Queries").
//!
//! INVARIANT: every list and every cache here belongs to one application, and ends with the configuration that is in force. What one application sends is never found under another's hash.

use std::{collections::HashMap, io, path::PathBuf, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use moka::sync::Cache;
use ndx_contracts::ApplicationId;

use crate::{authentication::Caller, config::Config, request::GraphqlRequest};

/// Bytes of text that are remembered of one application.
const REMEMBERED_BYTES: u64 = 1024 * 1024;
/// A longer document is not remembered: its text has to be sent each time.
const LONGEST_REMEMBERED: usize = 64 * 1024;

/// The documents that are known by their hashes, application by application.
#[derive(Debug)]
pub struct PersistedOperations(HashMap<ApplicationId, Known>);

#[derive(Debug)]
struct Known {
    registered: HashMap<String, Arc<str>>,
    /// Whether it may send nothing else.
    registered_only: bool,
    remembered: Cache<String, Arc<str>>,
}

/// Why a document is not to be had by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersistedError {
    /// Nobody sent it lately. Apollo's clients know these words, and send the text.
    #[error("PersistedQueryNotFound")]
    NotFound,
    /// The application may send only what it has registered.
    #[error("the application may send only documents that it has registered, and this is none of them")]
    NotRegistered,
    /// The hash is that of another text.
    #[error("the id is not the SHA-256 of the document")]
    Mismatch,
}

/// A list of registered documents that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is none, and nothing else may be sent.
    #[error(
        "the application `{0}` may send only documents that it has registered, and has registered none; `ndx operations publish` \
         writes its list"
    )]
    Missing(ApplicationId),
    /// It cannot be read.
    #[error("the list of documents `{0}` cannot be read")]
    Unreadable(PathBuf, #[source] io::Error),
    /// It is not a list.
    #[error("the list of documents `{0}` must be a JSON object from ids to texts")]
    NotAList(PathBuf, #[source] serde_json::Error),
    /// Somebody has changed a text.
    #[error("in the list of documents `{0}`, `{1}` is not the SHA-256 of its text; publish it again")]
    Changed(PathBuf, String),
}

/// The id of a document: SHA-256 of its text, in hexadecimal.
pub fn operation_id(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl PersistedOperations {
    /// Reads the lists of all applications.
    ///
    /// # Errors
    /// When one cannot be read, is not true to its hashes, or is missing where the application may send nothing else.
    pub fn load(config: &Config) -> Result<Self, ListError> {
        let mut known = HashMap::new();
        for (id, application) in &config.applications {
            let file = config.operations.as_ref().map(|folder| folder.join(format!("{id}.json")));
            let registered = match file.filter(|file| file.exists()) {
                Some(file) => read(file)?,
                None if application.registered_operations_only => return Err(ListError::Missing(id.clone())),
                None => HashMap::new(),
            };
            let weigh = |_: &String, text: &Arc<str>| u32::try_from(text.len()).unwrap_or(u32::MAX);
            let remembered = Cache::builder().max_capacity(REMEMBERED_BYTES).weigher(weigh).build();
            let registered_only = application.registered_operations_only;
            known.insert(id.clone(), Known { registered, registered_only, remembered });
        }
        Ok(Self(known))
    }

    /// The request with its document's text, which it may name by its id alone.
    ///
    /// # Errors
    /// When the document is not known, not the one of its id, or not one that the caller may send.
    pub fn find(&self, request: GraphqlRequest, caller: &Caller) -> Result<GraphqlRequest, PersistedError> {
        let Some(known) = self.0.get(&caller.application.id) else { return Ok(request) };
        if request.operation_id.is_none() && !known.registered_only {
            return Ok(request);
        }
        let own = (!request.query.is_empty()).then(|| operation_id(&request.query));
        if own.is_some() && request.operation_id.is_some() && own != request.operation_id {
            return Err(PersistedError::Mismatch);
        }
        let id = own.as_ref().or(request.operation_id.as_ref()).map_or("", String::as_str);
        let text = match known.registered.get(id) {
            Some(text) => text.clone(),
            None if known.registered_only => return Err(PersistedError::NotRegistered),
            None if own.is_some() => return Ok(request),
            None => known.remembered.get(id).ok_or(PersistedError::NotFound)?,
        };
        Ok(GraphqlRequest { query: text.as_ref().to_owned(), ..request })
    }

    /// Remembers the document of a request that gave its text and its id. INVARIANT: it is only called for one that is valid,
    /// and [`PersistedOperations::find`] has compared the two.
    pub fn remember(&self, request: &GraphqlRequest, caller: &Caller) {
        let Some((known, id)) = self.0.get(&caller.application.id).zip(request.operation_id.as_ref()) else { return };
        if request.query.len() <= LONGEST_REMEMBERED
            && !known.registered.contains_key(id)
            && !known.remembered.contains_key(id)
        {
            known.remembered.insert(id.clone(), request.query.as_str().into());
        }
    }
}

fn read(file: PathBuf) -> Result<HashMap<String, Arc<str>>, ListError> {
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => return Err(ListError::Unreadable(file, error)),
    };
    let list: HashMap<String, Arc<str>> = match serde_json::from_str::<HashMap<String, String>>(&text) {
        Ok(list) => list.into_iter().map(|(id, text)| (id, text.into())).collect(),
        Err(error) => return Err(ListError::NotAList(file, error)),
    };
    match list.iter().find(|(id, text)| operation_id(text) != **id) {
        Some((id, _)) => Err(ListError::Changed(file, id.clone())),
        None => Ok(list),
    }
}
