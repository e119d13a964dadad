//! Words of an expression.

use super::Fault;

/// A word.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Token {
    /// A name, a keyword or a reserved word.
    Name(Box<str>),
    /// A name in back quotes.
    Quoted(Box<str>),
    Int(Box<str>),
    Uint(Box<str>),
    Double(Box<str>),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Longest first.
const SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "[", "]", "{", "}", "(", ")", ".", ",", "-", "!", "?", ":",
    "+", "*", "/", "%",
];

/// Splits a text into words, each with its offset.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, u32)>, Fault> {
    let mut tokens = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let c = bytes[at];
        let token = match c {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0c => {
                at += 1;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'0'..=b'9' => number(text, &mut at),
            b'.' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => number(text, &mut at),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => match string_prefix(&bytes[at..]) {
                Some(prefix) => string(text, &mut at, prefix)?,
                None => {
                    while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                        at += 1;
                    }
                    Token::Name(text[start..at].into())
                }
            },
            b'"' | b'\'' => string(text, &mut at, 0)?,
            b'`' => {
                let end =
                    text[at + 1..].find('`').ok_or_else(|| Fault::at(at, "a quoted name does not end"))?;
                let name = &text[at + 1..at + 1 + end];
                let valid = |b: u8| b.is_ascii_alphanumeric() || b"_.-/ ".contains(&b);
                if name.is_empty() || !name.bytes().all(valid) {
                    return Err(Fault::at(at, format!("`{name}` is no name that may be quoted")));
                }
                at += end + 2;
                Token::Quoted(name.into())
            }
            _ => match SIGNS.iter().find(|sign| text[at..].starts_with(**sign)) {
                Some(sign) => {
                    at += sign.len();
                    Token::Sign(sign)
                }
                None => {
                    let c = text[at..].chars().next().unwrap_or(' ');
                    return Err(Fault::at(at, format!("unexpected character `{c}`")));
                }
            },
        };
        tokens.push((token, start as u32));
    }
    tokens.push((Token::End, text.len() as u32));
    Ok(tokens)
}

fn number(text: &str, at: &mut usize) -> Token {
    let bytes = text.as_bytes();
    let start = *at;
    let digits = |at: &mut usize, is: fn(&u8) -> bool| {
        let from = *at;
        while bytes.get(*at).is_some_and(is) {
            *at += 1;
        }
        *at > from
    };
    let unsigned = |at: &mut usize| {
        let there = matches!(bytes.get(*at), Some(b'u' | b'U'));
        *at += usize::from(there);
        there
    };
    if bytes[start] == b'0' && bytes.get(start + 1) == Some(&b'x') {
        let mut end = start + 2;
        if digits(&mut end, u8::is_ascii_hexdigit) {
            *at = end;
            let digits = text[start..end].into();
            return if unsigned(at) { Token::Uint(digits) } else { Token::Int(digits) };
        }
    }
    digits(at, u8::is_ascii_digit);
    let mut double = false;
    if bytes.get(*at) == Some(&b'.') && bytes.get(*at + 1).is_some_and(u8::is_ascii_digit) {
        *at += 1;
        digits(at, u8::is_ascii_digit);
        double = true;
    }
    if matches!(bytes.get(*at), Some(b'e' | b'E')) {
        let mut end = *at + 1;
        if matches!(bytes.get(end), Some(b'+' | b'-')) {
            end += 1;
        }
        if digits(&mut end, u8::is_ascii_digit) {
            *at = end;
            double = true;
        }
    }
    let digits = text[start..*at].into();
    if double {
        Token::Double(digits)
    } else if unsigned(at) {
        Token::Uint(digits)
    } else {
        Token::Int(digits)
    }
}

/// The length of what stands before the quote of a string: `r`, `b`, `rb`, `br`; `None` when this is no string.
fn string_prefix(bytes: &[u8]) -> Option<usize> {
    let letter = |b: Option<&u8>, c: u8| b.is_some_and(|b| b.eq_ignore_ascii_case(&c));
    let quote = |b: Option<&u8>| matches!(b, Some(b'"' | b'\''));
    let (first, second) = (bytes.first(), bytes.get(1));
    if (letter(first, b'r') || letter(first, b'b')) && quote(second) {
        return Some(1);
    }
    ((letter(first, b'r') && letter(second, b'b')) || (letter(first, b'b') && letter(second, b'r')))
        .then_some(2)
        .filter(|_| quote(bytes.get(2)))
}

fn string(text: &str, at: &mut usize, prefix: usize) -> Result<Token, Fault> {
    let start = *at;
    let letters = &text.as_bytes()[start..start + prefix];
    let raw = letters.iter().any(|b| b.eq_ignore_ascii_case(&b'r'));
    let binary = letters.iter().any(|b| b.eq_ignore_ascii_case(&b'b'));
    let rest = &text[start + prefix..];
    let one = &rest[..1];
    let three = one.repeat(3);
    let long = rest.starts_with(&three);
    let quote = if long { three.as_str() } else { one };
    let body = &rest[quote.len()..];
    let mut end = 0;
    loop {
        let Some(c) = body[end..].chars().next() else {
            return Err(Fault::at(start, "a string does not end"));
        };
        if body[end..].starts_with(quote) {
            break;
        }
        match c {
            '\n' | '\r' if !long => return Err(Fault::at(start, "a string does not end on its line")),
            '\\' if !raw => {
                end += 1;
                end += body[end..].chars().next().map_or(0, char::len_utf8);
            }
            _ => end += c.len_utf8(),
        }
    }
    *at = start + prefix + quote.len() * 2 + end;
    let body = &body[..end];
    let body = if long { body.replace("\r\n", "\n").replace('\r', "\n") } else { body.to_owned() };
    let value = if raw { body.into_bytes() } else { unescape(&body, binary, start)? };
    if binary {
        return Ok(Token::Bytes(value.into()));
    }
    match String::from_utf8(value) {
        Ok(text) => Ok(Token::Text(text.into())),
        Err(_) => Err(Fault::at(start, "a string is not UTF-8")),
    }
}

fn unescape(body: &str, binary: bool, start: usize) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    let bad = || Fault::at(start, "a string has an escape sequence that is none");
    let push = |out: &mut Vec<u8>, value: u32, byte: bool| -> Result<(), Fault> {
        if byte && binary {
            out.push(u8::try_from(value).map_err(|_| bad())?);
        } else {
            let c = char::from_u32(value).ok_or_else(bad)?;
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
        }
        Ok(())
    };
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let Some(c) = rest.chars().next() else { return Err(bad()) };
        rest = &rest[c.len_utf8()..];
        let simple = match c {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' | '\'' | '"' | '`' | '?' => c as u8,
            'x' | 'X' | 'u' | 'U' => {
                let length = match c {
                    'u' => 4,
                    'U' => 8,
                    _ => 2,
                };
                if binary && length > 2 {
                    return Err(bad());
                }
                let digits = rest.get(..length).ok_or_else(bad)?;
                let value = u32::from_str_radix(digits, 16).map_err(|_| bad())?;
                push(&mut out, value, length == 2)?;
                rest = &rest[length..];
                continue;
            }
            '0'..='3' => {
                let digits = rest.get(..2).filter(|d| d.bytes().all(|b| matches!(b, b'0'..=b'7')));
                let digits = digits.ok_or_else(bad)?;
                let value = u32::from_str_radix(&format!("{c}{digits}"), 8).map_err(|_| bad())?;
                push(&mut out, value, true)?;
                rest = &rest[2..];
                continue;
            }
            _ => return Err(bad()),
        };
        out.push(simple);
    }
    Ok(out)
}
