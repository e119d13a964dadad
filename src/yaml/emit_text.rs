//! How yaml.v2 spells a text in the output: plain, in quotes or as a literal, folded at 80 characters; and what its
//! reader makes of odd characters on the way from JSON.

use std::borrow::Cow;

use super::emit_analysis::{Analysis, Tabs, analyze, is_break, is_printable};
use super::resolve::{self, Dialect};

/// Lines are folded at the first single space behind this column.
const WIDTH: usize = 80;

const SPACE: u8 = 1;
const NEWLINE: u8 = 2;
const COLON: u8 = 4;
const HASH: u8 = 8;
const QUOTE: u8 = 16;
/// Needs a look at characters instead of bytes: controls, and what begins characters that are not simply printed.
const ODD: u8 = 32;
/// Not ASCII.
const WIDE: u8 = 64;

static CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut i = 0;
    while i < 256 {
        if i >= 0x80 {
            table[i] = WIDE;
        }
        if i < 0x20 || i == 0x7f || i == 0xc2 || i == 0xe2 || i == 0xef || i >= 0xf0 {
            table[i] |= ODD;
        }
        i += 1;
    }
    table[b' ' as usize] = SPACE;
    table[b'\n' as usize] = NEWLINE;
    table[b':' as usize] = COLON;
    table[b'#' as usize] = HASH;
    table[b'\'' as usize] = QUOTE;
    table
};

/// Bytes that no plain scalar begins with, whatever follows.
static INDICATOR: [bool; 256] = {
    let mut table = [false; 256];
    let indicators = b"#,[]{}&*!|>'\"%@` ";
    let mut i = 0;
    while i < indicators.len() {
        table[indicators[i] as usize] = true;
        i += 1;
    }
    table
};

/// Where a text is written.
#[derive(Clone, Copy)]
pub(super) struct At {
    /// The column at which it begins, in characters.
    pub(super) column: usize,
    /// The indentation of its further lines.
    pub(super) indent: usize,
    /// A key on one line: never folded.
    pub(super) simple_key: bool,
}

/// A text that kustomize cannot print, although it can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unprintable {
    /// A character that YAML does not allow as it stands; encoding/json does not escape it.
    Character(char),
    /// U+0085 puts a document marker at the beginning of a line, or breaks a key.
    NextLine,
}

/// What yaml.v2 reads when the text comes to it in JSON: control characters above ASCII stop it, and U+0085 is folded
/// like a line break.
pub(crate) fn through_json(text: &str) -> Result<Cow<'_, str>, Unprintable> {
    let stops = |c: char| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if let Some(c) = text.chars().find(|c| stops(*c)) {
        return Err(Unprintable::Character(c));
    }
    if !text.contains('\u{85}') {
        return Ok(Cow::Borrowed(text));
    }
    let blank = |c: char| c == ' ' || c == '\u{85}';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(blank) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !blank(c)).unwrap_or(rest.len());
        let (gap, after) = rest.split_at(end);
        rest = after;
        match gap.chars().filter(|c| *c == '\u{85}').count() {
            0 => out.push_str(gap),
            1 => out.push(' '),
            more => out.extend(std::iter::repeat_n('\n', more - 1)),
        }
        let marks = rest.starts_with("---") || rest.starts_with("...");
        if gap.ends_with('\u{85}') && marks && rest[3..].starts_with(blank) {
            return Err(Unprintable::NextLine);
        }
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// What kinds of bytes a text has.
#[inline]
fn seen(bytes: &[u8]) -> u8 {
    let mut seen = 0;
    let mut chunks = bytes.chunks_exact(4);
    for chunk in &mut chunks {
        // Four look-ups that do not wait for each other.
        if let [a, b, c, d] = *chunk {
            let (first, second) = (
                CLASS[usize::from(a)] | CLASS[usize::from(b)],
                CLASS[usize::from(c)] | CLASS[usize::from(d)],
            );
            seen |= first | second;
        }
    }
    chunks.remainder().iter().fold(seen, |seen, b| seen | CLASS[usize::from(*b)])
}

/// Characters of which words are made that look like nothing else when they begin with a letter and are long.
pub(super) static IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        table[i] = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
        i += 1;
    }
    table
};

/// Whether a text certainly stands plain as it is: a longish word. Most keys and many values are.
#[inline]
fn is_word(bytes: &[u8]) -> bool {
    // No word that YAML knows has more than five letters.
    bytes.len() > 5
        && bytes[0].is_ascii_alphabetic()
        && bytes.iter().fold(true, |all, b| all & IN_WORD[usize::from(*b)])
}

/// Writes a key of ordinary characters on one line, without its colon; nothing is written and `None` comes back when
/// it needs a closer look. Returns the columns it takes.
#[inline]
pub(super) fn write_simple_key(key: &str, out: &mut Vec<u8>) -> Option<usize> {
    let bytes = key.as_bytes();
    if bytes.len() > 128 {
        return None;
    }
    if is_word(bytes) {
        out.extend_from_slice(bytes);
        return Some(bytes.len());
    }
    let seen = seen(bytes);
    if seen & (ODD | NEWLINE | WIDE) != 0 || !is_plain(key) || !plain_allowed(bytes, seen) {
        return None;
    }
    out.extend_from_slice(bytes);
    Some(bytes.len())
}

