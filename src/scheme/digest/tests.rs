//! The published values of [RFC 7616 §3.9](https://www.rfc-editor.org/rfc/rfc7616#section-3.9) and
//! [RFC 2617 §3.5](https://www.rfc-editor.org/rfc/rfc2617#section-3.5), and values computed
//! elsewhere from the same inputs.
//!
//! Their nonces are not ours. So the right response is told from a wrong one by what the scheme
//! says: `stale_nonce`, and with it `stale=true`, or `wrong_password`.

use bytes::Bytes;
use http::{HeaderMap, Request};
use sha2::{Digest as _, Sha512};

use super::algorithm::{Hash, Hex};
use super::credentials::{Claim, Qop};
use super::info::Reply;
use super::{Algorithm, Digest, DigestUsers, Ha1};
use crate::eventual::Eventual;
use crate::rejection::{Rejection, reason};
use crate::respond::BufferedBody;
use crate::respond::{ChallengeList, Challenges, Target};
use crate::scheme::{Admission, Combine, IntoScheme as _, SchemeSet};

const NONCE: &str = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
const CNONCE: &str = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
const OPAQUE: &str = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";

const ALL: [Algorithm; 4] =
    [Algorithm::Sha512_256, Algorithm::Sha512_256Sess, Algorithm::Sha256, Algorithm::Sha256Sess];

/// A scheme that offers everything, behind a door.
fn set(realm: &str, users: DigestUsers, opaque: &str) -> SchemeSet {
    let digest = Digest::new(realm, users).opaque(opaque).userhash().auth_int();
    let digest = digest.algorithms(ALL).danger_md5().danger_md5_sess();
    let scheme = digest.into_scheme().unwrap();
    SchemeSet::new(vec![scheme], Target::Origin, Combine::Any, 4096).unwrap()
}

/// Why a request is refused, and whether its challenges say `stale=true`.
fn refusal(set: &SchemeSet, request: Request<&'static str>) -> (&'static str, bool) {
    let (mut head, content) = request.into_parts();
    head.extensions.insert(BufferedBody(Bytes::from_static(content.as_bytes())));
    let Eventual::Ready(Admission::Rejected(why)) = set.authenticate(&head, None) else {
        panic!("a foreign nonce is refused, and at once")
    };
    (why.reason(), is_stale(set, &why))
}

fn is_stale(set: &SchemeSet, why: &Rejection) -> bool {
    let mut headers = HeaderMap::new();
    set.challenges(why, Challenges::All, &mut ChallengeList::new(&mut headers, Target::Origin));
    let lines: Vec<_> = headers.values().map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 6);
    let stale = lines.iter().filter(|line| line.ends_with(", stale=true")).count();
    assert!(stale == 0 || stale == 6, "{lines:?}");
    stale > 0
}

/// The right response, and wrong ones made of it, each get what they should.
fn tells_right_from_wrong(set: &SchemeSet, method: &str, content: &'static str, credentials: &str) {
    let send = |credentials: &str| {
        let target =
            if credentials.contains("/doe.json") { "/doe.json" } else { "/dir/index.html" };
        let request = Request::builder().method(method).uri(target);
        refusal(set, request.header("authorization", credentials).body(content).unwrap())
    };
    assert_eq!(send(credentials), (reason::STALE_NONCE, true), "{credentials}");
    let (start, response) = credentials.rsplit_once("response=\"").unwrap();
    let (first, rest) = response.split_at(1);
    let other = if first == "0" { "1" } else { "0" };
    let upper = response.to_ascii_uppercase();
    for wrong in [&format!("{other}{rest}"), &upper, &format!("0{response}"), rest] {
        let wrong = format!("{start}response=\"{wrong}");
        assert_eq!(send(&wrong), (reason::WRONG_PASSWORD, false), "{wrong}");
    }
}

fn mufasa() -> SchemeSet {
    let users = DigestUsers::new().user("Mufasa", "Circle of Life");
    set("http-auth@example.org", users, OPAQUE)
}

