//! `explain`: where each value of a rendered object comes from, and (`influence.rs`) what each line of the sources does.
//!
//! A value's history is read off its document's ledger (`history.rs`); which object and field are meant is `object.rs`,
//! `path.rs` and `spot.rs`; how it is told `text.rs` and `json.rs`.

mod history;
mod influence;
mod json;
mod object;
mod path;
mod spot;
mod text;

use serde_json::Value;

use crate::build::{self, Options};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::host::Host;
use crate::resource::{Context, Resource, ResourceSet};
use crate::source::Place;
use crate::yaml::{Document, Kind, NodeId};
use history::Histories;
use object::Found;
use path::Part;
use spot::{Reached, Spot, follow, leaves};

pub use history::Event;
pub use influence::{Influence, Line, Unused, influence, unused};
pub use json::{influence_json, json, objects_json, unused_json};
pub use object::{ObjectName, is_kind};
pub use text::{Detail, influence_text, objects_text, text, unused_text};

/// What is to be explained.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// `KIND/NAME`, or a kind of which there is one object.
    pub object: String,
    /// The namespace, where the name alone does not tell.
    pub namespace: Option<String>,
    /// Of which field; `None`: all.
    pub path: Option<String>,
}

/// The history of an object's fields.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// The object.
    pub object: ObjectName,
    /// The object is not there (any more): by whom it was taken away.
    pub gone: Option<Event>,
    /// Its fields, in the order of the object.
    pub fields: Vec<Field>,
    /// Fields that were taken away.
    pub removed: Vec<Field>,
}

/// The history of a field.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// How one gets there: `spec.containers[0].image`.
    pub path: String,
    /// What it says; `None` when it is not there.
    pub value: Option<Value>,
    /// What happened, newest first.
    pub history: Vec<Event>,
    /// What happened to its key, newest first, where that says something beside the history of the value.
    pub key: Vec<Event>,
    /// What the content hash in the value is made of: keys of the object, and what wrote each.
    pub made_of: Vec<(String, Place)>,
    /// It holds what is not to be shown.
    pub secret: bool,
}

/// Builds a directory so that it can be explained.
///
/// # Errors
/// What stops a build.
pub fn build(
    host: &dyn Host,
    directory: &str,
    options: &Options,
) -> (std::result::Result<ResourceSet, Vec<Diagnostic>>, Context) {
    build::objects(host, directory, &Options { histories: true, ..options.clone() })
}

/// Who the objects are, in order, and where each begins.
pub fn objects(set: &ResourceSet) -> Vec<(ObjectName, Place)> {
    set.iter().map(|resource| (object::name_of(Found::There(resource)), resource.place())).collect()
}

/// Answers a question about what was built.
///
/// # Errors
/// When there is no such object or field (with candidates), when several are meant, when the path cannot be read.
pub fn explain(set: &ResourceSet, context: &Context, question: &Question) -> Result<Explanation> {
    let found = object::find(set, &question.object, question.namespace.as_deref())?;
    let parts = path::parse(question.path.as_deref().unwrap_or_default())?;
    let resource = found.resource();
    let document = &resource.document;
    let histories = Histories { document, steps: &context.steps };
    let mut explanation = Explanation { object: object::name_of(found), ..Explanation::default() };
    let Some(root) = found.root() else { return Ok(explanation) };
    if let Found::Gone(grave) = found {
        explanation.gone = Some(histories.of_end(root, grave.taken_by));
    }
    let asked = Asked { set, context, resource, kind: explanation.object.kind.clone() };
    match follow(document, Spot::root(root), &parts) {
        Reached::All(spots) => {
            for spot in spots.iter().flat_map(|spot| leaves(document, spot)) {
                // Of an object that a patch deleted, the build's own state may still show.
                if !spot.key(document).is_some_and(is_internal) {
                    explanation.fields.push(asked.field(&histories, &spot));
                }
            }
            explanation.removed = asked.removed(&histories, &spots);
        }
        Reached::Short(spot, taken) => {
            let mut path = String::new();
            for part in &parts {
                spot::add_part(&mut path, part);
            }
            let lost =
                histories.of_lost(root, &parts).or_else(|| asked.of_replaced(&explanation.object, &parts));
            let Some(history) = lost else {
                let rest = taken.last().and_then(|taken| parts.get(*taken..)).unwrap_or_default();
                return no_field(document, &spot, rest, &path);
            };
            let secret = asked.is_secret(&path);
            explanation.removed.push(Field { path, history, secret, ..Field::default() });
        }
    }
    Ok(explanation)
}

