//! The check of one request.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

use http::{Method, Uri};

use super::Algorithm;
use super::algorithm::Hex;
use super::credentials::{Claim, Name, Presented as Read, Qop, Unreadable};
use super::directory::{DigestDirectory, DigestEntry, DigestName, DigestQuery};
use super::info::{Known, OfContent, Reply};
use super::nonce::{Nonce, Nonces, Standing};
use super::offer::Offer;
use crate::attempts::Guess;
use crate::clock::Clock;
use crate::eventual::Eventual;
use crate::header::SchemeName;
use crate::identity::{Principal, Verified};
use crate::rejection::{Rejection, Unavailable, reason};
use crate::respond::ChallengeList;
use crate::scheme::{Attempt, Outcome, Place, Presented, Scheme};
use crate::store::{NonceStore, NonceUse, Use};

/// What a request must agree with.
pub(super) struct Rules {
    pub(super) realm: Box<str>,
    pub(super) qops: Vec<Qop>,
    pub(super) userhash: UserHash,
    pub(super) opaque: Option<String>,
    pub(super) once: bool,
}

/// Whether names are sent as hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UserHash {
    No,
    Offered,
    Required,
}

pub(super) struct DigestScheme(Arc<Shared>);

struct Shared {
    rules: Rules,
    offers: Box<[Offer]>,
    nonces: Nonces,
    directory: Arc<dyn DigestDirectory>,
    store: Arc<dyn NonceStore>,
    clock: Arc<dyn Clock>,
}

/// A request that asks for what is offered: all that its check needs, but the secret.
struct Asked<'a> {
    algorithm: Algorithm,
    claim: Claim<'a>,
    uri: Cow<'a, [u8]>,
    ha2: Hex,
    standing: Standing,
    now: SystemTime,
}

impl DigestScheme {
    pub(super) fn new(
        rules: Rules,
        offers: Box<[Offer]>,
        nonces: Nonces,
        directory: Arc<dyn DigestDirectory>,
        store: Arc<dyn NonceStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self(Arc::new(Shared { rules, offers, nonces, directory, store, clock }))
    }
}

impl Scheme for DigestScheme {
    fn name(&self) -> &SchemeName {
        &SchemeName::DIGEST
    }

    fn places(&self) -> &[Place] {
        &[Place::Authorization]
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let Some(credentials) = presented.credentials() else {
            return Outcome::Absent.into();
        };
        let read = Read::read(&credentials).map_err(unreadable);
        let (name, asked) = match read.and_then(|read| self.0.ask(presented, read)) {
            Ok(asked) => asked,
            Err(rejection) => return Outcome::Rejected(rejection).into(),
        };
        let found = self.0.find(&name, asked.algorithm);
        let shared = Arc::clone(&self.0);
        after(found, asked, move |found, asked| shared.judge(found, asked))
    }

    /// A name and its hash are two accounts here: whoever offers `userhash` allows twice as many
    /// guesses.
    fn can_be_guessed(&self) -> bool {
        true
    }

    fn guess<'a>(&self, presented: &Presented<'a>) -> Option<Guess<'a>> {
        match Read::read(&presented.credentials()?).ok()?.name {
            Name::Plain(Some(name)) | Name::Hashed(Some(name)) => Some(Guess::on_account(name)),
            Name::Plain(None) | Name::Hashed(None) => Some(Guess::anonymous()),
        }
    }

    fn reads_content(&self) -> bool {
        self.0.rules.qops.contains(&Qop::AuthInt)
    }

    fn needs_content(&self, presented: &Presented<'_>) -> bool {
        let read = presented.credentials().and_then(|credentials| Read::read(&credentials).ok());
        read.is_some_and(|read| read.claim.qop == Qop::AuthInt)
    }

    fn challenges(&self, why: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        let stale = why
            .is_some_and(|why| matches!(why.reason(), reason::STALE_NONCE | reason::NONCE_REUSED));
        let now = self.0.clock.now();
        for offer in &self.0.offers {
            let nonce = self.0.nonces.issue(offer.algorithm, now);
            list.push(&offer.challenge(list.target(), &nonce, stale));
        }
    }
}

type Found = Result<Option<DigestEntry>, Unavailable>;

