//! Directives, anchors, aliases and tags.

use super::super::fault::{Fault, Reading};
use super::Scanner;
use super::reader::width;
use super::token::{Text, Token, TokenKind};

const TAG_HINT: &str = "a tag looks like !!str, !name or !<tag:example.com,2000:name>, followed by a space";

impl Scanner<'_> {
    fn skip_blanks(&mut self) -> Reading<()> {
        self.need(1)?;
        while self.is_blank(0) {
            self.skip();
            self.need(1)?;
        }
        Ok(())
    }

    fn skip_word(&mut self) -> Reading<()> {
        self.need(1)?;
        while self.is_word() {
            self.skip();
            self.need(1)?;
        }
        Ok(())
    }

    pub(super) fn scan_directive(&mut self) -> Reading<Token> {
        let start = self.pos;
        let wrong = |at: usize, message: &str| {
            Fault::new(at, message)
                .inside(start, "the directive")
                .hint("a line that begins with % is a directive, %YAML 1.1 or %TAG; quote it or indent it if it is text")
        };
        self.skip();
        let name_start = self.pos;
        self.skip_word()?;
        if self.pos == name_start || !self.is_space_or_end(0) {
            return wrong(self.pos, "found no proper name of a directive behind %").fail();
        }
        let name = self.text.get(name_start..self.pos).unwrap_or_default();
        let mut token = match name {
            "YAML" => {
                self.skip_blanks()?;
                let major = self.scan_version_number(start)?;
                if self.at(0) != b'.' {
                    return wrong(self.pos, "found no `.` in the version of a %YAML directive").fail();
                }
                self.skip();
                let minor = self.scan_version_number(start)?;
                Token::bare(TokenKind::VersionDirective { major, minor }, start as u32, self.pos as u32)
            }
            "TAG" => {
                self.skip_blanks()?;
                let handle = self.scan_tag_handle(true, start)?;
                self.need(1)?;
                if !self.is_blank(0) {
                    return wrong(self.pos, "found no space behind the handle of a %TAG directive").fail();
                }
                self.skip_blanks()?;
                let prefix = self.scan_tag_uri(None, start)?;
                self.need(1)?;
                if !self.is_space_or_end(0) {
                    return wrong(self.pos, "found more text behind the prefix of a %TAG directive").fail();
                }
                let mut token = Token::bare(TokenKind::TagDirective, start as u32, self.pos as u32);
                token.text = Text::Slice(handle.0 as u32, handle.1 as u32);
                token.suffix = prefix;
                token
            }
            _ => return wrong(name_start, "found an unknown directive").fail(),
        };
        token.end = self.pos as u32;
        self.skip_blanks()?;
        if self.at(0) == b'#' {
            while !self.is_break_or_end(0) {
                self.skip();
                self.need(1)?;
            }
        }
        if !self.is_break_or_end(0) {
            return wrong(self.pos, "found more text behind a directive").fail();
        }
        if self.is_break(0) {
            self.need(2)?;
            self.skip_break();
        }
        Ok(token)
    }

    fn scan_version_number(&mut self, start: usize) -> Reading<u8> {
        self.need(1)?;
        let (mut value, mut digits) = (0u8, 0);
        while self.at(0).is_ascii_digit() {
            digits += 1;
            if digits > 2 {
                break;
            }
            value = value * 10 + (self.at(0) - b'0');
            self.skip();
            self.need(1)?;
        }
        if digits == 0 || digits > 2 {
            return Fault::new(self.pos, "found no version number of one or two digits in a %YAML directive")
                .inside(start, "the directive")
                .hint("write %YAML 1.1, or leave the directive out")
                .fail();
        }
        Ok(value)
    }

    pub(super) fn scan_anchor(&mut self, kind: TokenKind) -> Reading<Token> {
        let start = self.pos;
        self.skip();
        let name_start = self.pos;
        self.skip_word()?;
        let ends = self.is_space_or_end(0)
            || matches!(self.at(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if self.pos == name_start || !ends {
            let (message, hint) = if kind == TokenKind::Anchor {
                ("found no name of an anchor behind &", "quote a value that begins with &")
            } else {
                ("found no name of an anchor behind *", "quote a value that begins with *")
            };
            return Fault::new(self.pos, message)
                .found("not a letter, digit, `_` or `-`")
                .inside(start, "here")
                .hint(hint)
                .fail();
        }
        let mut token = Token::bare(kind, start as u32, self.pos as u32);
        token.text = Text::Slice(name_start as u32, self.pos as u32);
        Ok(token)
    }

    pub(super) fn scan_tag(&mut self) -> Reading<Token> {
        let start = self.pos;
        self.need(2)?;
        let mut token = Token::bare(TokenKind::Tag, start as u32, 0);
        if self.at(1) == b'<' {
            self.skip();
            self.skip();
            token.suffix = self.scan_tag_uri(None, start)?;
            if self.at(0) != b'>' {
                return Fault::new(self.pos, "found no `>` at the end of a tag")
                    .inside(start, "the tag begins here")
                    .hint(TAG_HINT)
                    .fail();
            }
            self.skip();
        } else {
            let handle = self.scan_tag_handle(false, start)?;
            if handle.1 - handle.0 > 1 && self.bytes[handle.1 - 1] == b'!' {
                token.text = Text::Slice(handle.0 as u32, handle.1 as u32);
                token.suffix = self.scan_tag_uri(None, start)?;
            } else {
                token.suffix = self.scan_tag_uri(Some(handle), start)?;
                token.text = Text::Slice(start as u32, start as u32 + 1);
                if token.suffix.read(self.text).is_empty() {
                    std::mem::swap(&mut token.text, &mut token.suffix);
                }
            }
        }
        self.need(1)?;
        if !self.is_space_or_end(0) {
            return Fault::new(self.pos, "found no space or line break behind a tag")
                .inside(start, "the tag begins here")
                .hint(TAG_HINT)
                .fail();
        }
        token.end = self.pos as u32;
        Ok(token)
    }

    /// From its first `!` to behind its last character.
    fn scan_tag_handle(&mut self, directive: bool, start: usize) -> Reading<(usize, usize)> {
        self.need(1)?;
        let from = self.pos;
        if self.at(0) != b'!' {
            return Fault::new(self.pos, "found no `!` at the beginning of a tag's handle")
                .inside(start, "here")
                .hint(TAG_HINT)
                .fail();
        }
        self.skip();
        self.skip_word()?;
        if self.at(0) == b'!' {
            self.skip();
        } else if directive && self.pos != from + 1 {
            return Fault::new(self.pos, "found no `!` at the end of a tag's handle")
                .inside(start, "here")
                .hint(TAG_HINT)
                .fail();
        }
        Ok((from, self.pos))
    }

    /// The rest of a tag, put behind what was taken for a handle (but for its `!`).
    fn scan_tag_uri(&mut self, head: Option<(usize, usize)>, start: usize) -> Reading<Text> {
        let from = head.map_or(self.pos, |(from, _)| from + 1);
        let mut owned: Option<Vec<u8>> = None;
        self.need(1)?;
        let uri_start = self.pos;
        while self.is_word()
            || matches!(
                self.at(0),
                b';' | b'/'
                    | b'?'
                    | b':'
                    | b'@'
                    | b'&'
                    | b'='
                    | b'+'
                    | b'$'
                    | b','
                    | b'.'
                    | b'!'
                    | b'~'
                    | b'*'
                    | b'\''
                    | b'('
                    | b')'
                    | b'['
                    | b']'
                    | b'%'
            )
        {
            if self.at(0) == b'%' {
                let before = &self.bytes[from..self.pos];
                let bytes = owned.get_or_insert_with(|| before.to_vec());
                let mut bytes = std::mem::take(bytes);
                self.scan_uri_escape(start, &mut bytes)?;
                owned = Some(bytes);
            } else {
                if let Some(bytes) = &mut owned {
                    bytes.push(self.bytes[self.pos]);
                }
                self.skip();
            }
            self.need(1)?;
        }
        if head.is_none() && self.pos == uri_start {
            return Fault::new(self.pos, "found no name in a tag")
                .inside(start, "the tag begins here")
                .hint(TAG_HINT)
                .fail();
        }
        Ok(match owned {
            Some(bytes) => Text::Owned(String::from_utf8_lossy(&bytes).into()),
            None => Text::Slice(from as u32, self.pos as u32),
        })
    }

    fn scan_uri_escape(&mut self, start: usize, into: &mut Vec<u8>) -> Reading<()> {
        let mut left = None;
        while left != Some(0) {
            self.need(3)?;
            let digit = |n: usize| char::from(self.at(n)).to_digit(16);
            let octet = match (self.at(0), digit(1), digit(2)) {
                (b'%', Some(high), Some(low)) => (high * 16 + low) as u8,
                _ => {
                    return Fault::new(
                        self.pos,
                        "found no escaped byte (% and two hexadecimal digits) in a tag",
                    )
                    .inside(start, "the tag begins here")
                    .hint(TAG_HINT)
                    .fail();
                }
            };
            let wrong = match left {
                None => octet & 0xC0 == 0x80 || octet >= 0xF8,
                Some(_) => octet & 0xC0 != 0x80,
            };
            if wrong {
                return Fault::new(self.pos, "found escaped bytes in a tag that make no UTF-8 character")
                    .inside(start, "the tag begins here")
                    .hint(TAG_HINT)
                    .fail();
            }
            left = Some(left.unwrap_or_else(|| width(octet)) - 1);
            into.push(octet);
            for _ in 0..3 {
                self.skip();
            }
        }
        Ok(())
    }
}
