//! Explanations as JSON, version 1 (additive changes only).

use serde_json::{Map, Value, json as value};

use super::history::Event;
use super::influence::{Influence, Unused};
use super::object::ObjectName;
use super::{Explanation, Field};
use crate::source::{Place, Sources};

/// What stands for what is not to be shown.
pub(super) const HIDDEN: &str = "***";

fn document(fields: Value) -> String {
    let mut document = Map::new();
    document.insert("version".to_owned(), Value::from(1));
    if let Value::Object(fields) = fields {
        document.extend(fields);
    }
    format!("{}\n", Value::Object(document))
}

fn object_of(name: &ObjectName) -> Value {
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), Value::from(name.api_version.as_str()));
    object.insert("kind".to_owned(), Value::from(name.kind.as_str()));
    if !name.namespace.is_empty() {
        object.insert("namespace".to_owned(), Value::from(name.namespace.as_str()));
    }
    object.insert("name".to_owned(), Value::from(name.name.as_str()));
    Value::Object(object)
}

fn add_place(into: &mut Map<String, Value>, place: Place, sources: &Sources) {
    if !sources.holds(place) {
        return;
    }
    let place = sources.outer(place);
    let (line, column) = sources.position(place);
    into.insert("file".to_owned(), Value::from(&*sources.get(place.source).name));
    into.insert("line".to_owned(), Value::from(line));
    into.insert("column".to_owned(), Value::from(column));
}

fn place_of(place: Place, sources: &Sources) -> Value {
    let mut into = Map::new();
    add_place(&mut into, place, sources);
    Value::Object(into)
}

fn shown(said: Option<&Value>, hidden: bool) -> Value {
    match said {
        Some(_) if hidden => Value::from(HIDDEN),
        Some(said) => said.clone(),
        None => Value::Null,
    }
}

fn event(event: &Event, sources: &Sources, hidden: bool) -> Value {
    let mut told = Map::new();
    told.insert("step".to_owned(), Value::from(event.step));
    add_place(&mut told, event.place, sources);
    told.insert("value".to_owned(), shown(event.value.as_ref(), hidden));
    if event.removed {
        told.insert("removed".to_owned(), Value::from(true));
    }
    if let Some(path) = &event.moved {
        let how = if event.removed { "moved_to" } else { "moved_from" };
        told.insert(how.to_owned(), Value::from(path.as_str()));
    }
    if event.asked.is_some() && event.asked != event.place {
        told.insert("asked".to_owned(), place_of(event.asked, sources));
    }
    if !event.from.is_empty() {
        told.insert("from".to_owned(), events(&event.from, sources, hidden));
    }
    Value::Object(told)
}

/// Histories within histories are followed only so far, so this ends.
fn events(list: &[Event], sources: &Sources, hidden: bool) -> Value {
    list.iter().map(|one| event(one, sources, hidden)).collect()
}

fn field(field: &Field, sources: &Sources, show_secrets: bool) -> Value {
    let hidden = field.secret && !show_secrets;
    let mut told = Map::new();
    told.insert("path".to_owned(), Value::from(field.path.as_str()));
    told.insert("value".to_owned(), shown(field.value.as_ref(), hidden));
    if field.history.first().is_some_and(|event| event.removed) {
        told.insert("removed".to_owned(), Value::from(true));
    }
    told.insert("history".to_owned(), events(&field.history, sources, hidden));
    if !field.key.is_empty() {
        told.insert("key".to_owned(), events(&field.key, sources, false));
    }
    if !field.made_of.is_empty() {
        let made_of = field.made_of.iter().map(|(path, place)| {
            let mut told = Map::new();
            told.insert("path".to_owned(), Value::from(path.as_str()));
            add_place(&mut told, *place, sources);
            Value::Object(told)
        });
        told.insert("made_of".to_owned(), made_of.collect());
    }
    Value::Object(told)
}

/// An explanation, with a line end behind it.
pub fn json(explanation: &Explanation, sources: &Sources, show_secrets: bool) -> String {
    let all = explanation.fields.iter().chain(&explanation.removed);
    let fields: Value = all.map(|one| field(one, sources, show_secrets)).collect();
    let mut told = value!({ "object": object_of(&explanation.object) });
    if let Some(gone) = &explanation.gone {
        told["removed"] = event(gone, sources, false);
    }
    told["fields"] = fields;
    document(told)
}

/// All objects, with a line end behind them.
pub fn objects_json(objects: &[(ObjectName, Place)], sources: &Sources) -> String {
    let list: Value = objects
        .iter()
        .map(|(name, place)| {
            let mut told = Map::new();
            told.insert("object".to_owned(), object_of(name));
            add_place(&mut told, *place, sources);
            Value::Object(told)
        })
        .collect();
    document(value!({ "objects": list }))
}

/// What a file or line does, with a line end behind it.
pub fn influence_json(influence: &Influence, sources: &Sources, show_secrets: bool) -> String {
    let fields: Value = influence
        .fields
        .iter()
        .map(|line| {
            let hidden = line.secret && !show_secrets;
            let mut told = Map::new();
            told.insert("object".to_owned(), object_of(&line.object));
            told.insert("path".to_owned(), Value::from(line.path.as_str()));
            told.insert("value".to_owned(), shown(line.value.as_ref(), hidden));
            told.insert("step".to_owned(), Value::from(line.step));
            add_place(&mut told, line.place, sources);
            if line.removes {
                told.insert("removes".to_owned(), Value::from(true));
            }
            if let Some((step, place)) = line.overwritten_by {
                let mut by = Map::new();
                by.insert("step".to_owned(), Value::from(step));
                add_place(&mut by, place, sources);
                told.insert("overwritten_by".to_owned(), Value::Object(by));
            }
            Value::Object(told)
        })
        .collect();
    let mut told = value!({ "file": influence.file });
    if let Some(line) = influence.line {
        told["line"] = Value::from(line);
    }
    told["fields"] = fields;
    document(told)
}

/// What influences nothing, with a line end behind it.
pub fn unused_json(unused: &[Unused], sources: &Sources) -> String {
    let list: Value = unused
        .iter()
        .map(|one| {
            let mut told = Map::new();
            told.insert("what".to_owned(), Value::from(one.what));
            add_place(&mut told, one.place, sources);
            told.insert("why".to_owned(), Value::from(one.why));
            Value::Object(told)
        })
        .collect();
    document(value!({ "unused": list }))
}
