//! Tokens to events, by go-yaml's grammar, with an explicit stack of what is still open. In dialect v3 the events
//! carry the comments that yaml.v3 gives them.

mod block;
mod flow;

use rustc_hash::FxHashMap;

use super::fault::{Fault, Reading};
use super::node::Style;
use super::resolve::Dialect;
use super::scan::{NO_TEXT, Position, Scanner, Text, Token, TokenKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventKind {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias,
    Scalar,
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd,
}

/// Comments of an event; empty ones are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Remarks {
    pub(super) head: String,
    pub(super) line: String,
    pub(super) foot: String,
}

#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    /// Where it begins, with its anchor and tag.
    pub(super) start: u32,
    /// Scalars: the value. Aliases: the name.
    pub(super) text: Text,
    pub(super) style: Style,
    pub(super) anchor: Option<Text>,
    /// The tag written out, in full.
    pub(super) tag: Option<String>,
    pub(super) remarks: Remarks,
}

impl Event {
    fn bare(kind: EventKind, start: u32) -> Event {
        Event {
            kind,
            start,
            text: NO_TEXT,
            style: Style::Plain,
            anchor: None,
            tag: None,
            remarks: Remarks::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    StreamStart,
    DocumentStart { implicit: bool },
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequence { first: bool },
    IndentlessSequence,
    BlockMappingKey { first: bool },
    BlockMappingValue,
    FlowSequence { first: bool },
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingKey { first: bool },
    FlowMappingValue { empty: bool },
    End,
}

/// Where a node stands, which decides what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    Flow,
    Block,
    /// A value of a block mapping, which may be a sequence at the column of its key.
    BlockOrIndentless,
}

pub(super) struct Parser<'t> {
    scanner: Scanner<'t>,
    state: State,
    states: Vec<State>,
    /// Where the open collections began.
    open: Vec<u32>,
    /// Prefixes by handle.
    tag_directives: FxHashMap<String, String>,
    remarks: Remarks,
    stem: String,
}

