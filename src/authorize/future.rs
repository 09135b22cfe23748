//! The future.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::eventual::BoxFuture;
use crate::front_door::Visit;
use crate::policy::Decision;
use crate::respond::EitherBody;

pin_project! {
    /// The response of [`Authorize`](super::Authorize).
    ///
    /// Dropped before the decision, it never calls the inner service.
    pub struct ResponseFuture<S, ReqBody>
    where
        S: Service<Request<ReqBody>>,
    {
        #[pin]
        state: State<S, ReqBody, S::Future>,
    }
}

pin_project! {
    #[project = StateProject]
    enum State<S, ReqBody, F> {
        // The policy is still deciding. `held` is taken when it has.
        Waiting {
            decision: BoxFuture<Decision>,
            held: Option<(S, Request<ReqBody>)>,
            visit: Visit,
        },
        // The inner service is called.
        Inner { #[pin] future: F },
        // It never is.
        Refused { response: std::future::Ready<Response<Bytes>> },
    }
}

impl<S, ReqBody> ResponseFuture<S, ReqBody>
where
    S: Service<Request<ReqBody>>,
{
    pub(super) fn waiting(
        decision: BoxFuture<Decision>,
        service: S,
        request: Request<ReqBody>,
        visit: Visit,
    ) -> Self {
        Self { state: State::Waiting { decision, held: Some((service, request)), visit } }
    }

    pub(super) fn inner(future: S::Future) -> Self {
        Self { state: State::Inner { future } }
    }

    pub(super) fn refused(response: Response<Bytes>) -> Self {
        Self { state: State::Refused { response: std::future::ready(response) } }
    }
}

impl<S, ReqBody, ResBody> Future for ResponseFuture<S, ReqBody>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Output = Result<Response<EitherBody<ResBody>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProject::Waiting { decision, held, visit } => {
                    let decision = ready!(decision.as_mut().poll(cx));
                    let Some((mut service, request)) = held.take() else { return Poll::Pending };
                    let (head, body) = request.into_parts();
                    match visit.act_on(decision, &head) {
                        Ok(()) => {
                            let request = Request::from_parts(head, body);
                            State::Inner { future: service.call(request) }
                        }
                        Err(response) => State::Refused { response: std::future::ready(*response) },
                    }
                }
                StateProject::Inner { future } => {
                    let response = ready!(future.poll(cx))?;
                    return Poll::Ready(Ok(response.map(EitherBody::theirs)));
                }
                StateProject::Refused { response } => {
                    let response = ready!(Pin::new(response).poll(cx));
                    return Poll::Ready(Ok(response.map(EitherBody::ours)));
                }
            };
            state.set(next);
        }
    }
}

impl<S, ReqBody> fmt::Debug for ResponseFuture<S, ReqBody>
where
    S: Service<Request<ReqBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
