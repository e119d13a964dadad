//! The values of `format` that the server checks (`strfmt` in kube-openapi, as far as definitions may use it). Others
//! say nothing.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use regex::Regex;

use super::schema::Type;
use crate::validate::cel::{time, url};

/// A format that is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// `int32`, `int64`, `float`, `double`: no text is checked against them.
    Number,
    BsonObjectId,
    Uri,
    Email,
    Hostname,
    Ipv4,
    Ipv6,
    Cidr,
    Mac,
    Uuid(u8),
    Isbn,
    Isbn10,
    Isbn13,
    CreditCard,
    Ssn,
    HexColor,
    RgbColor,
    Byte,
    Password,
    Date,
    Duration,
    DateTime,
    ShortName,
    LongName,
}

impl Format {
    /// The format of this name for values of a type. Mirrors `StripUnsupportedFormatsPostProcessorForVersion`.
    pub(crate) fn named(name: &str, kind: Type, int_or_string: bool) -> Option<Format> {
        if name.is_empty() {
            return None;
        }
        match kind {
            _ if int_or_string => Format::of_text(name),
            Type::Any | Type::String => Format::of_text(name),
            Type::Integer => matches!(name, "int32" | "int64").then_some(Format::Number),
            Type::Number => matches!(name, "float" | "double").then_some(Format::Number),
            _ => None,
        }
    }

    fn of_text(name: &str) -> Option<Format> {
        let name: String = name.chars().filter(|c| *c != '-').collect();
        Some(match name.as_str() {
            "bsonobjectid" => Format::BsonObjectId,
            "uri" => Format::Uri,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "cidr" => Format::Cidr,
            "mac" => Format::Mac,
            "uuid" => Format::Uuid(0),
            "uuid3" => Format::Uuid(3),
            "uuid4" => Format::Uuid(4),
            "uuid5" => Format::Uuid(5),
            "isbn" => Format::Isbn,
            "isbn10" => Format::Isbn10,
            "isbn13" => Format::Isbn13,
            "creditcard" => Format::CreditCard,
            "ssn" => Format::Ssn,
            "hexcolor" => Format::HexColor,
            "rgbcolor" => Format::RgbColor,
            "byte" => Format::Byte,
            "password" => Format::Password,
            "date" => Format::Date,
            "duration" => Format::Duration,
            "datetime" => Format::DateTime,
            "k8sshortname" => Format::ShortName,
            "k8slongname" => Format::LongName,
            _ => return None,
        })
    }

    /// Whether a text is of this format.
    pub(crate) fn accepts(self, text: &str) -> bool {
        match self {
            Format::Number | Format::Password => true,
            Format::BsonObjectId => text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit()),
            Format::Uri => url::Url::parse_request(text).is_ok(),
            Format::Email => is_email(text),
            Format::Hostname => is_hostname(text),
            Format::Ipv4 => text.contains('.') && (sloppy_ipv4(text).is_some() || is_ipv6(text)),
            Format::Ipv6 => is_ipv6(text),
            Format::Cidr => is_cidr(text),
            Format::Mac => is_mac(text),
            Format::Uuid(version) => is_uuid(text, version),
            Format::Isbn => is_isbn10(text) || is_isbn13(text),
            Format::Isbn10 => is_isbn10(text),
            Format::Isbn13 => is_isbn13(text),
            Format::CreditCard => is_credit_card(text),
            Format::Ssn => text.len() == 11 && is_ssn(text),
            Format::HexColor => {
                let hex = text.strip_prefix('#').unwrap_or(text);
                matches!(hex.len(), 3 | 6) && hex.bytes().all(|b| b.is_ascii_hexdigit())
            }
            Format::RgbColor => is_rgb(text),
            Format::Byte => is_base64(text),
            Format::Date => time::date(text).is_some(),
            Format::Duration => duration(text).is_some(),
            Format::DateTime => is_date_time(text),
            Format::ShortName => text.len() <= 63 && is_label(text),
            Format::LongName => text.len() <= 253 && text.split('.').all(is_label),
        }
    }

    /// How messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Number => "number",
            Format::BsonObjectId => "bsonobjectid",
            Format::Uri => "uri",
            Format::Email => "email",
            Format::Hostname => "hostname",
            Format::Ipv4 => "ipv4",
            Format::Ipv6 => "ipv6",
            Format::Cidr => "cidr",
            Format::Mac => "mac",
            Format::Uuid(_) => "uuid",
            Format::Isbn => "isbn",
            Format::Isbn10 => "isbn10",
            Format::Isbn13 => "isbn13",
            Format::CreditCard => "creditcard",
            Format::Ssn => "ssn",
            Format::HexColor => "hexcolor",
            Format::RgbColor => "rgbcolor",
            Format::Byte => "byte",
            Format::Password => "password",
            Format::Date => "date",
            Format::Duration => "duration",
            Format::DateTime => "date-time",
            Format::ShortName => "k8s-short-name",
            Format::LongName => "k8s-long-name",
        }
    }
}

