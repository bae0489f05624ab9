//! The pages a person sees, and the headers that keep them safe.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use minijinja::{Environment, context};
use url::Url;

use crate::{
    config::Client,
    error::Error,
    scope::{Scope, Word},
};

/// The templates, read once. Their names end in `.html`, so every value is escaped.
pub(crate) struct Pages {
    templates: Environment<'static>,
    /// The origins that may show the page of `/oidc/checksession` in a frame.
    framing: String,
}

/// What every form carries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound<'a> {
    /// Where the browser may be sent after the form.
    pub(crate) redirect_uri: Option<&'a Url>,
    /// The query of the request that the page is shown for, to be read again with the form.
    pub(crate) request: &'a str,
    pub(crate) form_token: &'a str,
}

/// What the sign-in page shows.
pub(crate) struct SignInPage<'a> {
    /// Which service the person is signing in to.
    pub(crate) client: &'a Client,
    /// What it will learn.
    pub(crate) scope: &'a Scope,
    pub(crate) bound: Bound<'a>,
    /// What was typed before.
    pub(crate) user: &'a str,
    pub(crate) mistake: Option<&'a str>,
}

/// What the page for the one-time code shows.
pub(crate) struct CodePage<'a> {
    pub(crate) client: &'a Client,
    pub(crate) bound: Bound<'a>,
    pub(crate) mistake: Option<&'a str>,
}

/// What the page that asks before signing out shows.
pub(crate) struct SignOutPage<'a> {
    /// The service that sent the person here, when it is known.
    pub(crate) client: Option<&'a Client>,
    pub(crate) bound: Bound<'a>,
    pub(crate) mistake: Option<&'a str>,
}

impl Pages {
    pub(crate) fn load(clients: &[Client]) -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.add_template("page.html", include_str!("pages/page.html"))?;
        templates.add_template("mistake.html", include_str!("pages/mistake.html"))?;
        templates.add_template("sign-in.html", include_str!("pages/sign-in.html"))?;
        templates.add_template("one-time-code.html", include_str!("pages/one-time-code.html"))?;
        templates.add_template("sign-out.html", include_str!("pages/sign-out.html"))?;
        templates.add_template("message.html", include_str!("pages/message.html"))?;
        templates.add_template("check-session.html", include_str!("pages/check-session.html"))?;
        let origins: Vec<&str> = clients.iter().flat_map(|client| &client.origins).map(String::as_str).collect();
        let framing = if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
        Ok(Self { templates, framing })
    }

    pub(crate) fn sign_in(&self, status: StatusCode, page: &SignInPage<'_>) -> Response {
        let SignInPage { client, scope, bound, user, mistake } = page;
        let learns = match (scope.has(Word::Profile), scope.has(Word::Email)) {
            (true, true) => "your name, your national identity number and your e-mail address",
            (true, false) => "your name and your national identity number",
            (false, true) => "your e-mail address",
            (false, false) => "only that it is you again when you come back",
        };
        let (request, form_token) = (bound.request, bound.form_token);
        let values = context! { client_name => client.name, learns, request, form_token, user, mistake };
        self.page(status, "sign-in.html", values, &form_action(bound), "'none'")
    }

    pub(crate) fn one_time_code(&self, status: StatusCode, page: &CodePage<'_>) -> Response {
        let CodePage { client, bound, mistake } = page;
        let (request, form_token) = (bound.request, bound.form_token);
        let values = context! { client_name => client.name, request, form_token, mistake };
        self.page(status, "one-time-code.html", values, &form_action(bound), "'none'")
    }

    pub(crate) fn sign_out(&self, status: StatusCode, page: &SignOutPage<'_>) -> Response {
        let SignOutPage { client, bound, mistake } = page;
        let (request, form_token) = (bound.request, bound.form_token);
        let values = context! { client_name => client.map(|client| &client.name), request, form_token, mistake };
        self.page(status, "sign-out.html", values, &form_action(bound), "'none'")
    }

    pub(crate) fn message(&self, status: StatusCode, title: &str, message: &str) -> Response {
        self.page(status, "message.html", context! { title, message }, "'none'", "'none'")
    }

    /// The one page that registered clients may show in a frame.
    pub(crate) fn check_session(&self) -> Response {
        self.page(StatusCode::OK, "check-session.html", context! {}, "'none'", &self.framing)
    }

    fn page(
        &self,
        status: StatusCode,
        name: &str,
        values: minijinja::Value,
        form_action: &str,
        framing: &str,
    ) -> Response {
        let rendered = self.templates.get_template(name).and_then(|template| template.render(values));
        match rendered {
            Ok(html) => (status, headers(form_action, framing), Html(html)).into_response(),
            Err(cause) => {
                tracing::error!(page = name, error = %cause, "a page cannot be shown");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Browsers apply `form-action` to the redirect that answers a form, too.
fn form_action(bound: &Bound<'_>) -> String {
    match bound.redirect_uri {
        Some(to) => format!("'self' {}", to.origin().ascii_serialization()),
        None => "'self'".to_owned(),
    }
}

fn headers(form_action: &str, framing: &str) -> [(HeaderName, HeaderValue); 4] {
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors {framing}"
    );
    // An origin is ASCII without blanks, so the policy always fits; the strictest one stands in all the same.
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}
