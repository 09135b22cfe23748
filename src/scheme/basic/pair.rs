//! The name and password inside Basic credentials.

use std::borrow::Cow;
use std::mem;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize as _, Zeroizing};

use crate::scheme::text::{has_control, nfc};

/// `user-id ":" password`, decoded
/// ([RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)).
pub(super) struct Pair {
    text: Zeroizing<String>,
    colon: usize,
}

impl Pair {
    /// Decodes a token68. `None` when it is no canonical base64, no UTF-8, has no colon or holds a
    /// control character.
    pub(super) fn decode(token68: &str) -> Option<Self> {
        let bytes = STANDARD.decode(token68).ok()?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => normalized(text),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                return None;
            }
        };
        let text = Zeroizing::new(text);
        let colon = text.find(':')?;
        (!has_control(&text)).then_some(Self { text, colon })
    }

    pub(super) fn name(&self) -> &str {
        self.text.get(..self.colon).unwrap_or_default()
    }

    /// The name in the memory that it stands in, with the password overwritten.
    pub(super) fn into_name(mut self) -> String {
        let mut bytes = mem::take(&mut *self.text).into_bytes();
        if let Some(password) = bytes.get_mut(self.colon..) {
            password.zeroize();
        }
        bytes.truncate(self.colon);
        String::from_utf8(bytes).unwrap_or_default()
    }

    pub(super) fn password(&self) -> &str {
        self.text.get(self.colon.saturating_add(1)..).unwrap_or_default()
    }
}

fn normalized(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    match nfc(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(normal) => {
            drop(Zeroizing::new(text));
            normal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(credentials: &[u8]) -> Option<(String, String)> {
        let pair = Pair::decode(&STANDARD.encode(credentials))?;
        Some((pair.name().to_owned(), pair.password().to_owned()))
    }

    fn some(name: &str, password: &str) -> Option<(String, String)> {
        Some((name.to_owned(), password.to_owned()))
    }

    /// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2)
    #[test]
    fn name_ends_at_the_first_colon() {
        for (text, want) in [
            ("a:b:c", some("a", "b:c")),
            (":p", some("", "p")),
            ("u:", some("u", "")),
            (":", some("", "")),
            ("u", None),
            ("", None),
        ] {
            assert_eq!(pair(text.as_bytes()), want, "{text:?}");
        }
    }

    /// [RFC 7617 §2](https://www.rfc-editor.org/rfc/rfc7617#section-2): "MUST NOT contain any
    /// control characters".
    #[test]
    fn control_characters_are_refused_in_both_parts() {
        for text in ["a\0b:c", "a:b\n", "a\x7f:b", "a:\tb", "a:\u{85}"] {
            assert_eq!(pair(text.as_bytes()), None, "{text:?}");
        }
    }

    /// [RFC 4648 §4](https://www.rfc-editor.org/rfc/rfc4648#section-4), and §3.5: bits that no
    /// encoder sets are refused, so that one pair has one spelling.
    #[test]
    fn base64_is_standard_padded_and_canonical() {
        assert!(Pair::decode("Og==").is_some());
        for text in ["Og", "Og=", "Oh==", "YTpi_-==", "dTpw!!!!", "YTpi Cg==", "=", ""] {
            assert!(Pair::decode(text).is_none(), "{text:?}");
        }
    }

    /// [RFC 7617 §2.1](https://www.rfc-editor.org/rfc/rfc7617#section-2.1): composed and
    /// decomposed spellings are one name, and bytes that are no UTF-8 are none.
    #[test]
    fn text_is_utf8_in_normalization_form_c() {
        let composed = Pair::decode("SsOkc8O4bjp4").map(|pair| pair.name().to_owned());
        let decomposed = Pair::decode("SmHMiHPDuG46eA==").map(|pair| pair.name().to_owned());
        assert_eq!(composed.as_deref(), Some("Jäsøn"));
        assert_eq!(decomposed, composed);
        assert!(Pair::decode("dGVzdDoxMjOj").is_none(), "ISO-8859-1");
        assert_eq!(pair("имя:пароль 🔑".as_bytes()), some("имя", "пароль 🔑"));
    }

    /// The published examples of RFC 7617 §2 and §2.1, RFC 9110 §9.3.6, RFC 9449 §6.2 and
    /// RFC 7662 §2.1.
    #[test]
    fn published_examples_decode_to_the_published_pairs() {
        for (token68, name, password) in [
            ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("dGVzdDoxMjPCow==", "test", "123£"),
            ("aGVsbG86d29ybGQ=", "hello", "world"),
            (
                "cnM6cnM6TWt1LTZnX2xDektJZHo0ZnNON2tZY3lhK1Rp",
                "rs",
                "rs:Mku-6g_lCzKIdz4fsN7kYcya+Ti",
            ),
            ("czZCaGRSa3F0MzpnWDFmQmF0M2JW", "s6BhdRkqt3", "gX1fBat3bV"),
        ] {
            let pair = Pair::decode(token68).unwrap();
            assert_eq!((pair.name(), pair.password()), (name, password));
        }
    }
}
