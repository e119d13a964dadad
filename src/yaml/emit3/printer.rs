//! The printer: libyaml's emitter as yaml.v3 has it. It follows the events with a stack of what is expected next; where
//! comments and line breaks go is decided by what was written last.

use super::super::emit_analysis::{Analysis, Tabs, analyze, is_break};
use super::events::{Event, Properties, What};
use super::text::{self, Spot};
use crate::diagnostic::Result;

/// Columns per level.
const INDENT: usize = 2;

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expect {
    Root,
    DocumentEnd,
    FlowItem {
        first: bool,
        /// A comment behind the item before has already brought its comma.
        comma_written: bool,
    },
    FlowKey {
        first: bool,
        comma_written: bool,
    },
    FlowValue {
        simple: bool,
    },
    BlockItem {
        first: bool,
    },
    BlockKey {
        first: bool,
    },
    BlockValue {
        simple: bool,
    },
}

/// Comments that wait to be written.
#[derive(Default)]
struct Waiting {
    head: String,
    line: String,
    foot: String,
    tail: String,
    /// Behind a key whose value is yet to come.
    key_line: String,
}

pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    /// Characters on this line.
    pub(super) column: usize,
    /// The last thing written was white space.
    pub(super) whitespace: bool,
    /// Only indentation and indicators stand on this line.
    pub(super) indention: bool,
    compact: bool,
    /// The indentation of this level; none yet before the root.
    indent: Option<usize>,
    indents: Vec<Option<usize>>,
    expect: Vec<Expect>,
    flow_level: usize,
    in_mapping: bool,
    simple_key: bool,
    waiting: Waiting,
    /// The indentation of a foot comment just written: what follows at it is set off by an empty line.
    foot_indent: Option<usize>,
}

/// The events of a document, looked at one after another.
struct Cursor<'e, 'd> {
    events: &'e [Event<'d>],
    at: usize,
}

impl<'e, 'd> Cursor<'e, 'd> {
    fn event(&self) -> &'e Event<'d> {
        &self.events[self.at]
    }

    /// Whether the collection that begins here is empty.
    fn is_empty(&self) -> bool {
        matches!(
            self.events.get(self.at + 1).map(|event| &event.what),
            Some(What::SequenceEnd | What::MappingEnd)
        )
    }
}

