//! The future.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::eventual::BoxFuture;
use crate::front_door::FrontDoor;
use crate::respond::{EitherBody, Negotiated};
use crate::scheme::Admission;

pin_project! {
    /// The response of [`Authenticate`](super::Authenticate).
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
        // The schemes are still finding out. `held` is taken when they have.
        Waiting {
            admission: BoxFuture<Admission>,
            held: Option<(S, Request<ReqBody>)>,
            door: Arc<FrontDoor>,
        },
        // The inner service is called. `door` is there if answers are to be marked.
        Inner {
            #[pin]
            future: F,
            door: Option<Arc<FrontDoor>>,
            private: bool,
        },
        // It never is.
        Refused { response: std::future::Ready<Response<Bytes>> },
    }
}

impl<S, ReqBody> ResponseFuture<S, ReqBody>
where
    S: Service<Request<ReqBody>>,
{
    pub(super) fn waiting(
        admission: BoxFuture<Admission>,
        service: S,
        request: Request<ReqBody>,
        door: Arc<FrontDoor>,
    ) -> Self {
        Self { state: State::Waiting { admission, held: Some((service, request)), door } }
    }

    pub(super) fn inner(future: S::Future, door: &Arc<FrontDoor>, private: bool) -> Self {
        Self { state: inner(future, door, private) }
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
                StateProject::Waiting { admission, held, door } => {
                    let admission = ready!(admission.as_mut().poll(cx));
                    let Some((mut service, request)) = held.take() else { return Poll::Pending };
                    let (head, body) = request.into_parts();
                    match door.judge(admission) {
                        Ok(passed) => {
                            let private = passed.is_some() && door.is_private(&head);
                            let request = door.pass(head, body, passed);
                            inner(service.call(request), door, private)
                        }
                        Err(rejection) => {
                            let response = door.refuse(rejection, &Negotiated::of(&head));
                            State::Refused { response: std::future::ready(response) }
                        }
                    }
                }
                StateProject::Inner { future, door, private } => {
                    let mut response = ready!(future.poll(cx))?;
                    if let Some(door) = door {
                        door.cache.mark(response.headers_mut(), *private);
                    }
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

fn inner<S, ReqBody, F>(future: F, door: &Arc<FrontDoor>, private: bool) -> State<S, ReqBody, F> {
    let door = door.cache.applies().then(|| Arc::clone(door));
    State::Inner { future, door, private }
}

impl<S, ReqBody> fmt::Debug for ResponseFuture<S, ReqBody>
where
    S: Service<Request<ReqBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
