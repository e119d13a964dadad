//! What a scalar is: null, boolean, number, timestamp or text, in either dialect. The text of numbers is read in
//! `number`, timestamps in `timestamp`; what printing and reading again does to a scalar is in `emit_reread`.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::number::{self, Integer};
use super::timestamp::Timestamp;
use super::{Document, Kind, NodeId, Style, Tag};
use crate::diagnostic::{Diagnostic, Result};

/// Which of the two YAML libraries reads a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// yaml.v3, for resources: `yes` is text, `0o17` and `017` are 15, `2001-01-01` is a time.
    V3,
    /// yaml.v2, for kustomization files, JSON patches and configurations: `yes` is true, a time stays text.
    V2,
}

/// The value of a scalar, for as long as somebody looks at it: none is ever stored.
#[derive(Clone, PartialEq, Debug)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number within 64 signed bits.
    Int(i64),
    /// A whole number above them.
    Unsigned(u64),
    /// Any other number.
    Float(f64),
    /// A point in time.
    Timestamp(Timestamp),
    /// Text.
    Text(Cow<'a, str>),
    /// What `!!binary` holds, when it is not UTF-8.
    Bytes(Vec<u8>),
}

impl<'a> Value<'a> {
    /// Borrowed text.
    pub(super) fn text(text: &'a str) -> Value<'a> {
        Value::Text(Cow::Borrowed(text))
    }

    /// The tag that go-yaml gives such a value.
    pub fn tag(&self) -> Tag {
        match self {
            Value::Null => Tag::Null,
            Value::Bool(_) => Tag::Bool,
            Value::Int(_) | Value::Unsigned(_) => Tag::Int,
            Value::Float(_) => Tag::Float,
            Value::Timestamp(_) => Tag::Timestamp,
            Value::Text(_) => Tag::Str,
            Value::Bytes(_) => Tag::Binary,
        }
    }
}

/// How a text can begin that is not simply text.
const TEXT: u8 = 0;
const WORD: u8 = 1;
const DOT: u8 = 2;
const NUMBER: u8 = 3;

static BEGINS: [u8; 256] = {
    let mut table = [TEXT; 256];
    let words = b"yYnNtTfFoO~";
    let mut i = 0;
    while i < words.len() {
        table[words[i] as usize] = WORD;
        i += 1;
    }
    let numbers = b"+-0123456789";
    i = 0;
    while i < numbers.len() {
        table[numbers[i] as usize] = NUMBER;
        i += 1;
    }
    table[b'.' as usize] = DOT;
    table
};

/// Whether a plain scalar that begins so is text, whatever follows.
#[inline]
pub(super) fn begins_text(first: u8) -> bool {
    BEGINS[usize::from(first)] == TEXT
}

/// Whether a plain scalar with this text begins like a word that YAML knows, and is text all the same.
#[inline]
pub(super) fn is_other_word(text: &str) -> bool {
    text.as_bytes().first().is_some_and(|first| BEGINS[usize::from(*first)] == WORD)
        && (text.len() > 5 || matches!(word(Dialect::V3, text), Value::Text(_)))
}

/// What a plain scalar with this text is.
#[inline]
pub fn plain(dialect: Dialect, text: &str) -> Value<'_> {
    match text.as_bytes().first() {
        None => Value::Null,
        Some(first) => match BEGINS[usize::from(*first)] {
            TEXT => Value::text(text),
            // No word is longer.
            WORD if text.len() > 5 => Value::text(text),
            _ => special(dialect, text, true),
        },
    }
}

/// Whether a scalar of a document is a text, seen at a glance: where this says no, [`scalar`] knows.
#[inline]
pub fn is_plainly_text(document: &Document, node: NodeId) -> bool {
    document.kind(node) == Kind::Scalar
        && document.tag(node) == Tag::Implicit
        && (document.style(node) != Style::Plain
            || document.text(node).as_bytes().first().is_some_and(|first| begins_text(*first)))
}

/// Whether a plain scalar with this text is just text.
#[inline]
pub(super) fn is_text(dialect: Dialect, text: &str) -> bool {
    match text.as_bytes().first() {
        None => false,
        Some(first) => match BEGINS[usize::from(*first)] {
            TEXT => true,
            WORD if text.len() > 5 => true,
            _ => matches!(special(dialect, text, true), Value::Text(_)),
        },
    }
}

