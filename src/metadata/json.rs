//! Writing the document.

use super::MemberValue;
use crate::respond::json_escaped;

/// A JSON object that is being written.
pub(super) struct Object(String);

impl Object {
    pub(super) fn new() -> Self {
        Self(String::from("{"))
    }

    pub(super) fn member(&mut self, name: &str, value: &MemberValue) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.string(name);
        self.0.push(':');
        match value {
            MemberValue::Bool(value) => self.0.push_str(if *value { "true" } else { "false" }),
            MemberValue::Number(value) => self.0.push_str(&value.to_string()),
            MemberValue::Text(text) => self.string(text),
            MemberValue::List(items) => {
                self.0.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        self.0.push(',');
                    }
                    self.string(item);
                }
                self.0.push(']');
            }
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }

    fn string(&mut self, text: &str) {
        self.0.push('"');
        self.0.push_str(&json_escaped(text));
        self.0.push('"');
    }
}