impl<'o> Printer<'o> {
    pub(super) fn new(compact: bool, out: &'o mut Vec<u8>) -> Printer<'o> {
        Printer {
            out,
            column: 0,
            whitespace: true,
            indention: true,
            compact,
            indent: None,
            indents: Vec::new(),
            expect: Vec::new(),
            flow_level: 0,
            in_mapping: false,
            simple_key: false,
            waiting: Waiting::default(),
            foot_indent: None,
        }
    }

    /// Prints one document.
    #[expect(clippy::unnecessary_wraps, reason = "callers chain it with the telling of events")]
    pub(super) fn document(&mut self, events: &[Event<'_>], first: bool) -> Result<()> {
        let mut cursor = Cursor { events, at: 0 };
        while cursor.at < events.len() {
            let event = cursor.event();
            let wait = |slot: &mut String, comment: &str| {
                if !comment.is_empty() {
                    comment.clone_into(slot);
                }
            };
            wait(&mut self.waiting.head, event.head);
            wait(&mut self.waiting.line, event.line);
            wait(&mut self.waiting.foot, event.foot);
            wait(&mut self.waiting.tail, event.tail);
            if matches!(event.what, What::DocumentStart) {
                self.document_start(first);
            } else {
                match self.expect.pop() {
                    None => break,
                    Some(Expect::Root) => {
                        self.expect.push(Expect::DocumentEnd);
                        self.head_comment();
                        self.node(&cursor, false, false);
                        self.behind_node();
                    }
                    Some(Expect::DocumentEnd) => self.document_end(),
                    Some(Expect::FlowItem { first, comma_written }) => {
                        self.flow_item(&cursor, first, comma_written);
                    }
                    Some(Expect::FlowKey { first, comma_written }) => {
                        self.flow_key(&cursor, first, comma_written);
                    }
                    Some(Expect::FlowValue { simple }) => self.flow_value(&cursor, simple),
                    Some(Expect::BlockItem { first }) => self.block_item(&cursor, first),
                    Some(Expect::BlockKey { first }) => self.block_key(&cursor, first),
                    Some(Expect::BlockValue { simple }) => self.block_value(&cursor, simple),
                }
            }
            cursor.at += 1;
        }
        Ok(())
    }

    fn document_start(&mut self, first: bool) {
        if !first {
            self.start_line();
            self.indicator("---", true, false, false);
            self.start_line();
        }
        if !self.waiting.head.is_empty() {
            self.head_comment();
            self.line_break('\n');
        }
        self.expect.push(Expect::Root);
    }

    fn document_end(&mut self) {
        self.foot_indent = Some(0);
        self.foot_comment();
        self.foot_indent = None;
        self.start_line();
    }

    // ---- collections

    fn flow_item(&mut self, cursor: &Cursor<'_, '_>, first: bool, comma_written: bool) {
        if first {
            self.indicator("[", true, true, false);
            self.increase_indent(true, false);
            self.flow_level += 1;
        }
        if matches!(cursor.event().what, What::SequenceEnd) {
            self.flow_level -= 1;
            self.decrease_indent();
            if self.column == 0 {
                self.start_line();
            }
            self.indicator("]", false, false, false);
            self.behind_node();
            return;
        }
        if !first && !comma_written {
            self.indicator(",", false, false, false);
        }
        self.head_comment();
        if self.column == 0 {
            self.start_line();
        }
        let comma_written = self.has_comment_behind();
        self.expect.push(Expect::FlowItem { first: false, comma_written });
        self.node(cursor, false, false);
        self.comma_before_comment();
        self.behind_node();
    }

    fn flow_key(&mut self, cursor: &Cursor<'_, '_>, first: bool, comma_written: bool) {
        if first {
            self.indicator("{", true, true, false);
            self.increase_indent(true, false);
            self.flow_level += 1;
        }
        if matches!(cursor.event().what, What::MappingEnd) {
            let waiting = &self.waiting;
            let comment = !(waiting.head.is_empty() && waiting.foot.is_empty() && waiting.tail.is_empty());
            if comment && !first && !comma_written {
                self.indicator(",", false, false, false);
            }
            self.head_comment();
            self.flow_level -= 1;
            self.decrease_indent();
            self.indicator("}", false, false, false);
            self.behind_node();
            return;
        }
        if !first && !comma_written {
            self.indicator(",", false, false, false);
        }
        self.head_comment();
        if self.column == 0 {
            self.start_line();
        }
        let simple = is_simple_key(cursor);
        if !simple {
            self.indicator("?", true, false, false);
        }
        self.expect.push(Expect::FlowValue { simple });
        self.node(cursor, true, simple);
    }

    fn flow_value(&mut self, cursor: &Cursor<'_, '_>, simple: bool) {
        self.indicator(":", !simple, false, false);
        let comma_written = self.has_comment_behind();
        self.expect.push(Expect::FlowKey { first: false, comma_written });
        self.node(cursor, true, false);
        self.comma_before_comment();
        self.behind_node();
    }

    fn block_item(&mut self, cursor: &Cursor<'_, '_>, first: bool) {
        if first {
            let under_key = self.compact && self.in_mapping && (self.column == 0 || !self.indention);
            self.increase_indent(false, under_key);
        }
        if matches!(cursor.event().what, What::SequenceEnd) {
            self.decrease_indent();
            return;
        }
        self.head_comment();
        self.start_line();
        self.indicator("-", true, false, true);
        self.expect.push(Expect::BlockItem { first: false });
        self.node(cursor, false, false);
        self.behind_node();
    }

    fn block_key(&mut self, cursor: &Cursor<'_, '_>, first: bool) {
        if first {
            self.increase_indent(false, false);
        }
        self.head_comment();
        if matches!(cursor.event().what, What::MappingEnd) {
            self.decrease_indent();
            return;
        }
        self.start_line();
        if !self.waiting.line.is_empty() {
            self.waiting.key_line = std::mem::take(&mut self.waiting.line);
        }
        let simple = is_simple_key(cursor);
        if !simple {
            self.indicator("?", true, false, true);
        }
        self.expect.push(Expect::BlockValue { simple });
        self.node(cursor, true, simple);
    }

    fn block_value(&mut self, cursor: &Cursor<'_, '_>, simple: bool) {
        if simple {
            self.indicator(":", false, false, false);
        } else {
            self.start_line();
            self.indicator(":", true, false, true);
        }
        if !self.waiting.key_line.is_empty() {
            match &cursor.event().what {
                // A comment of the value drives out that of the key, which then waits for a later value.
                What::Scalar { .. } if self.waiting.line.is_empty() => {
                    self.waiting.line = std::mem::take(&mut self.waiting.key_line);
                }
                What::MappingStart { flow: false, .. } | What::SequenceStart { flow: false, .. } => {
                    std::mem::swap(&mut self.waiting.line, &mut self.waiting.key_line);
                    self.line_comment();
                    std::mem::swap(&mut self.waiting.line, &mut self.waiting.key_line);
                }
                _ => {}
            }
        }
        self.expect.push(Expect::BlockKey { first: false });
        self.node(cursor, true, false);
        self.behind_node();
    }

    // ---- nodes

    fn node(&mut self, cursor: &Cursor<'_, '_>, in_mapping: bool, simple_key: bool) {
        self.in_mapping = in_mapping;
        self.simple_key = simple_key;
        match &cursor.event().what {
            What::Alias(name) => {
                self.indicator("*", true, false, false);
                self.word(name);
            }
            What::Scalar { text, style, properties } => {
                let allowed = analyze(text, Tabs::InBlocks);
                let spot = Spot { flow: self.flow_level > 0, simple_key };
                let style = text::choose(*style, text, allowed, spot);
                self.properties(properties);
                self.increase_indent(true, false);
                self.scalar_text(text, style);
                self.decrease_indent();
            }
            What::SequenceStart { flow, properties } => {
                self.properties(properties);
                let flow = *flow || self.flow_level > 0 || cursor.is_empty();
                self.expect.push(if flow {
                    Expect::FlowItem { first: true, comma_written: false }
                } else {
                    Expect::BlockItem { first: true }
                });
            }
            What::MappingStart { flow, properties } => {
                self.properties(properties);
                let flow = *flow || self.flow_level > 0 || cursor.is_empty();
                self.expect.push(if flow {
                    Expect::FlowKey { first: true, comma_written: false }
                } else {
                    Expect::BlockKey { first: true }
                });
            }
            What::DocumentStart | What::DocumentEnd | What::SequenceEnd | What::MappingEnd => {}
        }
    }

    fn properties(&mut self, properties: &Properties<'_>) {
        if let Some(name) = properties.anchor {
            self.indicator("&", true, false, false);
            self.word(name);
        }
        let (handle, suffix) = (properties.handle, &*properties.suffix);
        if !handle.is_empty() {
            self.space();
            self.word(handle);
            self.tag_suffix(suffix);
        } else if !suffix.is_empty() {
            self.indicator("!<", true, false, false);
            self.tag_suffix(suffix);
            self.indicator(">", false, false, false);
        }
    }

    fn tag_suffix(&mut self, suffix: &str) {
        for byte in suffix.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_;/?:@&=+$,.~*'()[]".contains(&byte) {
                self.put(char::from(byte));
            } else {
                for c in format!("%{byte:02X}").chars() {
                    self.put(c);
                }
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    // ---- comments

    fn has_comment_behind(&self) -> bool {
        let Waiting { line, foot, tail, .. } = &self.waiting;
        !(line.is_empty() && foot.is_empty() && tail.is_empty())
    }

    fn comma_before_comment(&mut self) {
        if self.has_comment_behind() {
            self.indicator(",", false, false, false);
        }
    }

    fn behind_node(&mut self) {
        self.line_comment();
        self.foot_comment();
    }

    fn head_comment(&mut self) {
        let tail = std::mem::take(&mut self.waiting.tail);
        if !tail.is_empty() {
            self.start_line();
            self.comment(&tail);
            self.foot_indent = Some(self.indent.unwrap_or(0));
        }
        let head = std::mem::take(&mut self.waiting.head);
        if !head.is_empty() {
            self.start_line();
            self.comment(&head);
        }
    }

    /// Writes the comment that waits for the end of the line, with a line break. Returns whether there was one.
    pub(super) fn line_comment(&mut self) -> bool {
        let line = std::mem::take(&mut self.waiting.line);
        if line.is_empty() {
            return false;
        }
        self.space();
        self.comment(&line);
        true
    }

    fn foot_comment(&mut self) {
        let foot = std::mem::take(&mut self.waiting.foot);
        if !foot.is_empty() {
            self.start_line();
            self.comment(&foot);
            self.foot_indent = Some(self.indent.unwrap_or(0));
        }
    }

    fn comment(&mut self, comment: &str) {
        let (mut after_break, mut pound) = (false, false);
        for c in comment.chars() {
            if is_break(c) {
                self.line_break(c);
                after_break = true;
                pound = false;
                continue;
            }
            if after_break {
                self.start_line();
            }
            if !pound && c != '#' {
                self.put('#');
                self.put(' ');
            }
            pound = true;
            self.put(c);
            self.indention = false;
            after_break = false;
        }
        if !after_break {
            self.line_break('\n');
        }
        self.whitespace = true;
    }

    // ---- characters

    fn increase_indent(&mut self, flow: bool, under_key: bool) {
        self.indents.push(self.indent);
        self.indent = Some(match self.indent {
            None if flow => INDENT,
            None => 0,
            // The first indent inside a sequence skips the dash.
            Some(indent) if self.expect.last() == Some(&Expect::BlockItem { first: false }) => indent + 2,
            Some(indent) => {
                let deeper = INDENT * ((indent + INDENT) / INDENT);
                if under_key { deeper - 2 } else { deeper }
            }
        });
    }

    fn decrease_indent(&mut self) {
        self.indent = self.indents.pop().flatten();
    }

    /// Goes to the indentation of this level, on a new line unless this one is still empty up to there.
    pub(super) fn start_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break('\n');
        }
        if self.foot_indent == Some(indent) {
            self.line_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.foot_indent = None;
    }

    pub(super) fn line_break(&mut self, c: char) {
        self.put(c);
        self.column = 0;
        self.indention = true;
    }

    pub(super) fn put(&mut self, c: char) {
        let mut buffer = [0; 4];
        self.out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        self.column += 1;
    }

    /// A space, unless there is one.
    pub(super) fn space(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    fn word(&mut self, word: &str) {
        for c in word.chars() {
            self.put(c);
        }
        self.whitespace = false;
        self.indention = false;
    }

    pub(super) fn indicator(&mut self, indicator: &str, apart: bool, is_space: bool, is_indention: bool) {
        if apart {
            self.space();
        }
        for c in indicator.chars() {
            self.put(c);
        }
        self.whitespace = is_space;
        self.indention &= is_indention;
    }
}

/// Whether a key fits before its colon on one line.
fn is_simple_key(cursor: &Cursor<'_, '_>) -> bool {
    let length = match &cursor.event().what {
        What::Alias(name) => name.len(),
        What::Scalar { text, properties, .. } => {
            let Analysis { multiline, .. } = analyze(text, Tabs::InBlocks);
            if multiline {
                return false;
            }
            properties.len() + text.len()
        }
        What::SequenceStart { properties, .. } | What::MappingStart { properties, .. } => {
            if !cursor.is_empty() {
                return false;
            }
            properties.len()
        }
        _ => return false,
    };
    length <= 128
}
