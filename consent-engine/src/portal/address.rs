//! Addresses within the portal: reading the id out of one, and writing those that lead in and out.

use axum::extract::{Path, rejection::PathRejection};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::portal::back::Back;

/// Longer paths are none of ours, even with the way back to an application behind them.
const LONGEST: usize = 2048;

/// The path of one consent, readable or not.
pub(crate) type Id = Result<Path<String>, PathRejection>;

/// The id that the path names; `None` when it cannot be one.
pub(crate) fn known_id(id: Id) -> Option<Uuid> {
    id.ok().and_then(|Path(id)| consent_id(&id))
}

/// The id that a path names, in the one form in which we write ids.
fn consent_id(path: &str) -> Option<Uuid> {
    Uuid::parse_str(path).ok().filter(|id| id.to_string() == path)
}

/// How somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As usual: who has just signed in at the provider need not do it again.
    Usual,
    /// Everybody anew: somebody else may sit there now.
    Anew,
    /// Surely enough for something sensitive.
    Surely,
}

/// The link that begins a sign-in which leads back to `path`.
pub(crate) fn sign_in(path: &str, manner: Manner) -> String {
    let address = with_return("/sign-in", path);
    match manner {
        Manner::Usual => address,
        Manner::Anew => format!("{address}&again=yes"),
        Manner::Surely => format!("{address}&surely=yes"),
    }
}

/// The link to the page that asks whether to sign out, and leads back to `path`.
pub(crate) fn sign_out(path: &str) -> String {
    with_return("/sign-out", path)
}

/// The page that says that somebody has signed out, with the way back to `path`.
pub(crate) fn signed_out(path: &str) -> String {
    with_return("/signed-out", path)
}

/// The page of the consent `id`; the person's own page where there is no id.
pub(crate) fn detail(id: Option<Uuid>) -> String {
    id.map_or_else(|| "/my".to_owned(), |id| format!("/my/{id}"))
}

/// The page of this name of the consent `id`; its own page where there is no name.
pub(crate) fn below(id: Option<Uuid>, page: &str) -> String {
    match id {
        Some(id) if !page.is_empty() => format!("/my/{id}/{page}"),
        id => detail(id),
    }
}

fn with_return(page: &str, path: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("return", path).finish();
    format!("{page}?{query}")
}

/// The path to go back to: one of the pages that belong to a person, on this site; else her own page. Of a query, only the
/// way back to an application is kept.
pub(crate) fn local(portal: &Url, wanted: Option<&str>) -> String {
    let home = || "/my".to_owned();
    let Some(wanted) = wanted.filter(|wanted| wanted.starts_with('/') && wanted.len() <= LONGEST) else {
        return home();
    };
    let Ok(address) = portal.join(wanted) else { return home() };
    let ours = address.origin() == portal.origin();
    let path = address.path();
    let below = ["/my/", "/c/", "/history/"].iter().any(|page| path.starts_with(page));
    let personal = below || matches!(path, "/my" | "/settings" | "/history");
    // What a browser would read otherwise than it is written leads nowhere.
    let as_written = wanted.split('?').next() == Some(path) && address.fragment().is_none();
    if !(ours && personal && as_written) {
        return home();
    }
    if path.starts_with("/c/") { Back::of(address.query()).onto(path) } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_back_to_a_page_of_the_person_and_nowhere_else() {
        let portal = Url::parse("http://127.0.0.1:8081/").unwrap();
        for good in [
            "/my",
            "/my/5f0c",
            "/c/5f0c",
            "/settings",
            "/history",
            "/history/5f0c",
            "/c/5f0c?return_uri=https%3A%2F%2Fapp.example%2F&state=a",
        ] {
            assert_eq!(local(&portal, Some(good)), good);
        }
        assert_eq!(local(&portal, Some("/c/1?next=https://evil.example&lang=si")), "/c/1");
        assert_eq!(local(&portal, Some("/my?show=no")), "/my");
        for bad in [
            "https://evil.example/",
            "//evil.example/c/1",
            "/\\evil.example/c/1",
            "\\\\evil.example",
            "/c/../sign-out",
            "/c/1\r\nSet-Cookie: a=b",
            "/\t/evil.example",
            "/c/1#https://evil.example",
            "javascript:alert(1)",
            "/sign-in",
            "/help",
            "/historyfoo",
            "",
            "c/1",
        ] {
            assert_eq!(local(&portal, Some(bad)), "/my", "{bad:?}");
        }
        assert_eq!(local(&portal, Some(&format!("/c/{}", "1".repeat(3000)))), "/my");
        assert_eq!(local(&portal, None), "/my");
    }
}
