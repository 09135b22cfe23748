//! `src/manual/defaults.md` has the figures of the code.

use std::fs;

use crate::sources::{page, root, rows};

#[test]
fn every_default_is_the_one_of_the_code() {
    let page = page("defaults");
    let mut figures = 0;
    for cells in rows(&page) {
        let [setting, default, .., place] = cells[..] else { panic!("{cells:?}") };
        // Without a place it is no figure but a word.
        let Some((file, name)) = place.trim_matches('`').split_once("` `") else { continue };
        let code = value(file, name);
        assert_eq!(default, written(setting, &code), "{setting}: `{name}` is `{code}` in {file}");
        figures += 1;
    }
    assert!(figures > 40, "the figures were found");
}

/// What stands for the constant or field of this name; `PAIR.free` is a field of a constant.
fn value(file: &str, name: &str) -> String {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let (text, name) = match name.split_once('.') {
        Some((constant, field)) => {
            (text.split_once(&format!("const {constant}:")).unwrap().1, field)
        }
        None => (&*text, name),
    };
    let of_constant = text.split_once(&format!("const {name}: ")).map(|(_, rest)| {
        let (_, value) = rest.split_once(" = ").unwrap();
        value.split(';').next().unwrap().to_owned()
    });
    of_constant.or_else(|| of_field(text, name)).unwrap_or_else(|| panic!("{file}: no `{name}`"))
}

/// The figure that a field of this name is set to; where it is declared stands no figure.
fn of_field(text: &str, name: &str) -> Option<String> {
    let field = format!("{name}: ");
    let mut values = text.split(&field).skip(1);
    let value =
        values.find(|rest| rest.starts_with("Duration::from") || starts_with_digit(rest))?;
    let end = value.find([',', '}', '\n']).unwrap_or(value.len());
    Some(value[..end].trim().to_owned())
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// A figure as the page has it: `Duration::from_secs(30 * 60)` is `30 min`.
fn written(setting: &str, code: &str) -> String {
    if let Some(secs) = code.strip_prefix("Duration::from_secs(") {
        let secs = product(secs.trim_end_matches(')'));
        return match secs {
            86_400 => "24 h".to_owned(),
            _ if secs.is_multiple_of(86_400) => format!("{} d", secs / 86_400),
            _ if secs.is_multiple_of(3600) => format!("{} h", secs / 3600),
            _ if secs.is_multiple_of(60) && secs > 60 => format!("{} min", secs / 60),
            _ => format!("{secs} s"),
        };
    }
    if let Some(millis) = code.strip_prefix("Duration::from_millis(") {
        return format!("{} ms", product(millis.trim_end_matches(')')));
    }
    let number = product(code);
    let is_size = setting.starts_with("longest") || setting.starts_with("largest");
    if is_size && number.is_multiple_of(1024) {
        return format!("{} KiB", number / 1024);
    }
    thousands(number)
}

fn product(code: &str) -> u64 {
    code.split(" * ").map(|factor| factor.replace('_', "").parse::<u64>().unwrap()).product()
}

/// `10 000`; four digits stay together.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(|group| str::from_utf8(group).unwrap());
    let groups = std::iter::once(&digits[..first]).chain(groups);
    groups.filter(|group| !group.is_empty()).collect::<Vec<_>>().join(" ")
}