/// The history of all fields of the object at a position of the set, in the order of the object.
pub fn whole(set: &ResourceSet, context: &Context, position: usize) -> Option<Explanation> {
    let resource = set.get(position)?;
    let found = Found::There(resource);
    let document = &resource.document;
    let histories = Histories { document, steps: &context.steps };
    let object = object::name_of(found);
    let asked = Asked { set, context, resource, kind: object.kind.clone() };
    let spots = leaves(document, &Spot::root(found.root()?));
    let fields = spots.iter().map(|spot| asked.field(&histories, spot)).collect();
    Some(Explanation { object, fields, ..Explanation::default() })
}

/// The object that is asked about, and what it stands among.
struct Asked<'s> {
    set: &'s ResourceSet,
    context: &'s Context,
    resource: &'s Resource,
    kind: String,
}

impl Asked<'_> {
    fn field(&self, histories: &Histories<'_>, spot: &Spot) -> Field {
        let document = histories.document;
        let path = spot.path(document);
        let history = histories.of(spot);
        let value = spot.node().and_then(|node| history::json(document, node));
        let made_of = self.made_of(&path, value.as_ref(), &history);
        let secret = self.is_secret(&path);
        let mut key = histories.of_key(spot);
        if let [only] = &*key
            && (history::carries(only.step) || history.iter().any(|event| event.id == only.id))
        {
            key.clear();
        }
        Field { path, value, history, key, made_of, secret }
    }

    /// What happened to a field of an object that a generator put this one in the place of.
    fn of_replaced(&self, object: &ObjectName, parts: &[Part]) -> Option<Vec<Event>> {
        self.set.graves().iter().rev().find_map(|grave| {
            let step = grave.taken_by?;
            let found = Found::Gone(grave);
            let old = object::name_of(found);
            let is_former = || self.resource.former.iter().any(|former| former.name() == old.name);
            if old.kind != object.kind || old.name != object.name && !is_former() {
                return None;
            }
            let histories = Histories { document: &grave.resource.document, steps: &self.context.steps };
            histories.of_replaced(found.root()?, parts, step)
        })
    }

    /// What is not to be shown: the data of Secrets.
    fn is_secret(&self, path: &str) -> bool {
        self.kind == "Secret"
            && ["data", "stringData"].iter().any(|field| {
                path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
    }

    /// What the hash in a name is made of: of the object itself, or of the one that is named.
    fn made_of(&self, path: &str, value: Option<&Value>, history: &[Event]) -> Vec<(String, Place)> {
        let Some(name) = value.and_then(Value::as_str) else { return Vec::new() };
        let hashed = |resource: &Resource| resource.needs_hash && resource.name() == name;
        if path == "metadata.name" {
            return if hashed(self.resource) { contents(self.resource) } else { Vec::new() };
        }
        if history.first().is_none_or(|event| event.step != "nameReference") {
            return Vec::new();
        }
        self.set.iter().find(|resource| hashed(resource)).map(contents).unwrap_or_default()
    }

    /// What was taken away at and below these spots.
    fn removed(&self, histories: &Histories<'_>, spots: &[Spot]) -> Vec<Field> {
        let document = histories.document;
        if document.tombstones().is_empty() {
            return Vec::new();
        }
        let mut live: std::collections::BTreeMap<NodeId, Spot> = std::collections::BTreeMap::new();
        let mut todo: Vec<Spot> = spots.to_vec();
        while let Some(spot) = todo.pop() {
            let Some(node) = spot.node() else { continue };
            todo.extend(document.children(node).map(|child| spot.child(child)));
            if document.kind(node) != Kind::Scalar {
                live.insert(node, spot);
            }
        }
        let mut removed: Vec<Field> = Vec::new();
        for (number, tombstone) in document.tombstones().iter().enumerate().rev() {
            let Some(spot) = live.get(&tombstone.parent).filter(|_| tombstone.node != tombstone.parent)
            else {
                continue;
            };
            if self.context.steps.get(tombstone.step).field == "buildMetadata" {
                continue;
            }
            let mut path = spot.path(document);
            match &tombstone.key {
                Some(key) if document.get(tombstone.parent, key).is_some() || is_internal(key) => continue,
                Some(key) => spot::add_key(&mut path, key),
                None => spot::add_part(&mut path, &item(document, tombstone.node)),
            }
            if removed.iter().any(|field| field.path == path) {
                continue;
            }
            let secret = self.is_secret(&path);
            let mut history = histories.of_tombstone(number);
            let now = spot::find(
                document,
                spots.first().and_then(|spot| spot.chain.first()).copied(),
                tombstone.node,
            );
            if let (Some(now), Some(taken)) = (now, history.first_mut()) {
                taken.moved = Some(now.path(document));
            }
            removed.push(Field { path, history, secret, ..Field::default() });
        }
        removed.reverse();
        removed
    }
}

/// The build's own annotations.
fn is_internal(key: &str) -> bool {
    key.starts_with("internal.config.kubernetes.io/") || key == "kustomize.config.k8s.io/id"
}

/// How an item that is no longer in its list is called.
fn item(document: &Document, node: NodeId) -> Part {
    let key = ["name", "key", "mountPath", "containerPort", "port", "ip", "topologyKey"]
        .into_iter()
        .find_map(|key| document.get(node, key).map(|value| (key, value)));
    match key {
        Some((key, value)) => Part::Item { key: key.to_owned(), value: document.text(value).to_owned() },
        None => Part::Item { key: String::new(), value: document.text(node).to_owned() },
    }
}

/// The data of an object, and what wrote each.
fn contents(resource: &Resource) -> Vec<(String, Place)> {
    let document = &resource.document;
    let mut found = Vec::new();
    for field in ["binaryData", "data", "stringData"] {
        let Some(map) = document.try_root().and_then(|root| document.get(root, field)) else { continue };
        found.extend(document.entries(map).map(|(key, value)| {
            let mut path = field.to_owned();
            spot::add_key(&mut path, document.text(key));
            (path, document.place(value))
        }));
    }
    found
}

/// Refuses a path that leads nowhere, with what there is instead.
fn no_field(document: &Document, spot: &Spot, rest: &[Part], path: &str) -> Result<Explanation> {
    let reached = spot.path(document);
    let fault = Diagnostic::error("unknown-field", format!("there is no `{path}`, and there never was"));
    let Some(node) = spot.node() else { return fault.fail() };
    let fault = fault.at(
        document.place(node),
        if reached.is_empty() { "in this object".to_owned() } else { format!("`{reached}` is here") },
    );
    let prefix = |step: &str| if reached.is_empty() { step.to_owned() } else { format!("{reached}.{step}") };
    match document.kind(node) {
        Kind::Mapping => {
            let keys: Vec<&str> = document.entries(node).map(|(key, _)| document.text(key)).collect();
            let near = match rest.first() {
                Some(Part::Key(key)) => nearest(key, keys.iter().copied()),
                _ => None,
            };
            match near {
                Some(near) => fault.hint(format!("did you mean `{}`?", prefix(near))).fail(),
                None => fault.hint(format!("there are {}", keys.join(", "))).fail(),
            }
        }
        Kind::Sequence => {
            let items =
                document.children(node).enumerate().map(|(index, child)| match item(document, child) {
                    Part::Item { key, value } if !key.is_empty() => format!("[{index}] ({key} {value})"),
                    _ => format!("[{index}]"),
                });
            fault.hint(format!("the list has {}", items.collect::<Vec<_>>().join(", "))).fail()
        }
        Kind::Scalar | Kind::Alias => fault.hint("nothing can be below it").fail(),
    }
}
