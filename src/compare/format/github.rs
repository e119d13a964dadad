//! Workflow commands that GitHub Actions shows beside the lines of a pull request.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Report;
use super::words::name;
use crate::compare::{Impact, ObjectChange};

/// One command a refusal and a note; one for an object that merely differs.
pub fn github(report: &Report<'_, '_>) -> String {
    let mut out = String::new();
    for change in report.changes {
        let Some(object) = report.object(change) else { continue };
        let who = name(object);
        for refusal in &change.refusals {
            let message = format!("{who} {}: {}\nhint: {}", refusal.path, refusal.message, refusal.hint);
            let place = place(report, change, Impact::CannotApply);
            command(&mut out, "error", place, Impact::CannotApply.name(), &message);
        }
        for note in &change.notes {
            let level = if note.impact <= Impact::DeletesData { "error" } else { "warning" };
            let hint = if note.hint.is_empty() { String::new() } else { format!("\nhint: {}", note.hint) };
            let place = place(report, change, note.impact);
            command(&mut out, level, place, note.impact.name(), &format!("{}{hint}", note.text));
        }
        if change.refusals.is_empty() && change.notes.is_empty() {
            let message = format!("{who} {}", change.fate.name());
            command(&mut out, "notice", report.place_of_object(change), "difference", &message);
        }
    }
    out
}

/// Where the first difference with an impact was written, or the object.
fn place(report: &Report<'_, '_>, change: &ObjectChange, impact: Impact) -> Option<(Arc<str>, usize, usize)> {
    let having = change.changes.iter().find(|one| one.impacts.contains(&impact));
    having.and_then(|one| report.place_of(change, one)).or_else(|| report.place_of_object(change))
}

fn command(
    out: &mut String,
    level: &str,
    place: Option<(Arc<str>, usize, usize)>,
    title: &str,
    message: &str,
) {
    let message = data(message.trim_end_matches("\nhint: "));
    let _ = match place {
        Some((file, line, column)) => {
            writeln!(
                out,
                "::{level} file={},line={line},col={column},title={title}::{message}",
                property(&file)
            )
        }
        None => writeln!(out, "::{level} title={title}::{message}"),
    };
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
