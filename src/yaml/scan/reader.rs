//! The characters below the tokens. go-yaml reads ahead in windows of 512 bytes and refuses a control character as
//! soon as its window is loaded; what it never loads (behind the end of the only document it wants) it never
//! refuses. The same windows are kept here, so that both refuse the same texts.

use super::super::fault::{Fault, Reading};
use super::token::Cord;
use super::{Mark, Scanner};

const WINDOW: usize = 512;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How many bytes the character that begins with this one takes.
pub(super) fn width(byte: u8) -> usize {
    match byte {
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// The first character of a text that YAML does not allow.
pub(in crate::yaml) fn control_character(bytes: &[u8]) -> Option<usize> {
    bytes.iter().enumerate().find_map(|(i, byte)| {
        let next = |n: usize| bytes.get(i + n).copied().unwrap_or(0);
        let refused = match *byte {
            b'\t' | b'\n' | b'\r' | 0x20..=0x7E => false,
            0..=0x1F | 0x7F => true,
            0xC2 => next(1) < 0xA0 && next(1) != 0x85,
            0xEF => next(1) == 0xBF && next(2) >= 0xBE,
            _ => false,
        };
        refused.then_some(i)
    })
}

impl<'t> Scanner<'t> {
    /// The byte this far ahead; 0 behind the end of the text.
    #[inline]
    pub(super) fn at(&self, ahead: usize) -> u8 {
        let i = self.pos + ahead;
        if i < self.end { self.bytes[i] } else { 0 }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { index: self.pos as u32, line: self.line, column: self.column }
    }

    #[inline]
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\t')
    }

    #[inline]
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        match self.at(ahead) {
            b'\n' | b'\r' => true,
            0xC2 => self.at(ahead + 1) == 0x85,
            0xE2 => self.at(ahead + 1) == 0x80 && matches!(self.at(ahead + 2), 0xA8 | 0xA9),
            _ => false,
        }
    }

    #[inline]
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.at(ahead) == 0 || self.is_break(ahead)
    }

    #[inline]
    pub(super) fn is_space_or_end(&self, ahead: usize) -> bool {
        match self.at(ahead) {
            b' ' | b'\t' | b'\n' | b'\r' | 0 => true,
            0xC2 | 0xE2 => self.is_break(ahead),
            _ => false,
        }
    }

    /// Whether a word character of go-yaml's (letters, digits, `_`, `-`) stands here.
    pub(super) fn is_word(&self) -> bool {
        matches!(self.at(0), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-')
    }

    /// Makes sure that this many characters are loaded and fit to be read.
    #[inline]
    pub(super) fn need(&mut self, characters: usize) -> Reading<()> {
        if self.pos + 4 * characters <= self.loaded { Ok(()) } else { self.load(characters) }
    }

    #[cold]
    fn load(&mut self, characters: usize) -> Reading<()> {
        loop {
            let from = self.pos.min(self.loaded);
            let unread =
                self.bytes[from..self.loaded].iter().filter(|b| **b & 0xC0 != 0x80).take(characters).count();
            if unread >= characters {
                return Ok(());
            }
            self.window_is_bom = self.bytes[self.pos..self.end].starts_with(BYTE_ORDER_MARK);
            if self.loaded >= self.end {
                return Ok(());
            }
            let mut to = (self.loaded + WINDOW).min(self.end);
            while !self.text.is_char_boundary(to) {
                to -= 1;
            }
            if let Some(i) = control_character(&self.bytes[self.loaded..to]) {
                return Fault::new(self.loaded + i, "control characters are not allowed in YAML")
                    .code("yaml-control-character")
                    .found("this character")
                    .hint("write it as an escape in double quotes, such as \"\\u0007\"")
                    .fail();
            }
            self.loaded = to;
        }
    }

    /// Skips the byte order mark in front of the text.
    pub(super) fn skip_byte_order_mark(&mut self) {
        if self.bytes[self.pos..self.end].starts_with(BYTE_ORDER_MARK) {
            self.pos += BYTE_ORDER_MARK.len();
        }
    }

    /// Passes over one character, which is no line break.
    #[inline]
    pub(super) fn skip(&mut self) {
        let byte = self.at(0);
        if byte != b' ' && byte != b'\t' {
            self.newlines = 0;
        }
        self.column += 1;
        self.pos = (self.pos + width(byte)).min(self.end);
    }

    fn passed_break(&mut self, bytes: usize) {
        self.pos += bytes;
        self.column = 0;
        self.line += 1;
        self.newlines += 1;
    }

    fn break_width(&self) -> usize {
        match self.at(0) {
            b'\r' if self.at(1) == b'\n' => 2,
            b'\r' | b'\n' => 1,
            0xC2 => 2,
            _ => 3,
        }
    }

    /// Passes over a line break, if one stands here.
    pub(super) fn skip_break(&mut self) {
        if self.is_break(0) {
            self.passed_break(self.break_width());
        }
    }

    /// Reads printable ASCII up to a quote or (when there are escapes) a backslash, and not the blanks in front of what
    /// ends it; as far as it has been loaded with room to spare: character by character, nothing would be loaded either.
    /// Whether there was any. A blank may not stand here.
    pub(super) fn read_run(&mut self, quote: u8, escapes: bool, into: &mut Cord<'t>) -> bool {
        let limit = self.end.min(self.loaded.saturating_sub(16));
        let Some(ahead) = self.bytes.get(self.pos..limit) else { return false };
        let ends = |byte: &u8| !(b' '..=b'~').contains(byte) || *byte == quote || (escapes && *byte == b'\\');
        let run = ahead.iter().position(ends).unwrap_or(ahead.len());
        let blanks = ahead[..run].iter().rev().take_while(|byte| **byte == b' ').count();
        let run = run - blanks;
        if run == 0 {
            return false;
        }
        self.newlines = 0;
        self.column += run as i32;
        into.push_range(self.pos, self.pos + run);
        self.pos += run;
        true
    }

    /// Takes one character.
    #[inline]
    pub(super) fn read(&mut self, into: &mut Cord<'t>) {
        let start = self.pos;
        self.skip();
        into.push_range(start, self.pos);
    }

    /// Takes a line break, if one stands here; all but U+2028 and U+2029 become `\n`.
    pub(super) fn read_break(&mut self, into: &mut Cord<'t>) {
        if !self.is_break(0) {
            return;
        }
        let width = self.break_width();
        if self.at(0) == b'\n' || width == 3 {
            into.push_range(self.pos, self.pos + width);
        } else {
            into.push_str("\n");
        }
        self.passed_break(width);
    }
}
