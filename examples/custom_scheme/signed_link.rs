//! `SignedLink`: a link that says whose it is and until when it is good, and a signature over all
//! of that, in the query parameter `signature`.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use form_urlencoded::Serializer;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tower_auth::clock::{Clock as _, SystemClock};
use tower_auth::header::{Challenge, SchemeName};
use tower_auth::identity::Verified;
use tower_auth::rejection::{Rejection, reason};
use tower_auth::respond::ChallengeList;
use tower_auth::scheme::{Attempt, Outcome, Place, Presented, Scheme};
use tower_auth::{Principal, Secret};

pub(crate) struct SignedLink {
    key: Arc<Secret>,
    name: SchemeName,
    challenge: Challenge,
    places: [Place; 1],
}

impl SignedLink {
    pub(crate) fn new(key: Arc<Secret>) -> Result<Self, Box<dyn Error>> {
        let name = SchemeName::new("SignedLink")?;
        let challenge = Challenge::builder(name.clone()).param("obtain", "/share").build()?;
        Ok(Self { key, name, challenge, places: [Place::Query("signature".into())] })
    }

    fn check(&self, link: &str) -> Result<Principal, Rejection> {
        let malformed = || Rejection::invalid_credentials(reason::MALFORMED_CREDENTIALS);
        let (signed, signature) = link.rsplit_once("&signature=").ok_or_else(malformed)?;
        let signature = BASE64URL.decode(signature).map_err(|_| malformed())?;
        // Compares in constant time.
        mac(&self.key, signed)
            .and_then(|mac| mac.verify_slice(&signature).ok())
            .ok_or_else(|| Rejection::invalid_credentials(reason::BAD_SIGNATURE))?;

        // Only what was signed is read any further.
        let (_, query) = signed.split_once('?').ok_or_else(malformed)?;
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        let (Some((_, whose)), Some((_, until))) = (parameters.next(), parameters.next()) else {
            return Err(malformed());
        };
        if until.parse().is_ok_and(|until: u64| now().as_secs() < until) {
            Ok(Principal::new(whose))
        } else {
            Err(Rejection::invalid_credentials(reason::TOKEN_EXPIRED)
                .describe("The link has expired"))
        }
    }
}

impl Scheme for SignedLink {
    fn name(&self) -> &SchemeName {
        &self.name
    }

    fn places(&self) -> &[Place] {
        &self.places
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let uri = &presented.head().uri;
        let link = uri.path_and_query().map_or("", |link| link.as_str());
        match self.check(link) {
            Ok(whose) => Outcome::authenticated(Verified::assertion(whose), &self.name),
            Err(rejection) => Outcome::Rejected(rejection),
        }
        .into()
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&self.challenge);
    }
}

/// A link to `path` that identifies `whose`, good for as long as `lifetime`.
pub(crate) fn sign(key: &Secret, path: &str, whose: &str, lifetime: Duration) -> String {
    let until = now().saturating_add(lifetime).as_secs();
    let query = Serializer::new(String::new())
        .append_pair("whose", whose)
        .append_pair("until", &until.to_string())
        .finish();
    let signed = format!("{path}?{query}");
    let signature = mac(key, &signed).map(|mac| BASE64URL.encode(mac.finalize().into_bytes()));
    format!("{signed}&signature={}", signature.unwrap_or_default())
}

/// `None` never happens: HMAC takes keys of any length.
fn mac(key: &Secret, signed: &str) -> Option<Hmac<Sha256>> {
    Hmac::new_from_slice(key.expose()).ok().map(|mac: Hmac<Sha256>| mac.chain_update(signed))
}

fn now() -> Duration {
    SystemClock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
