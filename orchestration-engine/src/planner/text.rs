//! The plan in words, for people and for snapshots; and its hash, for the record.

use std::fmt::Write as _;

use aws_lc_rs::digest;

use super::{FieldKind, PlannedField, PlannedRoot};

/// Prints the plan: root by root what is asked of whom, then the shape of the answer.
pub fn print(roots: &[PlannedRoot]) -> String {
    let mut text = String::new();
    for root in roots {
        print_root(root, &mut text);
    }
    text
}

/// SHA-256 of what is asked of whom, in hexadecimal.
///
/// INVARIANT: the consumer's response keys are not in it. An application may have written an identifier into one, and a
/// hash without a key can be tried out.
pub fn hash(roots: &[PlannedRoot]) -> String {
    let mut text = String::new();
    for (number, root) in roots.iter().enumerate() {
        text.push_str(&format!("root {number}: {}\n", root.field.name));
        print_calls(root, &mut text);
    }
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn print_root(root: &PlannedRoot, text: &mut String) {
    let about = root.data_owner.as_ref().map(|owner| format!(" about {owner}")).unwrap_or_default();
    text.push_str(&format!("root {}: {}{about}\n", root.field.response_key, root.field.name));
    print_calls(root, text);
    print_shape(&root.field, 1, text);
}

fn print_calls(root: &PlannedRoot, text: &mut String) {
    for call in root.calls(|_| true) {
        let mapped =
            root.mappings.iter().filter(|one| one.provider == call.provider && one.root_field == call.root_field);
        let arguments: Vec<_> = mapped.map(|one| format!("{}: {}", one.target, one.argument)).collect();
        let fields: Vec<_> =
            call.paths.iter().map(|path| path.iter().skip(1).cloned().collect::<Vec<_>>().join(".")).collect();
        let (provider, field) = (&call.provider, &call.root_field);
        text.push_str(&format!("  ask {provider} {field}({}) {{ {} }}\n", arguments.join(", "), fields.join(" ")));
    }
}

fn print_shape(field: &PlannedField, level: usize, text: &mut String) {
    let indent = "  ".repeat(level);
    let (key, ty) = (&field.response_key, &field.ty);
    match &field.kind {
        FieldKind::Typename(name) => text.push_str(&format!("{indent}{key} = type name {name}\n")),
        FieldKind::Introspection => text.push_str(&format!("{indent}{key} = introspection\n")),
        FieldKind::Leaf(source) => text.push_str(&format!("{indent}{key}: {ty} = {source}\n")),
        FieldKind::Object(source, fields) => {
            let from = source.as_ref().map(|source| format!(" = {source}")).unwrap_or_default();
            text.push_str(&format!("{indent}{key}: {ty}{from}\n"));
            fields.iter().for_each(|field| print_shape(field, level + 1, text));
        }
    }
}