impl Shared {
    /// Compares what does not depend on the secret.
    fn ask<'a>(
        &self,
        presented: &Presented<'a>,
        read: Read<'a>,
    ) -> Result<(Name<'a>, Asked<'a>), Rejection> {
        let Read { name, realm, uri, opaque, algorithm, claim } = read;
        // RFC 7616 §3.3: without the parameter it is MD5.
        let algorithm = algorithm.unwrap_or(Algorithm::Md5);
        if self.offer(algorithm).is_none() {
            return Err(not_offered("algorithm"));
        }
        if *realm != *self.rules.realm.as_bytes() {
            return Err(not_offered("realm"));
        }
        // Some clients send an empty one where they got none.
        if opaque.as_deref().unwrap_or_default()
            != self.rules.opaque.as_deref().unwrap_or_default().as_bytes()
        {
            return Err(not_offered("opaque"));
        }
        if !self.rules.qops.contains(&claim.qop) {
            return Err(not_offered("qop"));
        }
        match (&name, self.rules.userhash) {
            (Name::Hashed(_), UserHash::No) => return Err(not_offered("userhash")),
            (Name::Plain(_), UserHash::Required) => return Err(not_offered("username")),
            _ => {}
        }
        let head = presented.head();
        if !names_target(&uri, presented.original_uri(), &head.method) {
            return Err(Rejection::invalid_request(reason::WRONG_URI)
                .describe("The `uri` of the credentials is not the target of the request"));
        }
        let (hash, method) = (algorithm.hash(), head.method.as_str().as_bytes());
        let ha2 = match (claim.qop, presented.content()) {
            (Qop::Auth, _) => hash.of(&[method, &uri]),
            (Qop::AuthInt, Some(content)) => {
                hash.of(&[method, &uri, hash.of(&[content]).as_bytes()])
            }
            (Qop::AuthInt, None) => return Err(not_offered("qop")),
        };
        let now = self.clock.now();
        let standing = self.nonces.standing(&claim.nonce, algorithm, now);
        Ok((name, Asked { algorithm, claim, uri, ha2, standing, now }))
    }

    fn offer(&self, algorithm: Algorithm) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.algorithm == algorithm)
    }

    fn find(&self, name: &Name<'_>, algorithm: Algorithm) -> Eventual<Found> {
        let name = match name {
            Name::Plain(Some(name)) => DigestName::Plain(name),
            Name::Hashed(Some(hash)) => DigestName::Hashed(hash),
            Name::Plain(None) | Name::Hashed(None) => return Eventual::Ready(Ok(None)),
        };
        self.directory.find(&DigestQuery { name, realm: &self.rules.realm, algorithm })
    }

    fn judge(self: &Arc<Self>, found: Found, asked: Asked<'_>) -> Attempt {
        let is_in_time = |entry: &DigestEntry| !entry.principal.is_over_at(asked.now);
        let (principal, ha1) = match found.map(|entry| entry.filter(is_in_time)) {
            Ok(Some(DigestEntry { principal, ha1 })) => (Some(principal), ha1),
            // The same work for a name that nobody has.
            Ok(None) => match self.offer(asked.algorithm) {
                Some(offer) => (None, offer.nobody.clone()),
                None => return Outcome::Rejected(not_offered("algorithm")).into(),
            },
            Err(outage) => return Outcome::Unavailable(outage).into(),
        };
        let secret = asked.secret(&ha1.0, &asked.claim.cnonce);
        if asked.is_right(&secret) {
            return self.right(principal, secret, asked);
        }
        let Standing::Fresh(Nonce { id, .. }) = asked.standing else {
            return wrong(principal.as_ref());
        };
        if !asked.algorithm.is_session() {
            return wrong(principal.as_ref());
        }
        // RFC 7616 §3.4.2: the session begins with the first request, and keeps its `cnonce`.
        let (first, shared) = (self.store.first_cnonce(id), Arc::clone(self));
        after(first, asked, move |first, asked| {
            let first = match first {
                Ok(Some(first)) => first,
                Ok(None) => return wrong(principal.as_ref()),
                Err(outage) => return Outcome::Unavailable(outage).into(),
            };
            let secret = asked.secret(&ha1.0, &first);
            if asked.is_right(&secret) {
                shared.right(principal, secret, asked)
            } else {
                wrong(principal.as_ref())
            }
        })
    }

    /// The password is right. Now, and not before, it is told whether the nonce is.
    fn right(
        self: &Arc<Self>,
        principal: Option<Principal>,
        secret: Hex,
        asked: Asked<'_>,
    ) -> Attempt {
        let Some(principal) = principal else { return wrong(None) };
        let Standing::Fresh(nonce) = asked.standing else {
            return Outcome::Rejected(stale(reason::STALE_NONCE)).into();
        };
        let noted = self.store.note(&NonceUse {
            nonce: nonce.id,
            count: asked.claim.count,
            once: self.rules.once,
            issued: nonce.issued,
            expires: nonce.expires,
            cnonce: asked.algorithm.is_session().then_some(&*asked.claim.cnonce),
        });
        let shared = Arc::clone(self);
        after(noted, asked, move |noted, asked| {
            match noted {
                Ok(Use::New) => shared.accept(principal, secret, asked, &nonce),
                Ok(Use::Seen) => Outcome::Rejected(stale(reason::NONCE_REUSED)),
                Err(outage) => Outcome::Unavailable(outage),
            }
            .into()
        })
    }

    fn accept(
        &self,
        principal: Principal,
        secret: Hex,
        asked: Asked<'_>,
        nonce: &Nonce,
    ) -> Outcome {
        let outcome = Outcome::authenticated(Verified::assertion(principal), &SchemeName::DIGEST);
        let goes_on = !self.rules.once && !self.nonces.is_old(nonce, asked.now);
        let next = (!goes_on).then(|| self.nonces.issue(asked.algorithm, asked.now));
        let hash = asked.algorithm.hash();
        if asked.claim.qop == Qop::AuthInt {
            let (claim, uri) = (asked.claim.into_owned(), asked.uri.into_owned());
            return outcome.finish(OfContent { hash, secret, claim, uri, next });
        }
        let (claim, uri, next) = (&asked.claim, &*asked.uri, next.as_deref());
        match (Reply { hash, secret, claim, uri, next }).info() {
            Some(info) => outcome.finish(Known(info)),
            None => outcome,
        }
    }
}

