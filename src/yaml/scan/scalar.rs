//! Scalars: plain, quoted and block, with their folding.

use super::super::fault::{Fault, Reading};
use super::Scanner;
use super::token::{Cord, Token, TokenKind};
use crate::yaml::node::Style;

const BROKEN_INDENTATION: &str = "indent with spaces; YAML allows no tabs there";

impl<'t> Scanner<'t> {
    fn scalar_token(&self, start: usize, value: Cord<'t>, style: Style) -> Token {
        let mut token = Token::bare(TokenKind::Scalar(style), start as u32, self.pos as u32);
        token.text = value.finish(start);
        token
    }

    /// What folding makes of the line breaks between two lines of a plain or quoted scalar.
    fn fold(value: &mut Cord<'t>, first: &mut Cord<'t>, rest: &mut Cord<'t>) {
        if first.starts_with_newline() {
            first.clear();
            if rest.is_empty() {
                value.push_str(" ");
            }
        } else {
            value.take(first);
        }
        value.take(rest);
    }

    pub(super) fn scan_plain(&mut self) -> Reading<Token> {
        let indent = self.indent + 1;
        let start = self.pos;
        let mut value = Cord::new(self.text);
        let mut blanks = Cord::new(self.text);
        let mut first_break = Cord::new(self.text);
        let mut more_breaks = Cord::new(self.text);
        let mut on_new_line = false;
        loop {
            self.need(4)?;
            if self.at_document_indicator() || self.at(0) == b'#' {
                break;
            }
            while !self.is_space_or_end(0) {
                let byte = self.at(0);
                if byte == b':' && self.is_space_or_end(1)
                    || self.flow_level > 0 && matches!(byte, b',' | b'?' | b'[' | b']' | b'{' | b'}')
                {
                    break;
                }
                if on_new_line {
                    Self::fold(&mut value, &mut first_break, &mut more_breaks);
                    on_new_line = false;
                } else if !blanks.is_empty() {
                    value.take(&mut blanks);
                }
                self.read(&mut value);
                self.need(2)?;
            }
            if !self.is_blank(0) && !self.is_break(0) {
                break;
            }
            self.need(1)?;
            while self.is_blank(0) || self.is_break(0) {
                if self.is_blank(0) {
                    if !on_new_line {
                        self.read(&mut blanks);
                    } else if self.column < indent && self.at(0) == b'\t' {
                        return Fault::new(
                            self.pos,
                            "found a tab where a plain scalar's next line must be indented",
                        )
                        .found("tab")
                        .inside(start, "the scalar begins here")
                        .hint(BROKEN_INDENTATION)
                        .fail();
                    } else {
                        self.skip();
                    }
                } else {
                    self.need(2)?;
                    if on_new_line {
                        self.read_break(&mut more_breaks);
                    } else {
                        blanks.clear();
                        self.read_break(&mut first_break);
                        on_new_line = true;
                    }
                }
                self.need(1)?;
            }
            if self.flow_level == 0 && self.column < indent {
                break;
            }
        }
        if on_new_line {
            self.simple_key_allowed = true;
        }
        Ok(self.scalar_token(start, value, Style::Plain))
    }

    pub(super) fn scan_quoted(&mut self, single: bool) -> Reading<Token> {
        let quote = if single { b'\'' } else { b'"' };
        let start = self.pos;
        self.skip();
        let mut value = Cord::new(self.text);
        let mut blanks = Cord::new(self.text);
        let mut first_break = Cord::new(self.text);
        let mut more_breaks = Cord::new(self.text);
        loop {
            self.need(4)?;
            if self.at_document_indicator() {
                return Fault::new(self.pos, "found a document marker inside a quoted scalar")
                    .found("`---` or `...` at the beginning of a line")
                    .inside(start, "the quote that is still open")
                    .hint("close the quote, or indent the line")
                    .fail();
            }
            if self.at(0) == 0 {
                return Fault::new(self.pos, "found the end of the text inside a quoted scalar")
                    .inside(start, "the quote that is still open")
                    .hint("close the quote")
                    .fail();
            }
            let mut on_new_line = false;
            while !self.is_space_or_end(0) {
                if self.read_run(quote, !single, &mut value) {
                    self.need(2)?;
                    continue;
                }
                let byte = self.at(0);
                if single && byte == quote && self.at(1) == quote {
                    value.push_range(self.pos, self.pos + 1);
                    self.skip();
                    self.skip();
                } else if byte == quote {
                    break;
                } else if !single && byte == b'\\' && self.is_break(1) {
                    self.need(3)?;
                    self.skip();
                    self.skip_break();
                    on_new_line = true;
                    break;
                } else if !single && byte == b'\\' {
                    self.scan_escape(start, &mut value)?;
                } else {
                    self.read(&mut value);
                }
                self.need(2)?;
            }
            self.need(1)?;
            if self.at(0) == quote {
                break;
            }
            while self.is_blank(0) || self.is_break(0) {
                if self.is_blank(0) {
                    if on_new_line {
                        self.skip();
                    } else {
                        self.read(&mut blanks);
                    }
                } else {
                    self.need(2)?;
                    if on_new_line {
                        self.read_break(&mut more_breaks);
                    } else {
                        blanks.clear();
                        self.read_break(&mut first_break);
                        on_new_line = true;
                    }
                }
                self.need(1)?;
            }
            if on_new_line {
                Self::fold(&mut value, &mut first_break, &mut more_breaks);
            } else {
                value.take(&mut blanks);
            }
        }
        self.skip();
        Ok(self.scalar_token(start, value, if single { Style::SingleQuoted } else { Style::DoubleQuoted }))
    }

