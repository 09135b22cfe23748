//! A body that is somebody else's, or ours.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

/// The content of a request, buffered by the layer for schemes that read it.
#[derive(Clone)]
pub(crate) struct BufferedBody(pub(crate) Bytes);

pin_project! {
    /// The body of whatever the inner service answers, passed through untouched, or some bytes of
    /// the crate's own.
    ///
    /// It is a type of its own so that the middleware works with every body: axum's, tonic's,
    /// hyper's, a boxed one.
    #[derive(Debug)]
    #[project = Project]
    pub struct EitherBody<B> {
        #[pin]
        inner: Inner<B>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = InnerProject]
    enum Inner<B> {
        Theirs { #[pin] body: B },
        Ours { bytes: Bytes, trailers: Option<Box<HeaderMap>> },
    }
}

impl<B> EitherBody<B> {
    pub(crate) fn theirs(body: B) -> Self {
        Self { inner: Inner::Theirs { body } }
    }

    pub(crate) fn ours(bytes: Bytes) -> Self {
        Self { inner: Inner::Ours { bytes, trailers: None } }
    }

    /// Content that was read, with what came after it.
    pub(crate) fn read(content: Bytes, trailers: Option<HeaderMap>) -> Self {
        let trailers = trailers.map(Box::new);
        Self { inner: Inner::Ours { bytes: content, trailers } }
    }
}

/// No content: what a layer outside of the front door answers with, such as one for CORS.
impl<B> Default for EitherBody<B> {
    fn default() -> Self {
        Self::ours(Bytes::new())
    }
}

impl<B: Body<Data = Bytes>> Body for EitherBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().inner.project() {
            InnerProject::Theirs { body } => body.poll_frame(cx),
            InnerProject::Ours { bytes, trailers } if bytes.is_empty() => {
                Poll::Ready(trailers.take().map(|trailers| Ok(Frame::trailers(*trailers))))
            }
            InnerProject::Ours { bytes, .. } => {
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.inner {
            Inner::Theirs { body } => body.is_end_stream(),
            Inner::Ours { bytes, trailers } => bytes.is_empty() && trailers.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.inner {
            Inner::Theirs { body } => body.size_hint(),
            Inner::Ours { bytes, .. } => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
        }
    }
}
