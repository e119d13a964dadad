//! Comments, attached as yaml.v3 attaches them: by its look-ahead of two tokens, its measures of empty lines and
//! columns, and its limit of 512 bytes. Where its rules look odd, they are kept.

use super::super::fault::Reading;
use super::Scanner;
use super::token::{Mark, TokenKind};

const REACH: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::yaml) enum Position {
    Head,
    Line,
    Foot,
}

/// A comment (with `#`, lines joined by line breaks) that waits for the token it belongs to.
#[derive(Clone, Debug)]
pub(in crate::yaml) struct Comment {
    pub(in crate::yaml) position: Position,
    pub(in crate::yaml) text: String,
    /// The offset at which a token must stand to be the one.
    pub(in crate::yaml) token: u32,
    /// Where the search for it began, where it begins itself, and where it was seen to end.
    pub(super) scanned_from: u32,
    pub(super) start: Mark,
    pub(super) end: u32,
}

impl Scanner<'_> {
    /// Takes `# …` up to the end of its line, which begins this many bytes ahead.
    fn take_comment_line(&mut self, ahead: usize, text: &mut String) -> Reading<Mark> {
        let target = self.pos + ahead;
        loop {
            self.need(1)?;
            if self.pos >= target {
                break;
            }
            if self.is_break_or_end(0) {
                self.need(2)?;
                self.skip_break();
            } else {
                self.skip();
            }
        }
        let start = self.mark();
        let from = self.pos;
        while !self.is_break_or_end(0) {
            self.skip();
            self.need(1)?;
        }
        text.push_str(self.text.get(from..self.pos).unwrap_or_default());
        Ok(start)
    }

    /// A comment behind a token, on its line.
    pub(super) fn scan_line_comment(&mut self, token: u32) -> Reading<()> {
        if self.newlines > 0 || !self.attaches_comments() {
            return Ok(());
        }
        for ahead in 0..REACH {
            self.need(ahead + 1)?;
            if self.is_blank(ahead) {
                continue;
            }
            if self.at(ahead) == b'#' {
                let mut text = String::new();
                let start = self.take_comment_line(ahead, &mut text)?;
                self.comments.push_back(Comment {
                    position: Position::Line,
                    text,
                    token,
                    scanned_from: 0,
                    start,
                    end: 0,
                });
            }
            break;
        }
        Ok(())
    }

    /// yaml.v3: a comment behind the `-` that opens a sequence is the head of what follows.
    pub(super) fn lift_line_comment_of_entry(&mut self) {
        if !self.attaches_comments() || self.tokens.len() < 2 {
            return;
        }
        let kinds = (self.tokens[self.tokens.len() - 2].kind, self.tokens[self.tokens.len() - 1].kind);
        if kinds != (TokenKind::BlockSequenceStart, TokenKind::BlockEntry) || self.is_break(0) {
            return;
        }
        let (line, here) = (self.line, self.pos as u32);
        if let Some(comment) = self.comments.back_mut()
            && comment.position == Position::Line
        {
            comment.position = Position::Head;
            if comment.start.line + 1 == line {
                comment.token = here;
            }
        }
    }

    fn push_comment(
        &mut self,
        position: Position,
        text: &mut String,
        scanned_from: u32,
        token: u32,
        start: Mark,
        end: u32,
    ) {
        let text = std::mem::take(text);
        self.comments.push_back(Comment { position, text, token, scanned_from, start, end });
    }

    /// Comments on lines of their own, up to the next token.
    pub(super) fn scan_comments(&mut self, scan_start: u32) -> Reading<()> {
        let last = match self.tokens.back() {
            Some(token) if token.kind == TokenKind::FlowEntry && self.tokens.len() > 1 => {
                &self.tokens[self.tokens.len() - 2]
            }
            Some(token) => token,
            None => return Ok(()),
        };
        let after_value = last.kind == TokenKind::Value;
        let mut token = last.start;
        let mut scanned_from = scan_start;
        let next_indent = self.indent.max(0);
        let mut recent_empty = false;
        let mut first_empty = self.newlines <= 1;
        let mut line = self.line;
        let mut column = self.column;
        let mut text = String::new();
        // Column counts from 1 here.
        let mut start = Mark::default();
        let mut foot_line = -1;
        if self.scan_line > 0 {
            foot_line = self.line - self.newlines + 1;
            if self.newlines == 0 && self.column > 1 {
                foot_line += 1;
            }
        }
        let mut ahead = 0;
        while ahead < REACH {
            self.need(ahead + 1)?;
            column += 1;
            if self.is_blank(ahead) {
                ahead += 1;
                continue;
            }
            let byte = self.at(ahead);
            let here = (self.pos + ahead) as u32;
            let closes_flow = self.flow_level > 0 && matches!(byte, b']' | b'}');
            let dedented = start.column - 1 < next_indent;
            if closes_flow || self.is_break_or_end(ahead) {
                if closes_flow || !recent_empty {
                    if closes_flow || first_empty && (start.line == foot_line && !after_value || dedented) {
                        if !text.is_empty() {
                            if dedented {
                                token = start.index;
                            }
                            self.push_comment(Position::Foot, &mut text, scanned_from, token, start, here);
                            scanned_from = here;
                            token = here;
                        }
                    } else if !text.is_empty() && byte != 0 {
                        text.push('\n');
                    }
                }
                if !self.is_break(ahead) {
                    break;
                }
                first_empty = false;
                recent_empty = true;
                column = 0;
                line += 1;
                ahead += 1;
                continue;
            }
            if !text.is_empty() && column - 1 < next_indent && column != start.column {
                self.push_comment(Position::Foot, &mut text, scanned_from, token, start, here);
                scanned_from = here;
                token = here;
            }
            if byte != b'#' {
                break;
            }
            if text.is_empty() {
                start = Mark { index: here, line, column };
            } else {
                text.push('\n');
            }
            recent_empty = false;
            self.take_comment_line(ahead, &mut text)?;
            // yaml.v3 goes on behind the line break it stands on.
            ahead = 1;
            column = 0;
            line = self.line;
        }
        if !text.is_empty() {
            let end = (self.pos + ahead).saturating_sub(1) as u32;
            self.push_comment(Position::Head, &mut text, scanned_from, start.index, start, end);
        }
        Ok(())
    }
}
