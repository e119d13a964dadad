//! What yaml.v3 reads after it has printed a scalar: before kustomize writes an object out, or sends it through JSON, it
//! prints the object as YAML and reads it again, and some scalars come back as something else.

use std::borrow::Cow;

use super::emit_analysis::{Tabs, analyze, is_blank, is_break};
use super::resolve::{self, Dialect, Value, tagged};
use super::{Document, Kind, NodeId, Style, Tag};
use crate::diagnostic::{Diagnostic, Result};

/// Where a scalar stands when it is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spot {
    /// A value or item in block style.
    Block,
    /// A value or item inside `{}` or `[]`.
    Flow,
    /// A key that fits on a line: empty ones are quoted.
    Key,
}

/// The text of a scalar that printing and reading cannot change, when that is plain to see: nearly always.
#[inline]
pub(super) fn plain_text(document: &Document, node: NodeId) -> Option<&str> {
    let tag = document.tag(node);
    if tag != Tag::Implicit {
        // What code made as a text: its style is kept or becomes quotes.
        let text = document.text(node);
        let plain = tag == Tag::Str
            && !document.is_tagged(node)
            && matches!(document.style(node), Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
            && !text.starts_with(['<', '\t'])
            && memchr::memchr(b'\n', text.as_bytes()).is_none();
        return plain.then_some(text);
    }
    let text = document.text(node);
    let first = text.as_bytes().first().copied();
    match document.style(node) {
        Style::Plain
            if first.is_some_and(|first| first != b'\t' && first != b'<' && resolve::begins_text(first)) =>
        {
            Some(text)
        }
        Style::Plain if resolve::is_other_word(text) && memchr::memchr(b'\n', text.as_bytes()).is_none() => {
            Some(text)
        }
        Style::SingleQuoted | Style::DoubleQuoted => Some(text),
        Style::Literal if first != Some(b'\t') && !text.ends_with("\n\n") && text != "\n" => Some(text),
        _ => None,
    }
}

/// The value of a scalar after yaml.v3 has printed and read it.
///
/// # Errors
/// When what is printed cannot be read, or does not fit the tag that is printed with it.
pub(super) fn value(document: &Document, node: NodeId, spot: Spot) -> Result<Value<'_>> {
    let (text, style, tag) = (document.text(node), document.style(node), document.tag(node));
    let printed = match tag {
        Tag::Implicit => None,
        tag if document.is_tagged(node) => Some(tag),
        // An object made by code: a text tag is shown by quotes.
        Tag::Str => return reread(document, node, text, style, spot).map(Value::Text),
        tag => Some(tag).filter(|tag| resolve::plain(Dialect::V3, text).tag() != *tag),
    };
    match printed {
        None if style != Style::Plain || text.contains('\n') => {
            reread(document, node, text, style, spot).map(Value::Text)
        }
        None => Ok(match resolve::plain(Dialect::V3, text) {
            // Nothing at all is printed as '' where it would be lost.
            Value::Null if text.is_empty() && spot != Spot::Block => Value::text(text),
            // Inside braces a colon makes quotes necessary, and then it is text.
            Value::Timestamp(_) if spot == Spot::Flow && text.contains(':') => Value::text(text),
            value => value,
        }),
        Some(tag) => {
            let text = reread(document, node, text, style, spot)?;
            match tagged(Dialect::V3, tag, &text) {
                Ok(Value::Text(found)) if found == text => Ok(Value::Text(text)),
                Ok(value) => Ok(own(value)),
                Err(misfit) => resolve::misfits(document, node, tag, misfit).fail(),
            }
        }
    }
}

fn own<'b>(value: Value<'_>) -> Value<'b> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(value) => Value::Bool(value),
        Value::Int(value) => Value::Int(value),
        Value::Unsigned(value) => Value::Unsigned(value),
        Value::Float(value) => Value::Float(value),
        Value::Timestamp(value) => Value::Timestamp(value),
        Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
        Value::Bytes(bytes) => Value::Bytes(bytes),
    }
}

