//! Refuses documents that would cost more to check than to answer.
//!
//! The library's limits of depth and complexity are applied after its validation rules, and those take exponential time
//! for fragments that spread fragments. So this looks at the document first; the exchange sends no fragments.

use std::sync::Arc;

use async_graphql::{
    ErrorExtensionValues, Request, ServerError, ServerResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest},
    parser::parse_query,
};

const LONGEST_QUERY: usize = 16 * 1024;

/// The guard, to be given to a schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard;

impl ExtensionFactory for Guard {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Guard {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        if request.query.len() > LONGEST_QUERY {
            return Err(refused("the query is too long"));
        }
        // The parser's own message would repeat a line of the query.
        let document = parse_query(&request.query).map_err(|_| refused("the query is not well-formed GraphQL"))?;
        if !document.fragments.is_empty() {
            return Err(refused("fragment definitions are not supported"));
        }
        request.set_parsed_query(document);
        next.run(ctx, request).await
    }
}

fn refused(message: &str) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", "BAD_REQUEST");
    ServerError { extensions: Some(extensions), ..ServerError::new(message, None) }
}
