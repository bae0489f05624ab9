//! Asks the userinfo endpoint for what the ID token does not say (OpenID Connect Core 1.0, section 5.3).

use oauth2::AccessToken;
use url::Url;

use super::{Claims, OpenIdError, OpenIdProvider};
use crate::{
    capped,
    oauth_http::{LARGEST, TIMEOUT},
};

impl OpenIdProvider {
    /// Adds to `claims` what the endpoint tells besides. What the ID token says stands: it is signed, this answer is not.
    pub(super) async fn complete(
        &self,
        claims: &mut Claims,
        address: &Url,
        token: &AccessToken,
    ) -> Result<(), OpenIdError> {
        let unreachable = |error| OpenIdError::Unreachable(self.issuer.clone(), error);
        let request = self.http.get(address.clone()).bearer_auth(token.secret()).timeout(TIMEOUT);
        let response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(unreachable)?;
        let body = capped::read(response, LARGEST).await.map_err(unreachable)?;
        let told: Option<Claims> = body.and_then(|body| serde_json::from_slice(&body).ok());
        let told = told.ok_or(OpenIdError::NotForThis("the userinfo answer is not one in JSON"))?;
        // Section 5.3.2: without this comparison, another person's answer could be slipped in.
        if !told.get("sub").is_some_and(|sub| sub.is_string() && claims.get("sub") == Some(sub)) {
            return Err(OpenIdError::NotForThis("the userinfo answer is about somebody else"));
        }
        for (name, value) in told {
            claims.entry(name).or_insert(value);
        }
        Ok(())
    }
}
