//! The test of truth of provenance: change the very bytes that a field's origin names, build again, and that field
//! changes. Over fields of real roots, drawn by a seed.
//!
//! `CITADEL_PROVENANCE` says how many fields, `CITADEL_SEED` which draw.
#![allow(clippy::print_stderr)] // the figures

mod bytes;
mod explained;
mod overlay;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use citadel::build::{Options, Reorder, objects};
use citadel::provenance::Whence;
use citadel::resource::{Context, ResourceSet};
use citadel::source::Place;
use citadel::yaml::{Document, Kind, NodeId};
use serde_json::Value;

use crate::generator::Random;
use bytes::{Span, changes, span};
use overlay::Overlay;

/// Fields of an ordinary test run.
const FIELDS: usize = 2400;
/// Fields taken of one root.
const OF_ONE_ROOT: usize = 20;

/// A step of a path into an object.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Key(String),
    Item(usize),
}

/// A scalar of a build.
#[derive(Clone, Debug)]
struct Field {
    object: usize,
    path: Vec<Part>,
    text: String,
    place: Place,
    /// A step wrote it, rather than the object's own file.
    stepped: bool,
}

fn fields(set: &ResourceSet) -> Vec<Field> {
    let mut found = Vec::new();
    for (object, resource) in set.iter().enumerate() {
        let document = &resource.document;
        let mut todo = vec![(document.root(), Vec::new())];
        while let Some((node, path)) = todo.pop() {
            let part = |at: usize, child: NodeId| match document.key(child) {
                Some(key) if document.kind(node) == Kind::Mapping => Part::Key(document.text(key).to_owned()),
                _ => Part::Item(at),
            };
            if document.kind(node) == Kind::Scalar {
                found.push(Field {
                    object,
                    path,
                    text: document.text(node).to_owned(),
                    place: document.place(node),
                    stepped: !matches!(document.origin(node).read(), Whence::Own(_)),
                });
                continue;
            }
            for (at, child) in document.children(node).enumerate() {
                let mut path = path.clone();
                path.push(part(at, child));
                todo.push((child, path));
            }
        }
    }
    found
}

fn find(document: &Document, path: &[Part]) -> Option<NodeId> {
    path.iter().try_fold(document.root(), |node, part| match part {
        Part::Key(key) => document.get(node, key),
        Part::Item(at) => document.item(node, *at),
    })
}

/// Whether the field says something else in another build.
fn changed(field: &Field, set: &ResourceSet) -> bool {
    let Some(resource) = set.get(field.object) else { return false };
    let document = &resource.document;
    match find(document, &field.path) {
        Some(node) => document.kind(node) != Kind::Scalar || document.text(node) != field.text,
        None => false,
    }
}

fn options() -> Options {
    // in the order of reading, so that a changed name does not move its object
    Options { reorder: Reorder::None, ..Options::default() }
}