/// Writes a text as a value, an item or a key. Returns whether the line is still open.
#[inline]
pub(super) fn write(text: &str, at: At, out: &mut Vec<u8>) -> Result<bool, Unprintable> {
    let bytes = text.as_bytes();
    if bytes.len() < 256 && is_word(bytes) {
        out.extend_from_slice(bytes);
        return Ok(true);
    }
    let seen = seen(bytes);
    if seen & (ODD | NEWLINE) != 0 {
        return write_odd(text, seen, at, out);
    }
    let fits = seen & SPACE == 0 || at.column + bytes.len() <= WIDTH || at.simple_key;
    if !is_plain(text) {
        if fits {
            out.push(b'"');
            out.extend_from_slice(bytes);
            out.push(b'"');
        } else {
            double_quoted(text, at, out);
        }
    } else if plain_allowed(bytes, seen) {
        if fits {
            out.extend_from_slice(bytes);
        } else {
            plain(text, at, out);
        }
    } else if fits && seen & QUOTE == 0 {
        out.push(b'\'');
        out.extend_from_slice(bytes);
        out.push(b'\'');
    } else {
        single_quoted(text, at, out);
    }
    Ok(true)
}

/// Whether yaml.v2 reads the text as text when it stands plain; sexagesimal numbers are quoted for other readers.
#[inline]
fn is_plain(text: &str) -> bool {
    resolve::is_text(Dialect::V2, text) && !is_sexagesimal(text.as_bytes())
}

/// Whether a text of ordinary characters on one line may stand plain.
#[inline]
fn plain_allowed(bytes: &[u8], seen: u8) -> bool {
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return true;
    };
    if INDICATOR[usize::from(*first)] || *last == b' ' {
        return false;
    }
    match first {
        b'-' | b'?' | b':' if bytes.get(1).is_none_or(|b| *b == b' ') => return false,
        b'-' if bytes.starts_with(b"---") => return false,
        b'.' if bytes.starts_with(b"...") => return false,
        _ => {}
    }
    if seen & COLON != 0
        && memchr::memchr_iter(b':', bytes).any(|i| bytes.get(i + 1).is_none_or(|b| *b == b' '))
    {
        return false;
    }
    seen & HASH == 0 || !memchr::memchr_iter(b'#', bytes).any(|i| i > 0 && bytes[i - 1] == b' ')
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
pub(super) fn is_sexagesimal(bytes: &[u8]) -> bool {
    let rest = match bytes {
        [b'-' | b'+', rest @ ..] => rest,
        all => all,
    };
    if !rest.first().is_some_and(u8::is_ascii_digit) || memchr::memchr(b':', rest).is_none() {
        return false;
    }
    let number = |b: &u8| b.is_ascii_digit() || *b == b'_';
    let mut rest = &rest[rest.iter().take_while(|b| number(b)).count()..];
    let mut groups = 0;
    loop {
        rest = match rest {
            [b':', b'0'..=b'5', b'0'..=b'9', left @ ..] | [b':', b'0'..=b'9', left @ ..] => left,
            _ => break,
        };
        groups += 1;
    }
    match rest {
        [] => groups > 0,
        [b'.', fraction @ ..] => groups > 0 && fraction.iter().all(number),
        _ => false,
    }
}

#[cold]
#[inline(never)]
fn write_odd(text: &str, seen: u8, at: At, out: &mut Vec<u8>) -> Result<bool, Unprintable> {
    if seen & ODD == 0 {
        // Ordinary characters on several lines, which is most often a literal.
        let bytes = text.as_bytes();
        let literal = !at.simple_key
            && bytes.last() != Some(&b' ')
            && !memchr::memchr_iter(b'\n', bytes).any(|i| i > 0 && bytes[i - 1] == b' ');
        if literal {
            return Ok(self::literal(text, false, at, out));
        }
        double_quoted(text, at, out);
        return Ok(true);
    }
    let text = &*through_json(text)?;
    let allowed = analyze(text, Tabs::Escaped);
    if text.contains('\n') {
        if allowed.block && !at.simple_key {
            return Ok(literal(text, true, at, out));
        }
        double_quoted(text, at, out);
    } else if !is_plain(text) {
        double_quoted(text, at, out);
    } else {
        match allowed {
            Analysis { plain_in_block: true, .. } => plain(text, at, out),
            Analysis { single_quoted: true, .. } => single_quoted(text, at, out),
            _ => double_quoted(text, at, out),
        }
    }
    Ok(true)
}

/// Whether a key must be written behind `? `.
pub(super) fn is_long_key(text: &str) -> bool {
    text.len() > 128
        || (text.bytes().any(|b| CLASS[usize::from(b)] & (ODD | NEWLINE) != 0) && text.contains(is_break))
}

