//! The client's side of RFC 7616 once more, with none of the crate's own code: what a request must
//! say, and what the answer must prove.

#![allow(dead_code, clippy::allow_attributes, reason = "each of the binaries uses a part of it")]

use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512_256};

/// `H` of a text, in lower-case digits.
pub(crate) fn h(algorithm: &str, data: impl AsRef<[u8]>) -> String {
    match algorithm.trim_end_matches("-sess") {
        "SHA-256" => hex(&Sha256::digest(data)),
        "SHA-512-256" => hex(&Sha512_256::digest(data)),
        _ => hex(&Md5::digest(data)),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a client knows when it sends a request. Every field can be made wrong.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) realm: String,
    pub(crate) nonce: String,
    pub(crate) algorithm: &'static str,
    pub(crate) qop: &'static str,
    pub(crate) nc: String,
    pub(crate) cnonce: String,
    /// The `cnonce` with which a session began, where that is not the one of this request.
    pub(crate) first_cnonce: Option<String>,
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) content: Vec<u8>,
    pub(crate) opaque: Option<String>,
}

impl Login {
    /// The first request of Mufasa, who has the right password.
    pub(crate) fn new(algorithm: &'static str, nonce: &str) -> Self {
        Self {
            username: "Mufasa".into(),
            password: "Circle of Life".into(),
            realm: "pride lands".into(),
            nonce: nonce.into(),
            algorithm,
            qop: "auth",
            nc: "00000001".into(),
            cnonce: "0a4f113b".into(),
            first_cnonce: None,
            method: "GET".into(),
            uri: "/rock".into(),
            content: Vec::new(),
            opaque: None,
        }
    }

    /// `H(A1)`, [RFC 7616 §3.4.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2).
    pub(crate) fn ha1(&self) -> String {
        let Self { username, realm, password, nonce, .. } = self;
        let ha1 = h(self.algorithm, format!("{username}:{realm}:{password}"));
        if self.algorithm.ends_with("-sess") {
            let cnonce = self.first_cnonce.as_ref().unwrap_or(&self.cnonce);
            return h(self.algorithm, format!("{ha1}:{nonce}:{cnonce}"));
        }
        ha1
    }

    /// `response`, [RFC 7616 §3.4.1](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.1).
    pub(crate) fn response(&self) -> String {
        self.response_with(&self.ha1())
    }

    /// The response of somebody who takes this for `H(A1)`.
    pub(crate) fn response_with(&self, ha1: &str) -> String {
        self.keyed(ha1, &self.method, self.qop, &self.content)
    }

    /// What `rspauth` must be,
    /// [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5).
    pub(crate) fn rspauth(&self, qop: &str, content: &[u8]) -> String {
        self.keyed(&self.ha1(), "", qop, content)
    }

    fn keyed(&self, ha1: &str, method: &str, qop: &str, content: &[u8]) -> String {
        let Self { uri, nonce, nc, cnonce, .. } = self;
        let mut a2 = format!("{method}:{uri}");
        if qop == "auth-int" {
            a2 = format!("{a2}:{}", h(self.algorithm, content));
        }
        let ha2 = h(self.algorithm, a2);
        h(self.algorithm, format!("{ha1}:{nonce}:{nc}:{cnonce}:{qop}:{ha2}"))
    }

    /// The parameters as they are written, in the usual order.
    pub(crate) fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = vec![
            ("username", quoted(&self.username)),
            ("realm", quoted(&self.realm)),
            ("nonce", quoted(&self.nonce)),
            ("uri", quoted(&self.uri)),
            ("algorithm", self.algorithm.to_owned()),
            ("qop", self.qop.to_owned()),
            ("nc", self.nc.clone()),
            ("cnonce", quoted(&self.cnonce)),
            ("response", quoted(&self.response())),
        ];
        params.extend(self.opaque.as_ref().map(|opaque| ("opaque", quoted(opaque))));
        params
    }

    /// The field value.
    pub(crate) fn header(&self) -> String {
        written(&self.params())
    }

    /// The field value, with one parameter replaced by something written out; without one where
    /// that is empty.
    pub(crate) fn header_with(&self, name: &str, raw: &str) -> String {
        let mut params = self.params();
        params.retain(|(other, _)| *other != name);
        if raw.is_empty() {
            return written(&params);
        }
        format!("{}, {name}={raw}", written(&params))
    }
}

pub(crate) fn written(params: &[(&'static str, String)]) -> String {
    let params: Vec<String> = params.iter().map(|(name, raw)| format!("{name}={raw}")).collect();
    format!("Digest {}", params.join(", "))
}

/// A `quoted-string`.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}
