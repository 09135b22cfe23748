//! Requests with Digest credentials, each with the next count, and the layers that they meet.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::panic,
    reason = "each of the binaries uses a part of it, and a benchmark may panic"
)]
#![expect(clippy::expect_used, reason = "a benchmark may panic")]

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use tower::{Layer as _, Service as _};
use tower_auth::AuthenticateLayer;
use tower_auth::header::{SchemeName, challenges_in};
use tower_auth::identity::{Principal, Verified};
use tower_auth::rejection::Rejection;
use tower_auth::respond::ChallengeList;
use tower_auth::scheme::digest::{Algorithm, Digest, DigestUsers};
use tower_auth::scheme::{Attempt, IntoScheme, Outcome, Place, Presented, Scheme};

use super::client::Login;
use super::common::cases::Case;
use super::common::{Orders, PATH, Wire};

/// A layer, and a client that goes on with one nonce.
pub(crate) struct Exchanges {
    pub(crate) layer: AuthenticateLayer,
    pub(crate) login: Login,
    count: u32,
}

impl Exchanges {
    pub(crate) fn new(algorithm: &'static str) -> Self {
        Self::with(algorithm, digest(algorithm))
    }

    pub(crate) fn with(algorithm: &'static str, scheme: impl IntoScheme) -> Self {
        let layer = AuthenticateLayer::builder().scheme(scheme).build().expect("it can work");
        let asked = layer.layer(Orders).call(Wire::new(None).request());
        let asked = futures::now(asked).expect("it never fails");
        assert_eq!(asked.status(), StatusCode::UNAUTHORIZED);
        let challenge = challenges_in(asked.headers(), &WWW_AUTHENTICATE).next();
        let challenge = challenge.expect("one").expect("well-formed");
        let nonce = challenge.param("nonce").expect("one").value_str().expect("text").into_owned();
        let login = Login { uri: PATH.to_owned(), ..Login::new(algorithm, &nonce) };
        Self { layer, login, count: 0 }
    }

    /// The next request.
    pub(crate) fn next(&mut self) -> Wire {
        self.count = self.count.saturating_add(1);
        self.login.nc = format!("{:08x}", self.count);
        Wire::new(Some(&self.login.header()))
    }
}

pub(crate) fn digest(algorithm: &str) -> Digest {
    let users = DigestUsers::new().user("Mufasa", "Circle of Life");
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    let digest = Digest::new("pride lands", users).nonce_lifetime(day);
    match algorithm {
        "MD5" => digest.algorithms([]).danger_md5(),
        _ => digest.algorithms([Algorithm::Sha256]),
    }
}

/// The layer, with a scheme that believes whatever it is told: what remains is not Digest's.
pub(crate) fn believing() -> AuthenticateLayer {
    let scheme = Believing(Principal::new("Mufasa"));
    AuthenticateLayer::builder().scheme(scheme).build().expect("it can work")
}

/// Two that are refused, and should cost the same.
pub(crate) fn refused() -> [Case; 2] {
    let of = Exchanges::new("SHA-256");
    let wrong = Login { password: "Hakuna Matata".into(), ..of.login.clone() };
    let nobody = Login { username: "Nobody".into(), ..wrong.clone() };
    [("Digest, wrong password", wrong), ("Digest, unknown user", nobody)].map(|(name, login)| {
        Case {
            name,
            wire: Wire::new(Some(&login.header())),
            layer: of.layer.clone(),
            want: StatusCode::UNAUTHORIZED,
        }
    })
}

struct Believing(Principal);

impl Scheme for Believing {
    fn name(&self) -> &SchemeName {
        &SchemeName::DIGEST
    }

    fn places(&self) -> &[Place] {
        &[Place::Authorization]
    }

    fn authenticate(&self, _: &Presented<'_>) -> Attempt {
        Outcome::authenticated(Verified::assertion(self.0.clone()), &SchemeName::DIGEST).into()
    }

    fn challenges(&self, _: Option<&Rejection>, _: &mut ChallengeList<'_>) {}
}

mod futures {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    /// The answer of a future that has nothing to wait for.
    pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => answer,
            Poll::Pending => panic!("the answer is there at once"),
        }
    }
}
