//! What holds for any value.

#[path = "../../../tests/common/naive.rs"]
mod naive;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::{
    AuthenticationInfo, Challenge, Credentials, Params, SchemeName, parse_challenges, scan, table,
};

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn pairs(params: Params<'_>) -> Pairs {
    params.map(|p| (p.name().as_bytes().to_vec(), p.value().into_owned())).collect()
}

/// What the real reader says, in the words of the naive one.
fn challenges(value: &[u8]) -> (Vec<naive::Challenge>, bool) {
    let mut read = Vec::new();
    for item in parse_challenges(value) {
        let Ok(challenge) = item else {
            return (read, true);
        };
        read.push(naive::Challenge {
            scheme: challenge.scheme().as_bytes().to_vec(),
            token68: challenge.token68().map(|token68| token68.as_bytes().to_vec()),
            params: pairs(challenge.params()),
        });
    }
    (read, false)
}

fn assert_same(value: &[u8]) {
    assert_eq!(challenges(value), naive::challenges(value));
    let naive = naive::credentials(value);
    let Ok(credentials) = Credentials::parse(value) else {
        assert_eq!(naive, None);
        return;
    };
    let (scheme, rest) = naive.unwrap();
    assert_eq!(credentials.scheme().as_bytes(), scheme);
    assert_eq!(credentials.is_bare(), rest.is_empty());
    assert_eq!(
        credentials.token68().ok().map(str::as_bytes),
        naive::is_token68(&rest).then_some(&rest[..])
    );
    assert_eq!(credentials.params().ok().map(pairs), naive::params(&rest));
}

/// Values that are nearly well-formed, put together from pieces.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(vec![
        "A", "b", "Basic", "realm", "=", "=", " ", " ", "\t", ",", ", ", "\"", "\"x\"", "\\",
        "\\\"", "\"\"", "==", "a=b", "A=b", "c=\"d\"", "/", "x68=", ";", "\u{7f}", "é", " , ",
        " = ",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

/// Well-formed values with a few bytes changed, added or taken away.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let valid = select(vec![
        r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
        r#"Negotiate YII=, Digest qop="auth, auth-int", algorithm=MD5, nonce="a+b/c=""#,
        r#"A , b = "c" ,, D, E f, G h==, I j=k"#,
        "Bearer mF_9.B5f-4.1JqM",
        r#"Digest username="a\\b", nc=00000001,uri="/x?y=z,w", response=""#,
    ]);
    let byte = prop_oneof![select(b"\"\\,= \tAa\x01\xE4".to_vec()), any::<u8>()];
    let change = (any::<prop::sample::Index>(), 0..3_u8, byte);
    (valid, prop::collection::vec(change, 1..4)).prop_map(|(valid, changes)| {
        let mut value = valid.as_bytes().to_vec();
        for (index, how, byte) in changes {
            let at = index.index(value.len());
            match how {
                0 => value[at] = byte,
                1 => value.insert(at, byte),
                _ => drop(value.remove(at)),
            }
        }
        value
    })
}

/// A scheme and parameters whose names differ, ignoring case.
fn to_write() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    let token = "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,12}";
    let params = prop::collection::vec((token, "[ -~]{0,24}"), 0..8).prop_map(|mut params| {
        let mut seen = std::collections::HashSet::new();
        params.retain(|(name, _)| seen.insert(name.to_ascii_lowercase()));
        params
    });
    (token, params)
}

fn as_bytes(params: &[(String, String)]) -> Pairs {
    params
        .iter()
        .map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn runs_end_at_the_first_byte_of_another_class(
        text in "[a-z\t\"\\\\\u{7f}\u{80}\u{100}]{0,40}", start in "[a-zé]{0,20}",
    ) {
        let value = [start, text].concat().into_bytes();
        let quoted = value.iter().take_while(|&&b| table::is_qdtext(b)).count();
        prop_assert_eq!(scan::qdtext_run(&value), quoted);
        let token68 = value.iter().take_while(|&&b| table::is_token68(b)).count();
        prop_assert_eq!(scan::token68_run(&value), token68);
    }

    #[test]
    fn the_naive_reader_agrees_on_pieces(value in pieces()) {
        assert_same(&value);
    }

    #[test]
    fn the_naive_reader_agrees_on_mutations(value in mutated()) {
        assert_same(&value);
    }

    #[test]
    fn the_naive_reader_agrees_on_any_bytes(value in prop::collection::vec(any::<u8>(), 0..32)) {
        assert_same(&value);
    }

    #[test]
    fn the_naive_reader_agrees_on_authentication_info(value in pieces()) {
        let read = AuthenticationInfo::parse(&value).ok().map(pairs);
        prop_assert_eq!(read, naive::params(value.trim_ascii()));
    }

    #[test]
    fn what_is_written_is_read_back((scheme, params) in to_write()) {
        let scheme = SchemeName::new(&scheme).unwrap();
        let builder = params.iter().fold(Challenge::builder(scheme.clone()), |b, (n, v)| b.param(n, v));
        let challenge = builder.build().unwrap();
        let line = challenge.header_value().to_str().unwrap();

        let (read, failed) = challenges(line.as_bytes());
        prop_assert!(!failed);
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(&read[0].scheme, scheme.as_str().as_bytes());
        prop_assert_eq!(&read[0].params, &as_bytes(&params));

        let theirs = http_auth::parse_challenges(line).unwrap();
        prop_assert_eq!(theirs.len(), 1);
        prop_assert_eq!(theirs[0].scheme, scheme.as_str());
        let theirs: Vec<_> =
            theirs[0].params.iter().map(|(n, v)| ((*n).to_owned(), v.to_unescaped())).collect();
        prop_assert_eq!(&theirs, &params);
    }

    #[test]
    fn params_at_once_and_later_are_the_same((scheme, params) in to_write(), split in any::<prop::sample::Index>()) {
        let scheme = SchemeName::new(&scheme).unwrap();
        let at = split.index(params.len().saturating_add(1));
        let whole = params.iter().fold(Challenge::builder(scheme.clone()), |b, (n, v)| b.param(n, v));
        let first = params[..at].iter().fold(Challenge::builder(scheme), |b, (n, v)| b.param(n, v));
        let later: Vec<_> = params[at..].iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        prop_assert_eq!(first.build().unwrap().with_params(&later).unwrap(), whole.build().unwrap());
    }

    #[test]
    fn nothing_written_breaks_out_of_its_line(name in any::<String>(), value in any::<String>()) {
        if let Ok(challenge) = Challenge::builder(SchemeName::BASIC).param(&name, &value).build() {
            let (read, failed) = challenges(challenge.header_value().as_bytes());
            prop_assert!(!failed);
            prop_assert_eq!(&read[0].params, &vec![(name.into_bytes(), value.into_bytes())]);
        }
    }
}
