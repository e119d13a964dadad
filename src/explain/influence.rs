//! The reverse of a history: what a file or a line does to the rendered objects, and what does nothing at all.
//!
//! Rules. A place influences a field when it is in the field's history and no later step wrote the whole value anew. Steps
//! that add to a value or look at it (`namePrefix`, `images`, `nameReference`, …) leave what was before in force.

use std::collections::BTreeMap;

use serde_json::Value;

use super::history::{Event, Histories, carries};
use super::object::{Found, ObjectName, name_of};
use super::spot::{Spot, leaves, same_place_in};
use super::{Asked, history};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::resource::{Context, ResourceSet};
use crate::source::{Place, Sources};

/// What a file, or one line of it, does.
#[derive(Clone, Debug, Default)]
pub struct Influence {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// Fields, in the order of the objects.
    pub fields: Vec<Line>,
}

/// A field that a place influences, or once did.
#[derive(Clone, Debug)]
pub struct Line {
    /// The object.
    pub object: ObjectName,
    /// The field.
    pub path: String,
    /// What it says now.
    pub value: Option<Value>,
    /// By which step.
    pub step: &'static str,
    /// The place.
    pub place: Place,
    /// The step that wrote the value anew after it, and where.
    pub overwritten_by: Option<(&'static str, Place)>,
    /// The place takes the field away.
    pub removes: bool,
    /// It holds what is not to be shown.
    pub secret: bool,
}

/// Something that influences nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unused {
    /// A kustomization field, or `file`.
    pub what: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Why it does nothing.
    pub why: &'static str,
}

/// A part of a history, seen from the field as it is.
struct Touch<'t> {
    event: &'t Event,
    older: Option<&'t Event>,
    over: Option<&'t Event>,
}

/// All parts of a history.
fn touches(path: &str, history: &[Event], mut visit: impl FnMut(&Touch<'_>)) {
    let mut todo: Vec<(&[Event], Option<&Event>)> = vec![(history, None)];
    while let Some((events, mut over)) = todo.pop() {
        for (at, event) in events.iter().enumerate() {
            let older = events.get(at + 1);
            visit(&Touch { event, older, over });
            todo.push((&event.from, over));
            if over.is_none()
                && older.is_some()
                && !names_an_item(path, event, older)
                && writes_anew(event, older)
            {
                over = Some(event);
            }
        }
    }
}

/// A patch finds the item of a list by a key that it says once more: both are needed.
fn names_an_item(path: &str, event: &Event, older: Option<&Event>) -> bool {
    event.step.starts_with("patches")
        && path.rsplit_once("].").is_some_and(|(_, last)| !last.contains(['.', '[']))
        && older.is_some_and(|older| older.value == event.value)
}

/// Whether nothing of the value before is left.
fn writes_anew(event: &Event, older: Option<&Event>) -> bool {
    let text = |event: &Event| event.value.as_ref().and_then(Value::as_str).map(str::to_owned);
    match event.step {
        "namePrefix" | "nameSuffix" | "images" | "nameReference" | "vars" | "transformers" => false,
        "configMapGenerator" | "secretGenerator" | "generators" | "needsHashSuffix" => {
            match (text(event), older.and_then(text)) {
                (Some(new), Some(old)) => !(new.len() > old.len() + 1 && new.starts_with(&old)),
                _ => true,
            }
        }
        "replacements" => match (text(event), older.and_then(text)) {
            (Some(new), Some(old)) => !shares_a_part(&new, &old),
            _ => true,
        },
        _ => !event.respelt,
    }
}

/// Whether two texts begin or end with the same part, up to a delimiter.
fn shares_a_part(new: &str, old: &str) -> bool {
    let is_delimiter = |letter: char| !letter.is_alphanumeric();
    let first = |text: &str| text.find(is_delimiter).map(|at| text[..at].to_owned());
    let last = |text: &str| text.rfind(is_delimiter).map(|at| text[at..].to_owned());
    let same = |one: Option<String>, other: Option<String>| {
        one.is_some_and(|one| !one.is_empty() && other == Some(one))
    };
    same(first(new), first(old)) || same(last(new), last(old))
}

/// Hands out the history of every field of every object, there or gone.
fn every_field(
    set: &ResourceSet,
    context: &Context,
    mut visit: impl FnMut(&ObjectName, &super::Field, Option<&Event>),
) {
    let all = set.iter().map(Found::There).chain(set.graves().iter().map(Found::Gone));
    for found in all {
        let Some(root) = found.root() else { continue };
        let resource = found.resource();
        let histories = Histories { document: &resource.document, steps: &context.steps };
        let object = name_of(found);
        let asked = Asked { set, context, resource, kind: object.kind.clone() };
        let end = match found {
            Found::Gone(grave) => Some(histories.of_end(root, grave.taken_by)),
            Found::There(_) => None,
        };
        let root = Spot::root(root);
        // Of an object in whose place a generator put another, only what that one lacks is gone.
        let successor = end.as_ref().filter(|end| carries(end.step)).and_then(|_| {
            set.iter().find(|other| {
                other.kind() == object.kind
                    && (other.name() == object.name || other.former.iter().any(|f| f.name() == object.name))
            })
        });
        for spot in leaves(&resource.document, &root) {
            if successor.is_some_and(|other| {
                other.document.try_root().is_some_and(|there| {
                    same_place_in(&resource.document, &spot.chain, &other.document, there).is_some()
                })
            }) {
                continue;
            }
            visit(&object, &asked.plain_field(&histories, &spot), end.as_ref());
        }
        for field in asked.removed(&histories, &[root]) {
            visit(&object, &field, end.as_ref());
        }
    }
}

impl Asked<'_> {
    /// A field without what only people want to know.
    fn plain_field(&self, histories: &Histories<'_>, spot: &Spot) -> super::Field {
        let path = spot.path(histories.document);
        let secret = self.is_secret(&path);
        let value = spot.node().and_then(|node| history::json(histories.document, node));
        super::Field { history: histories.of(spot), path, value, secret, ..super::Field::default() }
    }
}

