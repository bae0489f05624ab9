//! `docs/ERRORS.md`: every code of the gateway, as its enum tells it.

use orchestration_engine::error::Code;

const HEAD: &str = "\
# Errors

Every error has `message` (for people), `extensions.code` (for programs, one of the codes below), `extensions.retryable`
(`never`, `after_consent`, `after_delay`) and `extensions.traceId`. Where there is a place there are `path` (in the answer) and
`locations` (in the document). No message holds a value of the request or of a register.

Two columns of statuses: `application/json`, as older clients expect it, and `application/graphql-response+json`.

| Code | When | What else it says | Again? | JSON | GraphQL response |
| --- | --- | --- | --- | --- | --- |
";

const FOOT: &str = "
`data` is absent when nothing was executed, and `null` exactly when every root field was refused.

This page is written by `cargo xtask generate` from `orchestration-engine/src/error/code.rs`.
";

pub fn text() -> anyhow::Result<String> {
    let row = |code: Code| {
        let also = if code.says().is_empty() { String::new() } else { format!(" {}", code.says()) };
        let (again, json, graphql) = (code.retryable().as_str(), code.status(false), code.status(true));
        let name = code.as_str();
        format!("| `{name}` | {} |{also} | `{again}` | {} | {} |\n", code.when(), json.as_u16(), graphql.as_u16())
    };
    Ok(format!("{HEAD}{}{FOOT}", Code::ALL.into_iter().map(row).collect::<String>()))
}