const PRIMARY: (&str, &str) = ("!", "!");
const SECONDARY: (&str, &str) = ("!!", "tag:yaml.org,2002:");

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, part: std::ops::Range<usize>, dialect: Dialect) -> Parser<'t> {
        Parser {
            scanner: Scanner::new(text, part, dialect),
            state: State::StreamStart,
            states: Vec::new(),
            open: Vec::new(),
            tag_directives: FxHashMap::default(),
            remarks: Remarks::default(),
            stem: String::new(),
        }
    }

    pub(super) fn text(&self) -> &'t str {
        self.scanner.text()
    }

    /// Kind, start and end of the next token; comments in front of it are gathered.
    fn peek(&mut self) -> Reading<(TokenKind, u32, u32)> {
        let token = self.scanner.peek()?;
        let (kind, start, end) = (token.kind, token.start, token.end);
        while let Some(comment) = self.scanner.next_comment(start) {
            if comment.position == Position::Head && kind == TokenKind::BlockEnd {
                break;
            }
            let Some(comment) = self.scanner.take_comment() else { break };
            let into = match comment.position {
                Position::Head => &mut self.remarks.head,
                Position::Line => &mut self.remarks.line,
                Position::Foot => &mut self.remarks.foot,
            };
            if !into.is_empty() {
                into.push('\n');
            }
            into.push_str(&comment.text);
        }
        Ok((kind, start, end))
    }

    fn skip(&mut self) -> Option<Token> {
        self.scanner.take()
    }

    fn take_remarks(&mut self) -> Remarks {
        self.stem.clear();
        std::mem::take(&mut self.remarks)
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// The next event.
    pub(super) fn next_event(&mut self) -> Reading<Event> {
        loop {
            return match self.state {
                State::StreamStart => {
                    self.peek()?;
                    self.skip();
                    self.state = State::DocumentStart { implicit: true };
                    continue;
                }
                State::DocumentStart { implicit } => self.document_start(implicit),
                State::DocumentContent => self.document_content(),
                State::DocumentEnd => self.document_end(),
                State::BlockNode => self.node(Ground::Block),
                State::BlockSequence { first } => self.block_sequence(first),
                State::IndentlessSequence => self.indentless_sequence(),
                State::BlockMappingKey { first } => self.block_mapping_key(first),
                State::BlockMappingValue => self.block_mapping_value(),
                State::FlowSequence { first } => self.flow_sequence(first),
                State::FlowPairKey => self.flow_pair_key(),
                State::FlowPairValue => self.flow_pair_value(),
                State::FlowPairEnd => {
                    let (_, start, _) = self.peek()?;
                    self.state = State::FlowSequence { first: false };
                    Ok(Event::bare(EventKind::MappingEnd, start))
                }
                State::FlowMappingKey { first } => self.flow_mapping_key(first),
                State::FlowMappingValue { empty } => self.flow_mapping_value(empty),
                State::End => Ok(Event::bare(EventKind::StreamEnd, 0)),
            };
        }
    }

    fn empty_scalar(start: u32) -> Event {
        Event { text: Text::Slice(start, start), ..Event::bare(EventKind::Scalar, start) }
    }

    // ---- documents

    fn document_start(&mut self, implicit: bool) -> Reading<Event> {
        let (mut kind, mut start, _) = self.peek()?;
        if !implicit {
            while kind == TokenKind::DocumentEnd {
                self.skip();
                (kind, start, _) = self.peek()?;
            }
        }
        if kind == TokenKind::StreamEnd {
            self.skip();
            self.state = State::End;
            return Ok(Event::bare(EventKind::StreamEnd, start));
        }
        let explicit = matches!(
            kind,
            TokenKind::VersionDirective { .. } | TokenKind::TagDirective | TokenKind::DocumentStart
        );
        self.process_directives()?;
        self.states.push(State::DocumentEnd);
        let mut event = Event::bare(EventKind::DocumentStart, start);
        if implicit && !explicit {
            self.state = State::BlockNode;
            event.remarks.head = split_document_head(&mut self.remarks.head);
            return Ok(event);
        }
        let (kind, at, _) = self.peek()?;
        if kind != TokenKind::DocumentStart {
            return Fault::new(at as usize, "found no `---` in front of a document")
                .found("another document begins here without `---`, or text follows the end of one")
                .inside(start as usize, "the document begins here")
                .hint("check the indentation and quotes above: the document before this place is complete")
                .fail();
        }
        self.state = State::DocumentContent;
        self.skip();
        Ok(event)
    }

    fn document_content(&mut self) -> Reading<Event> {
        let (kind, start, _) = self.peek()?;
        match kind {
            TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                Ok(Self::empty_scalar(start))
            }
            _ => self.node(Ground::Block),
        }
    }

    fn document_end(&mut self) -> Reading<Event> {
        let (kind, start, _) = self.peek()?;
        if kind == TokenKind::DocumentEnd {
            self.skip();
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart { implicit: false };
        let mut event = Event::bare(EventKind::DocumentEnd, start);
        event.remarks = self.take_remarks();
        if event.remarks.foot.is_empty() {
            event.remarks.foot = std::mem::take(&mut event.remarks.head);
        }
        Ok(event)
    }

    fn process_directives(&mut self) -> Reading<()> {
        let mut version_seen = false;
        loop {
            let (kind, start, _) = self.peek()?;
            match kind {
                TokenKind::VersionDirective { major, minor } => {
                    if version_seen {
                        return Fault::new(start as usize, "found a second %YAML directive").fail();
                    }
                    if (major, minor) != (1, 1) {
                        return Fault::new(
                            start as usize,
                            format!("found YAML version {major}.{minor}; kustomize reads only 1.1"),
                        )
                        .hint("leave the %YAML directive out")
                        .fail();
                    }
                    version_seen = true;
                    self.skip();
                }
                TokenKind::TagDirective => {
                    let Some(token) = self.skip() else { break };
                    let handle = token.text.read(self.text()).to_owned();
                    let prefix = token.suffix.read(self.text()).to_owned();
                    if self.tag_directives.insert(handle, prefix).is_some() {
                        return Fault::new(
                            start as usize,
                            "found a second %TAG directive for the same handle",
                        )
                        .fail();
                    }
                }
                _ => break,
            }
        }
        for (handle, prefix) in [PRIMARY, SECONDARY] {
            if !self.tag_directives.contains_key(handle) {
                self.tag_directives.insert(handle.to_owned(), prefix.to_owned());
            }
        }
        Ok(())
    }

    // ---- nodes

    fn resolve_tag(&self, token: &Token, start: u32) -> Reading<String> {
        let text = self.text();
        let (handle, suffix) = (token.text.read(text), token.suffix.read(text));
        if handle.is_empty() {
            return Ok(suffix.to_owned());
        }
        let prefix = self.tag_directives.get(handle);
        let tag = prefix.map(|prefix| format!("{prefix}{suffix}")).unwrap_or_default();
        if tag.is_empty() {
            return Fault::new(token.start as usize, "found a tag whose handle no %TAG directive defines")
                .inside(start as usize, "the value begins here")
                .hint("quote the value if it is text that begins with `!`")
                .fail();
        }
        Ok(tag)
    }

    fn node(&mut self, ground: Ground) -> Reading<Event> {
        let (mut kind, mut at, _) = self.peek()?;
        if kind == TokenKind::Alias {
            self.pop_state();
            let mut event = Event::bare(EventKind::Alias, at);
            event.remarks = self.take_remarks();
            if let Some(token) = self.skip() {
                event.text = token.text;
            }
            return Ok(event);
        }
        let start = at;
        let mut anchor = None;
        let mut tag_token = None;
        while kind == TokenKind::Anchor && anchor.is_none() || kind == TokenKind::Tag && tag_token.is_none() {
            let token = self.skip();
            if kind == TokenKind::Anchor {
                anchor = token.map(|token| token.text);
            } else {
                tag_token = token;
            }
            (kind, at, _) = self.peek()?;
        }
        let tag = match &tag_token {
            Some(token) => Some(self.resolve_tag(token, start)?),
            None => None,
        };
        let mut event = Event { anchor, tag, ..Event::bare(EventKind::Scalar, start) };
        match kind {
            TokenKind::BlockEntry if ground == Ground::BlockOrIndentless => {
                event.kind = EventKind::SequenceStart;
                self.state = State::IndentlessSequence;
            }
            TokenKind::Scalar(style) => {
                self.pop_state();
                event.remarks = self.take_remarks();
                event.style = style;
                if let Some(token) = self.skip() {
                    event.text = token.text;
                }
            }
            TokenKind::FlowSequenceStart | TokenKind::FlowMappingStart => {
                event.style = Style::Flow;
                event.remarks = self.take_remarks();
                if kind == TokenKind::FlowSequenceStart {
                    event.kind = EventKind::SequenceStart;
                    self.state = State::FlowSequence { first: true };
                } else {
                    event.kind = EventKind::MappingStart;
                    self.state = State::FlowMappingKey { first: true };
                }
            }
            TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart if ground != Ground::Flow => {
                event.remarks.head = std::mem::take(&mut self.stem);
                if kind == TokenKind::BlockSequenceStart {
                    event.kind = EventKind::SequenceStart;
                    self.state = State::BlockSequence { first: true };
                } else {
                    event.kind = EventKind::MappingStart;
                    self.state = State::BlockMappingKey { first: true };
                }
            }
            _ if event.anchor.is_some() || event.tag.is_some() => {
                event.text = Text::Slice(start, start);
                self.pop_state();
            }
            _ => return Self::no_node(kind, start, at),
        }
        Ok(event)
    }

    fn no_node<T>(kind: TokenKind, start: u32, at: u32) -> Reading<T> {
        let (found, hint) = match kind {
            TokenKind::FlowSequenceEnd => {
                ("`]` that closes nothing", "remove it, or quote the text it belongs to")
            }
            TokenKind::FlowMappingEnd => {
                ("`}` that closes nothing", "remove it, or quote the text it belongs to")
            }
            TokenKind::FlowEntry => {
                ("`,` where a value must stand", "remove it, or quote the text it belongs to")
            }
            TokenKind::BlockEntry => ("`-` inside [] or {}", "use commas inside [] and {}"),
            TokenKind::StreamEnd => ("the end of the text", "close the bracket or brace that is still open"),
            TokenKind::DocumentStart | TokenKind::DocumentEnd => {
                ("the end of the document", "close the bracket or brace that is still open")
            }
            _ => ("not a value", "check the indentation and brackets above"),
        };
        Fault::new(at as usize, "found no value where one must stand")
            .found(found)
            .inside(start as usize, "here")
            .hint(hint)
            .fail()
    }
}

/// The part of a head comment above its last empty line belongs to the document.
fn split_document_head(head: &mut String) -> String {
    let bytes = head.as_bytes();
    for i in (1..bytes.len()).rev() {
        if bytes[i] != b'\n' {
            continue;
        }
        let document_ends = if i == bytes.len() - 1 {
            i
        } else if bytes[i - 1] == b'\n' {
            i - 1
        } else {
            continue;
        };
        let rest = head.get(i + 1..).unwrap_or_default().to_owned();
        head.truncate(document_ends);
        return std::mem::replace(head, rest);
    }
    String::new()
}
