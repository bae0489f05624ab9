//! Texts made small, as text again, for what a browser keeps or sends back for us: letters of most scripts take three bytes
//! each, and a cookie holds few.

use std::io::{Read as _, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

/// `plain`, packed.
pub(crate) fn pack(plain: &[u8]) -> std::io::Result<String> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(plain)?;
    Ok(STANDARD_NO_PAD.encode(packer.finish()?))
}

/// What was packed, where it is not larger than `most`: whoever made it may have made it to fill our memory.
pub(crate) fn unpack(packed: &str, most: usize) -> Option<Vec<u8>> {
    let packed = STANDARD_NO_PAD.decode(packed).ok()?;
    let mut plain = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    DeflateDecoder::new(packed.as_slice()).take(limit).read_to_end(&mut plain).ok()?;
    (plain.len() <= most).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_nothing_that_is_larger_or_else() {
        let text = "කැමතිද? ".repeat(100);
        let packed = pack(text.as_bytes()).unwrap();
        assert!(packed.len() < 100, "{packed}");
        assert_eq!(unpack(&packed, text.len()), Some(text.clone().into_bytes()));
        assert_eq!(unpack(&packed, text.len() - 1), None);
        for bad in ["", "!", "AAAA", packed.get(..packed.len() - 4).unwrap()] {
            assert_eq!(unpack(bad, 1000), None, "{bad}");
        }
    }
}
