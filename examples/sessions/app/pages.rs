//! The two pages.

use std::time::{Duration, SystemTime};

use tower_auth::scheme::session::Session;

pub(crate) fn login(next: &str, complaint: Option<&str>) -> String {
    let complaint = complaint.map_or_else(String::new, |it| format!(r#"<p role="alert">{it}</p>"#));
    let next = escape(next);
    document(
        "Log in",
        &format!(
            r#"<h1>Log in</h1>
{complaint}
<form method="post" action="/login" class="card">
  <input type="hidden" name="next" value="{next}">
  <label>Name <input name="name" autocomplete="username" autocapitalize="none" required autofocus></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Log in</button>
</form>
<p class="quiet">Try <code>alice</code> and <code>wonderland</code>, or <code>bob</code> and
<code>builder</code>.</p>"#
        ),
    )
}

pub(crate) fn account(name: &str, sessions: &[Session], now: SystemTime) -> String {
    let name = escape(name);
    let rows: String = sessions.iter().map(|session| row(session, now)).collect();
    document(
        "Your account",
        &format!(
            r#"<header><h1>Hello {name}</h1>
<form method="post" action="/logout"><button>Log out</button></form></header>
<section class="card">
<h2>Where you are logged in</h2>
<ul>{rows}</ul>
<form method="post" action="/logout-everywhere"><button class="bad">Log out everywhere</button></form>
</section>
<script>{FORGET}</script>"#
        ),
    )
}

/// Browsers keep the page that was left in memory for their back button, Chromium also where it is
/// `no-store`, and would show it to whoever comes next: so it wipes itself, and asks again.
const FORGET: &str = r#"
addEventListener("pagehide", () => document.body.replaceChildren());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
"#;

fn row(session: &Session, now: SystemTime) -> String {
    let program = escape(&program(session.agent().unwrap_or_default()));
    let source = escape(session.source().unwrap_or("somewhere"));
    let (began, used) = (ago(session.started_at(), now), ago(session.active_at(), now));
    let end = if session.is_current() {
        r#"<strong class="here">this one</strong>"#.to_owned()
    } else {
        let handle = session.handle();
        format!(
            r#"<form method="post" action="/end"><button name="session" value="{handle}">End</button></form>"#
        )
    };
    format!(
        r#"<li><div><b>{program}</b> from {source}<br>
<span class="quiet">logged in {began}, used {used}</span></div>{end}</li>"#
    )
}

fn document(title: &str, body: &str) -> String {
    let style = include_str!("style.css");
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body><main>{body}</main></body>
</html>
"#
    )
}

/// What people call the program that says this in `User-Agent`.
fn program(agent: &str) -> String {
    let named = |names: &[(&str, &'static str)]| {
        names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name)
    };
    let browser = named(&[
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = named(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "A program".to_owned(),
    }
}

fn ago(then: SystemTime, now: SystemTime) -> String {
    let minutes = now.duration_since(then).unwrap_or(Duration::ZERO).as_secs() / 60;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        _ => format!("{} h ago", minutes / 60),
    }
}

/// Text in HTML, between tags or in quotes: what stands in `User-Agent` and in `next` was written
/// by anybody.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
