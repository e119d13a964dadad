//! Functions over texts: CEL's own, and its strings extension (version 2), which counts in characters.

use regex::Regex;

use super::functions::{all, double_text, text_of, with_regex};
use super::special::{named_format, of_text};
use super::value::{Failure, Outcome, Value};

/// Calls a function over a text; `None` when there is none of that name.
pub(super) fn call<'v>(name: &str, args: &[Value<'v>], regex: Option<&Regex>) -> Option<Outcome<'v>> {
    if args.is_empty() {
        return named_format(name).map(Ok);
    }
    let [Value::Text(text), rest @ ..] = args else { return None };
    let text = text.as_str();
    Some(match (name, rest) {
        ("contains", [Value::Text(part)]) => Ok(Value::Bool(text.contains(part.as_str()))),
        ("startsWith", [Value::Text(part)]) => Ok(Value::Bool(text.starts_with(part.as_str()))),
        ("endsWith", [Value::Text(part)]) => Ok(Value::Bool(text.ends_with(part.as_str()))),
        ("lowerAscii", []) => Ok(Value::made(text.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(Value::made(text.to_ascii_uppercase())),
        ("trim", []) => Ok(Value::made(text.trim())),
        ("charAt", [Value::Int(at)]) => char_at(text, *at),
        ("indexOf", [Value::Text(part), from @ ..]) => index_of(text, part.as_str(), from),
        ("lastIndexOf", [Value::Text(part), from @ ..]) => last_index_of(text, part.as_str(), from),
        ("substring", [Value::Int(from)]) => substring(text, *from, None),
        ("substring", [Value::Int(from), Value::Int(to)]) => substring(text, *from, Some(*to)),
        ("replace", [Value::Text(old), Value::Text(new)]) => {
            Ok(Value::made(text.replace(old.as_str(), new.as_str())))
        }
        ("replace", [Value::Text(old), Value::Text(new), Value::Int(count)]) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            Ok(Value::made(text.replacen(old.as_str(), new.as_str(), count)))
        }
        ("split", [Value::Text(separator)]) => Ok(split(text, separator.as_str(), -1)),
        ("split", [Value::Text(separator), Value::Int(count)]) => Ok(split(text, separator.as_str(), *count)),
        ("strings.quote", []) => Ok(Value::made(quote(text))),
        ("format", [list]) => format(text, list),
        ("find", [Value::Text(of)]) => {
            with_regex(of, regex, |regex| Value::made(regex.find(text).map_or("", |found| found.as_str())))
        }
        ("findAll", [Value::Text(of), count @ ..]) => {
            let count = match count {
                [Value::Int(count)] => usize::try_from(*count).unwrap_or(usize::MAX),
                _ => usize::MAX,
            };
            with_regex(of, regex, |regex| {
                Value::list(
                    regex.find_iter(text).take(count).map(|found| Value::made(found.as_str())).collect(),
                )
            })
        }
        _ => return of_text(name, text, rest),
    })
}

fn out_of_range<'v>(at: i64) -> Outcome<'v> {
    Err(Failure::new(format!("index out of range: {at}")))
}

fn char_at<'v>(text: &str, at: i64) -> Outcome<'v> {
    let length = text.chars().count() as i64;
    if at < 0 || at > length {
        return out_of_range(at);
    }
    let c = text.chars().nth(usize::try_from(at).unwrap_or(0));
    Ok(Value::made(c.map(String::from).unwrap_or_default()))
}

/// Behind the end nothing is found, but the empty text.
fn is_behind(from: &[Value<'_>], length: usize) -> bool {
    matches!(from, [Value::Int(from)] if usize::try_from(*from).is_ok_and(|from| from > length))
}

fn start_of(from: &[Value<'_>], length: i64, default: i64) -> Result<i64, i64> {
    let from = match from {
        [Value::Int(from)] => *from,
        _ => default,
    };
    if from < 0 { Err(from) } else { Ok(from.min(length)) }
}

fn index_of<'v>(text: &str, part: &str, from: &[Value<'v>]) -> Outcome<'v> {
    let chars: Vec<char> = text.chars().collect();
    let part: Vec<char> = part.chars().collect();
    if is_behind(from, chars.len()) && !part.is_empty() {
        return Ok(Value::Int(-1));
    }
    let from = match start_of(from, chars.len() as i64, 0) {
        Ok(from) => usize::try_from(from).unwrap_or(0),
        Err(at) => return out_of_range(at),
    };
    if part.is_empty() {
        return Ok(Value::Int(from as i64));
    }
    let found = chars[from..].windows(part.len()).position(|window| window == part);
    Ok(Value::Int(found.map_or(-1, |at| (from + at) as i64)))
}

fn last_index_of<'v>(text: &str, part: &str, from: &[Value<'v>]) -> Outcome<'v> {
    let chars: Vec<char> = text.chars().collect();
    let part: Vec<char> = part.chars().collect();
    let length = chars.len() as i64;
    if is_behind(from, chars.len()) && !part.is_empty() {
        return Ok(Value::Int(-1));
    }
    let from = match start_of(from, length, length) {
        Ok(from) => usize::try_from(from).unwrap_or(0),
        Err(at) => return out_of_range(at),
    };
    if part.is_empty() {
        return Ok(Value::Int(from as i64));
    }
    let end = (from + part.len()).min(chars.len());
    let found = chars[..end].windows(part.len()).rposition(|window| window == part);
    Ok(Value::Int(found.map_or(-1, |at| at as i64)))
}

