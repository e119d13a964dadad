//! Explanations for people: a field, then what happened to it, newest first, each with the line that did it.

use std::fmt::Write as _;

use serde_json::Value;

use super::history::Event;
use super::influence::{Influence, Unused};
use super::json::HIDDEN;
use super::object::ObjectName;
use super::{Explanation, Field};
use crate::source::{Place, Sources};

/// How much is told of each field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// Its history, with the lines of the sources.
    Lines,
    /// Its history, one line a step.
    Steps,
    /// One line: value, newest step, place.
    Table,
}

/// Values in tables are cut here.
const WIDEST: usize = 60;

/// An explanation, drawn.
pub fn text(explanation: &Explanation, sources: &Sources, detail: Detail, show_secrets: bool) -> String {
    let mut out = String::new();
    let object = &explanation.object;
    out.push_str(&object.display());
    if !object.namespace.is_empty() {
        let _ = write!(out, " in namespace {}", object.namespace);
    }
    out.push('\n');
    if let Some(gone) = &explanation.gone {
        out.push_str("  is not rendered:\n");
        let told = Told { sources, hidden: false, lines: detail == Detail::Lines };
        told.events(&mut out, std::slice::from_ref(gone), "  ");
    }
    if detail == Detail::Table {
        table(&mut out, explanation, sources, show_secrets);
        return out;
    }
    for field in explanation.fields.iter().chain(&explanation.removed) {
        let told = Told { sources, hidden: field.secret && !show_secrets, lines: detail == Detail::Lines };
        told.field(&mut out, field);
    }
    out
}

struct Told<'s> {
    sources: &'s Sources,
    hidden: bool,
    lines: bool,
}

impl Told<'_> {
    fn field(&self, out: &mut String, field: &Field) {
        out.push('\n');
        match &field.value {
            Some(value) => {
                let _ = writeln!(out, "{}: {}", field.path, self.value(value));
            }
            None => {
                let _ = writeln!(out, "{}: not there", field.path);
            }
        }
        if field.history.is_empty() {
            out.push_str("  nobody wrote it down\n");
        }
        self.events(out, &field.history, "");
        if !field.key.is_empty() {
            out.push_str("  the key\n");
            self.events(out, &field.key, "  ");
        }
        if !field.made_of.is_empty() {
            out.push_str("  the hash is made of\n");
            for (path, place) in &field.made_of {
                let _ = writeln!(out, "    {path}  {}", self.sources.display(*place));
            }
        }
    }

    fn value(&self, value: &Value) -> String {
        if self.hidden { HIDDEN.to_owned() } else { short(value, usize::MAX) }
    }

    /// Histories within histories are followed only so far, so this ends.
    fn events(&self, out: &mut String, events: &[Event], indent: &str) {
        let steps = events.iter().map(|event| event.step.len()).max().unwrap_or(0);
        let places: Vec<String> = events.iter().map(|event| self.place(event.place)).collect();
        let widest = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
        for (at, (event, place)) in events.iter().zip(&places).enumerate() {
            let older = events.get(at + 1).and_then(|older| older.value.as_ref());
            let mut line =
                format!("{indent}  {:steps$}  {place:widest$}  {}", event.step, self.what(event, older));
            line.truncate(line.trim_end().len());
            out.push_str(&line);
            out.push('\n');
            if self.lines && !self.hidden {
                self.excerpt(out, event.place, indent);
            }
            let outer =
                |place: Place| if self.sources.holds(place) { self.sources.outer(place) } else { place };
            if event.asked.is_some() && outer(event.asked).source != outer(event.place).source {
                let _ = writeln!(out, "{indent}      asked for at {}", self.place(event.asked));
            }
            if !event.from.is_empty() {
                let _ = writeln!(out, "{indent}      from");
                self.events(out, &event.from, &format!("{indent}      "));
            }
        }
    }

    fn what(&self, event: &Event, older: Option<&Value>) -> String {
        if let Some(path) = &event.moved {
            let how = if event.removed { "moved to" } else { "moved from" };
            return format!("{how} {path}");
        }
        if event.removed {
            return match older {
                Some(older) => format!("removed (was {})", self.value(older)),
                None => "removed".to_owned(),
            };
        }
        match (&event.value, older) {
            (Some(value), Some(older)) if value == older => {
                format!("{} (as before)", self.value(value))
            }
            (Some(value), Some(older)) => format!("{} (was {})", self.value(value), self.value(older)),
            (Some(value), _) => self.value(value),
            (None, _) => String::new(),
        }
    }

    fn place(&self, place: Place) -> String {
        if self.sources.holds(place) { self.sources.display(place) } else { "-".to_owned() }
    }

    /// The line of a place.
    fn excerpt(&self, out: &mut String, place: Place, indent: &str) {
        if !self.sources.holds(place) {
            return;
        }
        let place = self.sources.outer(place);
        let (number, _) = self.sources.position(place);
        let text = &self.sources.get(place.source).text;
        let Some(line) = text.lines().nth(number - 1) else { return };
        let cut: String = line.trim_end().chars().take(120).collect();
        let _ = writeln!(out, "{indent}    {number:5} | {cut}");
    }
}