/// Lower-case letters, digits and dashes, dashes only within.
fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// An IPv4 address whose numbers may have leading zeros.
fn sloppy_ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *octet = part
            .trim_start_matches('0')
            .parse()
            .or(if part.bytes().all(|b| b == b'0') { Ok(0) } else { Err(()) })
            .ok()?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

fn is_ipv6(text: &str) -> bool {
    text.contains(':') && text.parse::<Ipv6Addr>().is_ok()
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = if sloppy_ipv4(address).is_some() {
        32
    } else if is_ipv6(address) {
        128
    } else {
        return false;
    };
    !length.is_empty()
        && length.bytes().all(|b| b.is_ascii_digit())
        && length.parse::<u32>().is_ok_and(|length| length <= most)
}

fn is_mac(text: &str) -> bool {
    let groups = |separator: char, digits: usize, counts: &[usize]| {
        let parts: Vec<&str> = text.split(separator).collect();
        counts.contains(&parts.len())
            && parts.iter().all(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    groups(':', 2, &[6, 8, 20]) || groups('-', 2, &[6, 8, 20]) || groups('.', 4, &[3, 4, 10])
}

/// A UUID, dashes optional; a version of 0 is any.
pub(crate) fn is_uuid(text: &str, version: u8) -> bool {
    let mut digits = [0u8; 32];
    let mut count = 0;
    let parts = Parts { rest: text, lengths: &[8, 4, 4, 4, 12] };
    for part in parts {
        let Some(part) = part else { return false };
        for b in part.bytes() {
            if !b.is_ascii_hexdigit() {
                return false;
            }
            digits[count] = b.to_ascii_lowercase();
            count += 1;
        }
    }
    if count != 32 {
        return false;
    }
    match version {
        0 => true,
        3 => digits[12] == b'3',
        _ => digits[12] == b'0' + version && matches!(digits[16], b'8' | b'9' | b'a' | b'b'),
    }
}

/// Pieces of fixed lengths, each with an optional dash before it; `None` where the text misfits.
struct Parts<'t> {
    rest: &'t str,
    lengths: &'static [usize],
}

impl<'t> Iterator for Parts<'t> {
    type Item = Option<&'t str>;

    fn next(&mut self) -> Option<Option<&'t str>> {
        let (length, lengths) = self.lengths.split_first()?;
        if *length != 8 {
            self.rest = self.rest.strip_prefix('-').unwrap_or(self.rest);
        }
        self.lengths = lengths;
        let Some(part) = self.rest.get(..*length) else { return Some(None) };
        self.rest = &self.rest[*length..];
        if lengths.is_empty() && !self.rest.is_empty() {
            return Some(None);
        }
        Some(Some(part))
    }
}

fn without_spaces_and_dashes(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_whitespace() && *c != '-').collect()
}

