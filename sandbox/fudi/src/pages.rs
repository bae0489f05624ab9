//! The pages a person sees, and the headers that keep them safe.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use minijinja::{Environment, context};
use url::Url;

use crate::error::Error;

/// The templates, read once. Their names end in `.html`, so every value is escaped.
pub(crate) struct Pages(Environment<'static>);

/// What the sign-in page shows.
#[derive(Debug)]
pub(crate) struct SignInPage<'a> {
    /// Which service the person is signing in to.
    pub(crate) client_name: &'a str,
    /// Where the browser may be sent after the form.
    pub(crate) redirect_uri: &'a Url,
    /// The query of the authorization request, to be read again with the form.
    pub(crate) request: &'a str,
    pub(crate) form_token: &'a str,
    /// What was typed before.
    pub(crate) user: &'a str,
    pub(crate) mistake: Option<&'a str>,
}

impl Pages {
    pub(crate) fn load() -> Result<Self, Error> {
        let mut templates = Environment::new();
        templates.add_template("page.html", include_str!("pages/page.html"))?;
        templates.add_template("sign-in.html", include_str!("pages/sign-in.html"))?;
        templates.add_template("message.html", include_str!("pages/message.html"))?;
        Ok(Self(templates))
    }

    pub(crate) fn sign_in(&self, status: StatusCode, page: &SignInPage<'_>) -> Response {
        let SignInPage { client_name, redirect_uri, request, form_token, user, mistake } = *page;
        // Browsers apply `form-action` to the redirect that answers a form, too.
        let form_action = format!("'self' {}", redirect_uri.origin().ascii_serialization());
        let values = context! { client_name, request, form_token, user, mistake };
        self.page(status, "sign-in.html", values, &form_action)
    }

    pub(crate) fn message(&self, status: StatusCode, title: &str, message: &str) -> Response {
        self.page(status, "message.html", context! { title, message }, "'none'")
    }

    fn page(&self, status: StatusCode, name: &str, values: minijinja::Value, form_action: &str) -> Response {
        let rendered = self.0.get_template(name).and_then(|template| template.render(values));
        match rendered {
            Ok(html) => (status, headers(form_action), Html(html)).into_response(),
            Err(cause) => {
                tracing::error!(page = name, error = %cause, "a page cannot be shown");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

fn headers(form_action: &str) -> [(HeaderName, HeaderValue); 4] {
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
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
