//! Faults as text for people: a sentence, the lines they are about, what to do. As JSON: `findings.rs`.

use std::borrow::Cow;

use super::{Diagnostic, Severity};
use crate::source::{Place, Sources};

/// Lines longer than this are shown in part.
const WIDEST: usize = 120;

/// How the text is dressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dress {
    /// Plain text: for files, pipes, and whoever set `NO_COLOR`.
    Plain,
    /// With colours, for terminals.
    Colour,
}

impl Dress {
    /// Writes something, in colour where there are colours.
    fn wrap(self, out: &mut String, code: &str, write: impl FnOnce(&mut String)) {
        if self == Dress::Plain {
            write(out);
            return;
        }
        out.push_str("\x1b[");
        out.push_str(code);
        out.push('m');
        write(out);
        out.push_str("\x1b[0m");
    }
}

const BOLD: &str = "1";
const BLUE: &str = "1;34";
const CYAN: &str = "36";

fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
        Severity::Note => ("note", "1;32"),
    }
}

/// What there is to draw of a fault, borrowed from whoever has it.
#[derive(Clone, Copy, Debug)]
pub struct Sketch<'a> {
    /// A stable name for the kind of fault.
    pub code: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: &'a str,
    /// Places with what there is to say about them; the first is the main one.
    pub labels: &'a [(Place, &'a str)],
    /// Which calls led here, innermost first.
    pub trace: &'a [&'a str],
    /// Things to do.
    pub hints: &'a [&'a str],
}

/// One fault, with a line end behind it:
///
/// ```text
/// error[unknown-field]: unknown field `resorces`
///   ┌─ overlays/production/kustomization.yaml:3:1
/// 3 │ resorces:
///   │ ^^^^^^^^ a kustomization has no such field
///   = hint: did you mean `resources`?
/// ```
pub fn draw(diagnostic: &Diagnostic, sources: &Sources, dress: Dress) -> String {
    let mut out = String::new();
    let labels: Vec<(Place, &str)> =
        diagnostic.labels.iter().map(|label| (label.place, label.text.as_str())).collect();
    let trace: Vec<&str> = diagnostic.trace.iter().map(String::as_str).collect();
    let hints: Vec<&str> = diagnostic.hints.iter().map(String::as_str).collect();
    let sketch = Sketch {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        labels: &labels,
        trace: &trace,
        hints: &hints,
    };
    draw_into(&mut out, &sketch, sources, dress);
    out
}

/// One fault behind others. Thousands are drawn: pieces are pushed, not formatted.
pub fn draw_into(out: &mut String, sketch: &Sketch<'_>, sources: &Sources, dress: Dress) {
    let (word, colour) = severity(sketch.severity);
    dress.wrap(out, colour, |out| {
        out.push_str(word);
        out.push('[');
        out.push_str(sketch.code);
        out.push(']');
    });
    dress.wrap(out, BOLD, |out| {
        out.push_str(": ");
        push_visible(out, sketch.message);
    });
    out.push('\n');
    let snippets: Vec<Snippet<'_>> = sketch
        .labels
        .iter()
        .filter(|(place, _)| sources.holds(*place))
        .map(|(place, label)| Snippet::new(*place, label, sources))
        .collect();
    let width = snippets.iter().map(|snippet| digits(snippet.line)).max().unwrap_or(1);
    for (index, snippet) in snippets.iter().enumerate() {
        let mark = if index == 0 { (CARETS, colour) } else { (DASHES, BLUE) };
        snippet.draw(out, width, mark, dress);
    }
    let lead = |out: &mut String| {
        spaces(out, width + 1);
        dress.wrap(out, BLUE, |out| out.push('='));
        out.push(' ');
    };
    for doing in sketch.trace {
        lead(out);
        push_visible(out, doing);
        out.push('\n');
    }
    for hint in sketch.hints {
        lead(out);
        dress.wrap(out, CYAN, |out| out.push_str("hint:"));
        out.push(' ');
        push_visible(out, hint);
        out.push('\n');
    }
}

/// Writes a character of ASCII again and again.
fn repeat(out: &mut String, run: &'static str, mut count: usize) {
    while count > 0 {
        let some = count.min(run.len());
        out.push_str(&run[..some]);
        count -= some;
    }
}

const SPACES: &str = "                                ";
const CARETS: &str = "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^";
const DASHES: &str = "--------------------------------";

fn spaces(out: &mut String, count: usize) {
    repeat(out, SPACES, count);
}

/// Writes a text as it may be shown.
fn push_visible(out: &mut String, text: &str) {
    if is_plain(text, true) {
        out.push_str(text);
    } else {
        out.extend(text.chars().map(|c| if c == '\n' { '\n' } else { plain(c) }));
    }
}

/// How many digits a number has.
fn digits(mut number: usize) -> usize {
    let mut count = 1;
    while number >= 10 {
        number /= 10;
        count += 1;
    }
    count
}

fn push_number(out: &mut String, number: usize) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// A line of a text and what there is to say about a part of it.
struct Snippet<'t> {
    name: &'t str,
    holder: Option<String>,
    line: usize,
    column: usize,
    text: Cow<'t, str>,
    /// Characters before the part that is marked, and of it.
    before: usize,
    marked: usize,
    label: &'t str,
}

