//! Reads an HTTP answer no further than its caller wants.

/// The body of an answer; `None` when it has more than `largest` bytes. What is compressed counts as what it unpacks to,
/// and is unpacked no further than that.
///
/// # Errors
/// When the connection fails.
pub async fn read(mut response: reqwest::Response, largest: usize) -> reqwest::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > largest {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}
