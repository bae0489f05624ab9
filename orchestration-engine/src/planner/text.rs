//! The plan in words, for people and for snapshots; and its hash, for the record.

use std::fmt::Write as _;

use aws_lc_rs::digest;

use super::{FieldKind, PlannedField, PlannedRoot, PlannedSource, ProviderCall, QueryPlan};

/// Prints the plan: root by root what is asked of whom, then the shape of the answer; then what lookups lead to.
pub fn print(plan: &QueryPlan) -> String {
    let mut text = String::new();
    for root in &plan.roots {
        let about = root.data_owner.as_ref().map(|owner| format!(" about {owner}")).unwrap_or_default();
        text.push_str(&format!("root {}: {}{about}\n", root.field.response_key, root.field.name));
        print_calls(plan, root, &mut text);
        print_shape(plan, &root.field, 1, &mut text);
    }
    for (number, lookup) in plan.lookups.iter().enumerate() {
        let (root, stage, argument) = (&lookup.root, lookup.stage, &lookup.argument);
        let (name, key) = (&root.field.name, source(plan, &lookup.key));
        text.push_str(&format!("lookup {number} in stage {stage}: {name} with {argument} = each {key}\n"));
        print_calls(plan, root, &mut text);
        if let FieldKind::Object(_, fields) = &root.field.kind {
            fields.iter().for_each(|field| print_shape(plan, field, 1, &mut text));
        }
    }
    text
}

/// SHA-256 of what is asked of whom, in hexadecimal.
///
/// INVARIANT: the consumer's response keys are not in it. An application may have written an identifier into one, and a
/// hash without a key can be tried out.
pub fn hash(plan: &QueryPlan) -> String {
    let mut text = String::new();
    for (number, root) in plan.all_roots().enumerate() {
        text.push_str(&format!("root {number}: {}\n", root.field.name));
        print_calls(plan, root, &mut text);
    }
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn print_calls(plan: &QueryPlan, root: &PlannedRoot, text: &mut String) {
    let below = |path: &Vec<String>| path.iter().skip(1).cloned().collect::<Vec<_>>().join(".");
    for ProviderCall { provider, root_field, arguments, paths, echo, .. } in &root.calls {
        let provider = plan.providers.get(*provider).map(|provider| provider.name.to_string()).unwrap_or_default();
        let arguments: Vec<_> = arguments.iter().map(|one| format!("{}: {}", one.target, one.argument)).collect();
        let fields: Vec<_> = paths.iter().map(below).collect();
        let check = echo.as_ref().map(|echo| format!(" and check {}", below(&echo.path))).unwrap_or_default();
        let (arguments, fields) = (arguments.join(", "), fields.join(" "));
        text.push_str(&format!("  ask {provider} {root_field}({arguments}) {{ {fields} }}{check}\n"));
    }
}

fn print_shape(plan: &QueryPlan, field: &PlannedField, level: usize, text: &mut String) {
    let indent = "  ".repeat(level);
    let (key, ty) = (&field.response_key, &field.ty);
    match &field.kind {
        FieldKind::Typename(name) => text.push_str(&format!("{indent}{key} = type name {name}\n")),
        FieldKind::Introspection => text.push_str(&format!("{indent}{key} = introspection\n")),
        FieldKind::Leaf(from) => text.push_str(&format!("{indent}{key}: {ty} = {}\n", source(plan, from))),
        FieldKind::Lookup(from, number) => {
            text.push_str(&format!("{indent}{key}: {ty} = lookup {number} by {}\n", source(plan, from)));
        }
        FieldKind::Object(from, fields) => {
            let from = from.as_ref().map(|from| format!(" = {}", source(plan, from))).unwrap_or_default();
            text.push_str(&format!("{indent}{key}: {ty}{from}\n"));
            fields.iter().for_each(|field| print_shape(plan, field, level + 1, text));
        }
    }
}

fn source(plan: &QueryPlan, source: &PlannedSource) -> String {
    let provider = plan.providers.get(source.provider).map(|provider| provider.name.to_string()).unwrap_or_default();
    format!("{provider}:{}", source.path.join("."))
}
