//! People who are sent to a login page.

use http::Request;
use http::request::Builder;
use tower_auth::scheme::session::{SessionCookie, Sessions};
use tower_auth::store::MemorySessions;

use crate::support::{Payload, Stack, api_key, door};

fn sessions() -> Sessions {
    Sessions::builder(MemorySessions::new(10)).build().unwrap()
}

fn navigation() -> Builder {
    Request::get("/account").header("sec-fetch-mode", "navigate")
}

/// Content that is left unread ends the connection, whatever the answer is.
#[tokio::test]
async fn a_redirect_leaves_no_content_unread_on_the_connection() {
    let scheme = SessionCookie::new(&sessions()).login_page("/login");
    let stack = Stack::new(door(scheme).build().unwrap());
    let request = navigation().header("content-length", "5").body(Payload::Explosive).unwrap();
    let response = stack.send(request).await;
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["connection"], "close");
}

/// A login can't bring what else is missing, so it is not asked for again.
#[tokio::test]
async fn who_is_logged_in_and_lacks_the_other_half_is_not_sent_to_log_in() {
    let sessions = sessions();
    let (login, ()) = Request::post("/login").body(()).unwrap().into_parts();
    let cookie = sessions.login(&login, "alice").await.unwrap();
    let scheme = SessionCookie::new(&sessions).login_page("/login");
    let stack = Stack::new(door(scheme).scheme(api_key()).all().build().unwrap());
    let request = navigation().header("cookie", cookie.pair()).body(Payload::Explosive).unwrap();
    assert_eq!(stack.send(request).await.status(), 401);
}

/// Each ended in its time: to end all sessions of one subject takes no more for each of them where
/// they are many. What would be quadratic took three seconds here.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "it is the time taken that is looked at")]
async fn all_sessions_of_one_subject_end_fast_however_many_they_are() {
    let sessions = Sessions::builder(MemorySessions::new(100_000)).max_per_subject(usize::MAX);
    let sessions = sessions.build().unwrap();
    let (login, ()) = Request::post("/login").body(()).unwrap().into_parts();
    for _ in 0..16_000 {
        let _ = sessions.login(&login, "alice").await.unwrap();
    }
    let start = std::time::Instant::now();
    assert_eq!(sessions.logout_everywhere("alice").await.unwrap(), 16_000);
    assert!(start.elapsed() < std::time::Duration::from_secs(1), "{:?}", start.elapsed());
}