fn special(dialect: Dialect, text: &str, timestamps: bool) -> Value<'_> {
    let Some(first) = text.as_bytes().first() else {
        return Value::Null;
    };
    match BEGINS[usize::from(*first)] {
        WORD => word(dialect, text),
        DOT => match text {
            ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Value::Float(f64::INFINITY),
            _ => number::float_after_dot(text).map_or(Value::text(text), Value::Float),
        },
        NUMBER => number(dialect, text, timestamps),
        _ => Value::text(text),
    }
}

fn word(dialect: Dialect, text: &str) -> Value<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if dialect == Dialect::V2 => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if dialect == Dialect::V2 => {
            Value::Bool(false)
        }
        _ => Value::text(text),
    }
}

fn number(dialect: Dialect, text: &str, timestamps: bool) -> Value<'_> {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if timestamps && let Some(time) = Timestamp::read(text) {
        return Value::Timestamp(time);
    }
    let plain: Cow<'_, str> =
        if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    let found = number::integer(&plain)
        .or_else(|| {
            if number::looks_like_float(plain.as_bytes()) && number::float(&plain).is_some() {
                return None;
            }
            // A second sign behind the prefix, which ParseInt lets pass when it is told the base.
            if let Some(digits) = plain.strip_prefix("0b") {
                number::integer_in(2, digits)
            } else if let Some(digits) = plain.strip_prefix("0o")
                && dialect == Dialect::V3
            {
                number::integer_in(8, digits)
            } else {
                None
            }
        })
        .map(|found| match found {
            Integer::Signed(value) => Value::Int(value),
            Integer::Unsigned(value) => Value::Unsigned(value),
        });
    found.unwrap_or_else(|| {
        if number::looks_like_float(plain.as_bytes())
            && let Some(value) = number::float(&plain)
        {
            return Value::Float(value);
        }
        Value::text(text)
    })
}

/// Why a tag and a text do not go together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Misfit {
    /// The text is this, and the tag says otherwise.
    Is(Tag),
    /// `!!binary` with something that is not base64.
    Base64,
}

/// What a scalar with a tag is. A text that does not fit its tag is refused, except that whole numbers may be floats;
/// a tag that go-yaml does not know says nothing.
pub(super) fn tagged(dialect: Dialect, tag: Tag, text: &str) -> std::result::Result<Value<'_>, Misfit> {
    match tag {
        Tag::Implicit => Ok(plain(dialect, text)),
        Tag::Str | Tag::Other | Tag::Merge | Tag::Map | Tag::Seq => Ok(Value::text(text)),
        Tag::Binary => binary(text).ok_or(Misfit::Base64),
        Tag::Null | Tag::Bool | Tag::Int | Tag::Float | Tag::Timestamp => {
            let value = special(dialect, text, tag == Tag::Timestamp);
            match value {
                Value::Int(whole) if tag == Tag::Float =>
                {
                    #[expect(clippy::cast_precision_loss, reason = "as Go converts it")]
                    Ok(Value::Float(whole as f64))
                }
                value if value.tag() == tag => Ok(value),
                value => Err(Misfit::Is(value.tag())),
            }
        }
    }
}

/// Go ignores line ends in base64 and does not mind stray bits at the end.
fn binary(text: &str) -> Option<Value<'static>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    let joined: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    let bytes = LENIENT.decode(joined).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => Value::Text(Cow::Owned(text)),
        Err(other) => Value::Bytes(other.into_bytes()),
    })
}

/// What a scalar of a document is to a reader of this dialect who has no expectation of his own.
///
/// # Errors
/// When the scalar has a tag that its text does not fit.
pub fn scalar(document: &Document, node: NodeId, dialect: Dialect) -> Result<Value<'_>> {
    let text = document.text(node);
    let tag = match document.tag(node) {
        Tag::Implicit if document.style(node) != Style::Plain => Tag::Str,
        tag => tag,
    };
    match tagged(dialect, tag, text) {
        // yaml.v2 hands a time out as the text it was.
        Ok(Value::Timestamp(_)) if dialect == Dialect::V2 => Ok(Value::text(text)),
        Ok(value) => Ok(value),
        Err(misfit) => misfits(document, node, tag, misfit).fail(),
    }
}

pub(super) fn misfits(document: &Document, node: NodeId, tag: Tag, misfit: Misfit) -> Diagnostic {
    let place = document.place(node);
    match misfit {
        Misfit::Base64 => Diagnostic::error("scalar-misfits-tag", "a `!!binary` value is not base64")
            .at(place, "not base64")
            .hint("encode the bytes as base64, or drop the tag if this is text"),
        Misfit::Is(found) => {
            let text = clip(document.text(node));
            let (found, wanted) = (tag_name(found), tag_name(tag));
            Diagnostic::error(
                "scalar-misfits-tag",
                format!("`{text}` is tagged `{wanted}` but reads as `{found}`"),
            )
            .at(place, format!("`{wanted}` is expected here"))
            .hint(format!("write a value that is a `{wanted}`, or drop the tag"))
        }
    }
}

