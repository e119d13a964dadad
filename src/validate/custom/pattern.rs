//! Regular expressions as Go writes them (RE2), for the regex crate: classes like `\d` are ASCII, `{` that begins no
//! repetition is text, and what Go does not have is refused.

use regex::{Regex, RegexBuilder};

/// Compiles a Go pattern; the text says what is wrong with it.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern)?;
    RegexBuilder::new(&translated).size_limit(20 << 20).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            last.trim().trim_start_matches("error: ").to_owned()
        }
    })
}

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\f\r ";

/// The same pattern as the regex crate writes it.
fn translate(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    // Whether the last thing was a repetition, which Go does not repeat again.
    let mut repeated = false;
    let mut depth = 0usize;
    while let Some(c) = rest.chars().next() {
        match c {
            '\\' => {
                repeated = false;
                rest = escape(rest, &mut out, false)?;
                continue;
            }
            '[' => {
                repeated = false;
                rest = class(rest, &mut out)?;
                continue;
            }
            '(' => {
                repeated = false;
                depth += 1;
                if depth > 200 {
                    return Err("it is nested too deeply".to_owned());
                }
                rest = group(rest, &mut out)?;
                continue;
            }
            ')' => {
                repeated = false;
                depth = depth.saturating_sub(1);
                out.push(')');
            }
            '*' | '+' | '?' => {
                if repeated {
                    return Err(format!("`{c}` repeats a repetition"));
                }
                out.push(c);
                rest = &rest[1..];
                if let Some(after) = rest.strip_prefix('?') {
                    out.push('?');
                    rest = after;
                }
                repeated = true;
                continue;
            }
            '{' => match repetition(rest) {
                Some((least, most, length)) => {
                    if repeated {
                        return Err("`{` repeats a repetition".to_owned());
                    }
                    if least > 1000 || most.is_some_and(|most| most > 1000 || most < least) {
                        return Err(format!("`{}` is no valid repeat count", &rest[..length]));
                    }
                    out.push_str(&rest[..length]);
                    rest = &rest[length..];
                    if let Some(after) = rest.strip_prefix('?') {
                        out.push('?');
                        rest = after;
                    }
                    repeated = true;
                    continue;
                }
                None => {
                    repeated = false;
                    out.push_str(r"\{");
                }
            },
            '}' | ']' => {
                repeated = false;
                out.push('\\');
                out.push(c);
            }
            _ => {
                repeated = false;
                out.push(c);
            }
        }
        rest = &rest[c.len_utf8()..];
    }
    Ok(out)
}

/// The bounds and the length of `{2}`, `{2,}` or `{2,3}`; anything else is text.
fn repetition(rest: &str) -> Option<(u32, Option<u32>, usize)> {
    let end = rest.find('}')?;
    let within = &rest[1..end];
    let number = |text: &str| -> Option<u32> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let plain = digits && (text.len() == 1 || !text.starts_with('0'));
        plain.then(|| text.parse().unwrap_or(u32::MAX))
    };
    let (least, most) = match within.split_once(',') {
        None => {
            let count = number(within)?;
            (count, Some(count))
        }
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((least, most, end + 1))
}

/// A group: `(`, `(?:`, `(?i)`, `(?P<name>`; what Go does not have is refused.
fn group<'p>(rest: &'p str, out: &mut String) -> Result<&'p str, String> {
    let Some(after) = rest.strip_prefix("(?") else {
        out.push('(');
        return Ok(&rest[1..]);
    };
    if after.starts_with("P<")
        || (after.starts_with('<') && !after.starts_with("<=") && !after.starts_with("<!"))
    {
        let end = after.find('>').ok_or_else(|| "a group's name does not end".to_owned())?;
        out.push_str("(?");
        out.push_str(&after[..=end]);
        return Ok(&after[end + 1..]);
    }
    let flags = after.find([':', ')']).unwrap_or(after.len());
    if after[..flags].bytes().all(|b| matches!(b, b'i' | b'm' | b's' | b'U' | b'-')) && flags < after.len() {
        out.push_str("(?");
        out.push_str(&after[..=flags]);
        return Ok(&after[flags + 1..]);
    }
    let shown: String = rest.chars().take(3).collect();
    Err(format!("`{shown}` is no valid group (lookaround is not supported)"))
}