/// How many characters encoding/json needs for a text, quotes included.
pub(super) fn json_length(text: &str) -> usize {
    let length = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    };
    2 + text.chars().map(length).sum::<usize>()
}

fn new_line(at: At, column: &mut usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    out.extend(std::iter::repeat_n(b' ', at.indent));
    *column = at.indent;
}

fn push(c: char, column: &mut usize, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    *column += 1;
}

fn plain(text: &str, at: At, out: &mut Vec<u8>) {
    let mut column = at.column;
    let mut after_space = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let single = c == ' ' && !after_space && chars.peek().is_some_and(|c| *c != ' ');
        if single && column > WIDTH && !at.simple_key {
            new_line(at, &mut column, out);
        } else {
            push(c, &mut column, out);
        }
        after_space = c == ' ';
    }
}

fn single_quoted(text: &str, at: At, out: &mut Vec<u8>) {
    let mut column = at.column;
    let (mut after_space, mut after_break) = (false, false);
    push('\'', &mut column, out);
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if c == ' ' {
            let single = i > 0 && !after_space && chars.peek().is_some_and(|(_, c)| *c != ' ');
            if single && column > WIDTH && !at.simple_key {
                new_line(at, &mut column, out);
            } else {
                push(c, &mut column, out);
            }
            after_space = true;
        } else if is_break(c) {
            // Only the separators of Unicode come here: a text with line ends is written otherwise.
            push(c, &mut column, out);
            column = 0;
            after_break = true;
        } else {
            if after_break {
                out.extend(std::iter::repeat_n(b' ', at.indent));
                column = at.indent;
            }
            if c == '\'' {
                push(c, &mut column, out);
            }
            push(c, &mut column, out);
            (after_space, after_break) = (false, false);
        }
    }
    out.push(b'\'');
}

/// Writes a text in double quotes, with libyaml's escapes.
fn double_quoted(text: &str, at: At, out: &mut Vec<u8>) {
    // By a slip, a text that begins with a byte order mark is escaped throughout.
    let escape_all = text.starts_with('\u{feff}');
    let mut column = at.column;
    let mut after_space = false;
    push('"', &mut column, out);
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if escape_all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
            let start = out.len();
            escape(c, out);
            column += out.len() - start;
            after_space = false;
        } else if c == ' ' {
            let inside = i > 0 && chars.peek().is_some();
            if inside && !after_space && column > WIDTH && !at.simple_key {
                new_line(at, &mut column, out);
                if chars.peek().is_some_and(|(_, c)| *c == ' ') {
                    push('\\', &mut column, out);
                }
            } else {
                push(c, &mut column, out);
            }
            after_space = true;
        } else {
            push(c, &mut column, out);
            after_space = false;
        }
    }
    out.push(b'"');
}

/// One character as libyaml escapes it in double quotes.
pub(super) fn escape(c: char, out: &mut Vec<u8>) {
    let short = match c {
        '\0' => b'0',
        '\u{7}' => b'a',
        '\u{8}' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\u{b}' => b'v',
        '\u{c}' => b'f',
        '\r' => b'r',
        '\u{1b}' => b'e',
        '"' => b'"',
        '\\' => b'\\',
        '\u{85}' => b'N',
        '\u{a0}' => b'_',
        '\u{2028}' => b'L',
        '\u{2029}' => b'P',
        _ => {
            let code = u32::from(c);
            let (letter, digits) = match code {
                0..=0xff => ('x', 2),
                0x100..=0xffff => ('u', 4),
                _ => ('U', 8),
            };
            out.extend_from_slice(format!("\\{letter}{code:0digits$X}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Writes a text as `|`. Returns whether the line is still open.
fn literal(text: &str, odd: bool, at: At, out: &mut Vec<u8>) -> bool {
    out.push(b'|');
    if text.starts_with(|c| c == ' ' || is_break(c)) {
        out.push(b'2');
    }
    let mut ends = text.chars().rev();
    match (ends.next(), ends.next()) {
        (Some(last), before) if is_break(last) => {
            if before.is_none_or(is_break) {
                out.push(b'+');
            }
        }
        _ => out.push(b'-'),
    }
    out.push(b'\n');
    if odd && text.contains(['\u{2028}', '\u{2029}']) {
        let mut after_break = true;
        for c in text.chars() {
            if !is_break(c) && after_break {
                out.extend(std::iter::repeat_n(b' ', at.indent));
            }
            after_break = is_break(c);
            push(c, &mut 0, out);
        }
        return !after_break;
    }
    let bytes = text.as_bytes();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        if end > start {
            out.extend(std::iter::repeat_n(b' ', at.indent));
            out.extend_from_slice(&bytes[start..end]);
        }
        out.push(b'\n');
        start = end + 1;
    }
    if start < bytes.len() {
        out.extend(std::iter::repeat_n(b' ', at.indent));
        out.extend_from_slice(&bytes[start..]);
        return true;
    }
    false
}