    fn scan_escape(&mut self, start: usize, value: &mut Cord<'t>) -> Reading<()> {
        let mut digits = 0;
        match self.at(1) {
            b'0' => value.push_str("\0"),
            b'a' => value.push_str("\u{7}"),
            b'b' => value.push_str("\u{8}"),
            b't' | b'\t' => value.push_str("\t"),
            b'n' => value.push_str("\n"),
            b'v' => value.push_str("\u{B}"),
            b'f' => value.push_str("\u{C}"),
            b'r' => value.push_str("\r"),
            b'e' => value.push_str("\u{1B}"),
            // These stand in the source as they are meant.
            b' ' | b'"' | b'\\' | b'\'' => value.push_range(self.pos + 1, self.pos + 2),
            b'N' => value.push_str("\u{85}"),
            b'_' => value.push_str("\u{A0}"),
            b'L' => value.push_str("\u{2028}"),
            b'P' => value.push_str("\u{2029}"),
            b'x' => digits = 2,
            b'u' => digits = 4,
            b'U' => digits = 8,
            _ => {
                return Fault::new(self.pos, "found an unknown escape in a double-quoted scalar")
                    .found("no escape of YAML")
                    .inside(start, "the scalar begins here")
                    .hint("write the backslash twice, or use single quotes, where it means itself")
                    .fail();
            }
        }
        let escape = self.pos;
        self.skip();
        self.skip();
        if digits == 0 {
            return Ok(());
        }
        self.need(digits)?;
        let mut code: u32 = 0;
        for k in 0..digits {
            let Some(digit) = char::from(self.at(k)).to_digit(16) else {
                return Fault::new(self.pos + k, "found no hexadecimal digit where an escape needs one")
                    .inside(escape, "the escape begins here")
                    .hint("\\x takes two digits, \\u four, \\U eight")
                    .fail();
            };
            code = (code << 4) | digit;
        }
        let Some(character) = char::from_u32(code) else {
            return Fault::new(escape, "found an escape for a character that does not exist")
                .found("not a Unicode character")
                .inside(start, "the scalar begins here")
                .hint("write the character itself, or \\U with its eight digits; half of a pair is no character")
                .fail();
        };
        value.push_str(character.encode_utf8(&mut [0; 4]));
        for _ in 0..digits {
            self.skip();
        }
        Ok(())
    }

    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Reading<Token> {
        let start = self.pos;
        self.skip();
        self.need(1)?;
        let (mut keep, mut strip, mut increment) = (false, false, 0);
        let mut chomping_seen = false;
        loop {
            match self.at(0) {
                b'+' | b'-' if !chomping_seen => {
                    keep = self.at(0) == b'+';
                    strip = !keep;
                    chomping_seen = true;
                }
                digit @ b'0'..=b'9' if increment == 0 => {
                    if digit == b'0' {
                        return Fault::new(self.pos, "found 0 as the indentation of a block scalar")
                            .inside(start, "the scalar begins here")
                            .hint("an indentation indicator is a digit from 1 to 9; mostly none is needed")
                            .fail();
                    }
                    increment = i32::from(digit - b'0');
                }
                _ => break,
            }
            self.skip();
            self.need(1)?;
        }
        while self.is_blank(0) {
            self.skip();
            self.need(1)?;
        }
        if self.at(0) == b'#' {
            self.scan_line_comment(start as u32)?;
            while !self.is_break_or_end(0) {
                self.skip();
                self.need(1)?;
            }
        }
        if !self.is_break_or_end(0) {
            return Fault::new(self.pos, "found text behind the indicator of a block scalar, on its line")
                .inside(start, "the indicator")
                .hint("begin the text of a block scalar on the next line, or quote the whole value")
                .fail();
        }
        if self.is_break(0) {
            self.need(2)?;
            self.skip_break();
        }
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let mut value = Cord::new(self.text);
        let mut first_break = Cord::new(self.text);
        let mut more_breaks = Cord::new(self.text);
        self.scan_block_breaks(&mut indent, &mut more_breaks, start)?;
        self.need(1)?;
        let mut after_indented = false;
        while self.column == indent && self.at(0) != 0 {
            let indented = self.is_blank(0);
            if !literal && !after_indented && !indented && first_break.starts_with_newline() {
                first_break.clear();
                if more_breaks.is_empty() {
                    value.push_str(" ");
                }
            } else {
                value.take(&mut first_break);
            }
            value.take(&mut more_breaks);
            after_indented = indented;
            while !self.is_break_or_end(0) {
                self.read(&mut value);
                self.need(1)?;
            }
            self.need(2)?;
            self.read_break(&mut first_break);
            self.scan_block_breaks(&mut indent, &mut more_breaks, start)?;
        }
        if !strip {
            value.take(&mut first_break);
        }
        if keep {
            value.take(&mut more_breaks);
        }
        Ok(self.scalar_token(start, value, if literal { Style::Literal } else { Style::Folded }))
    }

    /// Takes the empty lines and the indentation in front of a line of a block scalar; finds out its indentation
    /// from the first line that is not empty.
    fn scan_block_breaks(&mut self, indent: &mut i32, breaks: &mut Cord<'t>, start: usize) -> Reading<()> {
        let mut deepest = 0;
        loop {
            self.need(1)?;
            while (*indent == 0 || self.column < *indent) && self.at(0) == b' ' {
                self.skip();
                self.need(1)?;
            }
            deepest = deepest.max(self.column);
            if (*indent == 0 || self.column < *indent) && self.at(0) == b'\t' {
                return Fault::new(self.pos, "found a tab where a block scalar must be indented")
                    .found("tab")
                    .inside(start, "the scalar begins here")
                    .hint(BROKEN_INDENTATION)
                    .fail();
            }
            if !self.is_break(0) {
                break;
            }
            self.need(2)?;
            self.read_break(breaks);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
