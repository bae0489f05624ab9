//! What is measured: questions, and how often, how wide and under which weather they are asked.

use bench::{
    load::{NIC, NUMBER},
    questions::{LARGE, SMALL},
};
use serde_json::{Value, json};

/// A question, by one application.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who asks.
    pub application: &'static str,
    /// The GraphQL document.
    pub document: String,
    /// How many providers answer it.
    pub providers: usize,
}

impl Question {
    /// Two providers, some 200 bytes from each.
    pub fn small() -> Self {
        Self { application: "small", document: SMALL.to_owned(), providers: 2 }
    }

    /// The same, of fields for which nobody is asked.
    fn open() -> Self {
        Self { application: "open", document: SMALL.replace("personInfo", "openInfo"), providers: 2 }
    }

    /// The same as the small one, never asked before in these words.
    fn never_seen() -> Self {
        let named = SMALL.replace("Measured", &format!("Measured{NUMBER}"));
        let document = named.replace("fullName", &format!("a{NUMBER}: fullName"));
        Self { document, ..Self::small() }
    }

    /// One field each from so many providers.
    fn fan(application: &'static str, providers: usize) -> Self {
        let fields: Vec<_> = (0..providers).map(|number| format!("f{number:02}")).collect();
        let document = format!("query Measured($nic: String!) {{ fanInfo(nic: $nic) {{ {} }} }}", fields.join(" "));
        Self { application, document, providers }
    }

    /// A list from each of two providers.
    fn large() -> Self {
        Self { application: "large", document: LARGE.to_owned(), providers: 2 }
    }

    /// What is sent: the document, and the person as a variable.
    pub fn body(&self) -> String {
        json!({"query": self.document, "variables": {"nic": NIC}}).to_string()
    }
}

/// How a provider behaves during a case.
#[derive(Debug, Clone)]
pub struct Weather {
    pub provider: String,
    pub behaviour: Value,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Case {
    pub workload: &'static str,
    pub name: String,
    pub question: Question,
    pub connections: usize,
    pub weather: Vec<Weather>,
    /// The gateway's limits where they are not the usual ones.
    pub limits: Value,
    /// How many of the people are asked about.
    pub people: People,
    /// Whether answers come with errors, by intention.
    pub partial: bool,
}

/// Who is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum People {
    /// Everybody, in turn.
    All,
    /// The first, always.
    One,
    /// Everybody once, after the gateway was started anew.
    OnceEach,
}

fn case(workload: &'static str, name: &str, question: Question, connections: usize) -> Case {
    Case {
        workload,
        name: name.to_owned(),
        question,
        connections,
        weather: Vec::new(),
        limits: json!({}),
        people: People::All,
        partial: false,
    }
}

/// All cases, in order.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for connections in [1, 16, 64, 256] {
        cases.push(case("w1", &format!("small, c = {connections}"), Question::small(), connections));
    }
    for connections in [1, 64] {
        let mut slow = case("w2", &format!("providers wait 5 ms, c = {connections}"), Question::small(), connections);
        slow.weather = ["drp", "rgd"].map(|name| weather(name, json!({"delayMs": 5}))).into();
        cases.push(slow);
    }
    for providers in [2, 8, 32] {
        cases.push(case("w3", &format!("{providers} providers, c = 16"), Question::fan("fan", providers), 16));
    }
    for (bytes, name) in [(1_000, "1 kB"), (100_000, "100 kB"), (1_000_000, "1 MB")] {
        let mut large = case("w4", &format!("2 × {name}, c = 16"), Question::large(), 16);
        large.weather = ["left", "right"].map(|provider| weather(provider, json!({"bytes": bytes}))).into();
        cases.push(large);
    }
    cases.push(case("w5", "never-seen documents, c = 16", Question::never_seen(), 16));
    cases.push(case("w6", "policy, no consent, c = 64", Question::open(), 64));
    let warm = case("w6", "consent, always the same person, c = 64", Question::small(), 64);
    cases.push(Case { people: People::One, ..warm });
    let cold = case("w6", "consent, each person for the first time since the start, c = 16", Question::small(), 16);
    cases.push(Case { people: People::OnceEach, ..cold });
    // A provider gets 200 ms here.
    let impatient = json!({"providerTimeoutMs": 200});
    let troubled = |workload, name: &str, behaviour| Case {
        weather: vec![weather("f03", behaviour)],
        limits: impatient.clone(),
        partial: true,
        ..case(workload, name, Question::fan("patient", 4), 16)
    };
    cases.push(Case {
        weather: Vec::new(),
        partial: false,
        ..troubled("w7", "4 healthy providers, c = 16", json!({}))
    });
    cases.push(troubled("w7", "1 of 4 takes 500 ms (allowed 200), c = 16", json!({"delayMs": 500})));
    cases.push(troubled("w7", "the same every tenth time, c = 16", json!({"delayMs": 500, "every": 10})));
    for (failure, name) in [("status", "answers 503"), ("reset", "breaks off"), ("malformed", "sends broken JSON")] {
        cases.push(troubled("w8", &format!("1 of 4 {name}, c = 16"), json!({"failure": failure})));
    }
    cases.push(troubled(
        "w8",
        "1 of 4 answers 503 every tenth time, c = 16",
        json!({"failure": "status", "every": 10}),
    ));
    cases
}

fn weather(provider: &str, behaviour: Value) -> Weather {
    Weather { provider: provider.to_owned(), behaviour }
}