fn credentials(algorithm: &str, qop: &str, nc: &str, response: &str) -> String {
    format!(
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", \
         algorithm={algorithm}, nonce=\"{NONCE}\", nc={nc}, cnonce=\"{CNONCE}\", qop={qop}, \
         opaque=\"{OPAQUE}\", response=\"{response}\""
    )
}

/// [RFC 7616 §3.9.1](https://www.rfc-editor.org/rfc/rfc7616#section-3.9.1) prints the first two.
#[test]
fn responses_of_section_3_9_1() {
    let set = mufasa();
    for (algorithm, nc, response) in [
        ("MD5", "00000001", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "00000001", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        (
            "SHA-512-256",
            "00000001",
            "430d05014cecc49cab6fbe03176d41a1da86cbfe24a16580e22aaad928d960d0",
        ),
        ("MD5", "00000002", "4b5d595ecf2db9df612ea5b45cd97101"),
        ("SHA-256", "00000002", "8c8db27f49ff1c202f9fb49fa9d2e9eabf078dcc93db40dfd6527010091d1c8e"),
    ] {
        tells_right_from_wrong(&set, "GET", "", &credentials(algorithm, "auth", nc, response));
    }
}

/// [RFC 7616 §3.4.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2), the second form of A1.
#[test]
fn responses_of_sessions() {
    let set = mufasa();
    for (algorithm, response) in [
        ("MD5-sess", "e783283f46242139c486a698fec7211d"),
        ("SHA-256-sess", "2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7"),
        ("SHA-512-256-sess", "3f2a34f923c38b0fb26dce2fdfc2ce326c23cecf86fbb1444f3e51fbbc2cb92e"),
    ] {
        let credentials = credentials(algorithm, "auth", "00000001", response);
        tells_right_from_wrong(&set, "GET", "", &credentials);
    }
}

/// [RFC 7616 §3.4.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.3), the second form of A2.
#[test]
fn responses_that_cover_the_content() {
    let set = mufasa();
    for (algorithm, method, content, response) in [
        ("MD5", "GET", "", "8804a53d3640a40a4f73cea12c5ba451"),
        ("MD5", "POST", "hello", "23fef4d928a3e9fa6e0b0de51288c997"),
        ("MD5-sess", "POST", "hello", "1f00ae1cf4fdcb90e9cfc3b1e22118b7"),
        ("SHA-256", "GET", "", "8bdf6f15638e260831e905028de5450562816d093c9bfc5c13d3a46adcdde940"),
        (
            "SHA-256",
            "POST",
            "hello",
            "c98b95dbdb463c4483e324bced57d591946a6f84098142757b1333c52c47d62e",
        ),
        (
            "SHA-256-sess",
            "POST",
            "hello",
            "b097196f9caf274775b76c5e5ad2221bdf75111e71e6598a385b951f12032e65",
        ),
        (
            "SHA-512-256",
            "GET",
            "",
            "38244c4d345d09bb0000b355be27d2a55003ee188df9821c54df70a63aa0c1ca",
        ),
        (
            "SHA-512-256",
            "POST",
            "hello",
            "94b85dbcbbb97c3bda2751c7e160fe6604eccca585f3cbff75d2a23f0085ed70",
        ),
        (
            "SHA-512-256-sess",
            "POST",
            "hello",
            "6188aa2d1c4d7adbdd32cdee6db3f0f8c107c0e7a45887aecb01647b05eda860",
        ),
    ] {
        let credentials = credentials(algorithm, "auth-int", "00000001", response);
        tells_right_from_wrong(&set, method, content, &credentials);
    }
}

/// What a server stores: [RFC 7616 §3.4.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.4.2).
#[test]
fn secrets_of_section_3_9_1() {
    for (algorithm, want) in [
        (Algorithm::Md5, "3d78807defe7de2157e2b0b6573a855f"),
        (Algorithm::Sha256, "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232"),
        (Algorithm::Sha512_256, "fb174f5c3c7802721517cae13b98e2b8dae2e0118cb705d94ee29946319204ce"),
    ] {
        let ha1 = Ha1::new(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
        assert_eq!(ha1.expose(), want);
    }
}

/// [RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5)
#[test]
fn the_servers_own_proof() {
    for (algorithm, auth, auth_int) in [
        (Algorithm::Md5, "9b712497bc9f91499fbcca1dfc5f09a5", "6e17dd06bd52f02e910b2954c2041177"),
        (
            Algorithm::Sha256,
            "86d3b25618d41854ca5039a5d7e53ff6355d5134a9b1fb088a78ac3c462195a0",
            "321792e3b6d15d49cb353cdc72f9cb50758a6673121eaeac0d7c912dae40bc19",
        ),
        (
            Algorithm::Sha512_256,
            "c8f9593a4f49b95ce2c483cc3222ecd360a5c6ec52ca24a530b0aac18478de8c",
            "cb9915fe7dea64de50a6323484f9270a3b8504a390631a8d894d2000824460d3",
        ),
    ] {
        let ha1 = Ha1::new(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
        let claim = Claim {
            nonce: NONCE.as_bytes().into(),
            cnonce: CNONCE.as_bytes().into(),
            nc: *b"00000001",
            count: 1,
            qop: Qop::Auth,
            response: None,
        };
        let (uri, next) = (&b"/dir/index.html"[..], Some("a \"quoted\" one"));
        let reply = Reply { hash: algorithm.hash(), secret: ha1.0, claim: &claim, uri, next };
        assert_eq!(
            reply.info().unwrap().header_value(),
            &format!(
                r#"rspauth="{auth}", cnonce="{CNONCE}", nc=00000001, qop=auth, nextnonce="a \"quoted\" one""#
            )
        );
        let reply = Reply { next: None, ..reply };
        assert_eq!(
            reply.info_of(b"hello").unwrap().header_value(),
            &format!(r#"rspauth="{auth_int}", cnonce="{CNONCE}", nc=00000001, qop=auth-int"#)
        );
    }
}

const DOE: [&str; 4] = [
    "api@example.org",
    "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
    "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
    "HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",
];

fn doe(algorithm: &str, named: &str, response: &str) -> String {
    let [realm, nonce, cnonce, opaque] = DOE;
    format!(
        "Digest {named}, realm=\"{realm}\", uri=\"/doe.json\", algorithm={algorithm}, \
         nonce=\"{nonce}\", nc=00000001, cnonce=\"{cnonce}\", qop=auth, opaque=\"{opaque}\", \
         response=\"{response}\""
    )
}

fn doe_set() -> SchemeSet {
    let [realm, .., opaque] = DOE;
    set(realm, DigestUsers::new().user("Jäsøn Doe", "Secret, or not?"), opaque)
}

/// [RFC 7616 §3.9.2](https://www.rfc-editor.org/rfc/rfc7616#section-3.9.2), with the values of the
/// hashes that its text names.
#[test]
fn the_user_of_section_3_9_2() {
    let set = doe_set();
    for (algorithm, userhash, response) in [
        (
            "SHA-512-256",
            "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
            "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
        ),
        (
            "SHA-256",
            "5a1a8a47df5c298551b9b42ba9b05835174a5bd7d511ff7fe9191d8e946fc4e7",
            "b6d5cb9c3000ea2385250005e294d7132b260b8fd08940d2377373493cee8cc4",
        ),
        ("MD5", "2e063fa2c54dea1c36808b7a6e3b14c9", "2428277c77e50ae43afb1669a43dae19"),
    ] {
        for named in [
            &format!("username=\"{userhash}\", userhash=true"),
            "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, userhash=false",
            "username=\"Jäsøn Doe\"",
        ] {
            tells_right_from_wrong(&set, "GET", "", &doe(algorithm, named, response));
        }
    }
}

/// What RFC 7616 §3.9.2 prints for SHA-512-256 was computed with SHA-512, cut to 256 bits. That is
/// another function than SHA-512/256 of FIPS 180-4, which the text means and which
/// [`Algorithm::Sha512_256`] is: it starts from other values. So the printed response is wrong, and
/// the printed hash is nobody's.
#[test]
fn section_3_9_2_prints_the_values_of_another_hash() {
    const PRINTED_HASH: &str = "488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec";
    const PRINTED: &str = "ae66e67d6b427bd3f120414a82e4acff38e8ecd9101d6c861229025f607a79dd";

    fn cut(text: &str) -> String {
        let long = Sha512::digest(text.as_bytes());
        Hex::of(long.first_chunk::<32>().unwrap()).as_str().to_owned()
    }
    let [realm, nonce, cnonce, _] = DOE;
    assert_eq!(cut(&format!("Jäsøn Doe:{realm}")), PRINTED_HASH);
    let ha1 = cut(&format!("Jäsøn Doe:{realm}:Secret, or not?"));
    let ha2 = cut("GET:/doe.json");
    assert_eq!(cut(&format!("{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}")), PRINTED);

    let set = doe_set();
    for (named, why) in [
        ("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe", reason::WRONG_PASSWORD),
        (&*format!("username=\"{PRINTED_HASH}\", userhash=true"), reason::UNKNOWN_USER),
    ] {
        let header = doe("SHA-512-256", named, PRINTED);
        let request = Request::get("/doe.json").header("authorization", header).body("").unwrap();
        assert_eq!(refusal(&set, request), (why, false));
    }
}

/// [RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3): without `algorithm` it is
/// MD5. The values are those of
/// [RFC 2617 §3.5](https://www.rfc-editor.org/rfc/rfc2617#section-3.5).
#[test]
fn without_an_algorithm_it_is_md5() {
    let users = DigestUsers::new().user("Mufasa", "Circle Of Life");
    let set = set("testrealm@host.com", users, "5ccc069c403ebaf9f0171e9517f40e41");
    let credentials = "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", \
         nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, \
         nc=00000001, cnonce=\"0a4f113b\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", \
         response=\"6629fae49393a05397450978507c4ef1\"";
    tells_right_from_wrong(&set, "GET", "", credentials);
}

/// [RFC 2069](https://www.rfc-editor.org/rfc/rfc2069): with the right response, too.
#[test]
fn the_form_of_rfc_2069_is_refused() {
    let set = mufasa();
    for (algorithm, response) in [
        ("MD5", "7b2cc3b30e75b4777ea31027084363fd"),
        ("SHA-256", "a1306b0595a6c7fe96c448631fb5cfbd5107bd1fe1da729d978dd7446b812363"),
    ] {
        let header = format!(
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", nonce=\"{NONCE}\", \
             uri=\"/dir/index.html\", algorithm={algorithm}, opaque=\"{OPAQUE}\", \
             response=\"{response}\""
        );
        let request = Request::get("/dir/index.html").header("authorization", header);
        assert_eq!(refusal(&set, request.body("").unwrap()), (reason::NOT_OFFERED, false));
    }
}

/// [RFC 7616 §3.1.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.1.3): 32 or 64 digits, in
/// lower case.
#[test]
fn digests_are_lower_case_and_of_their_hashs_length() {
    for (hash, len) in [(Hash::Md5, 32), (Hash::Sha256, 64), (Hash::Sha512_256, 64)] {
        for text in ["", "a", "Mufasa"] {
            let hex = hash.of(&[text.as_bytes()]);
            assert_eq!(hex.as_str().len(), len);
            assert!(Hex::read(hex.as_bytes(), len).is_some());
        }
    }
    assert!(Hex::read(&[b'a'; 65], 65).is_none());
    assert!(Hex::read(b"A", 1).is_none());
}
