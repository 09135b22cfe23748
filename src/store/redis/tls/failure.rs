//! Why there is no TLS, without anything of what the other end sent.

use std::io;

use redis::RedisError;
use rustls::{CertificateError, Error};

use crate::rejection::Unavailable;
pub(super) use crate::store::redis::failure::of as of_redis;

pub(super) fn of_tls(error: io::Error) -> Unavailable {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match tls {
        Some(Error::InvalidCertificate(why)) => of_certificate(why),
        Some(Error::AlertReceived(_)) => wants_certificate(),
        Some(Error::InvalidMessage(_)) => {
            Unavailable::new("Redis does not speak TLS at this address")
        }
        Some(_) => Unavailable::new("Redis and we can't agree on TLS"),
        None => of_redis(&RedisError::from(error)),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "rustls may add more")]
fn of_certificate(why: &CertificateError) -> Unavailable {
    Unavailable::new(match why {
        CertificateError::UnknownIssuer => {
            "the certificate of Redis is not trusted: name its certificate authority with \
             `RedisSettings::roots`"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate of Redis is for another host name than that of the address"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate of Redis has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate of Redis is not valid yet"
        }
        _ => "the certificate of Redis is not trusted",
    })
}

pub(super) fn wants_certificate() -> Unavailable {
    Unavailable::new(
        "Redis ends the TLS handshake: it may want a certificate of ours, given with \
         `RedisSettings::client_certificate`",
    )
}