/// The text of a scalar after yaml.v3 has printed and read it: only block scalars can change or break.
fn reread<'a>(
    document: &Document,
    node: NodeId,
    text: &'a str,
    style: Style,
    spot: Spot,
) -> Result<Cow<'a, str>> {
    let folded = match style {
        Style::Folded => true,
        Style::Literal => false,
        Style::Plain if text.contains('\n') => false,
        _ => return Ok(Cow::Borrowed(text)),
    };
    let tab_first = text.starts_with('\t');
    let kept = text.ends_with('\n') && keeps(text) == Chomp::Keep;
    // Most literals need no second look.
    if spot != Spot::Block || (!folded && !tab_first && !kept) || !analyze(text, Tabs::InBlocks).block {
        return Ok(Cow::Borrowed(text));
    }
    if kept && ends_before_foot(document, node) {
        // An empty line is printed before the comment, and the scalar keeps it.
        let text = if folded { refold(text) } else { Cow::Borrowed(text) };
        return Ok(Cow::Owned(format!("{text}\n")));
    }
    if !folded && !tab_first {
        return Ok(Cow::Borrowed(text));
    }
    if tab_first {
        return Diagnostic::error("block-scalar-begins-with-tab", "a text of several lines begins with a tab")
            .at(document.place(node), "begins with a tab")
            .hint("kustomize cannot read such a block scalar once it has printed it: write the text in double quotes (`\"\\t…\"`), or begin it with something else")
            .fail();
    }
    Ok(refold(text))
}

/// Whether a scalar is the last of a document that has a comment at its foot.
#[cold]
fn ends_before_foot(document: &Document, node: NodeId) -> bool {
    if document.document_comments().is_none_or(|comments| comments.foot.is_empty()) {
        return false;
    }
    let mut last = document.try_root();
    while let Some(found) = last {
        if found == node {
            return true;
        }
        last = document.children(found).last();
    }
    false
}

/// Prints a text as `>` and reads it back.
fn refold(text: &str) -> Cow<'_, str> {
    if !text.contains(is_break) {
        return Cow::Borrowed(text);
    }
    let printed = fold(text);
    let back = unfold(&printed, keeps(text));
    if back == text { Cow::Borrowed(text) } else { Cow::Owned(back) }
}

/// What is said about line breaks at the end: `>-`, `>`, `>+`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

fn keeps(text: &str) -> Chomp {
    let mut ends = text.chars().rev();
    match (ends.next(), ends.next()) {
        (Some(last), None) if is_break(last) => Chomp::Keep,
        (Some(last), Some(before)) if is_break(last) && is_break(before) => Chomp::Keep,
        (Some(last), _) if is_break(last) => Chomp::Clip,
        _ => Chomp::Strip,
    }
}

/// The lines of a folded scalar as yaml.v3 prints them, without indentation. Whether a break is doubled depends, by a
/// slip, on the first character of the whole text.
pub(super) fn fold(text: &str) -> String {
    let doubles = text.chars().find(|c| !is_break(*c)).is_some_and(|c| !is_blank(c) && c != '\0');
    let mut out = String::with_capacity(text.len() + 16);
    let (mut after_break, mut line_is_indented) = (true, true);
    for c in text.chars() {
        if is_break(c) {
            if !after_break && !line_is_indented && c == '\n' && doubles {
                out.push('\n');
            }
            after_break = true;
        } else {
            if after_break {
                line_is_indented = is_blank(c);
            }
            after_break = false;
        }
        out.push(c);
    }
    out
}

/// Reads the lines of a folded scalar, without indentation.
fn unfold(lines: &str, chomp: Chomp) -> String {
    let mut out = String::with_capacity(lines.len());
    let mut rest = lines;
    let breaks = |rest: &mut &str| -> String {
        let end = rest.find(|c| !is_break(c)).unwrap_or(rest.len());
        let (found, left) = rest.split_at(end);
        *rest = left;
        found.to_owned()
    };
    let mut leading = String::new();
    let mut trailing = breaks(&mut rest);
    let mut was_indented = false;
    while !rest.is_empty() {
        let indented = rest.starts_with(is_blank);
        if !was_indented && !indented && leading.starts_with('\n') {
            if trailing.is_empty() {
                out.push(' ');
            }
        } else {
            out.push_str(&leading);
        }
        out.push_str(&trailing);
        was_indented = indented;
        let end = rest.find(is_break).unwrap_or(rest.len());
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        let mut chars = rest.chars();
        leading = chars.next().map(String::from).unwrap_or_default();
        rest = chars.as_str();
        trailing = breaks(&mut rest);
    }
    if chomp != Chomp::Strip {
        out.push_str(&leading);
    }
    if chomp == Chomp::Keep {
        out.push_str(&trailing);
    }
    out
}