/// The beginning of a text, for messages.
pub(super) fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A tag as it is written.
pub(super) fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Null => "!!null",
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Timestamp => "!!timestamp",
        Tag::Str => "!!str",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
        Tag::Map => "!!map",
        Tag::Seq => "!!seq",
        Tag::Implicit | Tag::Other => "",
    }
}

/// The tag that yaml.v3 notes in a node that says nothing itself: what its text resolves to, text for anything quoted,
/// and merge for a plain `<<`. A node that has a tag keeps it.
#[inline]
pub fn tag_of(document: &Document, node: NodeId) -> Tag {
    match document.tag(node) {
        Tag::Implicit => implied_tag(document.kind(node), document.style(node), document.text(node)),
        tag => tag,
    }
}

#[inline]
fn implied_tag(kind: Kind, style: Style, text: &str) -> Tag {
    match kind {
        Kind::Mapping => Tag::Map,
        Kind::Sequence => Tag::Seq,
        Kind::Alias => Tag::Implicit,
        Kind::Scalar if style != Style::Plain => Tag::Str,
        Kind::Scalar if text == "<<" => Tag::Merge,
        Kind::Scalar => plain(Dialect::V3, text).tag(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(dialect: Dialect, text: &str) -> Tag {
        plain(dialect, text).tag()
    }

    #[test]
    fn resolves_plain_texts() {
        for (text, v3, v2) in [
            ("", Tag::Null, Tag::Null),
            ("~", Tag::Null, Tag::Null),
            ("nUll", Tag::Str, Tag::Str),
            ("yes", Tag::Str, Tag::Bool),
            ("n", Tag::Str, Tag::Bool),
            ("TRUE", Tag::Bool, Tag::Bool),
            ("0o17", Tag::Int, Tag::Int),
            ("0o-7", Tag::Int, Tag::Str),
            ("0b-1", Tag::Int, Tag::Int),
            ("08", Tag::Float, Tag::Float),
            ("1_000", Tag::Int, Tag::Int),
            ("1.", Tag::Float, Tag::Float),
            (".5_5", Tag::Float, Tag::Float),
            ("._5", Tag::Str, Tag::Str),
            (".", Tag::Str, Tag::Str),
            ("1e400", Tag::Str, Tag::Str),
            ("1e3", Tag::Float, Tag::Float),
            ("0x", Tag::Str, Tag::Str),
            ("-.inf", Tag::Float, Tag::Float),
            ("2001-01-01", Tag::Timestamp, Tag::Timestamp),
            ("2001-2-29", Tag::Str, Tag::Str),
            ("2001-01-01 1:2:3", Tag::Timestamp, Tag::Timestamp),
            ("2001-01-01T1:2:3", Tag::Str, Tag::Str),
            ("2001-01-01t1:2:3,5+24:00", Tag::Timestamp, Tag::Timestamp),
            ("1:30", Tag::Str, Tag::Str),
            ("<<", Tag::Str, Tag::Str),
        ] {
            assert_eq!(tag(Dialect::V3, text), v3, "{text} in v3");
            assert_eq!(tag(Dialect::V2, text), v2, "{text} in v2");
        }
    }

    #[test]
    fn refuses_texts_that_misfit_their_tag() {
        assert_eq!(tagged(Dialect::V3, Tag::Int, "3"), Ok(Value::Int(3)));
        assert_eq!(tagged(Dialect::V3, Tag::Float, "1"), Ok(Value::Float(1.0)));
        assert_eq!(tagged(Dialect::V3, Tag::Int, "1.5"), Err(Misfit::Is(Tag::Float)));
        assert_eq!(tagged(Dialect::V3, Tag::Float, "18446744073709551615"), Err(Misfit::Is(Tag::Int)));
        assert_eq!(tagged(Dialect::V3, Tag::Bool, "yes"), Err(Misfit::Is(Tag::Str)));
        assert_eq!(tagged(Dialect::V2, Tag::Bool, "yes"), Ok(Value::Bool(true)));
        assert_eq!(tagged(Dialect::V3, Tag::Binary, "aGk="), Ok(Value::Text("hi".into())));
        assert_eq!(tagged(Dialect::V3, Tag::Binary, "aGk"), Err(Misfit::Base64));
        assert_eq!(tagged(Dialect::V3, Tag::Null, ""), Ok(Value::Null));
    }
}
