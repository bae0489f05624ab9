//! Who takes part: the providers and how arguments reach them, the bodies that keep them, the applications.

use ndx_config::Entry;
use serde_json::{Value, json};

use super::{
    convert::{SOME_ADDRESS, Writer, filled, is_name, web_address},
    dangers::both_lists,
};

/// The id of the body that runs the first application.
const APPLICANT: &str = "first-member";

impl Writer {
    /// The argument that names the person.
    pub(super) fn owner(&mut self, root: &Entry<'_>) -> Option<String> {
        if let Some(named) = root.text_of("foundationalIdArgName").filter(|name| is_name(name)) {
            return Some(named.to_owned());
        }
        let mappings = both_lists(root);
        let mut arguments: Vec<&str> =
            mappings.iter().filter_map(|one| source(one).map(|(_, argument)| argument)).collect();
        arguments.dedup();
        let first = (*arguments.first()?).to_owned();
        self.usual(
            "foundationalIdArgName",
            "the argument that names the person whom the data is about, as the mappings have it",
        );
        Some(first)
    }

    /// The providers, and a member for each.
    pub(super) fn providers(&mut self, root: &Entry<'_>) -> (Vec<Value>, Value) {
        let (mut providers, mut members, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for old in root.list("providers") {
            let (Some(key), Some(schema)) = (filled(&old, "providerKey"), filled(&old, "schemaId")) else {
                self.leave_out(&old, "a provider needs a `providerKey` and a `schemaId`");
                continue;
            };
            let place = format!("providers[{}]", providers.len());
            let url = match old.text_of("providerUrl").and_then(web_address) {
                Some(url) => url.as_str().into(),
                None => self.address(&format!("{place}.providerUrl"), "where the provider answers", "/graphql"),
            };
            let auth = self.auth(&old, key, &place);
            providers.push(json!({
                "providerKey": key, "schemaId": schema, "providerUrl": url, "member": key, "auth": auth
            }));
            if !known.contains(&key) {
                known.push(key);
                let place = format!("members[{}]", members.len());
                members.push(self.member(&place, key, &format!("keeps the register `{key}`")));
            }
        }
        let place = format!("members[{}]", members.len());
        members.push(self.member(&place, APPLICANT, "runs the application"));
        (providers, Value::Array(members))
    }

    fn member(&mut self, place: &str, id: &str, what: &str) -> Value {
        json!({
            "id": id,
            "name": self.fill_in(&format!("{place}.name"), &format!("the full name of the body that {what}")),
            "shortName": self.fill_in(&format!("{place}.shortName"), &format!("what people call the body that {what}")),
            "contact": self.fill_in(&format!("{place}.contact"), &format!("how people reach the body that {what}"))
        })
    }

    fn auth(&mut self, provider: &Entry<'_>, key: &str, place: &str) -> Value {
        let auth = provider.get("auth");
        let get = |key: &str| auth.as_ref().and_then(|auth| auth.get(key));
        let text = |key: &str| auth.as_ref().and_then(|auth| filled(auth, key));
        match text("type") {
            Some("apiKey") => {
                let name = text("apiKeyName").unwrap_or("X-API-KEY");
                let variable = variable(key, "API_KEY");
                let secret =
                    self.secret(get("apiKeyValue").as_ref(), &variable, &format!("the API key of provider `{key}`"));
                json!({ "type": "apiKey", "apiKeyName": name, "apiKeyValue": secret })
            }
            Some("oauth2") => {
                let url = match text("tokenUrl").and_then(web_address) {
                    Some(url) => url.as_str().into(),
                    None => self.address(
                        &format!("{place}.auth.tokenUrl"),
                        "where the provider hands out tokens",
                        "/oauth2/token",
                    ),
                };
                let id = match text("clientId") {
                    Some(id) => id.into(),
                    None => self.fill_in(&format!("{place}.auth.clientId"), "the exchange's client id there"),
                };
                let variable = variable(key, "CLIENT_SECRET");
                let what = format!("the exchange's client secret at provider `{key}`");
                let secret = self.secret(get("clientSecret").as_ref(), &variable, &what);
                let scopes = get("scopes").map(|scopes| scopes.items()).unwrap_or_default();
                let scopes: Vec<_> = scopes.iter().filter_map(Entry::text).collect();
                json!({ "type": "oauth2", "tokenUrl": url, "clientId": id, "clientSecret": secret, "scopes": scopes })
            }
            _ => json!({ "type": "none" }),
        }
    }

    /// Applications lay in a database; the one that everybody was taken for is known.
    pub(super) fn applications(&mut self, root: &Entry<'_>) -> Value {
        let id = if root.text_of("environment") == Some("development") { "passport-app" } else { "first-application" };
        let mut fill = |key: &str, what: &str| self.fill_in(&format!("applications[0].{key}"), what);
        let application = json!([{
            "id": id,
            "name": fill("name", "what people call the application"),
            "member": APPLICANT,
            "returnUris": [format!("{SOME_ADDRESS}/")],
            "purposes": [{
                "id": "first-purpose",
                "text": fill("purposes[0].text", "what the data is for; completes `Why: to …`"),
                "ifRefused": fill("purposes[0].ifRefused", "what happens when the person says no"),
                "retention": fill("purposes[0].retention", "how long the data is kept, and under which law"),
                "durations": ["PT1H", "P30D"],
                "reasons": []
            }]
        }]);
        self.address("applications[0].returnUris", "where citizens return to", "/");
        self.usual(
            "applications[0].id",
            "the `client_id` of its tokens; add the others, which lay in a database before",
        );
        self.usual(
            "applications[0].purposes[0]",
            "its id, the times a citizen may choose from, and why each field is wanted",
        );
        application
    }

    pub(super) fn mappings(&mut self, root: &Entry<'_>, providers: &[Value]) -> Value {
        let mut mappings = Vec::new();
        for old in both_lists(root) {
            let text = |key: &str| filled(&old, key);
            let (Some(key), Some(name), Some(path)) =
                (text("providerKey"), text("targetArgName"), text("targetArgPath"))
            else {
                self.leave_out(&old, "a mapping needs `providerKey`, `targetArgName` and `targetArgPath`");
                continue;
            };
            let of_provider: Vec<_> = providers
                .iter()
                .filter(|one| one["providerKey"] == key)
                .filter_map(|one| one["schemaId"].as_str())
                .collect();
            let schema = match (text("schemaId"), of_provider.as_slice()) {
                (Some(schema), _) => schema,
                (None, [only]) => only,
                (None, _) => {
                    self.leave_out(
                        &old,
                        "this mapping names no `schemaId`, and `providers` does not say which it means",
                    );
                    continue;
                }
            };
            let Some((root_field, argument)) = source(&old) else {
                self.leave_out(
                    &old,
                    "`sourceArgPath` must name the consumer's root field and argument, as in `personInfo-nic`",
                );
                continue;
            };
            if path.strip_prefix(key).and_then(|rest| rest.strip_prefix('.')).unwrap_or(path).contains('.') {
                self.leave_out(
                    &old,
                    "an argument belongs to a root field of the provider; name that one in `targetArgPath`",
                );
                continue;
            }
            mappings.push(json!({
                "providerKey": key, "schemaId": schema, "sourceArgPath": format!("{root_field}-{argument}"),
                "targetArgName": name, "targetArgPath": path
            }));
        }
        mappings.dedup();
        Value::Array(mappings)
    }
}

/// `personInfo-nic` → the root field and its argument.
fn source<'a>(mapping: &Entry<'a>) -> Option<(&'a str, &'a str)> {
    let (root, argument) = mapping.text_of("sourceArgPath")?.rsplit_once('-')?;
    (is_name(root) && is_name(argument)).then_some((root, argument))
}

/// `rgd` → `RGD_CLIENT_SECRET`.
fn variable(key: &str, what: &str) -> String {
    let plain: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let digit = plain.starts_with(|c: char| c.is_ascii_digit());
    format!("{}{plain}_{what}", if digit { "PROVIDER_" } else { "" })
}
