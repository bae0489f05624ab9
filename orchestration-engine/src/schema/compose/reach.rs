//! What no query can reach.

use apollo_compiler::schema::ExtendedType;

use super::Composer;

impl Composer<'_> {
    /// A type that no field leads to is never asked for, nor is what stands in it.
    pub(super) fn unreachable_types(&mut self) {
        let mut warnings = Vec::new();
        for (name, definition) in &self.schema.types {
            let ExtendedType::Object(object) = definition else { continue };
            if !definition.is_built_in() && object != self.query && !self.led_to.contains(name) {
                let message = format!("no query can reach the type `{name}`; use it in a field or remove it");
                warnings.push((self.place(&object.name), message));
            }
        }
        self.found.warnings.extend(warnings);
    }
}
