//! A comparison for a pull request: the summary, then the objects folded away. It stays below the size that forges
//! take for a comment.

use std::fmt::Write as _;

use super::Report;
use super::words::{is_hidden, line, name, sign, summary};
use crate::compare::{Change, ObjectChange, Verb};

/// Comments on GitHub may have 65,536 characters.
const LARGEST: usize = 60_000;
/// Differences of one object that are shown.
const MOST_LINES: usize = 200;

/// The comparison as Markdown.
pub fn markdown(report: &Report<'_, '_>) -> String {
    let mut out = String::new();
    let mut lines = summary(report).into_iter();
    if let Some(first) = lines.next() {
        let _ = writeln!(out, "**{}**\n", escaped(&first));
    }
    for line in lines {
        let _ = match line.split_once(": ") {
            Some((impact, rest)) => writeln!(out, "- **{}**: {}", escaped(impact), escaped(rest)),
            None => writeln!(out, "- {}", escaped(&line)),
        };
    }
    for (number, change) in report.changes.iter().enumerate() {
        let mut text = String::new();
        object(&mut text, report, change);
        if out.len() + text.len() > LARGEST {
            let _ = writeln!(
                out,
                "\n{} more objects differ; the comment has no room for them.",
                report.changes.len() - number
            );
            break;
        }
        out.push_str(&text);
    }
    out
}

fn object(out: &mut String, report: &Report<'_, '_>, change: &ObjectChange) {
    let Some(object) = report.object(change) else { return };
    let impacts: Vec<&str> = change.impacts.iter().map(|impact| impact.name()).collect();
    let _ = write!(out, "\n<details><summary><code>{}</code> {}", escaped(&name(object)), change.fate.name());
    if !impacts.is_empty() {
        let _ = write!(out, ": <b>{}</b>", impacts.join(", "));
    }
    out.push_str("</summary>\n\n");
    for refusal in &change.refusals {
        let _ = writeln!(out, "- :x: `{}`: {}", refusal.path.replace('`', "'"), refusal.message);
        if !refusal.hint.is_empty() {
            let _ = writeln!(out, "  *{}*", refusal.hint);
        }
    }
    for note in &change.notes {
        let _ = writeln!(out, "- {}: {}", note.impact.name(), note.text);
    }
    if !change.changes.is_empty() {
        let mut body = String::new();
        for one in change.changes.iter().take(MOST_LINES) {
            difference(&mut body, one, is_hidden(report, object, one));
        }
        if change.changes.len() > MOST_LINES {
            let _ = writeln!(body, "# {} more", change.changes.len() - MOST_LINES);
        }
        // A fence longer than any run of backticks in what it holds.
        let fence = "`".repeat(3.max(longest_run(&body) + 1));
        let _ = writeln!(out, "\n{fence}diff\n{body}{fence}");
    }
    out.push_str("\n</details>\n");
}

fn difference(out: &mut String, one: &Change, hidden: bool) {
    let sign = match sign(one.verb) {
        '~' => '!',
        sign => sign,
    };
    if one.verb == Verb::Changed && !hidden {
        let path = one.keyed_path();
        let show = |json: &Option<String>| json.as_deref().map(super::words::value).unwrap_or_default();
        let _ = writeln!(out, "- {path}: {}\n+ {path}: {}", show(&one.from), show(&one.to));
    } else {
        let _ = writeln!(out, "{sign} {}", line(one, hidden));
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '*' | '_' | '`' | '[' | ']' | '|' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