/// One line a field: path, value, step, place.
fn table(out: &mut String, explanation: &Explanation, sources: &Sources, show_secrets: bool) {
    let rows: Vec<[String; 4]> = explanation
        .fields
        .iter()
        .chain(&explanation.removed)
        .map(|field| {
            let newest = field.history.first();
            let value = match &field.value {
                Some(_) if field.secret && !show_secrets => HIDDEN.to_owned(),
                Some(value) => short(value, WIDEST),
                None => "(removed)".to_owned(),
            };
            let place = newest.filter(|event| sources.holds(event.place));
            [
                field.path.clone(),
                value,
                newest.map_or("-", |event| event.step).to_owned(),
                place.map_or("-".to_owned(), |event| sources.display(event.place)),
            ]
        })
        .collect();
    columns(out, [Some("FIELD"), Some("VALUE"), Some("STEP"), Some("PLACE")], &rows);
}

fn columns<const N: usize>(out: &mut String, heads: [Option<&str>; N], rows: &[[String; N]]) {
    let heads = heads.map(|head| head.unwrap_or_default().to_owned());
    let mut widths = [0; N];
    for row in rows.iter().chain([&heads]) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in [&heads].into_iter().chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// A value on one line, cut where it is too long.
fn short(value: &Value, widest: usize) -> String {
    let text = match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= widest {
        return text;
    }
    let cut: String = text.chars().take(widest - 1).collect();
    cut + "…"
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.contains(['\n', '"', '\t'])
        && !text.starts_with(['{', '[', '\''])
        && text.parse::<f64>().is_err()
        && !matches!(text, "true" | "false" | "null")
}

/// All objects, one a line.
pub fn objects_text(objects: &[(ObjectName, Place)], sources: &Sources) -> String {
    let rows: Vec<[String; 3]> = objects
        .iter()
        .map(|(name, place)| {
            let place = if sources.holds(*place) { sources.display(*place) } else { "-".to_owned() };
            [name.display(), name.namespace.clone(), place]
        })
        .collect();
    let mut out = String::new();
    columns(&mut out, [Some("OBJECT"), Some("NAMESPACE"), Some("PLACE")], &rows);
    out
}

/// What a file or line does.
pub fn influence_text(influence: &Influence, sources: &Sources, show_secrets: bool) -> String {
    let mut out = influence.file.clone();
    if let Some(line) = influence.line {
        let _ = write!(out, ":{line}");
        let source =
            sources.all().iter().find(|source| *source.name == *influence.file && source.inside.is_none());
        if let Some(text) = source.and_then(|source| source.text.lines().nth(line - 1)) {
            let _ = write!(out, "\n    {line:5} | {}", text.trim_end());
        }
    }
    out.push('\n');
    let counts = influence.fields.iter().filter(|line| line.overwritten_by.is_none()).count();
    if counts == 0 {
        out.push_str("  influences nothing\n");
    }
    let mut object: Option<&ObjectName> = None;
    for line in &influence.fields {
        if object != Some(&line.object) {
            let _ = writeln!(out, "\n{}", line.object.display());
            object = Some(&line.object);
        }
        let hidden = line.secret && !show_secrets;
        let value = match &line.value {
            Some(_) if hidden => format!(": {HIDDEN}"),
            Some(value) => format!(": {}", short(value, WIDEST)),
            None => String::new(),
        };
        let path = if line.path.is_empty() { "(the object)" } else { &line.path };
        let how = match line.overwritten_by {
            Some((step, place)) => {
                let place = if sources.holds(place) {
                    format!(" at {}", sources.display(place))
                } else {
                    String::new()
                };
                format!("overwritten by {step}{place}")
            }
            None if line.removes => format!("removed by {}", line.step),
            None => line.step.to_owned(),
        };
        let at = if influence.line.is_none() && sources.holds(line.place) {
            format!("line {}, ", sources.position(sources.outer(line.place)).0)
        } else {
            String::new()
        };
        let _ = writeln!(out, "  {path}{value}  ({at}{how})");
    }
    out
}

/// What influences nothing.
pub fn unused_text(unused: &[Unused], sources: &Sources) -> String {
    if unused.is_empty() {
        return "every patch, entry and file influences something\n".to_owned();
    }
    let mut out = String::new();
    for one in unused {
        let place = if sources.holds(one.place) {
            if one.what == "file" {
                sources.get(one.place.source).name.to_string()
            } else {
                sources.display(one.place)
            }
        } else {
            "-".to_owned()
        };
        let _ = writeln!(out, "{place}: {}: {}", one.what, one.why);
    }
    out
}