impl Asked<'_> {
    fn secret(&self, ha1: &Hex, cnonce: &[u8]) -> Hex {
        self.algorithm.secret(ha1, &self.claim.nonce, cnonce)
    }

    fn is_right(&self, secret: &Hex) -> bool {
        let expected = self.claim.proof(self.algorithm.hash(), secret, self.claim.qop, &self.ha2);
        self.claim.response.as_ref().is_some_and(|response| response.matches(&expected))
    }

    fn into_owned(self) -> Asked<'static> {
        let Self { algorithm, claim, uri, ha2, standing, now } = self;
        let (claim, uri) = (claim.into_owned(), uri.into_owned().into());
        Asked { algorithm, claim, uri, ha2, standing, now }
    }
}

/// Goes on with an answer, and copies what was presented only if it has to be waited for.
fn after<T: 'static>(
    answer: Eventual<T>,
    asked: Asked<'_>,
    next: impl FnOnce(T, Asked<'_>) -> Attempt + Send + 'static,
) -> Attempt {
    match answer {
        Eventual::Ready(answer) => next(answer, asked),
        later @ Eventual::Pending(_) => {
            let asked = asked.into_owned();
            later.and_then(move |answer| next(answer, asked))
        }
    }
}

/// [RFC 7616 §3.4.6](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.6): `uri` is the target of
/// the request, byte for byte. With HTTP/2 and on proxies the target has an authority; there the
/// absolute form is as good as the path, and clients send either.
fn names_target(uri: &[u8], target: &Uri, method: &Method) -> bool {
    // An authority and nothing else; a tunnel to a resource (RFC 8441 §4) has a path.
    if method == Method::CONNECT && target.path_and_query().is_none() {
        return target.authority().is_some_and(|authority| authority.as_str().as_bytes() == uri);
    }
    let path = target.path_and_query().map_or("/", |path| path.as_str()).as_bytes();
    if uri == path {
        return true;
    }
    let (Some(scheme), Some(authority)) = (target.scheme_str(), target.authority()) else {
        return false;
    };
    let origin = [scheme.as_bytes(), b"://", authority.as_str().as_bytes()];
    let mut rest = uri;
    for part in origin {
        let Some((start, after)) = rest.split_at_checked(part.len()) else { return false };
        if !start.eq_ignore_ascii_case(part) {
            return false;
        }
        rest = after;
    }
    rest == path || (rest.is_empty() && path == b"/")
}

fn wrong(user: Option<&Principal>) -> Attempt {
    let reason = if user.is_some() { reason::WRONG_PASSWORD } else { reason::UNKNOWN_USER };
    Outcome::Rejected(Rejection::invalid_credentials(reason)).into()
}

fn unreadable(why: Unreadable) -> Rejection {
    match why {
        // RFC 7616 §3.4: "If a parameter or its value is improper, or required parameters are
        // missing, the proper response is a 4xx error code".
        Unreadable::Malformed(what) => {
            Rejection::invalid_request(reason::MALFORMED_CREDENTIALS).with_detail(what)
        }
        Unreadable::Rfc2069 => not_offered("no qop: the form of RFC 2069"),
        Unreadable::NotOffered(what) => not_offered(what),
    }
}

/// The client answers some other challenge than ours, perhaps an old one: it gets a new one.
fn not_offered(what: &'static str) -> Rejection {
    Rejection::invalid_credentials(reason::NOT_OFFERED).with_detail(what).uncounted()
}

/// The password is right, so this was no guess.
fn stale(reason: &'static str) -> Rejection {
    Rejection::invalid_credentials(reason).uncounted()
}
