//! Scalars on one line or several: plain, quoted, block. The unusual ones are left to the complete scanner, one by one.

use memchr::{memchr, memchr2, memchr3};

use super::super::node::{Range, Style};
use super::super::scan::{Text, block_scalar, quoted_scalar};
use super::Reader;

/// What a byte may do.
const IN_PLAIN: u8 = 1;
pub(super) const BEGINS_PLAIN: u8 = 2;

pub(super) static BYTES: [u8; 256] = {
    let mut table = [IN_PLAIN | BEGINS_PLAIN; 256];
    let mut i = 0;
    while i < 0x20 {
        table[i] = 0;
        i += 1;
    }
    table[0x7F] = 0;
    let ends = b":#";
    i = 0;
    while i < ends.len() {
        table[ends[i] as usize] = 0;
        i += 1;
    }
    let indicators = b" -?,[]{}&*!|>'\"%@`";
    i = 0;
    while i < indicators.len() {
        table[indicators[i] as usize] = IN_PLAIN;
        i += 1;
    }
    table
};

/// How a plain text on one line ends.
#[derive(Clone, Copy)]
pub(super) enum Stop {
    /// At `: ` (the place of the colon).
    Colon(usize),
    /// At ` #` (the place of the `#`).
    Comment(usize),
    /// At the end of the line (the place of the line break).
    LineEnd(usize),
}

