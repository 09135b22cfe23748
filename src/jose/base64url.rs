//! base64url without padding, strict: [RFC 7515 §2](https://www.rfc-editor.org/rfc/rfc7515#section-2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Room for one decoded part of a token: `N` bytes on the stack, more on the heap.
pub(crate) struct Buffer<const N: usize> {
    stack: [u8; N],
    heap: Vec<u8>,
}

impl<const N: usize> Buffer<N> {
    pub(crate) const fn new() -> Self {
        Self { stack: [0; N], heap: Vec::new() }
    }

    /// Only `[A-Za-z0-9_-]`, no padding, and no bits left over that are not zero, so that two
    /// spellings never mean the same bytes.
    pub(super) fn decode(&mut self, text: &str) -> Option<&[u8]> {
        let room = base64::decoded_len_estimate(text.len());
        let target = if room <= N {
            self.stack.as_mut_slice()
        } else {
            self.heap.resize(room, 0);
            self.heap.as_mut_slice()
        };
        let written = URL_SAFE_NO_PAD.decode_slice(text, target).ok()?;
        target.get(..written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §3.5: pad bits that are not zero would give one value several spellings.
    #[test]
    fn only_the_canonical_spelling_is_read() {
        for (text, want) in [
            ("", Some(b"".as_slice())),
            ("YQ", Some(b"a")),
            ("YWI", Some(b"ab")),
            ("_-8", Some(&[0xff, 0xef])),
            ("YR", None),
            ("YWJ", None),
            ("YQ==", None),
            ("YQ=", None),
            ("/+8", None),
            ("Y", None),
            ("Y Q", None),
            ("YQ\n", None),
            ("ÄÄ", None),
        ] {
            assert_eq!(Buffer::<2>::new().decode(text), want, "{text:?}");
            assert_eq!(Buffer::<16>::new().decode(text), want, "{text:?}");
        }
    }
}
