//! What a single value must be to be decoded.

use super::tell;
use crate::kubernetes::Quantity;
use crate::kubernetes::go_types::Shape;
use crate::validate::{At, Finding};
use crate::yaml::{Kind, Value};

/// Checks a value that is not null.
pub(super) fn check(at: &At<'_>, shape: Shape) -> Result<(), Box<Finding>> {
    let value = at.value();
    match (shape, &value) {
        (Shape::Text, Some(Value::Text(_) | Value::Timestamp(_))) => Ok(()),
        (Shape::Boolean | Shape::SchemaOrBool, Some(Value::Bool(_))) => Ok(()),
        (Shape::Integer(least, most), Some(value)) => integer(at, value, least, most),
        (Shape::Float, Some(Value::Int(_) | Value::Unsigned(_))) => Ok(()),
        (Shape::Float, Some(Value::Float(value))) if value.is_finite() => Ok(()),
        (Shape::IntOrString, Some(Value::Text(_) | Value::Timestamp(_))) => Ok(()),
        (Shape::IntOrString, Some(value @ (Value::Int(_) | Value::Unsigned(_) | Value::Float(_)))) => {
            integer(at, value, i64::from(i32::MIN), i32::MAX as u64)
        }
        (Shape::Quantity, Some(Value::Int(_) | Value::Unsigned(_))) => Ok(()),
        (Shape::Quantity, Some(Value::Float(value))) if value.is_finite() => Ok(()),
        (Shape::Quantity, Some(Value::Text(text))) => {
            refuse(Quantity::parse(text.trim()).is_some(), at, "invalid-quantity", || {
                (
                    format!("{} must be a quantity, not `{}`", tell::name(at), tell::clip(text)),
                    "write a number with one of the suffixes m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei, or none",
                )
            })
        }
        (Shape::Base64, Some(Value::Text(text))) => {
            refuse(is_base64(text.as_bytes()), at, "invalid-base64", || {
                let hint = "encode the bytes, or give plain text in `stringData` if this is a Secret";
                (format!("{} is not base64", tell::name(at)), hint)
            })
        }
        (Shape::Time | Shape::MicroTime, Some(Value::Timestamp(_))) => Ok(()),
        (Shape::Time | Shape::MicroTime, Some(Value::Text(text))) => {
            refuse(is_time(text.as_bytes(), shape == Shape::MicroTime), at, "invalid-time", || {
                let hint = if shape == Shape::Time {
                    "write it as `2006-01-02T15:04:05Z`"
                } else {
                    "write it as `2006-01-02T15:04:05.000000Z`"
                };
                (format!("{} must be a point in time, not `{}`", tell::name(at), tell::clip(text)), hint)
            })
        }
        (Shape::Duration, Some(Value::Text(_))) => Ok(()),
        (Shape::Anything, Some(Value::Float(value))) if !value.is_finite() => Err(wrong(at, shape)),
        (Shape::Anything, _) => Ok(()),
        _ => Err(wrong(at, shape)),
    }
}

fn refuse(
    good: bool,
    at: &At<'_>,
    rule: &'static str,
    why: impl FnOnce() -> (String, &'static str),
) -> Result<(), Box<Finding>> {
    if good {
        return Ok(());
    }
    let (message, hint) = why();
    Err(Box::new(Finding::schema(rule, at, message).hint(hint)))
}

fn integer(at: &At<'_>, value: &Value<'_>, least: i64, most: u64) -> Result<(), Box<Finding>> {
    let fits = match value {
        Value::Int(value) => *value >= least && u64::try_from(*value).map_or(true, |value| value <= most),
        Value::Unsigned(value) => *value <= most,
        // In JSON it is the same number, but for those that only floats hold.
        Value::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
            return integer(at, &Value::Int(*value as i64), least, most);
        }
        Value::Float(value) if value.is_finite() && value.fract() == 0.0 => false,
        _ => return Err(wrong(at, Shape::Integer(least, most))),
    };
    refuse(fits, at, "out-of-range", || {
        let text = tell::clip(at.text());
        (format!("{} must be between {least} and {most}, not `{text}`", tell::name(at)), "")
    })
}

/// A value of the wrong type.
#[expect(clippy::unnecessary_box_returns, reason = "findings are large, and errors here")]
fn wrong(at: &At<'_>, shape: Shape) -> Box<Finding> {
    let wanted = match shape {
        Shape::Text => "a text",
        Shape::Boolean => "`true` or `false`",
        Shape::Integer(..) => "a whole number",
        Shape::Float => "a number",
        Shape::Base64 => "a text in base64",
        Shape::Time | Shape::MicroTime => "a point in time",
        Shape::Duration => "a duration",
        Shape::Quantity => "a quantity",
        Shape::IntOrString => "a whole number or a text",
        Shape::Structure | Shape::Map => "a map",
        Shape::List => "a list",
        Shape::SchemaOrBool => "a schema or a truth value",
        Shape::SchemaOrArray => "a schema or a list of schemas",
        Shape::SchemaOrStringArray => "a schema or a list of texts",
        Shape::Anything => "a value that JSON has",
    };
    let message = format!("{} must be {wanted}, not {}", tell::name(at), tell::what(at));
    Box::new(Finding::schema("invalid-type", at, message).hint(hint(at, shape)))
}

