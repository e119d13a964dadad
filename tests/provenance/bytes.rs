//! From a place to the bytes of a file, and small changes of those bytes that keep what they are: a letter stays a
//! letter, a digit a digit, `true` becomes `false`.

use std::path::{Path, PathBuf};

use citadel::source::{Place, Sources};

/// The bytes that a place names.
pub(super) struct Span {
    pub(super) file: PathBuf,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The place is that of a whole file or entry: its bytes are all those below it.
    pub(super) whole: bool,
}

/// The span of a place, down to the file on disk.
pub(super) fn span(sources: &Sources, place: Place) -> Option<Span> {
    let source = sources.get(place.source);
    let text = source.text.as_bytes();
    let offset = place.offset as usize;
    let (start, end, whole) = token(text, offset);
    let Some(inside) = source.inside else {
        let file = Path::new("/").join(source.name.as_ref());
        let bytes = std::fs::read(&file).ok()?;
        let (start, end) = (in_file(text, &bytes, start), in_file(text, &bytes, end));
        return Some(Span { file, start, end, whole });
    };
    // An inline text: its words stand in the same order in the scalar that holds it.
    let outer = span(sources, inside)?;
    let bytes = std::fs::read(&outer.file).ok()?;
    let within = &bytes[outer.start..outer.end.min(bytes.len())];
    let wanted = &text[start..end];
    let first_line = wanted.split(|b| *b == b'\n').next().unwrap_or_default();
    let before = count(&text[..start], first_line);
    let found = nth(within, first_line, before)?;
    let start = outer.start + found;
    let end = if whole { outer.end } else { start + first_line.len() };
    Some(Span { file: outer.file, start, end, whole })
}

/// Where an offset of a text lies in the bytes it was read from: a BOM and carriage returns are not in the text.
fn in_file(text: &[u8], bytes: &[u8], offset: usize) -> usize {
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") && !text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if bytes.len() - bom == text.len() {
        return (offset + bom).min(bytes.len());
    }
    let (mut at, mut left) = (bom, offset);
    while left > 0 && at < bytes.len() {
        if !(bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
            left -= 1;
        }
        at += 1;
    }
    at
}

fn count(text: &[u8], word: &[u8]) -> usize {
    let mut found = 0;
    while nth(text, word, found).is_some() {
        found += 1;
    }
    found
}

fn nth(text: &[u8], word: &[u8], number: usize) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    text.windows(word.len()).enumerate().filter(|(_, window)| *window == word).map(|(at, _)| at).nth(number)
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| **b == b' ').count()
}

/// The end of what hangs below the line that holds an offset, by indentation.
fn below(text: &[u8], offset: usize) -> usize {
    let line_start = text[..offset].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let depth = indent(&text[line_start..]);
    let mut at = text[offset..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| offset + n + 1);
    while at < text.len() {
        let line = text[at..].split_inclusive(|b| *b == b'\n').next().unwrap_or_default();
        let blank = line.iter().all(u8::is_ascii_whitespace);
        let deeper = indent(line) > depth;
        if !blank && !deeper {
            break;
        }
        at += line.len();
    }
    at
}

/// The extent of the token at an offset: of a scalar, or of an entry when the offset is where a mapping begins.
fn token(text: &[u8], mut at: usize) -> (usize, usize, bool) {
    if at >= text.len() {
        return (text.len(), text.len(), false);
    }
    // tags and anchors stand before the value
    while matches!(text.get(at), Some(b'!' | b'&')) {
        let word = text[at..].iter().position(u8::is_ascii_whitespace).unwrap_or(text.len() - at);
        at += word;
        at += text[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    }
    match text.get(at) {
        Some(quote @ (b'"' | b'\'')) => {
            let mut end = at + 1;
            while let Some(byte) = text.get(end) {
                match byte {
                    b'\\' if *quote == b'"' => end += 1,
                    byte if byte == quote && *quote == b'\'' && text.get(end + 1) == Some(quote) => end += 1,
                    byte if byte == quote => break,
                    _ => {}
                }
                end += 1;
            }
            let end = end.min(text.len());
            if text.get(end + 1) == Some(&b':') { (at, below(text, at), true) } else { (at + 1, end, false) }
        }
        Some(b'|' | b'>') => {
            let next = text[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n + 1);
            (next, below(text, at).max(next), false)
        }
        Some(b'{' | b'[') => (at, below(text, at), true),
        _ => {
            let line = text[at..].split(|b| *b == b'\n').next().unwrap_or_default();
            let comment = line.windows(2).position(|w| w == b" #").unwrap_or(line.len());
            let line = &line[..comment];
            let is_entry = line.windows(2).any(|w| w == b": ") || line.ends_with(b":");
            if at == 0 || is_entry || line.starts_with(b"- ") {
                (at, if at == 0 { text.len() } else { below(text, at) }, true)
            } else {
                (at, at + line.len(), false)
            }
        }
    }
}

/// Most changes tried on one span.
const MOST: usize = 6;
/// Most changes tried on a whole entry.
const MOST_OF_ENTRY: usize = 24;

/// Files with one change each inside the span.
pub(super) fn changes(bytes: &[u8], start: usize, end: usize, whole: bool) -> Vec<Vec<u8>> {
    let span = &bytes[start.min(bytes.len())..end.min(bytes.len())];
    let word = span.split(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\n')).next().unwrap_or_default();
    for (from, to) in [("true", "false"), ("false", "true"), ("True", "False"), ("False", "True")] {
        if word == from.as_bytes() {
            return vec![[&bytes[..start], to.as_bytes(), &bytes[start + from.len()..]].concat()];
        }
    }
    let can: Vec<usize> = (0..span.len())
        .filter(|at| span[*at].is_ascii_alphanumeric() && !(*at > 0 && span[*at - 1] == b'\\'))
        .collect();
    let in_word = can.iter().take_while(|at| **at < word.len()).count();
    let mut order: Vec<usize> = Vec::new();
    if whole {
        // the last letter of each line, which belongs to its value
        let mut offset = 0;
        for line in span.split_inclusive(|b| *b == b'\n') {
            order.extend(can.iter().rev().find(|at| (offset..offset + line.len()).contains(*at)));
            offset += line.len();
        }
        order.truncate(MOST_OF_ENTRY);
    } else {
        let places = [in_word.wrapping_sub(1), 0, in_word / 2, can.len().wrapping_sub(1), can.len() / 2, 1];
        order.extend(places.iter().filter_map(|at| can.get(*at)));
        order.truncate(MOST);
    }
    if can.is_empty() && !whole {
        // `*`, `/`, `""`: one letter more
        return vec![
            [&bytes[..start], b"x", &bytes[start..]].concat(),
            [&bytes[..end], b"x", &bytes[end..]].concat(),
        ];
    }
    let mut seen = std::collections::BTreeSet::new();
    order.retain(|at| seen.insert(*at));
    order
        .into_iter()
        .map(|at| {
            let mut changed = bytes.to_vec();
            let byte = &mut changed[start + at];
            *byte = match *byte {
                b'9' => b'8',
                b'0' => b'1',
                b'1' => b'2',
                b'z' => b'y',
                b'Z' => b'Y',
                other => other + 1,
            };
            changed
        })
        .collect()
}
