//! A comparison for people: object by object, what it does, then a summary.

use std::fmt::Write as _;

use super::Report;
use super::words::{is_hidden, line, long_text, name, sign, summary};
use crate::compare::lines::{Line, hunks, lines};
use crate::compare::{Change, Fate, Impact, ObjectChange, Verb};
use crate::diagnostic::Dress;

/// Lines of one text that are shown.
const MOST_LINES: usize = 60;

/// All differences, then the summary.
pub fn text(report: &Report<'_, '_>, dress: Dress) -> String {
    let mut out = String::new();
    for change in report.changes {
        object(&mut out, report, change, dress);
        out.push('\n');
    }
    for line in summary(report) {
        let _ = writeln!(out, "{line}");
    }
    out
}

fn paint(dress: Dress, code: &str, text: &str) -> String {
    match dress {
        Dress::Plain => text.to_owned(),
        Dress::Colour => format!("\x1b[{code}m{text}\x1b[0m"),
    }
}

fn colour(impact: Impact) -> &'static str {
    match impact {
        Impact::CannotApply | Impact::DeletesData => "1;31",
        Impact::Recreates | Impact::Opens | Impact::ExceedsQuota => "33",
        Impact::RollsPods | Impact::Scales | Impact::UnnoticedByPods => "36",
    }
}

fn object(out: &mut String, report: &Report<'_, '_>, change: &ObjectChange, dress: Dress) {
    let Some(object) = report.object(change) else { return };
    let former =
        change.old.and_then(|number| report.old.get(number)).filter(|_| change.fate == Fate::Renamed);
    let _ = write!(out, "{} {}", paint(dress, "1", &name(object)), change.fate.name());
    if let Some(former) = former {
        let _ = write!(out, " (was `{}`)", former.name);
    }
    if !change.impacts.is_empty() {
        let words: Vec<String> =
            change.impacts.iter().map(|impact| paint(dress, colour(*impact), impact.name())).collect();
        let _ = write!(out, ": {}", words.join(", "));
    }
    out.push('\n');
    if matches!(change.fate, Fate::Added | Fate::Removed)
        && let Some((file, line, column)) = report.place_of_object(change)
    {
        let _ = writeln!(out, "    {}", paint(dress, "2", &format!("{file}:{line}:{column}")));
    }
    for one in &change.changes {
        difference(out, report, change, one, dress);
    }
    for refusal in &change.refusals {
        let text = match refusal.path.as_str() {
            "" => format!("  ! {}", refusal.message),
            path => format!("  ! {path}: {}", refusal.message),
        };
        let _ = writeln!(out, "{}", paint(dress, "1;31", &text));
        if !refusal.hint.is_empty() {
            let _ = writeln!(out, "    hint: {}", refusal.hint);
        }
    }
    for note in &change.notes {
        let _ = writeln!(out, "{}", paint(dress, colour(note.impact), &format!("  * {}", note.text)));
        if !note.hint.is_empty() {
            let _ = writeln!(out, "    hint: {}", note.hint);
        }
    }
}

fn difference(out: &mut String, report: &Report<'_, '_>, whole: &ObjectChange, one: &Change, dress: Dress) {
    let Some(object) = report.object(whole) else { return };
    let hidden = is_hidden(report, object, one);
    let code = match one.verb {
        Verb::Added => "32",
        Verb::Removed => "31",
        _ => "33",
    };
    let at = report.place_of(whole, one).map(|(file, line, column)| format!("  {file}:{line}:{column}"));
    let at = paint(dress, "2", &at.unwrap_or_default());
    let texts = (long_text(one.from.as_ref()), long_text(one.to.as_ref()));
    if let (false, Verb::Changed, (Some(old), Some(new))) = (hidden, one.verb, &texts) {
        let _ = writeln!(out, "  {}{at}", paint(dress, code, &format!("~ {}:", one.keyed_path())));
        block(out, old, new, dress);
        return;
    }
    let text = format!("{} {}", sign(one.verb), line(one, hidden));
    let _ = writeln!(out, "  {}{at}", paint(dress, code, &text));
}

/// A text of several lines that changed.
fn block(out: &mut String, old: &str, new: &str, dress: Dress) {
    let list = lines(old, new);
    let mut shown = 0;
    for (number, (_, _, hunk)) in hunks(&list, 2).into_iter().enumerate() {
        if number > 0 {
            out.push_str("      …\n");
        }
        for line in hunk {
            shown += 1;
            if shown > MOST_LINES {
                out.push_str("      … (more lines differ)\n");
                return;
            }
            let (sign, text, code) = match line {
                Line::Same(text) => (' ', text, "2"),
                Line::Old(text) => ('-', text, "31"),
                Line::New(text) => ('+', text, "32"),
            };
            let text: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
            let _ = writeln!(out, "      {}", paint(dress, code, &format!("{sign} {text}")));
        }
    }
}
