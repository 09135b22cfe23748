//! What clients are known not to do.

use crate::plan::Http;

/// What a client does not manage, and why. It may come to manage it: then the table says so.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) clients: &'static [&'static str],
    pub(crate) http: &'static [Http],
    pub(crate) columns: &'static [&'static str],
    pub(crate) why: &'static str,
}

pub(crate) fn known(client: &str, http: Http, column: &str) -> Option<&'static str> {
    let mut all = KNOWN.iter();
    let one = all.find(|one| {
        one.clients.contains(&client) && one.http.contains(&http) && one.columns.contains(&column)
    });
    one.map(|one| one.why)
}

const ANY: &[Http] = &[Http::One, Http::Two];

const DIGESTS: &[&str] = &[
    "Digest",
    "Digest MD5",
    "Digest SHA-256",
    "Digest SHA-512-256",
    "Digest MD5-sess",
    "Digest SHA-256-sess",
    "Digest auth-int",
    "Digest userhash",
    "Digest stale",
    "Digest, names",
    "Digest, UTF-8",
    "Digest, no password",
    "Session",
    "Several offered",
];

const OLD_CURL: &str = "curl 7.88 can't use a connection of HTTP/2 with prior knowledge again, so that it \
                        never gets to the second request that an answer to a challenge or a cookie \
                        needs";

pub(crate) static KNOWN: &[Known] = &[
    Known {
        clients: &["curl", "curl --anyauth"],
        http: &[Http::Two],
        columns: DIGESTS,
        why: OLD_CURL,
    },
    Known {
        clients: &["curl --anyauth"],
        http: &[Http::Two],
        columns: &["Basic", "Basic, UTF-8", "Basic, no password", "Forbidden"],
        why: OLD_CURL,
    },
    Known {
        clients: &["curl", "curl --anyauth"],
        http: ANY,
        columns: &["Digest SHA-512-256"],
        why: "curl 7.88 takes it for SHA-256: the response that it sends is one of SHA-256",
    },
    Known {
        clients: &["curl", "curl --anyauth"],
        http: ANY,
        columns: &["Digest auth-int"],
        why: "it takes every body for an empty one: the response that it sends is right for none",
    },
    Known {
        clients: &[
            "wget",
            "requests",
            "httpx",
            "aiohttp",
            "urllib.request",
            "urllib (npm)",
            "Net::HTTP",
            "libwww-perl",
            "java.net.HttpURLConnection",
            "Chromium",
        ],
        http: ANY,
        columns: &["Digest SHA-512-256"],
        why: "it has no SHA-512/256",
    },
    Known {
        clients: &["wget", "urllib.request", "urllib (npm)", "Net::HTTP", "libwww-perl"],
        http: ANY,
        columns: &["Digest SHA-256", "Digest SHA-256-sess", "Digest userhash"],
        why: "it has no SHA-256",
    },
    Known {
        clients: &["urllib.request", "urllib (npm)", "libwww-perl"],
        http: ANY,
        columns: &["Digest MD5-sess"],
        why: "it has no `-sess`",
    },
    Known {
        clients: &["requests", "java.net.HttpURLConnection"],
        http: ANY,
        columns: &["Digest SHA-256-sess"],
        why: "it has no SHA-256-sess",
    },
    Known {
        clients: &["urllib.request"],
        http: ANY,
        columns: &["Digest", "Several offered"],
        why: "it looks at the first challenge only, which is SHA-256",
    },
    Known {
        clients: &[
            "wget",
            "requests",
            "httpx",
            "urllib.request",
            "urllib (npm)",
            "Net::HTTP",
            "libwww-perl",
            "java.net.HttpURLConnection",
            "Chromium",
        ],
        http: ANY,
        columns: &["Digest auth-int"],
        why: "it has no `auth-int`",
    },
    Known {
        clients: &[
            "wget",
            "requests",
            "httpx",
            "urllib.request",
            "urllib (npm)",
            "Net::HTTP",
            "libwww-perl",
            "java.net.HttpURLConnection",
        ],
        http: ANY,
        columns: &["Digest, names"],
        why: "it writes a quote within a name as if it ended there",
    },
    Known {
        clients: &["requests", "aiohttp"],
        http: ANY,
        columns: &["Basic, UTF-8"],
        why: "it sends ISO-8859-1, whatever the challenge says",
    },
    Known {
        clients: &["requests", "urllib (npm)", "libwww-perl", "java.net.HttpURLConnection"],
        http: ANY,
        columns: &["Digest, UTF-8"],
        why: "it sends, or hashes, ISO-8859-1, whatever the challenge says",
    },
    Known {
        clients: &["httpx", "urllib.request"],
        http: ANY,
        columns: &["Digest, UTF-8"],
        why: "it fails at what is not ASCII, before it sends anything",
    },
];
