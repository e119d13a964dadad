//! Go's regular expressions, which kustomize's users write, in terms of the `regex` crate: same texts accepted and
//! refused, same matches. A pattern without any special character is compared as text.
//!
//! What differs between the two: `\d \w \s \b` are of ASCII in Go; `\Q…\E`, `\C`, octal escapes and `\p{^…}` exist
//! only there; a brace that begins no repetition is text; repetitions of repetitions, the flag `x` and set operations
//! in brackets exist only here.

use regex::Regex;

use crate::diagnostic::{Diagnostic, Result};
use crate::source::Place;

/// Something that texts match or do not.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Everything matches (an empty part of a selector).
    Any,
    /// Only this text matches.
    Text(String),
    /// A regular expression.
    Expression(Box<Regex>),
}

impl Pattern {
    /// A pattern that must match the whole text, as in selectors; empty matches anything.
    ///
    /// # Errors
    /// When Go would refuse the expression.
    pub fn anchored(text: &str, at: Place) -> Result<Pattern> {
        if text.is_empty() {
            return Ok(Pattern::Any);
        }
        if is_plain(text) {
            return Ok(Pattern::Text(text.to_owned()));
        }
        Ok(Pattern::Expression(Box::new(expression(&format!("^(?:{text})$"), text, at)?)))
    }

    /// Whether the text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Text(wanted) => wanted == text,
            Pattern::Expression(expression) => expression.is_match(text),
        }
    }
}

/// The classes of POSIX that Go knows.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// Properties of characters that the crate knows and Go does not.
const PROPERTIES: [&str; 24] = [
    "alpha",
    "alphabetic",
    "ascii",
    "asciihexdigit",
    "assigned",
    "cased",
    "dash",
    "emoji",
    "extender",
    "graphemebase",
    "hexdigit",
    "idcontinue",
    "ideographic",
    "idstart",
    "lower",
    "lowercase",
    "math",
    "quotationmark",
    "upper",
    "uppercase",
    "whitespace",
    "wspace",
    "xidcontinue",
    "xidstart",
];

/// Whether a regular expression means nothing but itself.
fn is_plain(text: &str) -> bool {
    !text.bytes().any(|b| b"\\.+*?()|[]{}^$".contains(&b))
}

/// Compiles one of Go's regular expressions; `shown` is what the user wrote of it.
///
/// # Errors
/// When Go would refuse it.
pub fn expression(text: &str, shown: &str, at: Place) -> Result<Regex> {
    let fault = |reason: &str| {
        Diagnostic::error("bad-regular-expression", format!("`{shown}` is no regular expression: {reason}"))
            .at(at, "stands here")
            .hint("put `\\Q` in front and `\\E` behind to have it taken as text")
    };
    let translated = match translate(text) {
        Ok(translated) => translated,
        Err(reason) => return fault(reason).fail(),
    };
    match regex::RegexBuilder::new(&translated).size_limit(64 << 20).build() {
        Ok(expression) => Ok(expression),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or("it cannot be read");
            fault(reason.strip_prefix("error: ").unwrap_or(reason)).fail()
        }
    }
}

/// One of Go's regular expressions in the words of the `regex` crate. What neither accepts is left for it to refuse.
fn translate(text: &str) -> std::result::Result<String, &'static str> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut repeated = false;
    while let Some(c) = rest.chars().next() {
        let mut repeats = false;
        match c {
            '\\' => rest = escape(rest, &mut out, false)?,
            '[' => rest = class(rest, &mut out)?,
            '*' | '+' | '?' => {
                if repeated {
                    return Err("a repetition is repeated");
                }
                repeats = true;
                out.push(c);
                rest = lazy(&rest[1..], &mut out);
            }
            '{' => {
                if let Some(length) = repetition(rest) {
                    if repeated {
                        return Err("a repetition is repeated");
                    }
                    repeats = true;
                    check_counts(&rest[1..length - 1])?;
                    out.push_str(&rest[..length]);
                    rest = lazy(&rest[length..], &mut out);
                } else {
                    out.push_str("\\{");
                    rest = &rest[1..];
                }
            }
            // Names of groups are left out: nothing refers to them, and in Go two groups may share one.
            '(' if rest.starts_with("(?P<") || rest.starts_with("(?<") => {
                let (_, named) = rest.split_once('<').unwrap_or_default();
                let (name, after) = named.split_once('>').ok_or("the name of a group is not closed")?;
                if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                    return Err("a bad name of a group");
                }
                out.push('(');
                rest = after;
            }
            '(' => {
                if let Some(flags) = rest.strip_prefix("(?") {
                    let end = flags.find([':', ')']).ok_or("a group is not closed")?;
                    if !flags[..end].bytes().all(|b| b"imsU-".contains(&b)) {
                        return Err("a group begins with something that Go does not know");
                    }
                }
                out.push('(');
                rest = &rest[1..];
            }
            ']' | '}' => {
                out.push('\\');
                out.push(c);
                rest = &rest[1..];
            }
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        repeated = repeats;
    }
    Ok(out)
}