/// Roots of the real suite that build without flags: where, and how to call it.
fn roots() -> Vec<(PathBuf, String)> {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/real");
    let Ok(cases) = std::fs::read_to_string(real.join("cases.jsonl")) else { return Vec::new() };
    let cases = cases.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    cases
        .filter(|case| case["args"].as_array().is_some_and(Vec::is_empty) && case["expect"].is_string())
        .filter_map(|case| {
            let root = real.join(case["tree"].as_str()?).join(case["root"].as_str()?);
            Some((root.canonicalize().ok()?, case["id"].as_str()?.to_owned()))
        })
        .collect()
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Which fields are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Draw {
    /// Any.
    Any,
    /// Those that a step of the build wrote, but for what generators always write.
    Stepped,
}

/// What was seen.
#[derive(Default)]
struct Tally {
    roots: usize,
    taken: usize,
    stepped: usize,
    seen: usize,
    /// Of those, the ones whose origin is an entry, any of whose bytes may have been changed.
    by_entry: usize,
    refused: usize,
    failed: BTreeMap<&'static str, Vec<String>>,
}

#[test]
fn a_field_changes_with_the_bytes_its_origin_names() {
    draw(Draw::Any);
}

#[test]
fn a_field_that_a_step_wrote_changes_with_the_bytes_its_origin_names() {
    draw(Draw::Stepped);
}

fn draw(draw: Draw) {
    let mut roots = roots();
    if roots.is_empty() {
        eprintln!("skipped: the real trees of ../shared are not there");
        return;
    }
    let (wanted, seed) = (number("CITADEL_PROVENANCE", FIELDS), number("CITADEL_SEED", 1));
    let mut random = Random::new(seed as u64);
    let mut tally = Tally::default();
    while tally.taken < wanted && !roots.is_empty() {
        let (root, name) = roots.swap_remove(random.below(roots.len()));
        try_root(&root, &name, draw, &mut random, &mut tally);
    }
    let failed: usize = tally.failed.values().map(Vec::len).sum();
    eprintln!(
        "{} fields of {} roots, {} of them written by a step: {} change with their bytes ({} with some \
         of the entry's), {} make the build refuse, {failed} do not ({:.2} %)",
        tally.taken,
        tally.roots,
        tally.stepped,
        tally.seen,
        tally.by_entry,
        tally.refused,
        100.0 * failed as f64 / tally.taken as f64
    );
    judge(&tally.failed, tally.taken);
}

/// Shows the fields that failed, class by class. More than one in a hundred is too many.
fn judge(failed: &BTreeMap<&'static str, Vec<String>>, taken: usize) {
    for (class, fields) in failed {
        eprintln!("{:5}  {class}", fields.len());
        for field in fields.iter().take(number("CITADEL_SHOW", 5)) {
            eprintln!("         {field}");
        }
    }
    let failed: usize = failed.values().map(Vec::len).sum();
    assert!(failed * 100 <= taken, "more than one field in a hundred");
}

fn try_root(root: &Path, name: &str, draw: Draw, random: &mut Random, tally: &mut Tally) {
    let overlay = Overlay::default();
    let (set, context) = objects(&overlay, &root.to_string_lossy(), &options());
    let Ok(set) = set else { return };
    let mut all = fields(&set);
    if draw == Draw::Stepped {
        all.retain(|field| field.stepped && !is_constant(field, &set));
    }
    let mut chosen = Vec::new();
    while chosen.len() < OF_ONE_ROOT && !all.is_empty() {
        chosen.push(all.swap_remove(random.below(all.len())));
    }
    tally.roots += usize::from(!chosen.is_empty());
    for field in chosen {
        tally.taken += 1;
        tally.stepped += usize::from(field.stepped);
        match try_field(&overlay, root, &context, &field) {
            Ok(Seen::Changed { by_entry }) => {
                tally.seen += 1;
                tally.by_entry += usize::from(by_entry);
            }
            Ok(Seen::Refused) => tally.refused += 1,
            Err(class) => {
                let class = if is_constant(&field, &set) { "a generator always writes it" } else { class };
                let at =
                    if field.place.is_some() { context.sources.display(field.place) } else { String::new() };
                let kind = set.get(field.object).map(|object| object.kind().to_owned()).unwrap_or_default();
                let text: String = field.text.chars().take(40).collect();
                let path: Vec<String> = field
                    .path
                    .iter()
                    .map(|part| match part {
                        Part::Key(key) => key.clone(),
                        Part::Item(at) => at.to_string(),
                    })
                    .collect();
                let line = format!("{name}: {kind} {} = {text:?} from {at}", path.join("/"));
                tally.failed.entry(class).or_default().push(line);
            }
        }
    }
}

/// Whether a generator writes a field whatever it is told: `apiVersion` and `kind` of a ConfigMap.
fn is_constant(field: &Field, set: &ResourceSet) -> bool {
    let generated = set.get(field.object).is_some_and(|object| object.has_behavior);
    let [Part::Key(key)] = &field.path[..] else { return false };
    generated
        && match key.as_str() {
            "apiVersion" | "kind" => true,
            "type" => field.text == "Opaque",
            _ => false,
        }
}

/// What the changes of a field's bytes did.
enum Seen {
    Changed {
        by_entry: bool,
    },
    /// Each change made the build refuse.
    Refused,
}

/// Changes the bytes and looks at the field; or says why it stays.
fn try_field(overlay: &Overlay, root: &Path, context: &Context, field: &Field) -> Result<Seen, &'static str> {
    if !field.place.is_some() {
        return Err("no place");
    }
    let Some(Span { file, start, end, whole }) = span(&context.sources, field.place) else {
        return Err("place is not found in the file");
    };
    let Some(bytes) = overlay.bytes_of(&file) else { return Err("file is not read") };
    let changes = changes(&bytes, start, end, whole);
    if changes.is_empty() {
        return Err("nothing there to change: no letter and no digit");
    }
    let mut refused = 0;
    for change in &changes {
        let host = overlay.with(&file, change.clone());
        let (set, _) = objects(&host, &root.to_string_lossy(), &options());
        match set {
            Ok(set) if changed(field, &set) => return Ok(Seen::Changed { by_entry: whole }),
            Ok(_) => {}
            Err(_) => refused += 1,
        }
    }
    if refused == changes.len() { Ok(Seen::Refused) } else { Err("stays as it was") }
}
