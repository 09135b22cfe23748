//! A front door that knows the caller beforehand.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use tower_layer::Layer;
use tower_service::Service;

use crate::front_door::{CacheRule, FrontDoor, Visit};
use crate::header::{Challenge, SchemeName};
use crate::identity::{Identity, Principal, Verified};
use crate::observe::default_observer;
use crate::rejection::Rejection;
use crate::respond::{ChallengeList, Writer};
use crate::scheme::{Admitted, Attempt, Outcome, Place, Presented, Scheme, SchemeSet};

/// Stands in for an `AuthenticateLayer` in tests of what is behind it: every request comes from
/// the same caller, or from nobody.
///
/// ```
/// # use http::{Request, StatusCode};
/// # use tower::{ServiceBuilder, ServiceExt, service_fn};
/// use tower_auth::policy::role;
/// use tower_auth::testing::IdentityLayer;
/// use tower_auth::{AuthorizeLayer, Principal};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let handler = service_fn(|_: Request<String>| async {
/// #     Ok::<_, std::convert::Infallible>(http::Response::new(String::new()))
/// # });
/// let guarded = AuthorizeLayer::new(role("admin"));
/// for (caller, status) in [
///     (IdentityLayer::of(Principal::new("root").role("admin")), StatusCode::OK),
///     (IdentityLayer::of("guest"), StatusCode::FORBIDDEN),
///     (IdentityLayer::anonymous(), StatusCode::UNAUTHORIZED),
/// ] {
///     let service = ServiceBuilder::new().layer(caller).layer(guarded.clone()).service(handler);
///     let response = service.oneshot(Request::new(String::new())).await?;
///     assert_eq!(response.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct IdentityLayer {
    visit: Visit,
}

impl IdentityLayer {
    /// Every request comes from this caller, identified by a scheme named `Test`.
    #[must_use]
    pub fn of(caller: impl Into<Principal>) -> Self {
        let first = Identity::new(Verified::assertion(caller.into()), SchemeName::TEST);
        Self::new(Some(Admitted { first, others: Box::default() }))
    }

    /// Every request comes from nobody.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(None)
    }

    fn new(admitted: Option<Admitted>) -> Self {
        let writer = Writer::default();
        let schemes = SchemeSet::of_one(Arc::new(TestScheme));
        let cache = CacheRule::of(&schemes, writer.target);
        let door = FrontDoor {
            schemes,
            limiter: None,
            writer,
            observer: default_observer(),
            is_secure: None,
            optional: true,
            strip: false,
            cache,
            buffering: false,
        };
        Self { visit: Visit { door: Arc::new(door), admitted } }
    }
}

impl<S> Layer<S> for IdentityLayer {
    type Service = WithIdentity<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithIdentity { inner, visit: self.visit.clone() }
    }
}

impl fmt::Debug for IdentityLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityLayer")
            .field("identity", &self.visit.identity())
            .finish_non_exhaustive()
    }
}

/// A service whose caller is known beforehand, see [`IdentityLayer`].
#[derive(Clone)]
pub struct WithIdentity<S> {
    inner: S,
    visit: Visit,
}

impl<S, B> Service<Request<B>> for WithIdentity<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if let Some(identity) = self.visit.identity() {
            request.extensions_mut().insert(identity.clone());
        }
        request.extensions_mut().insert(self.visit.clone());
        self.inner.call(request)
    }
}

impl<S: fmt::Debug> fmt::Debug for WithIdentity<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithIdentity").field("inner", &self.inner).finish_non_exhaustive()
    }
}

/// Offers the challenge `Test`, and takes no credentials.
struct TestScheme;

impl Scheme for TestScheme {
    fn name(&self) -> &SchemeName {
        &SchemeName::TEST
    }

    fn places(&self) -> &[Place] {
        &[Place::Authorization]
    }

    fn authenticate(&self, _: &Presented<'_>) -> Attempt {
        Outcome::Absent.into()
    }

    fn challenges(&self, _: Option<&Rejection>, list: &mut ChallengeList<'_>) {
        list.push(&Challenge::new(SchemeName::TEST));
    }
}
