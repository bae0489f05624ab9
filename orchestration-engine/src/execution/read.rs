//! Reads the body of an answer no further than it may be large: in bytes as they come and in bytes as they unpack to.

use std::io::{self, Write as _};

use bytes::{Bytes, BytesMut};
use flate2::write::GzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::Body;

/// An answer may unpack to so many times its size …
const LARGEST_RATIO: usize = 100;
/// … and this much more: small answers pack well.
const ANY_RATIO: usize = 64 * 1024;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It is too large, or not what its headers say.
    Unusable,
    /// The connection ended before it did.
    BrokenOff,
}

/// Reads `body`, of which `headers` told the encoding.
///
/// # Errors
/// When it is larger than `largest`, packed or unpacked; or cannot be unpacked; or breaks off.
pub async fn capped<B>(headers: &HeaderMap, mut body: B, largest: usize) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > largest) {
        return Err(BodyError::Unusable);
    }
    match headers.get(header::CONTENT_ENCODING).map(http::HeaderValue::as_bytes) {
        None | Some(b"identity") => plain(&mut body, largest).await,
        Some(b"gzip" | b"x-gzip") => unpacked(&mut body, largest).await,
        Some(_) => Err(BodyError::Unusable),
    }
}

async fn next<B: Body<Data = Bytes> + Unpin>(body: &mut B) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        // What is no data are trailers: nobody reads them.
        if let Ok(data) = frame.map_err(|_| BodyError::BrokenOff)?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// What came in one piece is handed on as it came.
async fn plain<B: Body<Data = Bytes> + Unpin>(body: &mut B, largest: usize) -> Result<Bytes, BodyError> {
    let Some(first) = next(body).await? else { return Ok(Bytes::new()) };
    if first.len() > largest {
        return Err(BodyError::Unusable);
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    let still = usize::try_from(body.size_hint().lower()).unwrap_or_default().min(largest);
    let mut all = BytesMut::with_capacity(first.len() + still);
    all.extend_from_slice(&first);
    while let Some(data) = next(body).await? {
        if all.len() + data.len() > largest {
            return Err(BodyError::Unusable);
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

async fn unpacked<B: Body<Data = Bytes> + Unpin>(body: &mut B, largest: usize) -> Result<Bytes, BodyError> {
    let mut packed = 0_usize;
    let mut decoder = GzDecoder::new(Capped { all: Vec::new(), most: 0 });
    while let Some(data) = next(body).await? {
        packed = packed.saturating_add(data.len());
        if packed > largest {
            return Err(BodyError::Unusable);
        }
        decoder.get_mut().most = packed.saturating_mul(LARGEST_RATIO).saturating_add(ANY_RATIO).min(largest);
        decoder.write_all(&data).map_err(|_| BodyError::Unusable)?;
    }
    let capped = decoder.finish().map_err(|_| BodyError::Unusable)?;
    Ok(capped.all.into())
}

/// Takes no more than `most` bytes. The decoder hands over what it unpacks in pieces of 32 kB, and stops when one is refused.
struct Capped {
    all: Vec<u8>,
    most: usize,
}

impl io::Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.all.len() + piece.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.all.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};
    use http_body_util::Full;

    use super::*;

    fn packed(text: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap().into()
    }

    async fn reading(encoding: &'static str, body: Bytes, largest: usize) -> Result<Bytes, BodyError> {
        let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, http::HeaderValue::from_static(encoding))]);
        capped(&headers, Full::new(body), largest).await
    }

    #[tokio::test]
    async fn unpacks_what_is_packed() {
        let text = br#"{"data":{"person":{"fullName":"Nayana"}}}"#;
        assert_eq!(reading("gzip", packed(text), 1000).await.unwrap(), &text[..]);
        assert_eq!(reading("identity", Bytes::from_static(text), 1000).await.unwrap(), &text[..]);
    }

    #[tokio::test]
    async fn p2_a_bomb_is_not_unpacked() {
        let bomb = packed(&vec![b'['; 50 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        assert_eq!(reading("gzip", bomb.clone(), 2 * 1024 * 1024).await, Err(BodyError::Unusable), "too large");
        assert_eq!(reading("gzip", bomb, usize::MAX).await, Err(BodyError::Unusable), "too good a ratio");
    }

    #[tokio::test]
    async fn p2_what_is_not_what_it_says_is_unusable() {
        let whole = packed(b"{}");
        for (encoding, body) in [
            ("gzip", Bytes::from_static(b"{}")),
            ("gzip", whole.slice(..whole.len() - 3)),
            ("gzip", [&whole[..], b"and more"].concat().into()),
            ("gzip", Bytes::new()),
            ("br", whole.clone()),
            ("gzip, gzip", whole),
        ] {
            assert_eq!(reading(encoding, body, 1000).await, Err(BodyError::Unusable), "{encoding}");
        }
        assert_eq!(reading("identity", Bytes::from_static(b"12345"), 4).await, Err(BodyError::Unusable));
    }
}
