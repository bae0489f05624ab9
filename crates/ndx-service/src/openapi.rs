//! The OpenAPI 3.1 document of a service: put together from its handlers, served at `/openapi.json`.

use axum::{Json, Router, routing::get};
use utoipa::openapi::{
    Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

/// The name of the security scheme of the services: a token of one minute from one of them.
pub const SERVICE_TOKEN: &str = "serviceToken";
/// The name of the security scheme of citizens: an access token of the citizens' identity provider.
pub const CITIZEN_TOKEN: &str = "citizenToken";
/// The name of the security scheme of consumer applications.
pub const APPLICATION_TOKEN: &str = "applicationToken";

/// Where the document is served. Everybody may read it.
pub const PATH: &str = "/openapi.json";

/// One document of all `parts`, under the service's own `title` and `description`.
pub fn document(title: &str, description: &str, parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title(title)
        .description(Some(description))
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(license))
        .build();
    let mut document = OpenApiBuilder::new().info(info).components(Some(Components::new())).build();
    for part in parts {
        document.merge(part);
    }
    let bearer = |what: &str| {
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(what)).build(),
        )
    };
    let components = document.components.get_or_insert_with(Components::new);
    for (name, what) in [
        (SERVICE_TOKEN, "A token of 60 seconds that another service of the exchange has signed with its key."),
        (CITIZEN_TOKEN, "An access token that the citizens' identity provider has given to the citizen's portal."),
        (APPLICATION_TOKEN, "An access token that the applications' identity provider has given to the application."),
    ] {
        components.add_security_scheme(name, bearer(what));
    }
    document
}

/// A router that serves `document`.
pub fn router(document: OpenApi) -> Router {
    Router::new().route(PATH, get(|| async move { Json(document) }))
}