impl Reader<'_> {
    /// Where the plain text that begins here ends on its line.
    #[inline]
    pub(super) fn plain_line(&self, at: usize) -> Option<Stop> {
        let first = self.at(at);
        if BYTES[usize::from(first)] & BEGINS_PLAIN == 0
            && (!matches!(first, b'-' | b':') || matches!(self.at(at + 1), b' ' | b'\n'))
        {
            return None;
        }
        self.plain_rest(at)
    }

    #[inline]
    fn plain_rest(&self, at: usize) -> Option<Stop> {
        let mut i = at;
        let near = (at + 24).min(self.end);
        loop {
            if i >= near && !self.tabs {
                i = memchr3(b':', b'#', b'\n', &self.bytes[i.min(self.end)..]).map_or(self.end, |n| i + n);
            }
            let byte = self.at(i);
            if BYTES[usize::from(byte)] & IN_PLAIN != 0 {
                i += 1;
                continue;
            }
            match byte {
                b'\n' => return Some(Stop::LineEnd(i)),
                b':' if matches!(self.at(i + 1), b' ' | b'\n') => return Some(Stop::Colon(i)),
                b'#' if i > at && self.bytes[i - 1] == b' ' => return Some(Stop::Comment(i)),
                b':' | b'#' => i += 1,
                _ => return None,
            }
        }
    }

    /// Where the text that ends here ends without its spaces.
    #[inline]
    fn trim(&self, at: usize, end: usize) -> usize {
        let mut end = end;
        while end > at && self.bytes[end - 1] == b' ' {
            end -= 1;
        }
        end
    }

    /// The text from here to there without spaces at its end; merge keys are not for this reader.
    #[inline]
    pub(super) fn plain_text(&self, at: usize, end: usize) -> Option<Range> {
        let end = self.trim(at, end);
        if &self.bytes[at..end] == b"<<" {
            return None;
        }
        Some(Range { start: at as u32, len: (end - at) as u32 })
    }

    /// Hangs a plain scalar up, with the lines that continue it.
    #[inline]
    pub(super) fn plain(&mut self, at: usize, stop: Stop) -> Option<()> {
        let parent = self.levels.last()?.column;
        let line_end = match stop {
            Stop::Colon(_) => return None,
            Stop::Comment(comment) => {
                let text = self.plain_text(at, comment)?;
                self.hang_scalar(text, Style::Plain, at);
                return self.comment(comment);
            }
            Stop::LineEnd(line_end) => line_end,
        };
        let text = self.plain_text(at, line_end)?;
        self.pos = (line_end + 1).min(self.end);
        let next = self.pos + self.spaces(self.pos);
        if next < self.end && (next - self.pos > parent || self.bytes[next] == b'\n') {
            return self.plain_lines(at, text, parent);
        }
        self.hang_scalar(text, Style::Plain, at);
        Some(())
    }

    fn plain_lines(&mut self, at: usize, first: Range, parent: usize) -> Option<()> {
        let mut folded: Option<usize> = None;
        loop {
            let mut breaks = 0;
            let mut next;
            loop {
                next = self.pos + self.spaces(self.pos);
                if next >= self.end || self.bytes[next] != b'\n' {
                    break;
                }
                breaks += 1;
                self.pos = next + 1;
            }
            if next >= self.end || next - self.pos <= parent || self.bytes[next] == b'#' {
                break;
            }
            let (end, comment) = match self.plain_rest(next)? {
                Stop::Colon(_) => return None,
                Stop::Comment(comment) => (comment, true),
                Stop::LineEnd(end) => (end, false),
            };
            if folded.is_none() {
                folded = Some(self.document.added_len());
                self.add(first.start as usize, (first.start + first.len) as usize);
            }
            self.add_fold(breaks);
            self.add(next, self.trim(next, end));
            if comment {
                self.comment(end)?;
                break;
            }
            self.pos = (end + 1).min(self.end);
        }
        let text = folded.map_or(first, |start| self.document.added_since(start));
        self.hang_scalar(text, Style::Plain, at);
        Some(())
    }

    fn add(&mut self, start: usize, end: usize) {
        if let Some(text) = self.text.get(start..end) {
            self.document.add_more(text);
        }
    }

    fn add_fold(&mut self, breaks: usize) {
        if breaks == 0 {
            self.document.add_more(" ");
        }
        for _ in 0..breaks {
            self.document.add_more("\n");
        }
    }

    // ---- quoted scalars

    /// Text, style and end of a quoted scalar.
    pub(super) fn quoted(&mut self, at: usize) -> Option<(Range, Style, usize)> {
        let start = at + 1;
        let (style, end) = if self.bytes[at] == b'"' {
            let end = start + memchr3(b'"', b'\\', b'\n', &self.bytes[start..])?;
            (Style::DoubleQuoted, (self.bytes[end] == b'"').then_some(end))
        } else {
            let end = start + memchr2(b'\'', b'\n', &self.bytes[start..])?;
            (Style::SingleQuoted, (self.bytes[end] == b'\'' && self.at(end + 1) != b'\'').then_some(end))
        };
        let Some(end) = end else { return self.quoted_lines(at, style) };
        if &self.bytes[start..end] == b"<<" {
            return None;
        }
        Some((Range { start: start as u32, len: (end - start) as u32 }, style, end + 1))
    }

    /// A quoted scalar with doubled quotes, escapes or several lines.
    fn quoted_lines(&mut self, at: usize, style: Style) -> Option<(Range, Style, usize)> {
        let begun = self.document.added_len();
        let mut from = at + 1;
        loop {
            let rest = &self.bytes[from..];
            let i = from
                + match style {
                    Style::DoubleQuoted => memchr3(b'"', b'\\', b'\n', rest)?,
                    _ => memchr2(b'\'', b'\n', rest)?,
                };
            match self.bytes[i] {
                b'\n' if self.tabs => return self.quoted_slowly(at, style),
                b'\n' => {
                    self.add(from, self.trim(from, i));
                    let breaks;
                    (from, breaks) = self.next_quoted_line(i + 1)?;
                    self.add_fold(breaks);
                }
                b'\\' => {
                    self.add(from, i);
                    // What stands in the source as it is meant, or is written most often.
                    let meant = match self.at(i + 1) {
                        b'n' => "\n",
                        b't' => "\t",
                        b'"' => "\"",
                        b'\\' => "\\",
                        b' ' => " ",
                        b'\n' if !self.tabs => {
                            let breaks;
                            (from, breaks) = self.next_quoted_line(i + 2)?;
                            for _ in 0..breaks {
                                self.document.add_more("\n");
                            }
                            continue;
                        }
                        _ => return self.quoted_slowly(at, style),
                    };
                    self.document.add_more(meant);
                    from = i + 2;
                }
                b'\'' if self.at(i + 1) == b'\'' => {
                    self.add(from, i + 1);
                    from = i + 2;
                }
                _ => {
                    self.add(from, i);
                    return Some((self.document.added_since(begun), style, i + 1));
                }
            }
        }
    }

    /// Where the next line of a quoted scalar begins that is not empty, and how many empty ones stand before it.
    fn next_quoted_line(&self, from: usize) -> Option<(usize, usize)> {
        let (mut line, mut breaks) = (from, 0);
        loop {
            let at = line + self.spaces(line);
            if at >= self.end {
                return None;
            }
            if self.bytes[at] != b'\n' {
                // A document marker at the beginning of a line is an error.
                return if at == line && self.marker(at) { None } else { Some((at, breaks)) };
            }
            breaks += 1;
            line = at + 1;
        }
    }

    fn quoted_slowly(&mut self, at: usize, style: Style) -> Option<(Range, Style, usize)> {
        let (text, end) = quoted_scalar(self.text, at..self.end, style == Style::SingleQuoted)?;
        Some((self.range(&text), style, end))
    }

    fn range(&mut self, text: &Text) -> Range {
        match text {
            Text::Slice(start, end) => Range { start: *start, len: end - start },
            Text::Owned(text) => self.document.add_text(text),
        }
    }

    // ---- block scalars

    /// A block scalar with anything unusual about it.
    pub(super) fn block(&mut self, at: usize) -> Option<()> {
        let parent = self.levels.last()?.column;
        let style = if self.bytes[at] == b'|' { Style::Literal } else { Style::Folded };
        let header = &self.bytes[at..self.line_end(at)];
        if memchr(b'#', header).is_some() {
            return None;
        }
        let (text, end) = block_scalar(self.text, at..self.end, parent)?;
        let text = self.range(&text);
        self.hang_scalar(text, style, at);
        self.pos = end;
        // The scanner has eaten of the next line's indentation.
        while self.pos > at && self.bytes[self.pos - 1] == b' ' {
            self.pos -= 1;
        }
        (self.pos >= self.end || self.bytes[self.pos - 1] == b'\n').then_some(())
    }

    pub(super) fn literal(&mut self, at: usize) -> Option<()> {
        let parent = self.levels.last()?.column;
        let chomping = self.at(at + 1);
        let header = if matches!(chomping, b'-' | b'+') { at + 2 } else { at + 1 };
        let first = header + self.spaces(header);
        if self.at(first) != b'\n' || first >= self.end {
            return self.block(at);
        }
        let mut line = first + 1;
        let mut breaks = 0;
        let indent = loop {
            let spaces = self.spaces(line);
            let next = line + spaces;
            if next >= self.end || self.bytes[next] == b'\t' {
                return self.block(at);
            }
            if self.bytes[next] != b'\n' {
                break spaces;
            }
            if spaces > 0 {
                return self.block(at);
            }
            breaks += 1;
            line = next + 1;
        };
        if indent <= parent {
            return self.block(at);
        }
        // The first line is added only when a second one follows.
        let begun = self.document.added_len();
        let first_line = line + indent;
        let mut single = breaks == 0;
        let mut owed = breaks;
        let mut last_end;
        loop {
            let content = line + indent;
            let end = self.line_end(content);
            if !(single && content == first_line) {
                if single {
                    single = false;
                    let first_end = self.line_end(first_line);
                    self.add(first_line, first_end);
                }
                for _ in 0..owed {
                    self.document.add_more("\n");
                }
                self.add(content, end);
            }
            last_end = end;
            owed = usize::from(end < self.end);
            line = (end + 1).min(self.end);
            let mut more = false;
            while line < self.end {
                let spaces = self.spaces(line).min(indent);
                match self.at(line + spaces) {
                    b'\n' if line + spaces < self.end => {
                        owed += 1;
                        line += spaces + 1;
                        continue;
                    }
                    b'\t' if spaces < indent => return None,
                    _ => more = spaces == indent && line + spaces < self.end,
                }
                break;
            }
            if !more {
                break;
            }
        }
        let kept = match chomping {
            b'-' => 0,
            b'+' => owed,
            _ => owed.min(1),
        };
        let text = if single && kept <= 1 {
            Range { start: first_line as u32, len: (last_end + kept - first_line) as u32 }
        } else {
            if single {
                self.add(first_line, last_end);
            }
            for _ in 0..kept {
                self.document.add_more("\n");
            }
            self.document.added_since(begun)
        };
        self.hang_scalar(text, Style::Literal, at);
        self.pos = line.min(self.end);
        Some(())
    }
}