fn substring<'v>(text: &str, from: i64, to: Option<i64>) -> Outcome<'v> {
    let length = text.chars().count() as i64;
    let to = to.unwrap_or(length);
    if from < 0 || from > length {
        return out_of_range(from);
    }
    if to < from || to > length {
        return out_of_range(to);
    }
    let (from, count) = (usize::try_from(from).unwrap_or(0), usize::try_from(to - from).unwrap_or(0));
    Ok(Value::made(text.chars().skip(from).take(count).collect::<String>()))
}

fn split<'v>(text: &str, separator: &str, count: i64) -> Value<'v> {
    let most = match usize::try_from(count) {
        Ok(0) => return Value::list(Vec::new()),
        Ok(most) => most,
        Err(_) => usize::MAX,
    };
    if separator.is_empty() {
        let mut parts: Vec<Value<'v>> = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if parts.len() + 1 == most {
                parts.push(Value::made(rest));
                break;
            }
            parts.push(Value::made(&rest[..c.len_utf8()]));
            rest = &rest[c.len_utf8()..];
        }
        return Value::list(parts);
    }
    Value::list(text.splitn(most, separator).map(Value::made).collect())
}

/// Texts of a list in one.
pub(super) fn join<'v>(items: &[Value<'v>], rest: &[Value<'v>]) -> Outcome<'v> {
    let separator = match rest {
        [] => "",
        [Value::Text(separator)] => separator.as_str(),
        _ => return Err(Failure::overload()),
    };
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        let Value::Text(text) = item else { return Err(Failure::overload()) };
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(text.as_str());
    }
    Ok(Value::made(out))
}

fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// `'%s has %d'.format([…])`
fn format<'v>(text: &str, list: &Value<'v>) -> Outcome<'v> {
    let args = all(list)?;
    let mut args = args.iter();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            precision = after[..digits].parse::<usize>().ok().map(|p| p.min(1000));
            rest = &after[digits..];
        }
        let clause = rest.chars().next().ok_or_else(|| Failure::new("unexpected end of format string"))?;
        rest = &rest[clause.len_utf8()..];
        let value = args.next().ok_or_else(|| Failure::new("index out of range in format string"))?;
        out.push_str(&formatted(clause, value, precision)?);
    }
    out.push_str(rest);
    Ok(Value::made(out))
}

#[allow(clippy::cast_precision_loss)]
fn formatted(clause: char, value: &Value<'_>, precision: Option<usize>) -> Result<String, Failure> {
    let bad =
        || Failure::new(format!("error during formatting: %{clause} does not take a {}", value.type_name()));
    let number = || match value {
        Value::Int(value) => Ok(*value as f64),
        Value::Uint(value) => Ok(*value as f64),
        Value::Double(value) => Ok(*value),
        _ => Err(bad()),
    };
    Ok(match (clause, value) {
        ('s', _) => plain(value).ok_or_else(bad)?,
        ('d', Value::Int(value)) => value.to_string(),
        ('d', Value::Uint(value)) => value.to_string(),
        ('f', _) => grouped(&format!("{:.*}", precision.unwrap_or(6), number()?)),
        ('e', _) => {
            let text = format!("{:.*e}", precision.unwrap_or(6), number()?);
            let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            let power: String =
                format!("{power:0>2}").bytes().map(|b| SUPERSCRIPTS[usize::from(b - b'0') % 10]).collect();
            let sign = if sign == '-' { "⁻" } else { "" };
            format!("{digits}×10{sign}{power}")
        }
        ('b', Value::Int(value)) if *value < 0 => format!("-{:b}", value.unsigned_abs()),
        ('b', Value::Int(value)) => format!("{value:b}"),
        ('b', Value::Uint(value)) => format!("{value:b}"),
        ('b', Value::Bool(value)) => u8::from(*value).to_string(),
        ('o', Value::Int(value)) if *value < 0 => format!("-{:o}", value.unsigned_abs()),
        ('o', Value::Int(value)) => format!("{value:o}"),
        ('o', Value::Uint(value)) => format!("{value:o}"),
        ('x' | 'X', _) => {
            let text = match value {
                Value::Int(value) if *value < 0 => format!("-{:x}", value.unsigned_abs()),
                Value::Int(value) => format!("{value:x}"),
                Value::Uint(value) => format!("{value:x}"),
                Value::Text(text) => hexadecimal(text.as_str().as_bytes()),
                Value::Bytes(bytes) => hexadecimal(bytes),
                _ => return Err(bad()),
            };
            if clause == 'X' { text.to_uppercase() } else { text }
        }
        _ => return Err(bad()),
    })
}

/// A number with commas between its thousands.
fn grouped(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = number.find('.').map_or((number, ""), |at| number.split_at(at));
    let mut out = sign.to_owned();
    for (at, c) in whole.char_indices() {
        if at > 0 && (whole.len() - at) % 3 == 0 && c.is_ascii_digit() {
            out.push(',');
        }
        out.push(c);
    }
    out.push_str(fraction);
    out
}

/// A value as `%s` writes it.
fn plain(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Type(name) => (*name).to_owned(),
        Value::Double(value) => double_text(*value),
        Value::Items(..) | Value::List(_) => {
            let items: Option<Vec<String>> = all(value).ok()?.iter().map(within).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Node(_) | Value::Map(_) => {
            let mut entries = Vec::new();
            for key in value.keys()? {
                entries.push((within(&key)?, within(&value.find(&key)?.ok()?)?));
            }
            entries.sort();
            let entries: Vec<String> =
                entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => text_of(other)?,
    })
}

/// A value within a list or map: texts are quoted.
fn within(value: &Value<'_>) -> Option<String> {
    let text = plain(value)?;
    Some(match value {
        Value::Text(_) => quote(&text),
        Value::Bytes(_) => format!("b{}", quote(&text)),
        _ => text,
    })
}
/// Two digits a byte.
fn hexadecimal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut out, format_args!("{byte:02x}"));
    }
    out
}