impl<'t> Snippet<'t> {
    fn new(place: Place, label: &'t str, sources: &'t Sources) -> Snippet<'t> {
        let place = sources.outer(place);
        let source = sources.get(place.source);
        let (line, column, text) = sources.line(place);
        let snippet = Snippet {
            name: &source.name,
            holder: source.inside.filter(|place| sources.holds(*place)).map(|place| sources.display(place)),
            line,
            column,
            text: Cow::Borrowed(text),
            before: 0,
            marked: 1,
            label,
        };
        if text.len() <= WIDEST && is_plain(text, false) {
            let before = (column - 1).min(text.len());
            return Snippet { before, marked: marked(&text[..before], &text[before..]).max(1), ..snippet };
        }
        let before = (column - 1).min(text.chars().count());
        let at = text.char_indices().nth(before).map_or(text.len(), |(at, _)| at);
        let marked = marked(&text[..at], &text[at..]).max(1);
        // The window of a long line begins a little before the part that is marked.
        let skip = if before > WIDEST * 2 / 3 { before - WIDEST / 3 } else { 0 };
        let mut shown: String = text.chars().skip(skip).take(WIDEST).map(plain).collect();
        let mut shift = 0;
        if skip > 0 {
            shown.insert(0, '…');
            shift = 1;
        }
        if text.chars().nth(skip + WIDEST).is_some() {
            shown.push('…');
        }
        Snippet {
            text: Cow::Owned(shown),
            before: before - skip + shift,
            marked: marked.min(WIDEST),
            ..snippet
        }
    }

    fn draw(&self, out: &mut String, width: usize, (mark, colour): (&'static str, &str), dress: Dress) {
        spaces(out, width + 1);
        dress.wrap(out, BLUE, |out| out.push_str("┌─"));
        out.push(' ');
        push_visible(out, self.name);
        out.push(':');
        push_number(out, self.line);
        out.push(':');
        push_number(out, self.column);
        if let Some(holder) = &self.holder {
            out.push_str(" (inside ");
            push_visible(out, holder);
            out.push(')');
        }
        out.push('\n');
        dress.wrap(out, BLUE, |out| {
            spaces(out, width - digits(self.line));
            push_number(out, self.line);
        });
        out.push(' ');
        dress.wrap(out, BLUE, |out| out.push('│'));
        let shown = self.text.trim_end();
        if !shown.is_empty() {
            out.push(' ');
            out.push_str(shown);
        }
        out.push('\n');
        spaces(out, width + 1);
        dress.wrap(out, BLUE, |out| out.push('│'));
        spaces(out, self.before + 1);
        dress.wrap(out, colour, |out| {
            repeat(out, mark, self.marked);
            if !self.label.is_empty() {
                out.push(' ');
                push_visible(out, self.label);
            }
        });
        out.push('\n');
    }
}

/// How many characters of a line belong to what begins here: a quoted text, a key, a plain value.
fn marked(before: &str, rest: &str) -> usize {
    let count = |text: &str| text.trim_end().chars().count();
    let Some(first) = rest.chars().next() else { return 1 };
    if matches!(first, '"' | '\'') {
        return match rest[1..].find(first) {
            Some(end) => count(&rest[..end + 2]),
            None => count(rest),
        };
    }
    let flow = before.contains(['[', '{']);
    let mut end = rest.len();
    for (at, c) in rest.char_indices().skip(1) {
        let next = rest[at + c.len_utf8()..].chars().next();
        let stop = match c {
            ':' => next.is_none_or(char::is_whitespace),
            ' ' | '\t' => next == Some('#'),
            ',' | ']' | '}' => flow,
            _ => false,
        };
        if stop {
            end = at;
            break;
        }
    }
    count(&rest[..end])
}

/// Nothing from a file may steer the terminal, and every character takes one column.
fn plain(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control()
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}') =>
        {
            '\u{FFFD}'
        }
        c => c,
    }
}

/// Whether a text is printable ASCII, and so shown as it is.
fn is_plain(text: &str, lines: bool) -> bool {
    let odd = |b: &u8| !((b' '..=b'~').contains(b) || lines && *b == b'\n');
    // No early end, so that many bytes are looked at in one go.
    !text.as_bytes().iter().fold(false, |found, b| found | odd(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, Source};

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add(Source { name: "dir/kustomization.yaml".into(), text: text.into(), inside: None });
        sources
    }

    fn place(offset: u32) -> Place {
        Place { source: crate::source::SourceId(0), offset }
    }

    #[test]
    fn draws_as_the_house_says() {
        let sources = sources("kind: Component\n\nresorces:\n- a.yaml # first\n");
        let diagnostic = Diagnostic::error("unknown-field", "unknown field `resorces`")
            .at(place(17), "a kustomization has no such field")
            .at(place(29), "")
            .while_doing("while reading `dir`")
            .hint("did you mean `resources`?");
        let expected = "\
error[unknown-field]: unknown field `resorces`
  ┌─ dir/kustomization.yaml:3:1
3 │ resorces:
  │ ^^^^^^^^ a kustomization has no such field
  ┌─ dir/kustomization.yaml:4:3
4 │ - a.yaml # first
  │   ------
  = while reading `dir`
  = hint: did you mean `resources`?
";
        assert_eq!(draw(&diagnostic, &sources, Dress::Plain), expected);
        assert!(
            draw(&diagnostic, &sources, Dress::Colour).starts_with("\x1b[1;31merror[unknown-field]\x1b[0m")
        );
    }

    #[test]
    fn keeps_long_lines_and_strange_characters_at_bay() {
        let text = format!("a\u{1b}[2J: {}x: y", "long ".repeat(100));
        let sources = sources(&text);
        let drawn = draw(&Diagnostic::warning("w", "m").at(place(506), "here"), &sources, Dress::Plain);
        assert!(!drawn.contains('\u{1b}'), "{drawn}");
        assert!(drawn.lines().all(|line| line.chars().count() < 140), "{drawn}");
        let end = draw(&Diagnostic::error("e", "m").at(place(9999), "end"), &sources, Dress::Plain);
        assert!(end.contains("end"), "{end}");
    }
}
