//! Tokens, and the texts they carry: a range of the source where the source says it as it stands.

use crate::yaml::node::Style;

/// Where the scanner stands: byte offset, line from 0, column in characters from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::yaml) struct Mark {
    pub(in crate::yaml) index: u32,
    pub(in crate::yaml) line: i32,
    pub(in crate::yaml) column: i32,
}

/// The text of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::yaml) enum Text {
    /// It stands in the source like this, from an offset to another.
    Slice(u32, u32),
    /// It had to be put together.
    Owned(Box<str>),
}

impl Text {
    pub(in crate::yaml) fn read<'a>(&'a self, source: &'a str) -> &'a str {
        match self {
            Text::Slice(start, end) => source.get(*start as usize..*end as usize).unwrap_or_default(),
            Text::Owned(text) => text,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::yaml) enum TokenKind {
    StreamStart,
    StreamEnd,
    VersionDirective { major: u8, minor: u8 },
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(Style),
}

#[derive(Clone, Debug)]
pub(in crate::yaml) struct Token {
    pub(in crate::yaml) kind: TokenKind,
    /// Offsets of its first byte and behind its last one.
    pub(in crate::yaml) start: u32,
    pub(in crate::yaml) end: u32,
    /// Scalars: the value. Anchors and aliases: the name. Tags and tag directives: the handle.
    pub(in crate::yaml) text: Text,
    /// Tags: what follows the handle. Tag directives: the prefix.
    pub(in crate::yaml) suffix: Text,
}

pub(in crate::yaml) const NO_TEXT: Text = Text::Slice(0, 0);

impl Token {
    pub(super) fn bare(kind: TokenKind, start: u32, end: u32) -> Token {
        Token { kind, start, end, text: NO_TEXT, suffix: NO_TEXT }
    }
}

/// A text under construction, which stays a range of the source for as long as its pieces follow each other there.
pub(super) struct Cord<'t> {
    source: &'t str,
    owned: String,
    spilled: bool,
    start: usize,
    end: usize,
}

impl<'t> Cord<'t> {
    pub(super) fn new(source: &'t str) -> Cord<'t> {
        Cord { source, owned: String::new(), spilled: false, start: 0, end: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end && self.owned.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.owned.clear();
        self.spilled = false;
        self.start = 0;
        self.end = 0;
    }

    fn tail(&self) -> &'t str {
        self.source.get(self.start..self.end).unwrap_or_default()
    }

    /// Appends a piece of the source.
    pub(super) fn push_range(&mut self, start: usize, end: usize) {
        if start == end {
            return;
        }
        if self.end == start && self.start != self.end {
            self.end = end;
            return;
        }
        if self.start != self.end {
            let tail = self.tail();
            self.owned.push_str(tail);
            self.spilled = true;
        }
        self.start = start;
        self.end = end;
    }

    /// Appends a text that the source does not hold here.
    pub(super) fn push_str(&mut self, text: &str) {
        let tail = self.tail();
        self.owned.push_str(tail);
        self.owned.push_str(text);
        self.spilled = true;
        self.start = 0;
        self.end = 0;
    }

    /// Moves the pieces of another cord behind those of this one.
    pub(super) fn take(&mut self, other: &mut Cord<'t>) {
        if other.spilled {
            let text = std::mem::take(&mut other.owned);
            self.push_str(&text);
        }
        self.push_range(other.start, other.end);
        other.clear();
    }

    pub(super) fn starts_with_newline(&self) -> bool {
        let text = if self.owned.is_empty() { self.tail() } else { self.owned.as_str() };
        text.starts_with('\n')
    }

    /// The text; an empty one lies at `at`.
    pub(super) fn finish(mut self, at: usize) -> Text {
        if !self.spilled {
            if self.start == self.end {
                return Text::Slice(at as u32, at as u32);
            }
            return Text::Slice(self.start as u32, self.end as u32);
        }
        let tail = self.tail();
        self.owned.push_str(tail);
        Text::Owned(self.owned.into_boxed_str())
    }
}
