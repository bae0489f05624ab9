//! A register that answers as a GraphQL server does, remembers what it was asked, and falls ill when told to.

mod asked;

mod execute;

use std::{
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use http::HeaderMap;
use serde_json::{Value, json};

pub use self::asked::{Asked, AskedLeaf};

/// A register.
#[derive(Debug, Clone)]
pub struct Register(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    sdl: String,
    schema: Valid<Schema>,
    /// By root field and the value of its first argument.
    records: Mutex<HashMap<(String, String), Value>>,
    illness: Mutex<Option<Illness>>,
    asked: Mutex<Vec<Asked>>,
    /// The bodies of the requests for a token.
    tokens: Mutex<Vec<String>>,
}

/// What is wrong with a register.
#[derive(Debug, Clone)]
pub enum Illness {
    /// It answers null, with an error, for the field at this path: `citizen.name`. The error has this code where one is
    /// given.
    FailsAt(&'static str, Option<&'static str>),
    /// It answers with this status.
    Status(u16),
    /// It says this, whatever it is asked; `{alias}` is the alias of the first root field.
    Says(String),
    /// It says nothing for so long.
    Hangs(Duration),
}

impl Register {
    /// A register that keeps to this schema and knows nothing yet.
    pub fn new(sdl: &str) -> Self {
        let schema =
            Schema::parse_and_validate(sdl, "register.graphql").unwrap_or_else(|error| panic!("{error}\n{sdl}"));
        let (records, illness) = (Mutex::default(), Mutex::default());
        let (asked, tokens) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inside { sdl: sdl.to_owned(), schema, records, illness, asked, tokens }))
    }

    /// Its schema.
    pub fn sdl(&self) -> &str {
        &self.0.sdl
    }

    /// The same, with an answer of `root` for this value of its first argument (or for none).
    #[must_use]
    pub fn knows(self, root: &str, argument: &str, record: Value) -> Self {
        self.learns(root, argument, record);
        self
    }

    /// From now on this is the answer of `root` for this value of its first argument.
    pub fn learns(&self, root: &str, argument: &str, record: Value) {
        self.0.records.lock().unwrap().insert((root.to_owned(), argument.to_owned()), record);
    }

    /// What it knows.
    pub fn record(&self, root: &str, argument: &str) -> Value {
        let records = self.0.records.lock().unwrap();
        records.get(&(root.to_owned(), argument.to_owned())).cloned().unwrap_or(Value::Null)
    }

    /// From now on this is wrong with it.
    pub fn falls_ill(&self, illness: Illness) {
        *self.0.illness.lock().unwrap() = Some(illness);
    }

    /// From now on nothing is wrong with it.
    pub fn recovers(&self) {
        *self.0.illness.lock().unwrap() = None;
    }

    /// From now on it says this, whatever it is asked; `{alias}` is the alias of the first root field.
    pub fn says(&self, body: impl Into<String>) {
        self.falls_ill(Illness::Says(body.into()));
    }

    /// The requests that it was sent, in order.
    pub fn requests(&self) -> Vec<Asked> {
        self.0.asked.lock().unwrap().clone()
    }

    /// What it was asked, in order, one line a leaf: `citizen(nic: "199512345671").home.street`.
    pub fn asked(&self) -> Vec<String> {
        self.requests().iter().flat_map(Asked::leaves).map(|leaf| leaf.to_string()).collect()
    }

    /// Over how many connections it was asked.
    pub fn connections(&self) -> usize {
        self.requests().iter().map(|asked| asked.peer).collect::<BTreeSet<_>>().len()
    }

    /// The bodies of the requests for a token, in order.
    pub fn token_requests(&self) -> Vec<String> {
        self.0.tokens.lock().unwrap().clone()
    }

    pub(crate) fn token(&self, body: String) -> Value {
        let mut tokens = self.0.tokens.lock().unwrap();
        tokens.push(body);
        json!({"access_token": format!("token-{}", tokens.len()), "token_type": "Bearer", "expires_in": 3600})
    }

    /// Forgets what it was asked.
    pub fn forgets(&self) {
        self.0.asked.lock().unwrap().clear();
    }

    /// Answers a request: status and body. A request that its schema does not allow is the gateway's mistake.
    pub(crate) async fn answer(&self, peer: SocketAddr, headers: HeaderMap, body: &Value) -> (u16, String) {
        let query = body["query"].as_str().unwrap_or_default();
        let document = match ExecutableDocument::parse_and_validate(&self.0.schema, query, "request.graphql") {
            Ok(document) => Arc::new(document),
            Err(error) => return (400, json!({"errors": [{"message": error.to_string()}]}).to_string()),
        };
        let asked = Asked { query: query.to_owned(), variables: body["variables"].clone(), peer, headers, document };
        self.0.asked.lock().unwrap().push(asked.clone());
        let illness = self.0.illness.lock().unwrap().clone();
        match illness {
            None => (200, self.execute(&asked, None)),
            Some(Illness::FailsAt(path, code)) => (200, self.execute(&asked, Some((path, code)))),
            Some(Illness::Status(status)) => (status, json!({"error": "ill"}).to_string()),
            Some(Illness::Says(text)) => (200, text.replace("{alias}", &asked.first_alias())),
            Some(Illness::Hangs(time)) => {
                tokio::time::sleep(time).await;
                (200, self.execute(&asked, None))
            }
        }
    }
}
