//! Text to tokens: where go-yaml cuts them, v2 or v3. Errors are found when, and only when, go-yaml comes to look at
//! the place, so that text behind a document that nobody asks for may be anything.

mod comment;
mod indent;
mod reader;
mod scalar;
mod tag;
mod token;

use std::collections::VecDeque;

pub(super) use comment::{Comment, Position};
pub(super) use token::{Mark, NO_TEXT, Text, Token, TokenKind};

use super::fault::{Fault, Reading};
use super::resolve::Dialect;

/// How deeply go-yaml lets collections nest, block and flow each.
const DEEPEST: usize = 10_000;

/// A place where a key may have begun whose `:` is still to come.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token: u32,
    mark: Mark,
}

/// Cuts one text into tokens, as they are asked for.
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own about where the scanner stands
pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    dialect: Dialect,
    pos: usize,
    end: usize,
    line: i32,
    column: i32,
    /// Line breaks since the last character that was no blank.
    newlines: i32,
    /// Up to here the characters were loaded and checked.
    loaded: usize,
    /// go-yaml asks its whole buffer, not the place it stands at, whether a byte order mark begins there.
    window_is_bom: bool,
    started: bool,
    flow_level: usize,
    indent: i32,
    indents: Vec<i32>,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    /// Which tokens (by number) began a possible key, and on which flow level; numbers rise.
    key_tokens: VecDeque<(u32, u32)>,
    tokens: VecDeque<Token>,
    /// How many tokens were handed out.
    taken: u32,
    ready: bool,
    /// The line at which the present search for a token began.
    scan_line: i32,
    comments: VecDeque<Comment>,
}

/// The text of the quoted scalar that begins here, and where it ends. The characters must have been checked.
pub(super) fn quoted_scalar(text: &str, part: std::ops::Range<usize>, single: bool) -> Option<(Text, usize)> {
    let mut scanner = Scanner::inside(text, part);
    let token = scanner.scan_quoted(single).ok()?;
    Some((token.text, token.end as usize))
}

/// The text of the block scalar that begins here, inside a collection at this column, and where the scanner stands
/// behind it. The characters must have been checked.
pub(super) fn block_scalar(text: &str, part: std::ops::Range<usize>, parent: usize) -> Option<(Text, usize)> {
    let mut scanner = Scanner::inside(text, part);
    scanner.indent = i32::try_from(parent).ok()?;
    let literal = scanner.at(0) == b'|';
    let token = scanner.scan_block_scalar(literal).ok()?;
    Some((token.text, scanner.pos))
}

