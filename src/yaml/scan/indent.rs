//! Keys whose `:` is still to come, and the block collections that indentation opens and closes.

use super::super::fault::{Fault, Reading};
use super::super::resolve::Dialect;
use super::token::{Mark, Token, TokenKind};
use super::{DEEPEST, Scanner, SimpleKey};
use rustc_hash::FxHashMap;

impl Scanner<'_> {
    pub(super) fn still_possible(&mut self, level: usize) -> Reading<bool> {
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

    pub(super) fn save_simple_key(&mut self) -> Reading<()> {
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

    pub(super) fn forget_simple_key(&mut self) -> Reading<()> {
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

    pub(super) fn unlist_key(&mut self, token: u32) {
        if let Ok(i) = self.key_tokens.binary_search_by_key(&token, |(token, _)| *token) {
            self.key_tokens.remove(i);
        }
    }

    // ---- indentation

    /// Opens a block collection when the column is deeper than the present one. `before` is the number of the token
    /// that its start goes in front of.
    pub(super) fn roll_indent(
        &mut self,
        column: i32,
        before: Option<u32>,
        kind: TokenKind,
        at: u32,
    ) -> Reading<()> {
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

    pub(super) fn too_deep<T>(at: u32) -> Reading<T> {
        Fault::new(at as usize, "found more than 10000 collections inside each other")
            .code("yaml-too-deep")
            .found("the 10001st")
            .hint("kustomize refuses this depth too; flatten the document")
            .fail()
    }

    /// Closes the block collections that are deeper than a column.
    pub(super) fn unroll_indent(&mut self, column: i32, scan_start: u32) {
        if self.flow_level > 0 {
            return;
        }
        let mut at = match self.dialect {
            Dialect::V2 => self.pos as u32,
            Dialect::V3 => self.character_before(scan_start),
        };
        let mut columns: Option<FxHashMap<i32, u32>> = None;
        while self.indent > column {
            // yaml.v3 moves the end in front of comments that stand at the column of the collection. The comments
            // that hang together are the same for all that end here.
            if !self.comments.is_empty() {
                let columns = columns.get_or_insert_with(|| self.columns_of_comments(at));
                if let Some(comment) = columns.get(&(self.indent + 1)) {
                    at = *comment;
                }
            }
            self.tokens.push_back(Token::bare(TokenKind::BlockEnd, at, at));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Where the first comment in each column begins, of those that reach up to here without anything in between.
    fn columns_of_comments(&self, at: u32) -> FxHashMap<i32, u32> {
        let mut columns = FxHashMap::default();
        let mut stop = at;
        for comment in self.comments.iter().rev() {
            if comment.end < stop {
                break;
            }
            columns.insert(comment.start.column, comment.start.index);
            stop = comment.scanned_from;
        }
        columns
    }

    fn character_before(&self, offset: u32) -> u32 {
        let mut before = (offset as usize).saturating_sub(1);
        while !self.text.is_char_boundary(before) {
            before -= 1;
        }
        before as u32
    }

    pub(super) fn leave_blocks(&mut self) -> Reading<()> {
        self.unroll_indent(-1, self.pos as u32);
        self.forget_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    pub(super) fn fetch_stream_end(&mut self) -> Reading<()> {
        if self.column != 0 {
            self.column = 0;
            self.line += 1;
        }
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, self.pos);
        Ok(())
    }
}
