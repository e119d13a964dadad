//! Numbers as Go reads and writes them: `strconv.ParseInt` with base 0, `ParseFloat`, the `g` form of yaml.v2 and the
//! form of encoding/json. Whether a scalar is a number at all is for `resolve` to say.

use std::io::Write as _;

/// An integer as go-yaml holds it: signed when it fits, unsigned otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Integer {
    Signed(i64),
    Unsigned(u64),
}

/// `ParseInt(text, 0, 64)`, then `ParseUint(text, 0, 64)`: sign, base prefix, digits. No underscores.
pub(super) fn integer(text: &str) -> Option<Integer> {
    let (negative, signed, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, true, rest),
        [b'+', rest @ ..] => (false, true, rest),
        all => (false, false, all),
    };
    let (base, digits) = match digits {
        [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
        [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
        [b'0', rest @ ..] => {
            if rest.is_empty() {
                return Some(Integer::Signed(0));
            }
            (8, rest)
        }
        all => (10, all),
    };
    in_base(base, negative, signed, digits)
}

/// `ParseInt(text, base, 64)`, then `ParseUint(text, base, 64)`, without looking for a base prefix.
pub(super) fn integer_in(base: u32, text: &str) -> Option<Integer> {
    match text.as_bytes() {
        [b'-', rest @ ..] => in_base(base, true, true, rest),
        [b'+', rest @ ..] => in_base(base, false, true, rest),
        all => in_base(base, false, false, all),
    }
}

fn in_base(base: u32, negative: bool, signed: bool, digits: &[u8]) -> Option<Integer> {
    if digits.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for &digit in digits {
        let digit = char::from(digit).to_digit(base)?;
        value = value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
    }
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Integer::Signed);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Integer::Signed(value)),
        // ParseUint knows no sign.
        Err(_) if signed => None,
        Err(_) => Some(Integer::Unsigned(value)),
    }
}

/// go-yaml's own pattern for floats: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
pub(super) fn looks_like_float(text: &[u8]) -> bool {
    let text = match text {
        [b'-' | b'+', rest @ ..] => rest,
        all => all,
    };
    let whole = digits(text);
    let mut rest = &text[whole..];
    if let [b'.', fraction @ ..] = rest {
        let count = digits(fraction);
        if whole == 0 && count == 0 {
            return false;
        }
        rest = &fraction[count..];
    } else if whole == 0 {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'-' | b'+', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// `ParseFloat` of a text that [`looks_like_float`]; `None` when it is out of range.
pub(super) fn float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// `ParseFloat` of a text that begins with a dot: digits may be parted by single underscores.
pub(super) fn float_after_dot(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'_') {
        return if looks_like_float(bytes) { float(text) } else { None };
    }
    let parted = bytes.iter().enumerate().all(|(i, b)| {
        *b != b'_'
            || (i > 0 && bytes[i - 1].is_ascii_digit() && bytes.get(i + 1).is_some_and(u8::is_ascii_digit))
    });
    let plain = text.replace('_', "");
    if parted && looks_like_float(plain.as_bytes()) { float(&plain) } else { None }
}

/// The shortest decimal digits of a finite float, and the exponent of the first one.
fn shortest(value: f64) -> (String, i32) {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// Writes a finite float as encoding/json does: plain between 1e-6 and 1e21, with an exponent elsewhere.
pub(super) fn write_json_float(value: f64, out: &mut Vec<u8>) {
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        // Writing to a vector cannot fail.
        let _ = write!(out, "{value}");
        return;
    }
    let (digits, exponent) = shortest(value);
    write_exponent_form(value, &digits, exponent, false, out);
}

/// Writes a float as yaml.v2 prints it (`strconv` form `g`, shortest).
pub(crate) fn write_yaml_float(value: f64, out: &mut Vec<u8>) {
    let (digits, exponent) = shortest(value);
    if (-4..6).contains(&exponent) {
        // Writing to a vector cannot fail.
        let _ = write!(out, "{value}");
    } else {
        write_exponent_form(value, &digits, exponent, true, out);
    }
}

fn write_exponent_form(value: f64, digits: &str, exponent: i32, two_digits: bool, out: &mut Vec<u8>) {
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let (first, rest) = digits.split_at(1.min(digits.len()));
    out.extend_from_slice(first.as_bytes());
    if !rest.is_empty() {
        out.push(b'.');
        out.extend_from_slice(rest.as_bytes());
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let size = exponent.unsigned_abs();
    // encoding/json turns e-09 into e-9, and leaves e+21, which has two digits anyway.
    let _ = if two_digits { write!(out, "e{sign}{size:02}") } else { write!(out, "e{sign}{size}") };
}

/// Writes a float as yaml.v2-to-JSON spells a key that is one: with the digits of a float32.
pub(super) fn write_yaml_float32(value: f64, out: &mut Vec<u8>) {
    match value {
        value if value.is_nan() => out.extend_from_slice(b".nan"),
        value if value.is_infinite() => {
            out.extend_from_slice(if value > 0.0 { b".inf".as_slice() } else { b"-.inf" });
        }
        _ => {
            #[expect(clippy::cast_possible_truncation, reason = "as Go does")]
            let narrow = value as f32;
            // The shortest digits of the narrow number, read as a wide one, are its own shortest digits.
            write_yaml_float(format!("{narrow:e}").parse().unwrap_or(value), out);
        }
    }
}

/// What becomes of a float that is written as JSON and read again by yaml.v2: an integer where it has no fraction
/// and fits.
pub(super) fn write_yaml_of_json_float(value: f64, out: &mut Vec<u8>) {
    // Below 1e21 a whole float is written without point or exponent; 2^63 and 2^64 bound what is read as integer.
    if value.fract() == 0.0 && value > -9.3e18 && value < 1.9e19 {
        let mut text = Vec::with_capacity(24);
        write_json_float(value, &mut text);
        if let Some(found) = std::str::from_utf8(&text).ok().and_then(integer) {
            let _ = match found {
                Integer::Signed(whole) => write!(out, "{whole}"),
                Integer::Unsigned(whole) => write!(out, "{whole}"),
            };
            return;
        }
    }
    write_yaml_float(value, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(value: f64) -> String {
        let mut out = Vec::new();
        write_yaml_of_json_float(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_floats_as_yaml_v2_after_json() {
        for (value, expected) in [
            (1.0, "1"),
            (-0.0, "0"),
            (1.5, "1.5"),
            (1e20, "1e+20"),
            (1e19, "10000000000000000000"),
            (1.844_674_407_370_955_2e19, "1.8446744073709552e+19"),
            (-9.223_372_036_854_776e18, "-9.223372036854776e+18"),
            (1e-7, "1e-07"),
            (0.000_1, "0.0001"),
            (0.000_01, "1e-05"),
            (12_345_678.9, "1.23456789e+07"),
            (123_456.5, "123456.5"),
            (1_234_567.5, "1.2345675e+06"),
            (1e21, "1e+21"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(yaml(value), expected);
        }
    }

    #[test]
    fn reads_integers_as_go_does() {
        for (text, expected) in [
            ("0", Some(Integer::Signed(0))),
            ("007", Some(Integer::Signed(7))),
            ("08", None),
            ("-0x1F", Some(Integer::Signed(-31))),
            ("+12", Some(Integer::Signed(12))),
            ("0b", None),
            ("18446744073709551615", Some(Integer::Unsigned(u64::MAX))),
            ("+18446744073709551615", None),
            ("-9223372036854775808", Some(Integer::Signed(i64::MIN))),
            ("-9223372036854775809", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
    }
}