/// Takes the `?` that makes a repetition lazy.
fn lazy<'t>(rest: &'t str, out: &mut String) -> &'t str {
    match rest.strip_prefix('?') {
        Some(rest) => {
            out.push('?');
            rest
        }
        None => rest,
    }
}

/// The length of a repetition `{n}`, `{n,}`, `{n,m}` at the beginning.
fn repetition(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('{')?;
    let end = inside.find('}')?;
    let counts = &inside[..end];
    let digits = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part.len() == 1 || !part.starts_with('0'))
    };
    let fits = match counts.split_once(',') {
        Some((least, most)) => digits(least) && (most.is_empty() || digits(most)),
        None => digits(counts),
    };
    fits.then_some(end + 2)
}

fn check_counts(counts: &str) -> std::result::Result<(), &'static str> {
    let too_many = counts.split(',').any(|n| !n.is_empty() && n.parse::<u32>().map_or(true, |n| n > 1000));
    if too_many { Err("more than 1000 repetitions") } else { Ok(()) }
}

/// An escape, outside of brackets or inside.
fn escape<'t>(text: &'t str, out: &mut String, in_class: bool) -> std::result::Result<&'t str, &'static str> {
    let mut rest = &text[1..];
    let Some(c) = rest.chars().next() else { return Err("it ends with a backslash") };
    rest = &rest[c.len_utf8()..];
    match c {
        'Q' if !in_class => {
            let (quoted, after) = rest.split_once("\\E").unwrap_or((rest, ""));
            out.push_str(&regex::escape(quoted));
            return Ok(after);
        }
        // A `\E` without `\Q` is not known to Go, either.
        'd' => out.push_str(if in_class { "0-9" } else { "[0-9]" }),
        'D' => out.push_str("[^0-9]"),
        's' => out.push_str(if in_class { "\\t\\n\\x0C\\r " } else { "[\\t\\n\\x0C\\r ]" }),
        'S' => out.push_str("[^\\t\\n\\x0C\\r ]"),
        'w' => out.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
        'W' => out.push_str("[^0-9A-Za-z_]"),
        'b' if !in_class => out.push_str("(?-u:\\b)"),
        'B' if !in_class => out.push_str("(?-u:\\B)"),
        'A' | 'z' if !in_class => out.extend(['\\', c]),
        'a' | 'f' | 't' | 'n' | 'r' | 'v' => out.extend(['\\', c]),
        'p' | 'P' => {
            let (name, after) = if let Some(inside) = rest.strip_prefix('{') {
                inside.split_once('}').ok_or("a name of a class of characters is not closed")?
            } else {
                rest.split_at(rest.chars().next().map_or(0, char::len_utf8))
            };
            let (name, turned) = match name.strip_prefix('^') {
                Some(name) => (name, true),
                None => (name, false),
            };
            // The crate also knows properties (`\p{Alphabetic}`, `\p{sc=Greek}`) that Go does not.
            let loose: String =
                name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect::<String>().to_lowercase();
            if name.contains(['=', ':', '!']) || PROPERTIES.contains(&loose.as_str()) {
                return Err("a class of characters that Go does not know");
            }
            let negative = (c == 'P') != turned;
            if name == "Any" {
                out.push_str(if negative { "[^\\x{0}-\\x{10FFFF}]" } else { "[\\x{0}-\\x{10FFFF}]" });
            } else {
                out.push_str(if negative { "\\P{" } else { "\\p{" });
                out.push_str(name);
                out.push('}');
            }
            return Ok(after);
        }
        'x' => return hexadecimal(rest, out),
        '0'..='7' => {
            let more = rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
            if c != '0' && more == 0 {
                return Err("it refers back to a group");
            }
            let digits = &text[1..=1 + more];
            let code = u32::from_str_radix(digits, 8).map_err(|_| "a bad octal escape")?;
            push_code(out, code);
            return Ok(&rest[more..]);
        }
        c if c.is_ascii_alphanumeric() || !c.is_ascii() => return Err("an escape that Go does not know"),
        c => push_code(out, u32::from(c)),
    }
    Ok(rest)
}

fn push_code(out: &mut String, code: u32) {
    use std::fmt::Write as _;
    let _ = write!(out, "\\x{{{code:X}}}");
}

