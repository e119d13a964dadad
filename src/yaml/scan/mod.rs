//! Text to tokens: where go-yaml cuts them, v2 or v3. Errors are found when, and only when, go-yaml comes to look at
//! the place, so that text behind a document that nobody asks for may be anything.

mod comment;
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

impl<'t> Scanner<'t> {
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

    // ---- keys whose `:` is still to come

    fn still_possible(&mut self, level: usize) -> Reading<bool> {
        let Some(key) = self.simple_keys.get(level).copied() else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        // A key is at most 1024 characters long, on one line.
        if key.mark.line < self.line || key.mark.column + 1024 < self.column {
            if key.required {
                return Self::missing_colon(key.mark);
            }
            self.simple_keys[level].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn missing_colon<T>(mark: Mark) -> Reading<T> {
        Fault::new(mark.index as usize, "found no `:` behind what should be a key")
            .found("not a key: no `:` on its line")
            .hint("add `: value`, or indent the line deeper if it continues the value above")
            .fail()
    }

    fn save_simple_key(&mut self) -> Reading<()> {
        let required = self.flow_level == 0 && self.indent == self.column;
        if !self.simple_key_allowed {
            return Ok(());
        }
        self.forget_simple_key()?;
        let token = self.taken + self.tokens.len() as u32;
        let key = SimpleKey { possible: true, required, token, mark: self.mark() };
        let level = self.simple_keys.len().saturating_sub(1);
        if let Some(last) = self.simple_keys.last_mut() {
            *last = key;
            self.key_tokens.push_back((token, level as u32));
        }
        Ok(())
    }

    fn forget_simple_key(&mut self) -> Reading<()> {
        let Some(key) = self.simple_keys.last_mut() else { return Ok(()) };
        if key.possible {
            let (required, mark, token) = (key.required, key.mark, key.token);
            if required {
                return Self::missing_colon(mark);
            }
            key.possible = false;
            self.unlist_key(token);
        }
        Ok(())
    }

    fn unlist_key(&mut self, token: u32) {
        if let Ok(i) = self.key_tokens.binary_search_by_key(&token, |(token, _)| *token) {
            self.key_tokens.remove(i);
        }
    }

    // ---- indentation

    /// Opens a block collection when the column is deeper than the present one. `before` is the number of the token
    /// that its start goes in front of.
    fn roll_indent(&mut self, column: i32, before: Option<u32>, kind: TokenKind, at: u32) -> Reading<()> {
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > DEEPEST {
            return Self::too_deep(at);
        }
        match before {
            Some(number) => self.insert(number, kind, at),
            None => self.tokens.push_back(Token::bare(kind, at, at)),
        }
        Ok(())
    }

    fn too_deep<T>(at: u32) -> Reading<T> {
        Fault::new(at as usize, "found more than 10000 collections inside each other")
            .code("yaml-too-deep")
            .found("the 10001st")
            .hint("kustomize refuses this depth too; flatten the document")
            .fail()
    }

    /// Closes the block collections that are deeper than a column.
    fn unroll_indent(&mut self, column: i32, scan_start: u32) {
        if self.flow_level > 0 {
            return;
        }
        let mut at = match self.dialect {
            Dialect::V2 => self.pos as u32,
            Dialect::V3 => self.character_before(scan_start),
        };
        while self.indent > column {
            // yaml.v3 moves the end in front of comments that stand at the column of the collection.
            let mut stop = at;
            for comment in self.comments.iter().rev() {
                if comment.end < stop {
                    break;
                }
                if comment.start.column == self.indent + 1 {
                    at = comment.start.index;
                }
                stop = comment.scanned_from;
            }
            self.tokens.push_back(Token::bare(TokenKind::BlockEnd, at, at));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn character_before(&self, offset: u32) -> u32 {
        let mut before = (offset as usize).saturating_sub(1);
        while !self.text.is_char_boundary(before) {
            before -= 1;
        }
        before as u32
    }

    fn leave_blocks(&mut self) -> Reading<()> {
        self.unroll_indent(-1, self.pos as u32);
        self.forget_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Reading<()> {
        if self.column != 0 {
            self.column = 0;
            self.line += 1;
        }
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, self.pos);
        Ok(())
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