impl<'t> Scanner<'t> {
    /// A scanner in the middle of a line of a text that was checked.
    fn inside(text: &'t str, part: std::ops::Range<usize>) -> Scanner<'t> {
        let mut scanner = Scanner::new(text, part, Dialect::V3);
        scanner.loaded = scanner.end;
        scanner.column = 1;
        scanner
    }

    /// A scanner of a part of a text; offsets are those of the whole.
    pub(super) fn new(text: &'t str, part: std::ops::Range<usize>, dialect: Dialect) -> Scanner<'t> {
        Scanner {
            text,
            bytes: text.as_bytes(),
            dialect,
            pos: part.start,
            end: part.end,
            line: 0,
            column: 0,
            newlines: 0,
            loaded: part.start,
            window_is_bom: false,
            started: false,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: Vec::new(),
            key_tokens: VecDeque::new(),
            tokens: VecDeque::new(),
            taken: 0,
            ready: false,
            scan_line: 0,
            comments: VecDeque::new(),
        }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    fn attaches_comments(&self) -> bool {
        self.dialect == Dialect::V3
    }

    /// The next token, which stays where it is.
    pub(super) fn peek(&mut self) -> Reading<&Token> {
        if !self.ready {
            self.fetch_more()?;
        }
        match self.tokens.front() {
            Some(token) => Ok(token),
            None => Err(Box::new(Fault::new(self.pos, "found no more tokens"))),
        }
    }

    /// Takes the token that was peeked at.
    pub(super) fn take(&mut self) -> Option<Token> {
        self.ready = false;
        self.taken += 1;
        self.tokens.pop_front()
    }

    /// The next comment, if it belongs to a token at this offset.
    pub(super) fn next_comment(&self, token: u32) -> Option<&Comment> {
        self.comments.front().filter(|comment| comment.token <= token)
    }

    pub(super) fn take_comment(&mut self) -> Option<Comment> {
        self.comments.pop_front()
    }

    fn fetch_more(&mut self) -> Reading<()> {
        // yaml.v3 looks two tokens ahead, for its comments.
        let enough = match self.dialect {
            Dialect::V2 => 1,
            Dialect::V3 => 3,
        };
        loop {
            if self.tokens.len() >= enough {
                while self.key_tokens.front().is_some_and(|(token, _)| *token < self.taken) {
                    self.key_tokens.pop_front();
                }
                let level = match self.key_tokens.front() {
                    Some((token, level)) if *token == self.taken => *level as usize,
                    _ => break,
                };
                if !self.still_possible(level)? {
                    break;
                }
            }
            self.fetch()?;
        }
        self.ready = true;
        Ok(())
    }

    fn fetch(&mut self) -> Reading<()> {
        if !self.started {
            self.started = true;
            self.skip_byte_order_mark();
            self.need(1)?;
            self.simple_keys.push(SimpleKey {
                possible: false,
                required: false,
                token: 0,
                mark: self.mark(),
            });
            self.push(TokenKind::StreamStart, self.pos);
            return Ok(());
        }
        self.need(1)?;
        let from = self.pos as u32;
        self.scan_line = self.line;
        self.scan_to_next_token(from)?;
        self.unroll_indent(self.column, from);
        self.need(4)?;
        let byte = self.at(0);
        if byte == 0 {
            return self.fetch_stream_end();
        }
        if self.column == 0 {
            if byte == b'%' {
                self.leave_blocks()?;
                let token = self.scan_directive()?;
                self.tokens.push_back(token);
                return Ok(());
            }
            if self.at_document_indicator() {
                self.leave_blocks()?;
                let start = self.pos;
                for _ in 0..3 {
                    self.skip();
                }
                let kind = if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                self.push(kind, start);
                return Ok(());
            }
        }
        let mut commented = self.pos as u32;
        if self.flow_level == 0 && byte == b':' || self.flow_level > 0 && byte == b',' {
            commented = self.tokens.back().map_or(commented, |token| token.start);
        }
        self.fetch_content(byte)?;
        if self.tokens.back().is_some_and(|token| token.kind != TokenKind::BlockEntry) {
            self.scan_line_comment(commented)?;
        }
        Ok(())
    }

    fn fetch_content(&mut self, byte: u8) -> Reading<()> {
        let in_flow = self.flow_level > 0;
        match byte {
            b'[' => return self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => return self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => return self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => return self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.forget_simple_key()?;
                self.simple_key_allowed = true;
                self.take_indicator(TokenKind::FlowEntry);
                return Ok(());
            }
            b'-' if self.is_space_or_end(1) => return self.fetch_block_entry(),
            b'?' if in_flow || self.is_space_or_end(1) => return self.fetch_key(),
            b':' if in_flow || self.is_space_or_end(1) => return self.fetch_value(),
            _ => {}
        }
        let token = match byte {
            b'*' | b'&' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.scan_anchor(if byte == b'*' { TokenKind::Alias } else { TokenKind::Anchor })?
            }
            b'!' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.scan_tag()?
            }
            b'|' | b'>' if !in_flow => {
                self.forget_simple_key()?;
                self.simple_key_allowed = true;
                self.scan_block_scalar(byte == b'|')?
            }
            b'\'' | b'"' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.scan_quoted(byte == b'\'')?
            }
            _ if self.begins_plain(byte) => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.scan_plain()?
            }
            _ => return self.refuse_character(byte),
        };
        self.tokens.push_back(token);
        Ok(())
    }

    fn begins_plain(&self, byte: u8) -> bool {
        match byte {
            b'-' => !self.is_blank(1),
            b'?' | b':' => self.flow_level == 0 && !self.is_space_or_end(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`' => false,
            _ => !self.is_space_or_end(0),
        }
    }

    fn refuse_character<T>(&self, byte: u8) -> Reading<T> {
        let fault = Fault::new(self.pos, "found a character that cannot begin a value");
        match byte {
            b'\t' => fault.found("tab").hint("indent with spaces; YAML allows no tabs there"),
            b'@' | b'`' => fault.found("reserved by YAML").hint("put the value in quotes"),
            b'%' => fault.found("begins a directive").hint("put the value in quotes"),
            b'|' | b'>' => fault.found("a block scalar inside [] or {}").hint("put the value in quotes"),
            _ => fault.found("this character").hint("put the value in quotes"),
        }
        .fail()
    }

    fn at_document_indicator(&self) -> bool {
        self.column == 0
            && (self.at(0) == b'-' && self.at(1) == b'-' && self.at(2) == b'-'
                || self.at(0) == b'.' && self.at(1) == b'.' && self.at(2) == b'.')
            && self.is_space_or_end(3)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push_back(Token::bare(kind, start as u32, self.pos as u32));
    }

    fn take_indicator(&mut self, kind: TokenKind) {
        let start = self.pos;
        self.skip();
        self.push(kind, start);
    }

    /// Puts a token in front of the one with this number; at the end, when that one was handed out already.
    fn insert(&mut self, number: u32, kind: TokenKind, at: u32) {
        let token = Token::bare(kind, at, at);
        match number.checked_sub(self.taken) {
            Some(place) if (place as usize) < self.tokens.len() => self.tokens.insert(place as usize, token),
            _ => self.tokens.push_back(token),
        }
    }

    fn scan_to_next_token(&mut self, from: u32) -> Reading<()> {
        loop {
            self.need(1)?;
            if self.column == 0 && self.window_is_bom {
                self.skip();
            }
            self.need(1)?;
            while self.at(0) == b' '
                || self.at(0) == b'\t' && (self.flow_level > 0 || !self.simple_key_allowed)
            {
                self.skip();
                self.need(1)?;
            }
            self.lift_line_comment_of_entry();
            if self.at(0) == b'#' {
                if self.attaches_comments() {
                    self.scan_comments(from)?;
                } else {
                    while !self.is_break_or_end(0) {
                        self.skip();
                        self.need(1)?;
                    }
                }
            }
            if !self.is_break(0) {
                return Ok(());
            }
            self.need(2)?;
            self.skip_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    // ---- indicators

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Reading<()> {
        self.save_simple_key()?;
        let token = self.taken + self.tokens.len() as u32;
        self.simple_keys.push(SimpleKey { possible: false, required: false, token, mark: self.mark() });
        self.flow_level += 1;
        if self.flow_level > DEEPEST {
            return Self::too_deep(self.pos as u32);
        }
        self.simple_key_allowed = true;
        self.take_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Reading<()> {
        self.forget_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            // go-yaml unlists by number here, which may be that of the bracket itself: v2 then refuses `[]: x`.
            if let Some(key) = self.simple_keys.pop() {
                self.unlist_key(key.token);
            }
        }
        self.simple_key_allowed = false;
        self.take_indicator(kind);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Reading<()> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Fault::new(self.pos, "found an item of a block sequence where none can begin")
                    .found("`-` and a space")
                    .hint("begin the list on the next line; quote the value if it is text that begins with `- `")
                    .fail();
            }
            self.roll_indent(self.column, None, TokenKind::BlockSequenceStart, self.pos as u32)?;
        }
        self.forget_simple_key()?;
        self.simple_key_allowed = true;
        self.take_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Reading<()> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Fault::new(self.pos, "found a key (`? `) where none can begin")
                    .hint("quote the value if it is text that begins with `? `")
                    .fail();
            }
            self.roll_indent(self.column, None, TokenKind::BlockMappingStart, self.pos as u32)?;
        }
        self.forget_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.take_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Reading<()> {
        let level = self.simple_keys.len().saturating_sub(1);
        if self.still_possible(level)? {
            let key = self.simple_keys[level];
            self.insert(key.token, TokenKind::Key, key.mark.index);
            self.roll_indent(key.mark.column, Some(key.token), TokenKind::BlockMappingStart, key.mark.index)?;
            self.simple_keys[level].possible = false;
            self.unlist_key(key.token);
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Fault::new(self.pos, "found `: ` where no key stands before it")
                        .found("a mapping cannot begin here")
                        .hint("quote the value if it contains `: `; check the indentation of the line above")
                        .fail();
                }
                self.roll_indent(self.column, None, TokenKind::BlockMappingStart, self.pos as u32)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.take_indicator(TokenKind::Value);
        Ok(())
    }
}
