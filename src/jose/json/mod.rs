//! JSON, read strictly and once.
//!
//! Two parsers that disagree about one text are how a token means one thing to the verifier and
//! another to the service. So: UTF-8 only, no byte order mark, no lone surrogates, no member name
//! twice in any object (after escapes are undone), numbers within the range of `f64`, at most 127
//! levels deep, and nothing after the end.
//!
//! Strings without escapes are borrowed; values that nobody asked for are checked and dropped.

mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// A JSON value that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Json<'a> {
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn into_text(self) -> Option<Cow<'a, str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// The text is not JSON, not an object, or ambiguous. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotStrictJson;

/// Reads one JSON object and hands out the members named `wanted`, in that order.
pub(crate) fn members<'a, const N: usize>(
    text: &'a [u8],
    wanted: &[&str; N],
) -> Result<[Option<Json<'a>>; N], NotStrictJson> {
    // Checked here for the whole text: serde_json checks only the strings that it hands out.
    let text = str::from_utf8(text).map_err(|_| NotStrictJson)?;
    let mut input = serde_json::Deserializer::from_str(text);
    let found = input.deserialize_any(TopLevel { wanted }).map_err(|_| NotStrictJson)?;
    input.end().map_err(|_| NotStrictJson)?;
    Ok(found)
}

/// The text of the first member called `name`, and nothing about the rest, which is not even read.
///
/// Good for a guess: what is found in a text that [`members`] refuses may be anything, and no text.
pub(super) fn first_text<'a>(text: &'a [u8], name: &str) -> Option<Cow<'a, [u8]>> {
    if let Some(found) = scan::plain_text(text, name) {
        return Some(Cow::Borrowed(found));
    }
    Some(match first_text_parsed(text, name)? {
        Cow::Borrowed(found) => Cow::Borrowed(found.as_bytes()),
        Cow::Owned(found) => Cow::Owned(found.into_bytes()),
    })
}

fn first_text_parsed<'a>(text: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    let mut found = None;
    let mut input = serde_json::Deserializer::from_slice(text);
    // Whatever it says: it calls it an error that the rest is not read.
    let _ = input.deserialize_map(First { name, found: &mut found });
    found
}

struct First<'w, 'a> {
    name: &'w str,
    found: &'w mut Option<Cow<'a, str>>,
}

impl<'de> Visitor<'de> for First<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            if name == self.name {
                *self.found = Some(map.next_value_seed(Name)?);
                break;
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

struct TopLevel<'w, const N: usize> {
    wanted: &'w [&'w str; N],
}

impl<'de, const N: usize> Visitor<'de> for TopLevel<'_, N> {
    type Value = [Option<Json<'de>>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [const { None }; N];
        let mut names = Names::default();
        while let Some(name) = map.next_key_seed(Name)? {
            let slot = self.wanted.iter().zip(&mut found).find(|(wanted, _)| name == **wanted);
            if let Some((_, slot)) = slot {
                if slot.is_some() {
                    return Err(A::Error::custom(DUPLICATE));
                }
                *slot = Some(map.next_value_seed(Node { names: &mut names, keep: true })?);
            } else {
                names.add(0, name)?;
                map.next_value_seed(Node { names: &mut names, keep: false })?;
            }
        }
        Ok(found)
    }
}

/// The member names of the objects that are open, outermost first: one list for all levels.
#[derive(Default)]
struct Names<'a>(Vec<Cow<'a, str>>);

impl<'a> Names<'a> {
    /// Adds a name to the object whose names start at `start`.
    fn add<E: serde::de::Error>(&mut self, start: usize, name: Cow<'a, str>) -> Result<(), E> {
        let object = self.0.get(start..).unwrap_or_default();
        if object.contains(&name) {
            return Err(E::custom(DUPLICATE));
        }
        if object.len() >= MAX_MEMBERS {
            return Err(E::custom("too many members"));
        }
        self.0.push(name);
        Ok(())
    }
}

/// Any value. `keep` says whether it is wanted; it is checked either way.
struct Node<'n, 'a> {
    names: &'n mut Names<'a>,
    keep: bool,
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value))
    }

    // Whole numbers beyond 2^53 lose their last digits. As dates they are far beyond year 9999, and
    // nothing else is read as a number.
    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value as f64))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(if self.keep { Json::Text(Cow::Owned(value.to_owned())) } else { Json::Null })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut kept = Vec::new();
        while let Some(value) =
            list.next_element_seed(Node { names: self.names, keep: self.keep })?
        {
            if self.keep {
                kept.push(value);
            }
        }
        Ok(Json::List(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let start = self.names.0.len();
        let mut kept = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            if name == ARBITRARY_PRECISION && self.names.0.len() == start {
                return number(map.next_value_seed(Node { names: self.names, keep: true })?);
            }
            self.names.add(start, name.clone())?;
            let value = map.next_value_seed(Node { names: self.names, keep: self.keep })?;
            if self.keep {
                kept.push((name, value));
            }
        }
        self.names.0.truncate(start);
        Ok(Json::Object(kept))
    }
}

/// When any crate of the program turns on `serde_json`'s `arbitrary_precision`, every number comes as
/// an object with this one member, a string.
fn number<E: serde::de::Error>(digits: Json<'_>) -> Result<Json<'static>, E> {
    let Json::Text(digits) = digits else {
        return Err(E::custom("not a number"));
    };
    let value: f64 = digits.parse().map_err(|_| E::custom("not a number"))?;
    if value.is_finite() { Ok(Json::Number(value)) } else { Err(E::custom("out of range")) }
}

/// A member name, borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

const DUPLICATE: &str = "a name stands twice";
/// Names of one object are compared with each other, so there is a limit to how many there are.
const MAX_MEMBERS: usize = 256;
const ARBITRARY_PRECISION: &str = "$serde_json::private::Number";
