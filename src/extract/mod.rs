//! Extractors for axum handlers.
//!
//! | extractor | in the handler | when it can't be had |
//! |---|---|---|
//! | [`Identity`] | who is calling | 401 with challenges |
//! | `Option<Identity>` | who is calling, if anybody | never: bad credentials don't get this far, and strangers do where the door is [`optional`](crate::authenticate::Builder::optional) |
//! | [`Claims<T>`](Claims) | the claims or user record that the scheme attached | 401; 500 if the caller's scheme attaches no `T` |
//! | `Option<Claims<T>>` | the same, if there are any | never |
//! | `SessionData<T>` (feature `sessions`) | what the service keeps with the caller's session | 401 |
//! | `Option<SessionData<T>>` | the same, if they have a session | never |
//! | [`Auth`] | all of it, and how to say no | 500 without an `AuthenticateLayer` |
//!
//! Each answers 500, with an event, where no `AuthenticateLayer` is outside of the handler.
//!
//! ```
//! use axum::response::{IntoResponse, Response};
//! use axum::{Router, routing::get};
//! use tower_auth::{Auth, Identity};
//!
//! async fn list(who: Identity) -> String {
//!     format!("hello {}", who.subject())
//! }
//!
//! async fn show(auth: Auth) -> Response {
//!     match auth.identity() {
//!         Some(who) if who.subject() == "alice" => "secret".into_response(),
//!         Some(_) => auth.forbid().into_response(),
//!         None => auth.challenge().into_response(),
//!     }
//! }
//!
//! let routes: Router = Router::new().route("/orders", get(list)).route("/secret", get(show));
//! # let _ = routes;
//! ```

#[cfg(feature = "sessions")]
mod session;

use std::ops::Deref;
use std::sync::Arc;

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use crate::attempts::Denied;
use crate::front_door::{Auth, Refused, misconfigured, refusal};
use crate::identity::Identity;
use crate::rejection::{Rejection, RejectionKind, Unavailable, reason};

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.map(Body::from)
    }
}

/// 503 with `Retry-After`, and nothing of what is down: so a handler can end with `?` where a store
/// fails. The event is the store's or the handler's to make.
impl IntoResponse for Unavailable {
    fn into_response(self) -> Response {
        refusal(self.into()).map(Body::from)
    }
}

/// What the attempt was denied with: 429 and when to come back.
impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        self.into_bytes().map(Body::from)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Auth {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        Self::of(parts).ok_or_else(|| {
            Refused(misconfigured(
                parts,
                reason::NO_FRONT_DOOR,
                "a handler asks who is calling, but no AuthenticateLayer is outside of it: give its \
                 Router one by `.layer(...)`, after its route",
            ))
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        auth.identity().cloned().ok_or_else(|| auth.challenge())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Identity {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refused> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(auth.identity().cloned())
    }
}

/// The claims that the scheme attached to the identity: those of a token, or the service's own
/// user record. Shared, so taking them is cheap.
///
/// Where several schemes share a door, each must attach a `T`, or its callers get 500: take
/// `Option<Claims<T>>` there.
///
/// ```
/// use tower_auth::extract::Claims;
///
/// struct Tenant { id: u32 }
///
/// async fn home(Claims(tenant): Claims<Tenant>) -> String {
///     format!("tenant {}", tenant.id)
/// }
/// # let _ = home;
/// ```
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "handlers take it apart")]
pub struct Claims<T>(pub Arc<T>);

impl<T> Clone for Claims<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T, S> OptionalFromRequestParts<S> for Claims<T>
where
    T: Send + Sync + 'static,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refused> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(auth.identity().and_then(Identity::shared_claims).map(Self))
    }
}

impl<T, S> FromRequestParts<S> for Claims<T>
where
    T: Send + Sync + 'static,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        let identity = auth.identity().ok_or_else(|| auth.challenge())?;
        identity.shared_claims().map(Self).ok_or_else(|| {
            let kind = RejectionKind::Misconfigured;
            auth.refuse(
                Rejection::of(kind, reason::CLAIMS_NOT_ATTACHED).with_detail(
                    "a handler asks for claims of a type that the scheme does not attach",
                ),
            )
        })
    }
}
