//! `Authentication-Info`: what the server proves in its turn,
//! [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5).

use super::algorithm::{Hash, Hex};
use super::credentials::{Claim, Qop};
use crate::header::AuthenticationInfo;
use crate::scheme::{Answered, Finish};

/// All that the answer to a request is computed from.
pub(super) struct Reply<'a> {
    pub(super) hash: Hash,
    /// `H(A1)`, of a session algorithm that of the session.
    pub(super) secret: Hex,
    pub(super) claim: &'a Claim<'a>,
    pub(super) uri: &'a [u8],
    pub(super) next: Option<&'a str>,
}

impl Reply<'_> {
    /// The field that does not cover the content.
    pub(super) fn info(&self) -> Option<AuthenticationInfo> {
        self.write(Qop::Auth, &self.hash.of(&[b"", self.uri]))
    }

    /// The field that covers the content.
    pub(super) fn info_of(&self, content: &[u8]) -> Option<AuthenticationInfo> {
        let content = self.hash.of(&[content]);
        self.write(Qop::AuthInt, &self.hash.of(&[b"", self.uri, content.as_bytes()]))
    }

    /// `None` where the client's `cnonce` can't be sent back: it gets no proof then.
    fn write(&self, qop: Qop, ha2: &Hex) -> Option<AuthenticationInfo> {
        let rspauth = self.claim.proof(self.hash, &self.secret, qop, ha2);
        let (cnonce, nc) = (&*self.claim.cnonce, &self.claim.nc[..]);
        let params = [
            ("rspauth", rspauth.as_str()),
            ("cnonce", str::from_utf8(cnonce).ok()?),
            ("nc", str::from_utf8(nc).ok()?),
            ("qop", qop.name()),
            ("nextnonce", self.next.unwrap_or_default()),
        ];
        let sent = if self.next.is_some() { params.len() } else { params.len().saturating_sub(1) };
        AuthenticationInfo::of(params.get(..sent)?).ok()
    }
}

/// The field, known before the inner service is called.
pub(super) struct Known(pub(super) AuthenticationInfo);

impl Finish for Known {
    fn finish(self: Box<Self>, answer: &mut Answered<'_>) {
        answer.authentication_info(self.0);
    }
}

/// The field that covers the content of the answer.
pub(super) struct OfContent {
    pub(super) hash: Hash,
    pub(super) secret: Hex,
    pub(super) claim: Claim<'static>,
    pub(super) uri: Vec<u8>,
    pub(super) next: Option<String>,
}

impl Finish for OfContent {
    fn needs_content(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, answer: &mut Answered<'_>) {
        let Self { hash, secret, claim, uri, next } = &*self;
        let reply = Reply { hash: *hash, secret: *secret, claim, uri, next: next.as_deref() };
        // RFC 7616 §3.5: the `qop` of the answer "SHOULD" be that of the request. Where the content
        // is a stream, a proof of less is better than none.
        let info = match answer.content() {
            Some(content) => reply.info_of(content),
            None => reply.info(),
        };
        if let Some(info) = info {
            answer.authentication_info(info);
        }
    }
}