/// Where a key stands and what becomes of it.
#[derive(Clone, Copy)]
pub(super) struct KeyWay {
    /// In the mapping that is the object itself.
    pub(super) at_root: bool,
    /// In braces.
    pub(super) flow: bool,
    /// Not printed and read: the document is what came of that already.
    pub(super) directly: bool,
}

/// What a key is after it has been printed and read; nothing for one that is dropped.
///
/// # Errors
/// Below the root, when the key is no text: encoding/json knows no other keys. At the root kustomize asks for text
/// and takes other scalars as they are spelt, but for null: that is dropped, unless it is spelt out, for then
/// kustomize has doubled it when it resolved merge keys.
pub(super) fn key(document: &Document, key: NodeId, way: KeyWay) -> Result<Option<Cow<'_, str>>> {
    let KeyWay { at_root, flow, directly } = way;
    if document.kind(key) != Kind::Scalar {
        return no_text(document, key, "a mapping or a sequence");
    }
    let text = document.text(key);
    // Printed plain, it is read as a merge, whatever it was meant to be.
    let merges = match document.tag(key) {
        Tag::Merge => true,
        Tag::Implicit | Tag::Str => document.style(key) == Style::Plain && !document.is_tagged(key),
        _ => false,
    };
    if text == "<<" && merges {
        return Diagnostic::error("merge-key-left", "a merge key `<<` is left in the object")
            .at(document.place(key), "merged into nothing")
            .hint("write the fields out, or put the key in quotes if it is meant as it stands")
            .fail();
    }
    let spot = match flow {
        true => Spot::Flow,
        false if text.len() > 128 || text.contains(is_break) => Spot::Block,
        false => Spot::Key,
    };
    let odd_tag = matches!(document.tag(key), Tag::Other | Tag::Binary | Tag::Map | Tag::Seq | Tag::Merge);
    let value =
        if directly { resolve::scalar(document, key, Dialect::V3) } else { value(document, key, spot) };
    match value? {
        Value::Text(_) | Value::Bytes(_) if odd_tag && !at_root => {
            no_text(document, key, "tagged as something else")
        }
        Value::Text(text) => Ok(Some(text)),
        Value::Bytes(bytes) => Ok(Some(Cow::Owned(lossy(&bytes)))),
        Value::Null if at_root && text.is_empty() => Ok(None),
        Value::Null => no_text(document, key, "null"),
        _ if at_root => Ok(Some(Cow::Borrowed(text))),
        Value::Bool(_) => no_text(document, key, "a boolean"),
        Value::Timestamp(_) => no_text(document, key, "a time"),
        Value::Int(_) | Value::Unsigned(_) | Value::Float(_) => no_text(document, key, "a number"),
    }
}

/// Another key that is spelt like this one; yaml.v3 asks for that before it asks what a key is.
#[cold]
pub(super) fn spelt_alike(document: &Document, mapping: NodeId, key: NodeId) -> Option<NodeId> {
    let text = document.text(key);
    let alike =
        |other: NodeId| other != key && document.kind(other) == Kind::Scalar && document.text(other) == text;
    document.entries(mapping).map(|(other, _)| other).find(|other| alike(*other))
}

fn no_text<T>(document: &Document, key: NodeId, what: &str) -> Result<T> {
    if document.kind(key) != Kind::Scalar {
        return Diagnostic::error("key-is-not-text", "a key is a mapping or a sequence, not a text")
            .at(document.place(key), "is no text")
            .hint("write the key as one text; in quotes if it begins with a bracket or a brace")
            .fail();
    }
    let text = resolve::clip(document.text(key));
    Diagnostic::error("key-is-not-text", format!("key `{text}` is {what}, not a text"))
        .at(document.place(key), format!("is {what}"))
        .hint(format!("put it in quotes: `\"{text}\"`"))
        .fail()
}

/// Bytes as encoding/json writes them: each one that is not part of a character becomes U+FFFD.
pub(super) fn lossy(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(std::iter::repeat_n('\u{fffd}', chunk.invalid().len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_again_as_yaml_v3_does() {
        for (text, back) in [
            ("a b\n", "a b\n"),
            ("a\nb\n", "a\nb\n"),
            ("a\n\n", "a\n\n\n"),
            ("a\n  b\nc\n", "a\n\n  b\nc\n"),
            ("a", "a"),
            ("\n", "\n"),
            (" a\nb", " a\nb"),
        ] {
            assert_eq!(refold(text), back, "{text:?}");
        }
    }
}
