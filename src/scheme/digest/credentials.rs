//! What a client presents: the parameters of RFC 7616 §3.4.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::algorithm::{Algorithm, Hash, Hex, Proof};
use crate::header::{Credentials, Param};
use crate::scheme::text::nfc;

/// Digest credentials in which everything that is required stands once.
pub(super) struct Presented<'a> {
    pub(super) name: Name<'a>,
    pub(super) realm: Cow<'a, [u8]>,
    pub(super) uri: Cow<'a, [u8]>,
    pub(super) opaque: Option<Cow<'a, [u8]>>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) claim: Claim<'a>,
}

/// What the response is computed from, but for the secret, and the response.
#[derive(Clone)]
pub(super) struct Claim<'a> {
    pub(super) nonce: Cow<'a, [u8]>,
    pub(super) cnonce: Cow<'a, [u8]>,
    /// As it was sent: its digits are hashed.
    pub(super) nc: [u8; 8],
    pub(super) count: u32,
    pub(super) qop: Qop,
    /// `None`: no digest of any algorithm, so it can only be wrong.
    pub(super) response: Option<Hex>,
}

/// How a request names its user. `None`: as nobody can be called.
pub(super) enum Name<'a> {
    Plain(Option<Cow<'a, str>>),
    Hashed(Option<Cow<'a, str>>),
}

/// What is protected, [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qop {
    /// The request's method and target.
    Auth,
    /// The content as well.
    AuthInt,
}

/// Why credentials can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A parameter is missing or is not what it must be.
    Malformed(&'static str),
    /// Neither `qop`, `nc` nor `cnonce`: the form of RFC 2069, which can be replayed for ever.
    Rfc2069,
    /// An algorithm or a `qop` that nobody offers.
    NotOffered(&'static str),
}

impl Qop {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }
}

impl Claim<'_> {
    /// What somebody with this secret proves, of what `ha2` stands for.
    pub(super) fn proof(&self, hash: Hash, secret: &Hex, qop: Qop, ha2: &Hex) -> Hex {
        let (nonce, nc, cnonce) = (&self.nonce, &self.nc, &self.cnonce);
        hash.proof(secret, &Proof { nonce, nc, cnonce, qop: qop.name().as_bytes(), ha2 })
    }

    pub(super) fn into_owned(self) -> Claim<'static> {
        let Self { nonce, cnonce, nc, count, qop, response } = self;
        let (nonce, cnonce) = (nonce.into_owned().into(), cnonce.into_owned().into());
        Claim { nonce, cnonce, nc, count, qop, response }
    }
}

/// The parameters as they stand, in one pass.
#[derive(Default)]
struct Found<'a> {
    username: Option<Param<'a>>,
    username_ext: Option<Param<'a>>,
    realm: Option<Param<'a>>,
    nonce: Option<Param<'a>>,
    uri: Option<Param<'a>>,
    response: Option<Param<'a>>,
    algorithm: Option<Param<'a>>,
    cnonce: Option<Param<'a>>,
    opaque: Option<Param<'a>>,
    qop: Option<Param<'a>>,
    nc: Option<Param<'a>>,
    userhash: Option<Param<'a>>,
}

impl<'a> Presented<'a> {
    pub(super) fn read(credentials: &Credentials<'a>) -> Result<Self, Unreadable> {
        let found = Found::read(credentials)?;
        let required = |param: Option<Param<'a>>, name| {
            let value = param.map(|param| param.value()).filter(|value| !value.is_empty());
            value.ok_or(Unreadable::Malformed(name))
        };
        if found.qop.is_none() && found.nc.is_none() && found.cnonce.is_none() {
            return Err(Unreadable::Rfc2069);
        }
        let nc = required(found.nc, "nc")?;
        let (nc, count) = count(&nc).ok_or(Unreadable::Malformed("nc"))?;
        let qop = required(found.qop, "qop")?;
        let claim = Claim {
            nonce: required(found.nonce, "nonce")?,
            cnonce: required(found.cnonce, "cnonce")?,
            nc,
            count,
            qop: match &*qop {
                b"auth" => Qop::Auth,
                b"auth-int" => Qop::AuthInt,
                _ => return Err(Unreadable::NotOffered("qop")),
            },
            response: {
                let response = required(found.response, "response")?;
                Hex::read(&response, response.len())
            },
        };
        Ok(Self {
            name: found.name()?,
            realm: found.realm.ok_or(Unreadable::Malformed("realm"))?.value(),
            uri: required(found.uri, "uri")?,
            opaque: found.opaque.map(|opaque| opaque.value()),
            algorithm: found.algorithm()?,
            claim,
        })
    }
}

