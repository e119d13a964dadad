//! Faults as text for people: a sentence, the lines they are about, what to do. As JSON: `findings.rs`.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::{Diagnostic, Label, Severity};
use crate::source::Sources;

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
    fn wrap<'t>(self, code: &str, text: &'t str) -> Cow<'t, str> {
        match self {
            Dress::Plain => Cow::Borrowed(text),
            Dress::Colour => Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m")),
        }
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
    draw_into(&mut out, diagnostic, sources, dress);
    out
}

/// One fault behind others.
pub fn draw_into(out: &mut String, diagnostic: &Diagnostic, sources: &Sources, dress: Dress) {
    let (word, colour) = severity(diagnostic.severity);
    let head = format!("{word}[{}]", diagnostic.code);
    let message = format!(": {}", visible(&diagnostic.message));
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}{}", dress.wrap(colour, &head), dress.wrap(BOLD, &message));
    let snippets: Vec<Snippet<'_>> = diagnostic
        .labels
        .iter()
        .filter(|label| sources.holds(label.place))
        .map(|label| Snippet::new(label, sources))
        .collect();
    let width = snippets.iter().map(|snippet| snippet.line.to_string().len()).max().unwrap_or(1);
    for (index, snippet) in snippets.iter().enumerate() {
        let mark = if index == 0 { ('^', colour) } else { ('-', BLUE) };
        snippet.draw(out, width, mark, dress);
    }
    let lead = " ".repeat(width + 1);
    let equals = dress.wrap(BLUE, "=");
    for doing in &diagnostic.trace {
        let _ = writeln!(out, "{lead}{equals} {}", visible(doing));
    }
    for hint in &diagnostic.hints {
        let _ = writeln!(out, "{lead}{equals} {} {}", dress.wrap(CYAN, "hint:"), visible(hint));
    }
}

/// A line of a text and what there is to say about a part of it.
struct Snippet<'t> {
    place: String,
    holder: Option<String>,
    line: usize,
    text: Cow<'t, str>,
    /// Characters before the part that is marked, and of it.
    before: usize,
    marked: usize,
    label: &'t str,
}

impl<'t> Snippet<'t> {
    fn new(label: &'t Label, sources: &'t Sources) -> Snippet<'t> {
        let place = sources.outer(label.place);
        let source = sources.get(place.source);
        let (line, column) = sources.position(place);
        let text = sources.line(place);
        if text.len() <= WIDEST && is_plain(text, false) {
            let before = (column - 1).min(text.len());
            return Snippet {
                place: format!("{}:{line}:{column}", visible(&source.name)),
                holder: source
                    .inside
                    .filter(|place| sources.holds(*place))
                    .map(|place| sources.display(place)),
                line,
                text: Cow::Borrowed(text),
                before,
                marked: marked(&text[..before], &text[before..]).max(1),
                label: &label.text,
            };
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
            place: format!("{}:{line}:{column}", visible(&source.name)),
            holder: source.inside.filter(|place| sources.holds(*place)).map(|place| sources.display(place)),
            line,
            text: Cow::Owned(shown),
            before: before - skip + shift,
            marked: marked.min(WIDEST),
            label: &label.text,
        }
    }

    fn draw(&self, out: &mut String, width: usize, (mark, colour): (char, &str), dress: Dress) {
        let blue = |text: &'static str| dress.wrap(BLUE, text);
        let _ = write!(out, "{:width$} {} {}", "", blue("┌─"), self.place);
        let _ = match &self.holder {
            Some(holder) => writeln!(out, " (inside {})", visible(holder)),
            None => writeln!(out),
        };
        let number = format!("{:>width$}", self.line);
        let shown = self.text.trim_end();
        let space = if shown.is_empty() { "" } else { " " };
        let _ = writeln!(out, "{} {}{space}{shown}", dress.wrap(BLUE, &number), blue("│"));
        let marks = mark.to_string().repeat(self.marked);
        let said = if self.label.is_empty() { marks } else { format!("{marks} {}", visible(self.label)) };
        let _ = writeln!(
            out,
            "{:width$} {} {:before$}{}",
            "",
            blue("│"),
            "",
            dress.wrap(colour, &said),
            before = self.before
        );
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

fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text, true) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| if c == '\n' { '\n' } else { plain(c) }).collect()
}

/// Whether a text is printable ASCII, and so shown as it is.
fn is_plain(text: &str, lines: bool) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b) || (lines && b == b'\n'))
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
