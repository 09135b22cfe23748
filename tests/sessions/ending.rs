//! Who may end which session, and what is listed.

use http::Request;
use tower_auth::scheme::session::{Login, SessionHandle};

use crate::site::{MINUTE, Site, head, holding, with_cookie};

#[tokio::test]
async fn a_list_says_when_from_where_with_what_and_which_is_this_one() {
    let site = Site::new();
    let long = format!("Mozilla/5.0 {}", "x".repeat(1000));
    let phone = Request::post("/login").header("user-agent", "Phone/1.0 (small)");
    let laptop = Request::post("/login").header("user-agent", &long);
    let login = |from: &str| Login::new("alice").source(from);
    let phone = site.sessions.login(&head(phone), login("192.0.2.1")).await.unwrap();
    site.clock.advance(MINUTE);
    let laptop = site.sessions.login(&head(laptop), login("2001:db8::1")).await.unwrap();
    let _ = site.login("bob").await;

    let list = site.sessions.list(&holding(phone.pair()), "alice").await.unwrap();
    let seen: Vec<_> = list.iter().map(|it| (it.source(), it.is_current(), it.subject())).collect();
    let want = [(Some("2001:db8::1"), false, "alice"), (Some("192.0.2.1"), true, "alice")];
    assert_eq!(seen, want, "the latest first, and none of bob's");
    assert_eq!(list[1].agent(), Some("Phone/1.0 (small)"));
    assert_eq!(list[0].agent().unwrap().len(), 200, "cut");
    assert_eq!(list[0].started_at().duration_since(list[1].started_at()).unwrap(), MINUTE);

    // Used later, the phone comes first.
    site.clock.advance(2 * MINUTE);
    site.admits(phone.pair()).await;
    let list = site.sessions.list(&holding(laptop.pair()), "alice").await.unwrap();
    assert_eq!(list.iter().map(|it| it.is_current()).collect::<Vec<_>>(), [false, true]);
}

/// A password change, or an administrator.
#[tokio::test]
async fn logging_out_everywhere_ends_all_sessions_of_one_user() {
    let site = Site::new();
    let mine = [site.login("alice").await, site.login("alice").await, site.login("alice").await];
    let other = site.login("bob").await;
    assert_eq!(site.sessions.logout_everywhere("alice").await.unwrap(), 3);
    for cookie in &mine {
        site.refuses(cookie.pair()).await;
    }
    site.admits(other.pair()).await;
    assert_eq!(site.sessions.logout_everywhere("alice").await.unwrap(), 0);
}

#[tokio::test]
async fn logging_out_elsewhere_leaves_the_session_that_asks() {
    let site = Site::new();
    let [here, there] = [site.login("alice").await, site.login("alice").await];
    let other = site.login("bob").await;
    assert_eq!(site.sessions.logout_elsewhere(&holding(here.pair()), "alice").await.unwrap(), 1);
    site.admits(here.pair()).await;
    site.admits(other.pair()).await;
    site.refuses(there.pair()).await;
    // Who asks with nobody's cookie leaves none.
    let nobody = head(Request::get("/"));
    assert_eq!(site.sessions.logout_elsewhere(&nobody, "alice").await.unwrap(), 1);
    site.refuses(here.pair()).await;
}

/// A handle travels through forms that anybody can fill in.
#[tokio::test]
async fn one_session_is_ended_by_its_handle_and_only_by_its_own_user() {
    let site = Site::new();
    let [here, there] = [site.login("alice").await, site.login("alice").await];
    let list = site.sessions.list(&holding(here.pair()), "alice").await.unwrap();
    let other = list.iter().find(|session| !session.is_current()).unwrap();
    let handle: SessionHandle = other.handle().to_string().parse().unwrap();
    assert_eq!(handle, other.handle());

    assert!(!site.sessions.end("mallory", &handle).await.unwrap());
    site.admits(there.pair()).await;
    assert!(site.sessions.end("alice", &handle).await.unwrap());
    site.refuses(there.pair()).await;
    site.admits(here.pair()).await;
    assert!(!site.sessions.end("alice", &handle).await.unwrap(), "it has ended");

    for text in ["", "x", "AAAA", &"A".repeat(44), &format!("{handle}=")] {
        let error = text.parse::<SessionHandle>().unwrap_err();
        assert_eq!(error.to_string(), "not the handle of a session");
    }
}

/// A refusal that the inner service makes of its own accord is its own affair.
#[tokio::test]
async fn a_401_of_the_inner_service_does_not_end_the_session() {
    use crate::support::{Inner, Stack, door};
    use tower_auth::scheme::session::SessionCookie;

    let site = Site::new();
    let pair = site.login("alice").await.pair().to_owned();
    for status in [401, 403, 500] {
        let inner = Inner::new(move |_| {
            http::Response::builder().status(status).body(bytes::Bytes::new()).unwrap()
        });
        let front = door(SessionCookie::new(&site.sessions).login_page("/login"));
        let stack = Stack::over(inner, front.build().unwrap());
        let page = with_cookie(&pair).header("sec-fetch-mode", "navigate");
        let (_, response) = stack.admits(page).await;
        assert_eq!(response.status(), status);
        assert!(!response.headers().contains_key("set-cookie"));
        assert!(!response.headers().contains_key("location"));
    }
    site.admits(&pair).await;
}
