//! `Basic`: a name and a password, [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617).
//!
//! - The challenge always has a realm and `charset="UTF-8"`.
//! - Credentials are one token68 of the standard base64 alphabet, padded and canonical. What is
//!   not, is answered as a wrong password is: 401, so that a browser asks again.
//! - The name ends at the first colon; later colons belong to the password. Both may be empty.
//! - Both are UTF-8 without control characters, and compared in normalization form C, so that a
//!   name typed on a Mac is the one stored on Linux.
//! - Unknown users cost as much as wrong passwords, and look the same.
//! - Wrong passwords count for the account and for their source, where
//!   [attempts](crate::attempts) are limited.
//!
//! Where the passwords are is up to a [`Directory`]: [`Users`] for a few fixed ones,
//! `password::Htpasswd` for a file, `password::Hashed` for a database (features `htpasswd` and
//! `passwords`).
//!
//! Passwords travel readably: use it over TLS only.
//!
//! ```
//! # use http::{Request, StatusCode};
//! # use tower::{ServiceBuilder, ServiceExt, service_fn};
//! # use tower_auth::{AuthenticateLayer, Identity};
//! # use tower_auth::scheme::Basic;
//! # use tower_auth::scheme::basic::Users;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let users = Users::new().user("Aladdin", "open sesame");
//! let front_door = AuthenticateLayer::builder().scheme(Basic::new("cave", users)).build()?;
//!
//! # let hello = service_fn(|_: Request<String>| async {
//! #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
//! # });
//! let service = ServiceBuilder::new().layer(front_door).service(hello);
//! let request = |credentials: &str| {
//!     Request::get("/").header("authorization", credentials).body(String::new())
//! };
//! let open = service.clone().oneshot(request("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")?).await?;
//! assert_eq!(open.status(), StatusCode::OK);
//! let shut = service.oneshot(request("Basic QWxhZGRpbjpvcGVuIHdpbmRvdw==")?).await?;
//! assert_eq!(shut.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```

mod directory;
#[cfg(feature = "passwords")]
mod hashed;
#[cfg(feature = "htpasswd")]
mod htpasswd;
mod pair;
mod users;

use std::sync::Arc;

use super::{Attempt, IntoScheme, Outcome, Place, Presented, Scheme};
use crate::attempts::Guess;
use crate::error::ConfigError;
use crate::header::{Challenge, Realm, SchemeName};
use crate::rejection::{Rejection, reason};
use crate::respond::ChallengeList;

pub use directory::{Directory, Password};
pub use users::Users;

use pair::Pair;

/// The settings of the `Basic` scheme. See the [module](self).
pub struct Basic {
    realm: String,
    directory: Result<Arc<dyn Directory>, ConfigError>,
}

impl Basic {
    /// Names the protection space, and who knows the passwords.
    pub fn new(realm: impl Into<String>, directory: impl Directory) -> Self {
        let directory = directory.validate().map(|()| Arc::new(directory) as Arc<dyn Directory>);
        Self { realm: realm.into(), directory }
    }
}

impl IntoScheme for Basic {
    fn into_scheme(self) -> Result<Arc<dyn Scheme>, ConfigError> {
        let realm =
            Realm::new(&self.realm).map_err(|why| ConfigError::new(format!("Basic: {why}")))?;
        let challenge = Challenge::builder(SchemeName::BASIC)
            .realm(&realm)
            .param("charset", "UTF-8")
            .build()
            .map_err(|why| ConfigError::new(format!("Basic: {why}")))?;
        Ok(Arc::new(BasicScheme { challenge, directory: self.directory? }))
    }
}

impl std::fmt::Debug for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Basic").field("realm", &self.realm).finish_non_exhaustive()
    }
}

struct BasicScheme {
    challenge: Challenge,
    directory: Arc<dyn Directory>,
}

impl Scheme for BasicScheme {
    fn name(&self) -> &SchemeName {
        &SchemeName::BASIC
    }

    fn places(&self) -> &[Place] {
        &[Place::Authorization]
    }

    fn authenticate(&self, presented: &Presented<'_>) -> Attempt {
        let Some(credentials) = presented.credentials() else {
            return Outcome::Absent.into();
        };
        match credentials.token68().ok().and_then(Pair::decode) {
            Some(pair) => self
                .directory
                .verify(pair.name(), Password::from(pair.password()))
                .map(|verdict| Outcome::of(verdict, &SchemeName::BASIC)),
            None => {
                let rejection = Rejection::invalid_credentials(reason::MALFORMED_CREDENTIALS);
                Outcome::Rejected(rejection).into()
            }
        }
    }

    fn can_be_guessed(&self) -> bool {
        true
    }

    fn guess<'a>(&self, presented: &Presented<'a>) -> Option<Guess<'a>> {
        let pair = Pair::decode(presented.credentials()?.token68().ok()?)?;
        Some(Guess::on_account(pair.into_name()))
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&self.challenge);
    }
}
