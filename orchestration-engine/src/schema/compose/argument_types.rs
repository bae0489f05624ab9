//! Whether every value of a consumer's argument can be the provider's argument. A provider would refuse it only when asked.

use std::collections::HashSet;

use apollo_compiler::{
    ast::{InputValueDefinition, Type},
    schema::ExtendedType,
};
use ndx_config::did_you_mean;

use super::{
    Composer,
    leaves::{Kind, kind, lacking},
};
use crate::schema::ProviderSchema;

/// Compares two arguments; both sides' types, and the pairs of input objects that are being compared.
struct Fit<'a> {
    ours: &'a Composer<'a>,
    theirs: &'a ProviderSchema,
    open: HashSet<(String, String)>,
}

impl Composer<'_> {
    /// Why `ours` cannot be handed on as `theirs`, which completes "… but"; `None` when it can.
    pub(super) fn argument_does_not_fit(
        &self,
        ours: &InputValueDefinition,
        provider: &ProviderSchema,
        theirs: &InputValueDefinition,
    ) -> Option<String> {
        Fit { ours: self, theirs: provider, open: HashSet::new() }.argument(ours, theirs)
    }
}

fn not(ours: impl std::fmt::Display, theirs: impl std::fmt::Display) -> String {
    format!("`{ours}` here is not `{theirs}` there")
}

impl Fit<'_> {
    fn argument(&mut self, ours: &InputValueDefinition, theirs: &InputValueDefinition) -> Option<String> {
        let default = |one: &InputValueDefinition| one.default_value.as_ref().is_some_and(|value| !value.is_null());
        // As with variables (GraphQL, "All Variable Usages Are Allowed"): where a default counts, it may be left out.
        if theirs.ty.is_non_null() && !ours.ty.is_non_null() && !default(ours) && !default(theirs) {
            return Some(format!("`{}` may be null and `{}` not; make it `{}!`", ours.ty, theirs.ty, ours.ty));
        }
        self.value(&ours.ty, &theirs.ty)
    }

    /// Compares types but for whether the outermost may be null.
    fn value(&mut self, ours: &Type, theirs: &Type) -> Option<String> {
        match (ours.is_list(), theirs.is_list()) {
            (true, true) => {
                let (our_item, their_item) = (ours.item_type(), theirs.item_type());
                if their_item.is_non_null() && !our_item.is_non_null() {
                    return Some(format!("an element of `{ours}` may be null, and one of `{theirs}` not"));
                }
                self.value(our_item, their_item)
            }
            (false, false) => self.named(ours.inner_named_type(), theirs.inner_named_type()),
            _ => Some(not(ours, theirs)),
        }
    }

    fn named(&mut self, ours: &str, theirs: &str) -> Option<String> {
        let known = (self.ours.schema.types.get(ours), self.theirs.definition().types.get(theirs));
        match known {
            (Some(ExtendedType::InputObject(_)), Some(ExtendedType::InputObject(_))) => self.object(ours, theirs),
            (Some(ExtendedType::InputObject(_)), _) | (_, Some(ExtendedType::InputObject(_))) => {
                Some(not(ours, theirs))
            }
            (Some(ExtendedType::Enum(sent)), Some(ExtendedType::Enum(accepted))) => {
                let lacking = lacking(accepted, sent);
                (!lacking.is_empty()).then(|| format!("`{theirs}` there has no {lacking}, which `{ours}` here has"))
            }
            (our_type, their_type) => {
                let fits = match (kind(ours, our_type), kind(theirs, their_type)) {
                    (_, Kind::Scalar) => true,
                    (Kind::Scalar | Kind::Enum, _) => matches!(theirs, "String" | "ID"),
                    (_, Kind::Enum) => false,
                    _ => {
                        ours == theirs
                            || matches!((ours, theirs), ("String", "ID") | ("ID", "String") | ("Int", "ID" | "Float"))
                    }
                };
                (!fits).then(|| not(ours, theirs))
            }
        }
    }

    /// Field by field.
    fn object(&mut self, ours: &str, theirs: &str) -> Option<String> {
        if !self.open.insert((ours.to_owned(), theirs.to_owned())) {
            return None;
        }
        let sent = self.ours.schema.get_input_object(ours)?.clone();
        let accepted = self.theirs.definition().get_input_object(theirs)?.clone();
        for (name, field) in &sent.fields {
            let Some(theirs_too) = accepted.fields.get(name) else {
                let known: Vec<&str> = accepted.fields.keys().map(|name| name.as_str()).collect();
                return Some(format!(
                    "`{theirs}` there has no `{name}`, which `{ours}` here has{}",
                    did_you_mean(name, &known)
                ));
            };
            if let Some(why) = self.argument(field, theirs_too) {
                return Some(format!("in `{ours}.{name}`, {why}"));
            }
        }
        let needed =
            accepted.fields.iter().find(|(name, field)| field.is_required() && !sent.fields.contains_key(*name));
        needed.map(|(name, _)| format!("`{theirs}` there needs `{name}`, which `{ours}` here has not"))
    }
}