/// What a file, or one line of it (`FILE:LINE`), does to the rendered objects.
///
/// # Errors
/// When the file is not part of the build, or has no such line.
pub fn influence(set: &ResourceSet, context: &Context, wanted: &str) -> Result<Influence> {
    let sources = &context.sources;
    let (file, line) = file_and_line(sources, wanted)?;
    let mut told = Influence { file: file.clone(), line, fields: Vec::new() };
    every_field(set, context, |object, field, end| {
        let mut seen: Vec<(Place, &'static str)> = Vec::new();
        touches(&field.path, &field.history, |touch| {
            let event = touch.event;
            let hit = [event.place, event.asked]
                .into_iter()
                .find(|place| covers(sources, *place, event, &file, line));
            let Some(place) = hit.filter(|place| !seen.contains(&(*place, event.step))) else { return };
            seen.push((place, event.step));
            told.fields.push(Line {
                object: object.clone(),
                path: field.path.clone(),
                value: field.value.clone(),
                step: event.step,
                place,
                overwritten_by: touch.over.or(end).map(|over| (over.step, over.place)),
                removes: event.removed && touch.over.is_none(),
                secret: field.secret,
            });
        });
        // A field of an object that is gone says nothing; what took the object away does.
        if let Some(end) = end
            && field.path == "metadata.name"
            && let Some(place) =
                [end.place, end.asked].into_iter().find(|place| covers(sources, *place, end, &file, line))
        {
            told.fields.push(Line {
                object: object.clone(),
                path: String::new(),
                value: None,
                step: end.step,
                place,
                overwritten_by: None,
                removes: true,
                secret: false,
            });
        }
    });
    Ok(told)
}

/// Takes `FILE:LINE` apart and finds the file among those that were read.
fn file_and_line(sources: &Sources, wanted: &str) -> Result<(String, Option<usize>)> {
    let (file, line) = match wanted.rsplit_once(':') {
        Some((file, line)) if !file.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => {
            (file, line.parse::<usize>().ok())
        }
        _ => (wanted, None),
    };
    let plain = file.trim_start_matches("./");
    let names = || sources.all().iter().filter(|source| source.inside.is_none()).map(|source| &*source.name);
    let below = |name: &str| name.strip_suffix(plain).is_some_and(|rest| rest.ends_with('/'));
    let exact = names().find(|name| *name == plain || *name == file);
    let found = exact.or_else(|| {
        let mut found: Vec<&str> = names().filter(|name| below(name)).collect();
        found.dedup();
        if let [one] = found[..] { Some(one) } else { None }
    });
    let Some(found) = found else {
        let fault = Diagnostic::error("unknown-file", format!("the build does not read `{file}`"));
        let same_name = names().find(|name| name.rsplit('/').next() == plain.rsplit('/').next());
        let base = |name: &'_ str| name.rsplit('/').next().unwrap_or_default().to_owned();
        let near_name = || {
            let bases: Vec<String> = names().map(base).collect();
            let near = nearest(plain.rsplit('/').next()?, bases.iter().map(String::as_str))?;
            names().zip(&bases).find(|(_, base)| *base == near).map(|(name, _)| name)
        };
        return match same_name.or_else(|| nearest(plain, names())).or_else(near_name) {
            Some(near) => fault.hint(format!("did you mean `{near}`?")).fail(),
            None => fault
                .hint("name a resource, a patch, a kustomization or a generator's file of this target")
                .fail(),
        };
    };
    if let Some(line) = line {
        let text = sources.all().iter().find(|source| &*source.name == found && source.inside.is_none());
        let lines = text.map_or(0, |source| source.text.lines().count());
        if line == 0 || line > lines {
            return Diagnostic::error("unknown-line", format!("`{found}` has no line {line}"))
                .hint(format!("it has {lines} lines"))
                .fail();
        }
    }
    Ok((found.to_owned(), line))
}

/// Whether a place, with what hangs below it, is in a file and covers a line of it.
fn covers(sources: &Sources, place: Place, event: &Event, file: &str, line: Option<usize>) -> bool {
    if !place.is_some() || !sources.holds(place) {
        return false;
    }
    let outer = sources.outer(place);
    let source = sources.get(outer.source);
    if &*source.name != file {
        return false;
    }
    let Some(line) = line else { return true };
    let (first, column) = sources.position(outer);
    let rest = source.text.get(outer.offset as usize..).unwrap_or_default();
    let own = if place == event.asked { None } else { event.value.as_ref().and_then(Value::as_str) };
    (first..first + height(rest, column, own)).contains(&line)
}

/// How many lines a value or an entry that begins here takes.
fn height(rest: &str, column: usize, text: Option<&str>) -> usize {
    let mut lines = rest.lines();
    let head = lines.next().unwrap_or_default();
    if head.starts_with(['|', '>']) {
        // A block: what stands deeper than the line that it begins in, which begins before this place.
        let deeper = lines.clone().find(|line| !line.trim().is_empty()).map_or(0, indent);
        return 1 + lines.take_while(|line| line.trim().is_empty() || indent(line) >= deeper.max(1)).count();
    }
    if let Some(text) = text {
        let breaks = text.trim_end_matches('\n').matches('\n').count();
        return if rest.starts_with(text.lines().next().unwrap_or_default()) { 1 + breaks } else { 1 };
    }
    let ends = |line: &&str| line.trim().is_empty() || indent(line) + 1 >= column;
    if column == 1 { 1 } else { 1 + lines.take_while(ends).count() }
}

fn indent(line: &str) -> usize {
    line.bytes().take_while(|b| *b == b' ').count()
}

/// What is known of a step or a file.
#[derive(Clone, Copy, Default)]
struct Use {
    wrote: bool,
    changed: bool,
    counts: bool,
}

impl Use {
    fn why(self, file: bool) -> Option<&'static str> {
        match self {
            Use { wrote: false, .. } if file => Some("no rendered field comes from it"),
            Use { wrote: false, .. } => Some("it changes nothing: nothing that it is for is there"),
            Use { counts: false, .. } => {
                Some("all that it wrote is written anew or taken away by later steps")
            }
            Use { changed: false, .. } if !file => Some("all that it wrote was so before"),
            Use { .. } => None,
        }
    }
}

