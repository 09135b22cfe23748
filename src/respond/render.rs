//! The body of a refusal.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::negotiate::Negotiated;
use super::table::Answer;
use crate::rejection::Rejection;

/// Renders the body of refusals. Closures render: `|refusal: &Refusal<'_>| RefusalBody::…`.
///
/// A renderer has no way to lose the status, the challenges or `Retry-After`: it only gives the
/// body and its content type. gRPC calls don't ask it: their refusals have no body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't render refusals",
    note = "a renderer is a `Respond`, or a closure `|refusal: &Refusal<'_>| -> RefusalBody`"
)]
pub trait Respond: Send + Sync + 'static {
    /// The body of this refusal. Not asked for concealed resources (404).
    fn body(&self, refusal: &Refusal<'_>) -> RefusalBody;
}

impl<F> Respond for F
where
    F: Fn(&Refusal<'_>) -> RefusalBody + Send + Sync + 'static,
{
    fn body(&self, refusal: &Refusal<'_>) -> RefusalBody {
        self(refusal)
    }
}

/// A refusal that is about to be sent, as a renderer sees it.
#[derive(Debug)]
pub struct Refusal<'a> {
    pub(super) rejection: &'a Rejection,
    pub(super) status: StatusCode,
    pub(super) answer: &'static Answer,
    pub(super) negotiated: &'a Negotiated,
}

impl Refusal<'_> {
    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The title of the status: `Unauthorized`.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.answer.title
    }

    /// A sentence that the client may read.
    #[must_use]
    pub fn detail(&self) -> &'static str {
        self.rejection.description().unwrap_or(self.answer.detail)
    }

    /// A stable code that the client may read: `no_credentials`, `invalid_credentials`,
    /// `insufficient_scope`, ...
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rejection.kind().code()
    }

    /// The refusal itself.
    ///
    /// # Security
    ///
    /// Its `reason` and `detail` are for operators: they tell whether a user exists, and which
    /// check a token failed. Don't render them; [`code`](Self::code) and [`detail`](Self::detail)
    /// are what a client may read.
    #[must_use]
    pub fn rejection(&self) -> &Rejection {
        self.rejection
    }

    /// How much the client wants a media type (`text/html`, lower case), 0 to 1000, by `Accept`.
    #[must_use]
    pub fn quality(&self, media_type: &str) -> u16 {
        let [quality] = self.negotiated.qualities([media_type]);
        quality
    }
}

/// A rendered body.
#[derive(Clone, Debug)]
pub struct RefusalBody {
    pub(super) content_type: HeaderValue,
    pub(super) bytes: Bytes,
}

impl RefusalBody {
    /// A body with its content type.
    pub fn new(content_type: HeaderValue, bytes: impl Into<Bytes>) -> Self {
        Self { content_type, bytes: bytes.into() }
    }
}

/// The default: a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), or plain
/// text where the client prefers text.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a name for a behaviour, without settings")]
pub struct ProblemDetails;

impl Respond for ProblemDetails {
    fn body(&self, refusal: &Refusal<'_>) -> RefusalBody {
        let (status, title) = (refusal.status.as_str(), refusal.title());
        if refusal.negotiated.wants_problem() {
            let content_type = HeaderValue::from_static("application/problem+json");
            let Some(detail) = refusal.rejection.description() else {
                return RefusalBody::new(content_type, refusal.answer.problem);
            };
            let detail = json_escaped(detail);
            let json = [
                r#"{"title":""#,
                title,
                r#"","status":"#,
                status,
                r#","detail":""#,
                &detail,
                "\"}\n",
            ];
            RefusalBody::new(content_type, json.concat())
        } else {
            let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
            match refusal.rejection.description() {
                None => RefusalBody::new(content_type, refusal.answer.text),
                Some(detail) => RefusalBody::new(
                    content_type,
                    [status, " ", title, ": ", detail, "\n"].concat(),
                ),
            }
        }
    }
}

/// Escapes what [RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7) demands.
pub(crate) fn json_escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
        return Cow::Borrowed(text);
    }
    let mut json = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            control if control < ' ' => {
                json.push_str("\\u00");
                json.extend([4, 0].map(|shift| hex_digit(u32::from(control) >> shift)));
            }
            other => json.push(other),
        }
    }
    Cow::Owned(json)
}

/// The last four bits of `bits`, as a hexadecimal digit.
fn hex_digit(bits: u32) -> char {
    char::from_digit(bits & 0xF, 16).unwrap_or('0')
}
