//! Addresses within the portal: reading the id out of one, and writing those that lead in and out.

use axum::extract::{Path, rejection::PathRejection};
use ndx_contracts::{ApplicationId, Purpose};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::portal::back::Back;

/// Longer paths are none of ours, even with the way back to an application behind them.
const LONGEST: usize = 2048;

/// The parameter that chooses a part of what a person shares.
pub(crate) const SHOW: &str = "show";
/// The parameters that choose a part of who got what.
pub(crate) const FILTER: [&str; 5] = ["body", "consent", "from", "until", "page"];
/// Longer values of these are none.
const LONGEST_VALUE: usize = 200;

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

/// The notice of what `application` gets for `purpose` without asking.
pub(crate) fn notice(portal: &Url, application: &ApplicationId, purpose: &Purpose) -> String {
    let mut address = portal.clone();
    if let Ok(mut path) = address.path_segments_mut() {
        path.clear().extend(["notice", application.as_str(), purpose.as_str()]);
    }
    address.path().to_owned()
}

/// `path` of our own, with what of `query` belongs to that page: the way back to an application, a tab, what is filled in
/// above who got what.
pub(crate) fn with_its_query(path: &str, query: Option<&str>) -> String {
    if path.starts_with("/c/") {
        return Back::of(query).onto(path);
    }
    let known: &[&'static str] = match path {
        "/my" => &[SHOW],
        "/history" => &FILTER,
        _ => &[],
    };
    let query = query.unwrap_or_default();
    let value = |name: &&'static str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let value = pairs.find(|(key, value)| key == name && !value.is_empty())?.1;
        (value.len() <= LONGEST_VALUE).then(|| (*name, value.into_owned()))
    };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known.iter().filter_map(value)).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The path to go back to: one of the pages that belong to a person, on this site; else her own page. Of a query, only what
/// belongs to the page is kept.
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
    with_its_query(path, address.query())
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
            "/my?show=ended",
            "/history?body=die&from=2026-11-01&until=2026-11-21&page=2",
            "/c/5f0c?return_uri=https%3A%2F%2Fapp.example%2F&state=a",
        ] {
            assert_eq!(local(&portal, Some(good)), good);
        }
        assert_eq!(local(&portal, Some("/c/1?next=https://evil.example&lang=si")), "/c/1");
        assert_eq!(local(&portal, Some("/my?show=no&lang=si&next=/")), "/my?show=no");
        assert_eq!(local(&portal, Some("/my/5f0c?show=no")), "/my/5f0c");
        assert_eq!(local(&portal, Some(&format!("/history?page=2&body={}", "x".repeat(201)))), "/history?page=2");
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

    #[test]
    fn a_notice_is_named_by_its_application_and_its_purpose() {
        let portal = Url::parse("https://share.example/").unwrap();
        assert_eq!(notice(&portal, &"electoral-roll".into(), &"a/b?c".into()), "/notice/electoral-roll/a%2Fb%3Fc");
    }
}