fn is_isbn10(text: &str) -> bool {
    let text = without_spaces_and_dashes(text);
    let bytes = text.as_bytes();
    if bytes.len() != 10 || !bytes[..9].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let last = match bytes[9] {
        b'X' => 10,
        b @ b'0'..=b'9' => u32::from(b - b'0'),
        _ => return false,
    };
    let sum: u32 = (1u32..).zip(&bytes[..9]).map(|(i, b)| i * u32::from(b - b'0')).sum();
    (sum + 10 * last).is_multiple_of(11)
}

fn is_isbn13(text: &str) -> bool {
    let text = without_spaces_and_dashes(text);
    let bytes = text.as_bytes();
    if bytes.len() != 13 || !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 =
        bytes[..12].iter().enumerate().map(|(i, b)| (1 + 2 * (i as u32 % 2)) * u32::from(b - b'0')).sum();
    u32::from(bytes[12] - b'0') == (10 - sum % 10) % 10
}

fn is_credit_card(text: &str) -> bool {
    static CARD: OnceLock<Option<Regex>> = OnceLock::new();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let card = CARD.get_or_init(|| {
        Regex::new(
            r"^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})$",
        )
        .ok()
    });
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let digit = u32::from(b - b'0') * if i % 2 == 1 { 2 } else { 1 };
            if digit >= 10 { digit % 10 + 1 } else { digit }
        })
        .sum();
    card.as_ref().is_some_and(|card| card.is_match(&digits)) && sum.is_multiple_of(10)
}

fn is_ssn(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    let bytes = text.as_bytes();
    digits.len() == 9 && matches!(bytes[3], b'-' | b' ') && matches!(bytes[6], b'-' | b' ')
}

fn is_rgb(text: &str) -> bool {
    let Some(within) = text.strip_prefix("rgb(").and_then(|t| t.strip_suffix(')')) else { return false };
    let parts: Vec<&str> = within.split(',').collect();
    parts.len() == 3
        && parts.iter().all(|part| {
            let part = part.trim_matches([' ', '\t', '\n', '\r', '\x0c']);
            part.bytes().all(|b| b.is_ascii_digit())
                && part.parse::<u32>().is_ok_and(|n| n <= 255)
                && (part.len() == 1 || !part.starts_with('0'))
        })
}

/// Base64 in the standard alphabet, padded; the empty text is none.
pub(crate) fn is_base64(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.is_empty() || !bytes.len().is_multiple_of(4) {
        return false;
    }
    let body = text.trim_end_matches('=');
    text.len() - body.len() <= 2
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}

/// A date and time as RFC 3339 has it, loosely. Mirrors `IsDateTime`.
pub(crate) fn is_date_time(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut parts = lower.split('t');
    let (Some(date), Some(clock)) = (parts.next(), parts.next()) else { return false };
    time::date(date).is_some() && is_clock(clock)
}

/// `15:04:05.999z`, `15:04:05+02:00`
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    let two = |at: usize, most: &[u8; 2]| {
        bytes.get(at..at + 2).is_some_and(|b| b.iter().all(u8::is_ascii_digit) && b <= most.as_slice())
    };
    if !(two(0, b"23") && two(3, b"59") && two(6, b"59"))
        || bytes[2] != b':'
        || bytes[5] != b':'
        || !text.is_char_boundary(8)
    {
        return false;
    }
    let mut rest = &text[8..];
    // Any character may stand before the fraction.
    let fraction = rest.chars().next().map(|c| &rest[c.len_utf8()..]);
    if let Some(after) = fraction {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && !after[digits..].starts_with(':') {
            rest = &after[digits..];
        }
    }
    if rest == "z" {
        return true;
    }
    let bytes = rest.as_bytes();
    bytes.len() == 6
        && matches!(bytes[0], b'+' | b'-')
        && bytes[3] == b':'
        && [1, 2, 4, 5].iter().all(|at| bytes[*at].is_ascii_digit())
}