impl<'a> Found<'a> {
    fn read(credentials: &Credentials<'a>) -> Result<Self, Unreadable> {
        let mut found = Self::default();
        let read = credentials.each_param(|param| {
            if let Some(slot) = found.slot(&param) {
                *slot = Some(param);
            }
        });
        read.map_err(|_| Unreadable::Malformed("its grammar"))?;
        Ok(found)
    }

    /// RFC 7616 §3.4: what is not known is ignored.
    #[inline]
    fn slot(&mut self, param: &Param<'a>) -> Option<&mut Option<Param<'a>>> {
        let mut room = [0; LONGEST_NAME];
        Some(match param.lower_case_name(&mut room)? {
            b"username" => &mut self.username,
            b"realm" => &mut self.realm,
            b"nonce" => &mut self.nonce,
            b"uri" => &mut self.uri,
            b"response" => &mut self.response,
            b"algorithm" => &mut self.algorithm,
            b"cnonce" => &mut self.cnonce,
            b"opaque" => &mut self.opaque,
            b"qop" => &mut self.qop,
            b"nc" => &mut self.nc,
            b"userhash" => &mut self.userhash,
            b"username*" => &mut self.username_ext,
            _ => return None,
        })
    }

    /// RFC 7616 §3.4: `username` or `username*`, and the latter never for a hash.
    fn name(&self) -> Result<Name<'a>, Unreadable> {
        let hashed = match self.userhash.map(|userhash| userhash.value()) {
            None => false,
            Some(value) if value.eq_ignore_ascii_case(b"false") => false,
            Some(value) if value.eq_ignore_ascii_case(b"true") => true,
            Some(_) => return Err(Unreadable::Malformed("userhash")),
        };
        match (self.username, self.username_ext) {
            (Some(name), None) if hashed => Ok(Name::Hashed(name.value_str())),
            (Some(name), None) => Ok(Name::Plain(name.value_str().map(normal))),
            (None, Some(name)) if !hashed => {
                let name = extended(&name.value()).ok_or(Unreadable::Malformed("username*"))?;
                Ok(Name::Plain(Some(normal(name.into()))))
            }
            (Some(_), Some(_)) => Err(Unreadable::Malformed("username and username*")),
            (None, Some(_)) => Err(Unreadable::Malformed("username* with userhash=true")),
            (None, None) => Err(Unreadable::Malformed("username")),
        }
    }

    /// RFC 7616 §3.3: without the parameter it is MD5.
    fn algorithm(&self) -> Result<Option<Algorithm>, Unreadable> {
        let Some(named) = self.algorithm else { return Ok(None) };
        let named = named.value();
        let known = [
            Algorithm::Sha256,
            Algorithm::Md5,
            Algorithm::Sha512_256,
            Algorithm::Sha256Sess,
            Algorithm::Md5Sess,
            Algorithm::Sha512_256Sess,
        ];
        let is_named =
            |algorithm: &Algorithm| named.eq_ignore_ascii_case(algorithm.name().as_bytes());
        known.into_iter().find(is_named).map(Some).ok_or(Unreadable::NotOffered("algorithm"))
    }
}

/// `algorithm`, `username*`.
const LONGEST_NAME: usize = 9;

/// Exactly eight hexadecimal digits, [RFC 7616 §3.4](https://www.rfc-editor.org/rfc/rfc7616#section-3.4).
fn count(nc: &[u8]) -> Option<([u8; 8], u32)> {
    let digits: [u8; 8] = nc.try_into().ok()?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let count = u32::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?;
    Some((digits, count))
}

/// An `ext-value`, [RFC 8187 §3.2](https://www.rfc-editor.org/rfc/rfc8187#section-3.2), in UTF-8:
/// no other encoding is ever needed.
fn extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |&byte| byte == b'\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    if !charset.eq_ignore_ascii_case(b"UTF-8") || !is_encoded(encoded) {
        return None;
    }
    percent_decode(encoded).decode_utf8().ok().map(Cow::into_owned)
}

/// `*( pct-encoded / attr-char )`
fn is_encoded(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'%' => match after.split_at_checked(2) {
                Some((digits, after)) if digits.iter().all(u8::is_ascii_hexdigit) => after,
                _ => return false,
            },
            byte if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(byte) => after,
            _ => return false,
        };
    }
    true
}

fn normal(name: Cow<'_, str>) -> Cow<'_, str> {
    match nfc(&name) {
        Cow::Borrowed(_) => name,
        Cow::Owned(normal) => Cow::Owned(normal),
    }
}
