//! The machine format, version 1.

use std::sync::Arc;

use serde_json::{Map, Value, json as value};

use super::Report;
use super::words::{is_hidden, summary};
use crate::compare::{Change, ObjectChange};

/// The comparison as one JSON document.
pub fn json(report: &Report<'_, '_>) -> String {
    let objects: Vec<Value> = report.changes.iter().map(|change| object(report, change)).collect();
    let mut text = value!({ "version": 1, "objects": objects, "summary": summary(report) }).to_string();
    text.push('\n');
    text
}

fn object(report: &Report<'_, '_>, change: &ObjectChange) -> Value {
    let mut entry = Map::new();
    if let Some(object) = report.object(change) {
        let mut who = Map::new();
        who.insert("apiVersion".into(), object.api_version().into());
        who.insert("kind".into(), object.kind.into());
        if !object.namespace.is_empty() {
            who.insert("namespace".into(), object.namespace.into());
        }
        who.insert("name".into(), object.name.into());
        entry.insert("object".into(), who.into());
        if let (Some(old), Some(_)) = (change.old.and_then(|number| report.old.get(number)), change.new)
            && old.name != object.name
        {
            entry.insert("former".into(), value!({ "name": old.name }));
        }
        entry.insert("change".into(), change.fate.name().into());
        entry.insert("impact".into(), words(&change.impacts));
        place(&mut entry, report.place_of_object(change));
    }
    entry
        .insert("changes".into(), change.changes.iter().map(|one| difference(report, change, one)).collect());
    if !change.refusals.is_empty() {
        let refusals = change.refusals.iter();
        let refusals = refusals.map(|r| value!({ "path": r.path, "message": r.message, "hint": r.hint }));
        entry.insert("refusals".into(), refusals.collect());
    }
    if !change.notes.is_empty() {
        let notes = change.notes.iter();
        let notes = notes.map(|n| value!({ "impact": n.impact.name(), "message": n.text, "hint": n.hint }));
        entry.insert("notes".into(), notes.collect());
    }
    entry.into()
}

fn words(impacts: &[crate::compare::Impact]) -> Value {
    impacts.iter().map(|impact| Value::from(impact.name())).collect()
}

fn difference(report: &Report<'_, '_>, whole: &ObjectChange, change: &Change) -> Value {
    let mut entry = Map::new();
    entry.insert("path".into(), change.path().into());
    let keyed = change.keyed_path();
    if keyed != change.path() {
        entry.insert("keyed_path".into(), keyed.into());
    }
    entry.insert("change".into(), change.verb.name().into());
    let object = report.object(whole);
    let hidden = object.is_some_and(|object| is_hidden(report, object, change));
    if hidden {
        entry.insert("hidden".into(), true.into());
    }
    let parse = |text: &String| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()));
    if let Some(from) = change.from.as_ref().filter(|_| !hidden) {
        entry.insert("from".into(), parse(from));
    }
    if let Some(to) = change.to.as_ref().filter(|_| !hidden) {
        entry.insert("to".into(), parse(to));
    }
    entry.insert("impact".into(), words(&change.impacts));
    place(&mut entry, report.place_of(whole, change));
    entry.into()
}

fn place(entry: &mut Map<String, Value>, place: Option<(Arc<str>, usize, usize)>) {
    if let Some((file, line, column)) = place {
        entry.insert("file".into(), (*file).into());
        entry.insert("line".into(), line.into());
        entry.insert("column".into(), column.into());
    }
}