/// A duration as Go writes it, or as Scala does (`3 days`). Mirrors `strfmt.ParseDuration`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    const UNITS: &[(&[&str], i64)] = &[
        (&["ns", "nano"], 1),
        (&["us", "µs", "micro"], 1_000),
        (&["ms", "milli"], 1_000_000),
        (&["s", "sec"], 1_000_000_000),
        (&["m", "min"], 60_000_000_000),
        (&["h", "hr", "hour"], 3_600_000_000_000),
        (&["d", "day"], 86_400_000_000_000),
        (&["w", "wk", "week"], 604_800_000_000_000),
    ];
    if let Some(duration) = time::duration(text) {
        return Some(duration);
    }
    let mut total = 0i64;
    let mut found = false;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[start..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']);
        let length: usize =
            after.chars().take_while(|c| c.is_ascii_alphabetic() || *c == 'µ').map(char::len_utf8).sum();
        rest = after;
        if length == 0 {
            continue;
        }
        let number: i64 = number.parse().ok()?;
        let unit = after[..length].to_lowercase();
        for (variants, factor) in UNITS {
            for (at, variant) in variants.iter().enumerate() {
                if (at + 1 == variants.len() && unit.starts_with(variant)) || unit == *variant {
                    found = true;
                    total = total.wrapping_add(number.wrapping_mul(*factor));
                }
            }
        }
        rest = &rest[length..];
    }
    found.then_some(total)
}

fn is_hostname(text: &str) -> bool {
    static HOST: OnceLock<Option<Regex>> = OnceLock::new();
    let host = HOST.get_or_init(|| {
        Regex::new(
            r"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$",
        )
        .ok()
    });
    text.len() <= 255
        && text.split('.').all(|part| part.len() <= 63)
        && host.as_ref().is_some_and(|host| host.is_match(text))
}

/// An address as in a mail's header: `a@b.c`, `Name <a@b.c>`.
fn is_email(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>') {
        Some(inner) => match inner.rsplit_once('<') {
            Some((name, address))
                if !name.contains(['<', '>', '@', ',', ';', ':']) || name.trim().starts_with('"') =>
            {
                address
            }
            _ => return false,
        },
        None => text,
    };
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || "!#$%&'*+-/=?^_`{|}~".contains(c)
                    || (!c.is_ascii() && !c.is_control())
            })
    };
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    (quoted || local.split('.').all(atom)) && domain.split('.').all(atom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_strfmt_takes() {
        let good = [
            (Format::DateTime, "2020-01-01T00:00:00Z"),
            (Format::DateTime, "2020-01-01t23:59:59.123+02:00"),
            (Format::Duration, "1h30m"),
            (Format::Duration, "3 days"),
            (Format::Uri, "https://a.example/b?c"),
            (Format::Uri, "/a"),
            (Format::Ipv4, "010.0.0.1"),
            (Format::Ipv6, "::1"),
            (Format::Cidr, "10.0.0.0/8"),
            (Format::Mac, "01:23:45:67:89:ab"),
            (Format::Uuid(0), "A987FBC94BED3078CF079141BA07C9F3"),
            (Format::Isbn10, "0321751043"),
            (Format::Isbn13, "978-0321751041"),
            (Format::Byte, "YQ=="),
            (Format::Email, "A <a@b.c>"),
            (Format::Hostname, "a.example"),
            (Format::RgbColor, "rgb(0, 1,255)"),
        ];
        for (format, text) in good {
            assert!(format.accepts(text), "{format:?} {text}");
        }
        let bad = [
            (Format::DateTime, "2020-02-30T00:00:00Z"),
            (Format::DateTime, "2020-01-01"),
            (Format::Duration, "abc"),
            (Format::Uri, "a b"),
            (Format::Uri, ""),
            (Format::Ipv4, "1.2.3"),
            (Format::Ipv6, "1.2.3.4"),
            (Format::Cidr, "10.0.0.0/33"),
            (Format::Uuid(4), "a987fbc9-4bed-3078-cf07-9141ba07c9f3"),
            (Format::Byte, ""),
            (Format::Byte, "YQ="),
            (Format::Email, "a"),
            (Format::Hostname, "a_b"),
        ];
        for (format, text) in bad {
            assert!(!format.accepts(text), "{format:?} {text}");
        }
    }
}
