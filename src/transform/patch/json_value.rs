//! The text of a JSON patch as JSON values: a text that begins with a bracket is JSON, any other is YAML 1.1. Values
//! come out as nodes whose tags say what they are and whose places are those of the text.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::StepId;
use crate::source::{Place, SourceId, SourceText};
use crate::yaml::{
    Dialect, Document, Editor, Kind, Layout, NodeId, Style, Tag, Value, json_key, read_v2, resolve,
    write_json_as, write_json_text,
};

/// JSON values.
#[derive(Clone, Debug)]
pub(super) struct JsonValues {
    pub(super) document: Document,
    /// Scalars that are spelt otherwise than encoding/json would spell them: a comparison of bytes never finds them
    /// equal to a value of an object.
    pub(super) oddly_spelt: BTreeSet<NodeId>,
    /// There is a number that no double holds: it is tagged as a number, which yaml.v3 would not take it for.
    pub(super) too_large: bool,
}

/// Reads a text as a JSON patch is read.
///
/// # Errors
/// When it cannot be read, or when there is no JSON for one of its values.
pub(super) fn read(source: SourceId, text: &SourceText, step: StepId) -> Result<JsonValues> {
    if text.starts_with('[') {
        return JsonReader::read(source, text, step);
    }
    // Keys that stand twice are noted when the patch is applied by the caller's other reading of the text.
    let yaml = read_v2(source, text, &mut Vec::new())?;
    let mut document = Document::generated();
    let root = from_yaml(&mut document.edit(step), &yaml, yaml.root())?;
    document.edit(step).set_root(root);
    Ok(JsonValues { document, oddly_spelt: BTreeSet::new(), too_large: false })
}

/// Copies a value that YAML 1.1 wrote, with every scalar turned into what JSON has for it.
fn from_yaml(editor: &mut Editor<'_>, yaml: &Document, node: NodeId) -> Result<NodeId> {
    let root = copy(editor, yaml, node)?;
    let mut todo = vec![(node, root)];
    while let Some((from, to)) = todo.pop() {
        for child in yaml.children(from) {
            let value = copy(editor, yaml, child)?;
            match yaml.key(child) {
                Some(key) => {
                    let name = json_key(yaml, key, Dialect::V2)?;
                    editor.written_at(yaml.place(key));
                    insert(editor, to, &name, value);
                }
                None => editor.push(to, value),
            }
            if yaml.kind(child) != Kind::Scalar {
                todo.push((child, value));
            }
        }
    }
    Ok(root)
}

/// Hangs a value into a mapping under a key; of equal keys the last one counts.
fn insert(editor: &mut Editor<'_>, mapping: NodeId, key: &str, value: NodeId) {
    if let Some(old) = editor.document().get(mapping, key) {
        editor.replace(mapping, old, value);
    } else {
        let key = editor.scalar(key, Tag::Str, Style::DoubleQuoted);
        editor.insert(mapping, key, value);
    }
}

fn copy(editor: &mut Editor<'_>, yaml: &Document, node: NodeId) -> Result<NodeId> {
    editor.written_at(yaml.place(node));
    Ok(match yaml.kind(node) {
        Kind::Mapping => editor.mapping(Tag::Implicit, Style::Plain),
        Kind::Sequence => editor.sequence(Tag::Implicit, Style::Plain),
        Kind::Scalar | Kind::Alias => match resolve::scalar(yaml, node, Dialect::V2)? {
            Value::Null => editor.scalar("null", Tag::Null, Style::Plain),
            Value::Text(text) => editor.scalar(&text, Tag::Str, Style::DoubleQuoted),
            Value::Bytes(bytes) => {
                editor.scalar(&String::from_utf8_lossy(&bytes), Tag::Str, Style::DoubleQuoted)
            }
            value => {
                let mut text = Vec::new();
                write_json_as(yaml, node, Dialect::V2, Layout::Compact, &mut text)?;
                let text = String::from_utf8_lossy(&text).into_owned();
                let tag = if matches!(value, Value::Bool(_)) { Tag::Bool } else { Tag::Implicit };
                editor.scalar(&text, tag, Style::Plain)
            }
        },
    })
}

/// encoding/json's bound.
const DEPTH: usize = 10_000;

/// A strict reader of JSON.
struct JsonReader<'t, 'e> {
    source: SourceId,
    text: &'t str,
    at: usize,
    editor: Editor<'e>,
    oddly_spelt: BTreeSet<NodeId>,
    too_large: bool,
}

impl JsonReader<'_, '_> {
    fn read(source: SourceId, text: &str, step: StepId) -> Result<JsonValues> {
        let mut document = Document::generated();
        let editor = document.edit(step);
        let oddly_spelt = BTreeSet::new();
        let mut reader = JsonReader { source, text, at: 0, editor, oddly_spelt, too_large: false };
        let root = reader.values()?;
        let JsonReader { oddly_spelt, too_large, .. } = reader;
        document.edit(step).set_root(root);
        Ok(JsonValues { document, oddly_spelt, too_large })
    }

