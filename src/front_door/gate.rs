//! How a request waits for a decision, and what follows it: the part that both layers share.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::FrontDoor;
use super::cache::Privacy;
use crate::eventual::{BoxFuture, Eventual};
use crate::respond::EitherBody;
use crate::scheme::{Answered, Finish};

/// Turns what was found out about a request into a way on or a refusal.
pub(crate) trait Gate: Clone {
    /// What is found out, now or later.
    type Found;

    /// Lets the request go on, or writes the refusal.
    fn open<B>(&self, found: Self::Found, head: Parts, body: B) -> Opened<B>;
}

/// Whether a request goes on.
pub(crate) enum Opened<B> {
    Yes(Request<B>, Option<Parting>),
    No(Response<Bytes>),
}

/// What is to be done to the answer of a request that goes on.
pub(crate) struct Parting {
    pub(super) door: Arc<FrontDoor>,
    pub(super) privacy: Privacy,
    pub(super) finish: Option<Box<dyn Finish>>,
}

impl Parting {
    fn answer<B>(self, response: &mut Response<B>) {
        let Self { door, privacy, finish } = self;
        if door.cache.applies() {
            door.cache.mark(response.headers_mut(), privacy);
        }
        match finish {
            Some(finish) if door.buffering && finish.needs_content() => {
                response.extensions_mut().insert(Unfinished(Arc::new(Mutex::new(Some(finish)))));
            }
            Some(finish) => {
                let (status, target) = (response.status(), door.writer.target);
                finish.finish(&mut Answered::new(status, response.headers_mut(), None, target));
            }
            None => {}
        }
    }
}

/// What waits for the content of the answer, on its way to the layer that buffers it.
#[derive(Clone)]
pub(crate) struct Unfinished(Arc<Mutex<Option<Box<dyn Finish>>>>);

impl Unfinished {
    pub(crate) fn take(&self) -> Option<Box<dyn Finish>> {
        // INVARIANT: nothing is done while the lock is held that could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Calls `inner` if `gate` opens.
pub(crate) fn enter<G, S, B>(
    gate: &G,
    found: Eventual<G::Found>,
    inner: &mut S,
    head: Parts,
    body: B,
) -> GateFuture<G, S, B>
where
    G: Gate,
    S: Service<Request<B>> + Clone,
{
    let state = match found {
        Eventual::Ready(found) => after(gate.open(found, head, body), inner),
        Eventual::Pending(found) => {
            // The instance that was polled ready must be the one that is called; its fresh clone
            // stays behind and will be polled before the next call.
            let spare = inner.clone();
            let ready = mem::replace(inner, spare);
            let held = Some((ready, Request::from_parts(head, body)));
            State::Waiting { found, held, gate: gate.clone() }
        }
    };
    GateFuture { state }
}

/// A refusal that was found before the gate was asked.
pub(crate) fn refused<G, S, B>(response: Response<Bytes>) -> GateFuture<G, S, B>
where
    G: Gate,
    S: Service<Request<B>>,
{
    GateFuture { state: State::Refused { response: std::future::ready(response) } }
}

pin_project! {
    pub(crate) struct GateFuture<G, S, B>
    where
        G: Gate,
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<G, G::Found, S, S::Future, B>,
    }
}

pin_project! {
    #[project = StateProject]
    enum State<G, D, S, F, B> {
        // It is still being found out. `held` is taken when it has been.
        Waiting { found: BoxFuture<D>, held: Option<(S, Request<B>)>, gate: G },
        // The inner service is called.
        Inner { #[pin] future: F, parting: Option<Parting> },
        // It never is.
        Refused { response: std::future::Ready<Response<Bytes>> },
    }
}

impl<G, S, B, ResBody> Future for GateFuture<G, S, B>
where
    G: Gate,
    S: Service<Request<B>, Response = Response<ResBody>>,
{
    type Output = Result<Response<EitherBody<ResBody>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProject::Waiting { found, held, gate } => {
                    let found = ready!(found.as_mut().poll(cx));
                    let Some((mut service, request)) = held.take() else { return Poll::Pending };
                    let (head, body) = request.into_parts();
                    after(gate.open(found, head, body), &mut service)
                }
                StateProject::Inner { future, parting } => {
                    let mut response = ready!(future.poll(cx))?;
                    if let Some(parting) = parting.take() {
                        parting.answer(&mut response);
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

fn after<G, D, S, B>(opened: Opened<B>, service: &mut S) -> State<G, D, S, S::Future, B>
where
    S: Service<Request<B>>,
{
    match opened {
        Opened::Yes(request, parting) => State::Inner { future: service.call(request), parting },
        Opened::No(response) => State::Refused { response: std::future::ready(response) },
    }
}