/// A class in brackets.
fn class<'p>(rest: &'p str, out: &mut String) -> Result<&'p str, String> {
    out.push('[');
    let mut rest = &rest[1..];
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    loop {
        let Some(c) = rest.chars().next() else { return Err("a class misses its `]`".to_owned()) };
        match c {
            ']' if !first => {
                out.push(']');
                return Ok(&rest[1..]);
            }
            '[' if rest.starts_with("[:") => {
                if let Some(end) = rest.find(":]") {
                    out.push_str(&rest[..end + 2]);
                    rest = &rest[end + 2..];
                    first = false;
                    continue;
                }
                out.push_str(r"\[");
            }
            '\\' => {
                rest = escape(rest, out, true)?;
                first = false;
                continue;
            }
            // Not special to Go within a class, but to the regex crate.
            '[' | ']' | '&' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '-' if first || rest[1..].starts_with(']') => out.push_str(r"\-"),
            '-' if rest.starts_with("--") => {
                out.push_str(r"-\-");
                rest = &rest[2..];
                continue;
            }
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
        first = false;
    }
}

/// What a backslash begins.
fn escape<'p>(rest: &'p str, out: &mut String, in_class: bool) -> Result<&'p str, String> {
    let Some(c) = rest[1..].chars().next() else { return Err("it ends in a backslash".to_owned()) };
    let after = &rest[1 + c.len_utf8()..];
    let mut set = |within: &str, negated: bool| {
        if negated || !in_class {
            out.push('[');
            if negated {
                out.push('^');
            }
            out.push_str(within);
            out.push(']');
        } else {
            out.push_str(within);
        }
    };
    match c {
        'd' => set(DIGIT, false),
        'D' => set(DIGIT, true),
        'w' => set(WORD, false),
        'W' => set(WORD, true),
        's' => set(SPACE, false),
        'S' => set(SPACE, true),
        'b' if !in_class => out.push_str(r"(?-u:\b)"),
        'B' if !in_class => out.push_str(r"\B"),
        'A' if !in_class => out.push_str(r"\A"),
        'z' if !in_class => out.push_str(r"\z"),
        'a' | 'f' | 'n' | 'r' | 't' | 'v' => {
            out.push('\\');
            out.push(c);
        }
        'p' | 'P' | 'x' => {
            let length = match after.chars().next() {
                Some('{') => after.find('}').map(|end| end + 1),
                Some(next) if c != 'x' => Some(next.len_utf8()),
                _ if after.len() >= 2 && after.is_char_boundary(2) => Some(2),
                _ => None,
            };
            let Some(length) = length else { return Err(format!("`\\{c}` misses what it stands for")) };
            out.push('\\');
            out.push(c);
            out.push_str(&after[..length]);
            return Ok(&after[length..]);
        }
        'Q' if !in_class => {
            let end = after.find(r"\E");
            let literal = &after[..end.unwrap_or(after.len())];
            out.push_str(&regex::escape(literal));
            return Ok(end.map_or("", |end| &after[end + 2..]));
        }
        '0'..='7' => {
            let digits = after.bytes().take(2).take_while(|b| matches!(b, b'0'..=b'7')).count();
            if c != '0' && digits == 0 {
                return Err(format!("`\\{c}` (back references are not supported)"));
            }
            let value = u32::from_str_radix(&rest[1..2 + digits], 8).unwrap_or(0);
            // Writing to a string cannot fail.
            let _ = std::fmt::Write::write_fmt(out, format_args!(r"\x{{{value:x}}}"));
            return Ok(&after[digits..]);
        }
        _ if c.is_ascii() && !c.is_ascii_alphanumeric() => out.push_str(&regex::escape(&c.to_string())),
        _ => return Err(format!("`\\{c}` is no escape sequence")),
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).is_match(text)
    }

    #[test]
    fn reads_patterns_as_go_does() {
        assert!(matches(r"^\d+$", "12"));
        assert!(!matches(r"^\d+$", "١"));
        assert!(matches(r"^[\w-]+$", "a-b_c"));
        assert!(matches(r"^[^\s]+$", "a"));
        assert!(!matches(r"^[\S]+$", "a b"));
        assert!(matches(r"^a{,3}$", "a{,3}"));
        assert!(matches(r"^x{$", "x{"));
        assert!(matches(r"^[[]$", "["));
        assert!(matches(r"^[a&&b]+$", "a&b"));
        assert!(matches(r"^[+--]+$", "+,-"));
        assert!(matches(r"\Qa.b\E$", "a.b"));
        assert!(matches(r"^\<a\>$", "<a>"));
        assert!(matches(r"^[-a-z]+$", "-a"));
        assert!(matches(r"^[a-z-]+$", "-a"));
        assert!(matches(r"^\/a\_$", "/a_"));
    }

    #[test]
    fn refuses_what_go_refuses() {
        for pattern in ["(?=a)", "(?!a)", "a**", "(", "[a", r"\1", "a{1001}", "(?x)a", "*", r"\k", "a{2,1}"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