fn hexadecimal<'t>(rest: &'t str, out: &mut String) -> std::result::Result<&'t str, &'static str> {
    const BAD: &str = "a bad hexadecimal escape";
    let (digits, after) = match rest.strip_prefix('{') {
        Some(inside) => inside.split_once('}').ok_or(BAD)?,
        None => rest.split_at_checked(2).ok_or(BAD)?,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(BAD);
    }
    push_code(out, u32::from_str_radix(digits.trim_start_matches('0'), 16).unwrap_or(0));
    Ok(after)
}

/// A class in brackets.
fn class<'t>(text: &'t str, out: &mut String) -> std::result::Result<&'t str, &'static str> {
    const OPEN: &str = "missing closing ]";
    let mut rest = &text[1..];
    out.push('[');
    if let Some(negated) = rest.strip_prefix('^') {
        out.push('^');
        rest = negated;
    }
    let mut first = true;
    loop {
        let c = rest.chars().next().ok_or(OPEN)?;
        if c == ']' && !first {
            out.push(']');
            return Ok(&rest[1..]);
        }
        first = false;
        if let Some(named) = rest.strip_prefix("[:")
            && let Some((name, after)) = named.split_once(":]")
        {
            let plain = name.strip_prefix('^').unwrap_or(name);
            if !POSIX.contains(&plain) {
                return Err("a class of characters that Go does not know");
            }
            out.push_str("[:");
            out.push_str(name);
            out.push_str(":]");
            rest = after;
            continue;
        }
        if c == '\\' {
            rest = escape(rest, out, true)?;
        } else {
            push_code(out, u32::from(c));
            rest = &rest[c.len_utf8()..];
        }
        // A range, unless the dash is the last thing in the brackets.
        if let Some(after) = rest.strip_prefix('-')
            && !after.starts_with(']')
        {
            let high = after.chars().next().ok_or(OPEN)?;
            out.push('-');
            rest = after;
            if high == '\\' {
                rest = escape(rest, out, true)?;
            } else {
                push_code(out, u32::from(high));
                rest = &rest[high.len_utf8()..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, expression};
    use crate::source::Place;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::anchored(pattern, Place::NONE).unwrap().matches(text)
    }

    fn refused(pattern: &str) -> bool {
        expression(pattern, pattern, Place::NONE).is_err()
    }

    #[test]
    fn whole_texts_match() {
        assert!(matches("", "anything"));
        assert!(matches("ab", "ab") && !matches("ab", "abc"));
        assert!(matches("a.*", "abc") && !matches("b.*", "abc"));
        assert!(matches("a|b", "b") && !matches("a|b", "ab"));
    }

    #[test]
    fn classes_are_those_of_go() {
        assert!(matches(r"\d+", "12") && !matches(r"\d", "٣"));
        assert!(matches(r"\w", "a") && !matches(r"\w", "é"));
        assert!(matches(r"[\d-]+", "1-2") && matches(r"[^\d]", "x") && matches(r"[\D]", "x"));
        assert!(matches(r"[]a]+", "]a") && matches("[a&&b]+", "a&b") && matches("[[a]+", "[a"));
        assert!(matches(r"[a-]", "-") && matches("[[:alpha:]]", "x") && matches("[[:^alpha:]]", "1"));
        assert!(
            matches(r"\pN", "1")
                && matches(r"\p{^N}", "x")
                && matches(r"\PN", "x")
                && matches(r"\p{Any}", "x")
        );
        assert!(matches(r"[\pL\d]+", "a1"));
    }

    #[test]
    fn escapes_are_those_of_go() {
        assert!(matches(r"\Qa.b\E", "a.b") && !matches(r"\Qa.b\E", "axb"));
        // What closes kustomize's own group around the pattern is quoted, too.
        assert!(Pattern::anchored(r"\Qa.b", Place::NONE).is_err());
        assert!(matches(r"\.\-\<\_", ".-<_"));
        assert!(matches(r"\x41\x{42}\103\0", "ABC\0"));
        assert!(
            matches(r"a{", "a{") && matches("a{,2}", "a{,2}") && matches("a{2}", "aa") && matches("}", "}")
        );
        for bad in
            [r"\1", r"\y", r"a**", r"a{2}{3}", r"(?x)a", r"(?=a)", "(", "[", r"\Z", r"a\", "a{1001}", "*"]
        {
            assert!(refused(bad), "{bad}");
        }
        assert!(matches("(?i)AB", "ab") && matches("(?P<n>a)", "a") && matches("(?s:.)", "\n"));
        assert!(matches("a+?", "aaa"));
    }
}
