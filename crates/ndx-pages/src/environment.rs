//! Templates, built into the program.
//!
//! INVARIANT: everything that is put into a template is escaped, whatever the template's name.

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Components;

/// The components' templates and those of `Own`, each checked. What is not called `….html` is no template.
///
/// # Errors
/// When a template has a mistake.
pub fn environment<Own: RustEmbed>() -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The component templates read options that nobody has set, and call methods of Python's own types.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_filter("length", length);
    add::<Components>(&mut environment)?;
    add::<Own>(&mut environment)?;
    Ok(environment)
}

fn add<Templates: RustEmbed>(environment: &mut Environment<'static>) -> Result<(), Error> {
    for name in Templates::iter().filter(|name| name.ends_with(".html")) {
        let file = Templates::get(&name);
        let text = file.and_then(|file| String::from_utf8(file.data.into_owned()).ok());
        let text = text.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "a template is not text"))?;
        environment.add_template_owned(name.into_owned(), text)?;
    }
    Ok(())
}

/// The component templates ask for the length of options that nobody has set.
fn length(value: &Value) -> Result<usize, Error> {
    match value.len() {
        Some(length) => Ok(length),
        None if value.is_undefined() || value.is_none() => Ok(0),
        None => Err(Error::new(ErrorKind::InvalidOperation, "this has no length")),
    }
}
