//! Answers that are mostly there at once.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A boxed future that can move between threads.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// An answer: on the spot where nothing has to be waited for, else a future.
///
/// A trait with `async fn` would box a future for every request. This boxes only real waiting
/// (a network, a password hash, a remote store).
///
/// ```
/// use tower_auth::Eventual;
///
/// let now: Eventual<u8> = Eventual::Ready(7);
/// let later: Eventual<u8> = Eventual::pending(async { 7 });
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// assert_eq!((now.await, later.await), (7, 7));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[expect(clippy::exhaustive_enums, reason = "an answer is here or it is not")]
pub enum Eventual<T> {
    /// Known now.
    Ready(T),
    /// Known when the future resolves.
    Pending(BoxFuture<T>),
}

impl<T> Eventual<T> {
    /// Boxes `future`.
    pub fn pending(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self::Pending(Box::pin(future))
    }

    /// Applies `change` to the answer, now or when it is there.
    pub fn map<U>(self, change: impl FnOnce(T) -> U + Send + 'static) -> Eventual<U>
    where
        T: 'static,
    {
        match self {
            Self::Ready(value) => Eventual::Ready(change(value)),
            Self::Pending(future) => Eventual::pending(async move { change(future.await) }),
        }
    }

    /// Goes on from the answer to the next, which may again be there at once.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Eventual<U> + Send + 'static) -> Eventual<U>
    where
        T: 'static,
        U: Send,
    {
        match self {
            Self::Ready(value) => next(value),
            Self::Pending(future) => Eventual::pending(async move {
                match next(future.await) {
                    Eventual::Ready(value) => value,
                    Eventual::Pending(future) => future.await,
                }
            }),
        }
    }
}

/// What `eventual.await` waits on. Allocates nothing.
#[must_use = "futures do nothing unless polled"]
pub struct Wait<T>(Option<Eventual<T>>);

// The answer is never pinned.
impl<T> Unpin for Wait<T> {}

impl<T> Future for Wait<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match self.0.take() {
            Some(Eventual::Ready(value)) => Poll::Ready(value),
            Some(Eventual::Pending(mut future)) => {
                let poll = future.as_mut().poll(cx);
                self.0 = Some(Eventual::Pending(future));
                poll
            }
            // Polled after it was ready.
            None => Poll::Pending,
        }
    }
}

impl<T> IntoFuture for Eventual<T> {
    type Output = T;
    type IntoFuture = Wait<T>;

    fn into_future(self) -> Wait<T> {
        Wait(Some(self))
    }
}

impl<T> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}

impl<T> From<T> for Eventual<T> {
    fn from(value: T) -> Self {
        Self::Ready(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Eventual<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(value) => f.debug_tuple("Ready").field(value).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}