    fn fault<T>(&self, what: &str) -> Result<T> {
        let place = Place { source: self.source, offset: self.at.min(self.text.len()) as u32 };
        Diagnostic::error("bad-json", format!("this is not JSON: {what}"))
            .at(place, "found here")
            .hint("a patch that begins with `[` is read as JSON; without the bracket it is read as YAML")
            .fail()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn here(&mut self) {
        self.editor.written_at(Place { source: self.source, offset: self.at as u32 });
    }

    /// One value with all inside, and nothing behind it.
    fn values(&mut self) -> Result<NodeId> {
        let mut open: Vec<(NodeId, Option<String>)> = Vec::new();
        loop {
            self.blanks();
            self.here();
            let mut value = match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    let mapping = self.editor.mapping(Tag::Implicit, Style::Plain);
                    self.blanks();
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                        mapping
                    } else {
                        let key = self.key()?;
                        open.push((mapping, Some(key)));
                        self.bound(open.len())?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    let sequence = self.editor.sequence(Tag::Implicit, Style::Plain);
                    self.blanks();
                    if self.peek() == Some(b']') {
                        self.at += 1;
                        sequence
                    } else {
                        open.push((sequence, None));
                        self.bound(open.len())?;
                        continue;
                    }
                }
                _ => self.scalar()?,
            };
            // The value ends here, and perhaps collections round it.
            loop {
                let Some((collection, key)) = open.pop() else {
                    self.blanks();
                    return if self.peek().is_none() {
                        Ok(value)
                    } else {
                        self.fault("something follows the value")
                    };
                };
                let is_mapping = key.is_some();
                match key {
                    Some(key) => insert(&mut self.editor, collection, &key, value),
                    None => self.editor.push(collection, value),
                }
                self.blanks();
                match (self.peek(), is_mapping) {
                    (Some(b','), true) => {
                        self.at += 1;
                        self.blanks();
                        let key = self.key()?;
                        open.push((collection, Some(key)));
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        open.push((collection, None));
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        value = collection;
                    }
                    _ => return self.fault("a comma or the end of a list or object is expected"),
                }
            }
        }
    }

    fn bound(&self, depth: usize) -> Result<()> {
        if depth > DEPTH { self.fault("it is nested too deep") } else { Ok(()) }
    }

    fn key(&mut self) -> Result<String> {
        if self.peek() != Some(b'"') {
            return self.fault("a key in double quotes is expected");
        }
        let key = self.quoted()?;
        self.blanks();
        if self.peek() != Some(b':') {
            return self.fault("a colon is expected behind a key");
        }
        self.at += 1;
        Ok(key)
    }

    fn scalar(&mut self) -> Result<NodeId> {
        let start = self.at;
        let node = match self.peek() {
            Some(b'"') => {
                let text = self.quoted()?;
                let mut usual = Vec::new();
                write_json_text(&text, &mut usual);
                let node = self.editor.scalar(&text, Tag::Str, Style::DoubleQuoted);
                if usual != self.text.as_bytes()[start..self.at] {
                    self.oddly_spelt.insert(node);
                }
                return Ok(node);
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                let text = &self.text[start..self.at];
                // encoding/json refuses a number that no double holds where it is decoded: in the patched object.
                let fits = text.parse::<f64>().is_ok_and(f64::is_finite);
                self.too_large |= !fits;
                self.editor.scalar(text, if fits { Tag::Implicit } else { Tag::Float }, Style::Plain)
            }
            _ => {
                let rest = &self.text[self.at..];
                let (word, tag) = if rest.starts_with("null") {
                    ("null", Tag::Null)
                } else if rest.starts_with("true") {
                    ("true", Tag::Bool)
                } else if rest.starts_with("false") {
                    ("false", Tag::Bool)
                } else {
                    return self.fault("a value is expected");
                };
                self.at += word.len();
                self.editor.scalar(word, tag, Style::Plain)
            }
        };
        Ok(node)
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.fault("a digit is expected") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn quoted(&mut self) -> Result<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return self.fault("a text is not closed");
            };
            out.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.escape(&mut out)?,
                _ => return self.fault("a control character stands in a text"),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<()> {
        self.at += 1;
        let plain = match self.peek() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let first = self.four()?;
                let pair = self.text[self.at..].starts_with("\\u") && (0xd800..0xdc00).contains(&first);
                if pair {
                    let before = self.at;
                    self.at += 2;
                    let second = self.four()?;
                    if (0xdc00..0xe000).contains(&second) {
                        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        return Ok(());
                    }
                    self.at = before;
                }
                // Half a pair becomes the replacement character.
                out.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(());
            }
            _ => return self.fault("an escape that JSON does not know"),
        };
        self.at += 1;
        out.push(plain);
        Ok(())
    }

    fn four(&mut self) -> Result<u32> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return self.fault("four hexadecimal digits are expected");
        };
        self.at += 4;
        Ok(code)
    }
}
