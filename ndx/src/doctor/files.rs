//! Whether the files that an exchange is made of would be taken in at the next start.

use ndx_config::{Exchange, Problem, Problems, Secrets};

use super::{Finding, State};
use crate::{
    Place,
    checked::{self, counted},
    ports::Ports,
};

/// Reads the configuration with all its secrets, or with those that are on this machine.
///
/// # Errors
/// With every mistake in it, when it cannot be read without any secret either.
pub(super) fn read(place: &Place) -> Result<(Exchange, Vec<Finding>), Problems> {
    let missing = match place.load() {
        Ok(exchange) => return Ok((exchange, vec![look(place, Secrets::All)])),
        Err(missing) => missing,
    };
    let fewer = [Secrets::Gateway, Secrets::Store, Secrets::None];
    let found = fewer.into_iter().find_map(|needed| Some((place.load_with(needed).ok()?, needed)));
    let Some((exchange, needed)) = found else { return Err(missing) };
    let told = |one: &Problem| format!("{}:{}:{}: {}", missing.file, one.line, one.column, one.message);
    let first = missing.all.first().map(told).unwrap_or_default();
    let remedy = "put it there, unless the service that needs it runs on another machine";
    let secrets = Finding::wrong("files", "secrets", State::Warning, first, remedy);
    Ok((exchange, vec![look(place, needed), secrets]))
}

/// Checks them as `ndx check` does.
fn look(place: &Place, needed: Secrets) -> Finding {
    let ports = Ports::new(&place.ports);
    let checked = checked::check(&place.config, needed, |text| ports.rewrite(&text));
    let subject = "all";
    let Some(first) = checked.mistakes.first() else {
        let (fields, providers) = (counted(checked.fields, "field"), counted(checked.providers, "provider"));
        return Finding::fine("files", subject, format!("{fields} of {providers} fit together"));
    };
    let words = format!("{}; the first: {first}", counted(checked.mistakes.len(), "mistake"));
    let remedy = "run `ndx check` and mend them: what runs keeps what it has read, but would not start again";
    Finding::wrong("files", subject, State::Problem, words, remedy)
}