/// Steps that nobody asks for by an entry of their own.
const INTERNAL: &[&str] = &[
    "resources",
    "buildMetadata",
    "functionConfig",
    "nameReference",
    "needsHashSuffix",
    "validators",
    "vars",
];

/// Patches, other entries and files that influence nothing.
pub fn unused(set: &ResourceSet, context: &Context) -> Vec<Unused> {
    let sources = &context.sources;
    let mut steps: BTreeMap<(&'static str, Place), Use> = BTreeMap::new();
    for step in
        context.steps.all().iter().filter(|step| !INTERNAL.contains(&step.field) && step.place.is_some())
    {
        steps.entry((step.field, step.place)).or_default();
    }
    let mut files: BTreeMap<&str, (Place, Use)> = BTreeMap::new();
    for (place, source) in sources.places() {
        if source.inside.is_none() && !is_configuration(&source.name, &source.text) {
            files.entry(&source.name).or_insert((place, Use::default()));
        }
    }
    every_field(set, context, |_, field, end| {
        touches(&field.path, &field.history, |touch| {
            let event = touch.event;
            let counts = touch.over.is_none() && end.is_none();
            let changed = touch.older.is_none_or(|older| older.value != event.value);
            let note = |known: &mut Use| {
                known.wrote = true;
                known.counts |= counts;
                known.changed |= changed;
            };
            if let Some(known) = steps.get_mut(&(event.step, event.asked)) {
                note(known);
            }
            for place in [event.place, event.asked] {
                if sources.holds(place) {
                    let outer = sources.outer(place);
                    if let Some((_, known)) = files.get_mut(&*sources.get(outer.source).name) {
                        note(known);
                    }
                }
            }
        });
        for place in end.iter().flat_map(|end| [end.place, end.asked]) {
            let all = Use { wrote: true, changed: true, counts: true };
            if let Some(end) = end
                && let Some(known) = steps.get_mut(&(end.step, end.asked))
            {
                *known = all;
            }
            if sources.holds(place)
                && let Some((_, known)) = files.get_mut(&*sources.get(sources.outer(place).source).name)
            {
                *known = all;
            }
        }
    });
    let of_steps = steps
        .into_iter()
        .filter_map(|((what, place), known)| Some(Unused { what, place, why: known.why(false)? }));
    let of_files = files
        .into_values()
        .filter_map(|(place, known)| Some(Unused { what: "file", place, why: known.why(true)? }));
    let mut told: Vec<Unused> = of_steps.chain(of_files).collect();
    told.sort_by_key(|unused| {
        let outer = if sources.holds(unused.place) { sources.outer(unused.place) } else { unused.place };
        (outer, unused.what)
    });
    told
}

/// Whether a file says how to build rather than what: kustomizations, field specs, schemas.
fn is_configuration(name: &str, text: &str) -> bool {
    const FIELDS: &[&str] = &[
        "nameReference:",
        "namePrefix:",
        "nameSuffix:",
        "varReference:",
        "commonLabels:",
        "commonAnnotations:",
        "labels:",
        "templateLabels:",
        "images:",
        "replicas:",
        "namespace:",
    ];
    let base = name.rsplit('/').next().unwrap_or(name);
    matches!(base, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
        || text.lines().any(|line| FIELDS.iter().any(|field| line.starts_with(field)))
        || text.contains("\"definitions\"")
        || text.contains("x-kubernetes-")
}
