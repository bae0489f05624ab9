//! `ndx explain`: what a question would release, what needs consent and what is refused, and why. No register is asked.

use clap::Args;
use serde_json::{Value, json};

use crate::{
    query::{Asker, told},
    question::Question,
    stdout::print,
};

/// Has the gateway explain a question.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    asker: Asker,
    /// Print the explanation as JSON.
    #[arg(long)]
    json: bool,
}

impl Explain {
    /// Asks for the explanation and prints it.
    ///
    /// # Errors
    /// When there is none: no token, no gateway, a mistake in the question.
    pub async fn run(self) -> anyhow::Result<()> {
        let (_, answer) = self.asker.ask(&self.question, &json!({"explain": true})).await?;
        let Some(explained) = answer.pointer("/extensions/explain") else { return told(&answer) };
        if self.json {
            print(&format!("{explained:#}\n"));
        } else {
            print(&in_words(explained));
        }
        Ok(())
    }
}

/// The plan, then a line for each field: what becomes of it, what policy says and on which ground, what the person has said.
fn in_words(explained: &Value) -> String {
    let list = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut words: String = list(explained, "plan")
        .iter()
        .filter_map(|line| line.as_str())
        .fold(String::new(), |words, line| words + line + "\n");
    for root in list(explained, "roots") {
        words.push_str(&format!("\n{}\n", text(&root, "root")));
        let fields = list(&root, "fields");
        let name = |field: &Value| format!("{}:{}", text(field, "schemaId"), text(field, "fieldName"));
        let width = fields.iter().map(|field| name(field).len()).fold(42, usize::max);
        for field in fields {
            let name = name(&field);
            let why = [text(&field, "policy"), ground(&field), text(&field, "reason"), text(&field, "consent")];
            let why: Vec<_> = why.iter().filter(|one| !one.is_empty()).map(String::as_str).collect();
            words.push_str(&format!("  {name:<width$} {:<24} {}\n", text(&field, "outcome"), why.join(", ")));
        }
    }
    words
}

/// The law or the order on which a field rests: `Elections Act 2011, section 9`. Of consent, what policy says tells enough.
fn ground(field: &Value) -> String {
    let basis = field.get("basis").and_then(Value::as_object);
    let said = basis.and_then(|basis| basis.values().next());
    let words = ["law", "section", "court", "reference"].into_iter().filter_map(|key| said?.get(key)?.as_str());
    words.collect::<Vec<_>>().join(", ")
}