fn hint(at: &At<'_>, shape: Shape) -> String {
    let text = at.text();
    let scalar = at.node.is_some_and(|node| at.document.kind(node) == Kind::Scalar);
    match (shape, at.value()) {
        (Shape::Text, Some(Value::Bool(_) | Value::Int(_) | Value::Unsigned(_) | Value::Float(_))) => {
            format!("put it in quotes: `\"{}\"`", tell::clip(text))
        }
        (Shape::Integer(..), Some(Value::Text(_))) if text.parse::<i64>().is_ok() => {
            format!("write it without quotes: `{text}`")
        }
        (Shape::Boolean, Some(Value::Text(_))) if matches!(text, "true" | "false") => {
            format!("write it without quotes: `{text}`")
        }
        (Shape::Boolean, Some(Value::Text(_))) if matches!(text, "yes" | "on" | "Yes" | "On") => {
            "write `true`".to_owned()
        }
        (Shape::Boolean, Some(Value::Text(_))) if matches!(text, "no" | "off" | "No" | "Off") => {
            "write `false`".to_owned()
        }
        (Shape::List, _) if scalar => "begin each item on a line of its own with `- `".to_owned(),
        (Shape::List, None) if at.is_mapping() => "begin each item with `- `".to_owned(),
        (Shape::Structure | Shape::Map, None) if at.is_sequence() => {
            "write `key: value` pairs: this is no list".to_owned()
        }
        _ => String::new(),
    }
}

/// Base64 as Go's standard encoding reads it: padded, line ends do not count.
pub(super) fn is_base64(text: &[u8]) -> bool {
    let (mut digits, mut padding) = (0_usize, 0_usize);
    for byte in text {
        match byte {
            b'\n' | b'\r' => {}
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => digits += 1,
            _ => return false,
        }
    }
    matches!((digits % 4, padding), (0, 0) | (2, 2) | (3, 1))
}

/// A point in time as Go's `time.Parse` reads RFC 3339; `micro`: with exactly six digits behind the second.
pub(super) fn is_time(text: &[u8], micro: bool) -> bool {
    let two = |at: usize| -> Option<u32> {
        let pair = text.get(at..at + 2)?;
        (pair[0].is_ascii_digit() && pair[1].is_ascii_digit())
            .then(|| u32::from(pair[0] - b'0') * 10 + u32::from(pair[1] - b'0'))
    };
    let read = || -> Option<bool> {
        let year = two(0)? * 100 + two(2)?;
        let (month, day) = (two(5)?, two(8)?);
        let dashes = text.get(4) == Some(&b'-') && text.get(7) == Some(&b'-') && text.get(10) == Some(&b'T');
        // Go takes an hour of one digit.
        let (hour, mut at) = match two(11) {
            Some(hour) => (hour, 13),
            None => (u32::from(text.get(11).filter(|b| b.is_ascii_digit())? - b'0'), 12),
        };
        let colons = text.get(at) == Some(&b':') && text.get(at + 3) == Some(&b':');
        let (minute, second) = (two(at + 1)?, two(at + 4)?);
        at += 6;
        let fraction = text.get(at).is_some_and(|b| matches!(b, b'.' | b','))
            && text.get(at + 1).is_some_and(u8::is_ascii_digit);
        if fraction {
            let count = text[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
            if micro && count != 6 {
                return Some(false);
            }
            at += 1 + count;
        } else if micro {
            return Some(false);
        }
        let zone = match text.get(at)? {
            b'Z' => at + 1 == text.len(),
            b'+' | b'-' => {
                text.get(at + 3) == Some(&b':')
                    && two(at + 1)? <= 24
                    && two(at + 4)? <= 60
                    && at + 6 == text.len()
            }
            _ => false,
        };
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        };
        Some(dashes && colons && zone && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60)
    };
    read().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_base64_as_go_does() {
        for good in ["", "aGk=", "aGkK", "aA==", "aG\nk=\n", "a\r\nGk="] {
            assert!(is_base64(good.as_bytes()), "{good}");
        }
        for bad in ["a", "aGk", "aGk==", "a=Gk", "aG k=", "aG-_", "=", "====", "aGk=aGk="] {
            assert!(!is_base64(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn reads_times_as_go_does() {
        for good in [
            "2024-02-29T23:59:59Z",
            "2024-01-01T0:00:00Z",
            "2024-01-01T00:00:00.5+01:00",
            "2024-01-01T00:00:00,123456789-24:60",
        ] {
            assert!(is_time(good.as_bytes(), false), "{good}");
        }
        for bad in [
            "",
            "2024-01-01",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00Zx",
            "2024-1-01T00:00:00Z",
        ] {
            assert!(!is_time(bad.as_bytes(), false), "{bad}");
        }
        assert!(is_time(b"2024-01-01T00:00:00.123456Z", true));
        assert!(!is_time(b"2024-01-01T00:00:00.12345Z", true) && !is_time(b"2024-01-01T00:00:00Z", true));
    }
}
