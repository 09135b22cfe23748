//! What handlers have to do with sessions.

use std::convert::Infallible;

use axum_core::body::Body;
use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::front_door::{Auth, Refused, refusal};
use crate::rejection::{Rejection, RejectionKind, reason};
use crate::scheme::session::{NotKept, SessionData, SetCookie};

impl IntoResponseParts for SetCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        self.add_to(parts.headers_mut());
        Ok(parts)
    }
}

impl<T, S> FromRequestParts<S> for SessionData<T>
where
    T: DeserializeOwned + Default,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        auth.session_data().map(Self).ok_or_else(|| auth.no_session())
    }
}

impl<T, S> OptionalFromRequestParts<S> for SessionData<T>
where
    T: DeserializeOwned + Default,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refused> {
        let auth = <Auth as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(auth.session_data().map(Self))
    }
}

impl IntoResponse for NotKept {
    fn into_response(self) -> Response {
        let rejection = match self {
            Self::TooLarge => Rejection::invalid_request(reason::SESSION_DATA_TOO_LARGE)
                .describe("This is more than the service keeps with a session"),
            Self::NotJson(why) => {
                Rejection::of(RejectionKind::Misconfigured, reason::SESSION_DATA_NOT_JSON)
                    .with_detail(why)
            }
            Self::Unavailable(outage) => outage.into(),
        };
        refusal(rejection).map(Body::from)
    }
}
