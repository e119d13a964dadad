//! How yaml.v3 spells a scalar: which style its text allows where it stands, and the characters of each style. Lines
//! are never folded.

use super::super::emit_analysis::{Analysis, is_break, is_printable};
use super::super::emit_reread::fold;
use super::super::emit_text::escape;
use super::printer::Printer;
use crate::yaml::Style;

/// Where a scalar stands.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) flow: bool,
    pub(super) simple_key: bool,
}

/// The style that is used when this one is asked for.
pub(super) fn choose(asked: Style, text: &str, allowed: Analysis, spot: Spot) -> Style {
    let mut style = asked;
    if spot.simple_key && allowed.multiline {
        style = Style::DoubleQuoted;
    }
    if style == Style::Plain {
        let plain = if spot.flow { allowed.plain_in_flow } else { allowed.plain_in_block };
        if !plain || (text.is_empty() && (spot.flow || spot.simple_key)) {
            style = Style::SingleQuoted;
        }
    }
    if style == Style::SingleQuoted && !allowed.single_quoted {
        style = Style::DoubleQuoted;
    }
    if matches!(style, Style::Literal | Style::Folded) && (!allowed.block || spot.flow || spot.simple_key) {
        style = Style::DoubleQuoted;
    }
    style
}

impl Printer<'_> {
    pub(super) fn scalar_text(&mut self, text: &str, style: Style) {
        match style {
            Style::SingleQuoted => self.single_quoted(text),
            Style::DoubleQuoted => self.double_quoted(text),
            Style::Literal => {
                self.indicator("|", true, false, false);
                self.block_lines(text, text);
            }
            Style::Folded => {
                self.indicator(">", true, false, false);
                self.block_lines(text, &fold(text));
            }
            Style::Plain | Style::Flow => {
                if !text.is_empty() {
                    self.space();
                    for c in text.chars() {
                        self.put(c);
                    }
                    self.whitespace = false;
                }
                self.indention = false;
            }
        }
    }

    fn single_quoted(&mut self, text: &str) {
        self.indicator("'", true, false, false);
        let mut after_break = false;
        for c in text.chars() {
            if c == ' ' {
                self.put(c);
            } else if is_break(c) {
                if !after_break && c == '\n' {
                    self.line_break('\n');
                }
                self.line_break(c);
                after_break = true;
            } else {
                if after_break {
                    self.start_line();
                }
                if c == '\'' {
                    self.put(c);
                }
                self.put(c);
                self.indention = false;
                after_break = false;
            }
        }
        self.indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn double_quoted(&mut self, text: &str) {
        self.indicator("\"", true, false, false);
        // By a slip, a text that begins with a byte order mark is escaped throughout.
        let escape_all = text.starts_with('\u{feff}');
        for c in text.chars() {
            if escape_all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                let start = self.out.len();
                escape(c, self.out);
                self.column += self.out.len() - start;
            } else {
                self.put(c);
            }
        }
        self.indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes the hints, the line comment and the lines of a block scalar.
    fn block_lines(&mut self, text: &str, lines: &str) {
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", false, false, false);
        }
        let mut ends = text.chars().rev();
        match (ends.next(), ends.next()) {
            (Some(last), before) if is_break(last) => {
                if before.is_none_or(is_break) {
                    self.indicator("+", false, false, false);
                }
            }
            _ => self.indicator("-", false, false, false),
        }
        if !self.line_comment() {
            self.line_break('\n');
        }
        self.whitespace = true;
        let mut after_break = true;
        for c in lines.chars() {
            if is_break(c) {
                self.line_break(c);
                after_break = true;
            } else {
                if after_break {
                    self.start_line();
                }
                self.put(c);
                self.indention = false;
                after_break = false;
            }
        }
    }
}
