//! One issuer, one service, one moment.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use tower_auth::header::SchemeName;
use tower_auth::rejection::{Rejection, Verdict};
use tower_auth::testing::TokenMaker;
use tower_auth::token::jwt::{Algorithm, Jwt, Keys, SigningKey};
use tower_auth::token::{IntoVerifier, VerifyToken};
use tower_auth::{Eventual, Identity};

pub(crate) const ISSUER: &str = "https://idp.example";
pub(crate) const AUDIENCE: &str = "https://api.example";
pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const RSA_PRIVATE: &str = include_str!("data/rsa_private.pem");
pub(crate) const P384_PRIVATE: &str = include_str!("data/p384_private.pem");

pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

fn configured(maker: TokenMaker) -> TokenMaker {
    maker.issuer(ISSUER).audience(AUDIENCE).clock(now)
}

/// The issuer, which signs with ES256.
pub(crate) fn idp() -> &'static TokenMaker {
    static IDP: OnceLock<TokenMaker> = OnceLock::new();
    IDP.get_or_init(|| configured(TokenMaker::es256()))
}

/// Somebody else with a key of the same kind.
pub(crate) fn stranger() -> TokenMaker {
    configured(TokenMaker::es256())
}

pub(crate) fn signing_with(algorithm: Algorithm) -> TokenMaker {
    configured(match algorithm {
        Algorithm::HS256 => TokenMaker::hs256(SECRET),
        Algorithm::ES256 => TokenMaker::es256(),
        Algorithm::EdDSA | Algorithm::Ed25519 => {
            TokenMaker::with_key(SigningKey::generate(algorithm).unwrap())
        }
        Algorithm::ES384 => {
            TokenMaker::with_key(SigningKey::from_pem(algorithm, P384_PRIVATE).unwrap())
        }
        rsa => TokenMaker::with_key(SigningKey::from_pem(rsa, RSA_PRIVATE).unwrap()),
    })
}

pub(crate) fn settings(keys: Keys) -> Jwt {
    Jwt::issuer(ISSUER).audience(AUDIENCE).keys(keys).clock(now)
}

pub(crate) fn verifier(jwt: Jwt) -> Arc<dyn VerifyToken> {
    jwt.into_verifier().unwrap()
}

/// Judges by the usual settings and the issuer's keys.
pub(crate) fn judge(token: &str) -> Result<Identity, Rejection> {
    judge_by(settings(idp().keys()), token)
}

pub(crate) fn judge_by(jwt: Jwt, token: &str) -> Result<Identity, Rejection> {
    judge_with(&*verifier(jwt), token)
}

pub(crate) fn judge_with(verifier: &dyn VerifyToken, token: &str) -> Result<Identity, Rejection> {
    match verifier.verify(token) {
        Eventual::Ready(Verdict::Valid(principal)) => {
            Ok(Identity::new(principal, SchemeName::BEARER))
        }
        Eventual::Ready(Verdict::Rejected(rejection)) => Err(rejection),
        other => panic!("keys are at hand, so the answer is too: {other:?}"),
    }
}

/// The reason of the refusal, or `ok`.
pub(crate) fn reason(outcome: Result<Identity, Rejection>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(rejection) => rejection.reason(),
    }
}

/// Header and claims as bytes, signed by the issuer.
pub(crate) fn raw(header: &str, claims: &str) -> &'static str {
    reason(judge(&idp().sign_raw(header, claims)))
}

/// Claims as they should be, with these in addition.
pub(crate) fn claims_and(more: &str) -> String {
    let exp = NOW + 60;
    format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"alice","exp":{exp}{more}}}"#)
}

pub(crate) const HEADER: &str = r#"{"alg":"ES256"}"#;
