//! `buildMetadata`: where an object came from and which transformers touched it, as annotations that users can see
//! (`config.kubernetes.io/origin`, `alpha.config.kubernetes.io/transformations`). Follows kustomize's resource.Origin:
//! the trail exists in the whole build as soon as the root asks for any metadata.

use std::path::Path;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Run;
use crate::diagnostic::{Diagnostic, Result};
use crate::host;
use crate::kubernetes::FieldSpec;
use crate::kustomization::{self, ObjectOrigin, Pair, Written};
use crate::provenance::StepId;
use crate::resource::projection::{self, ORIGIN, TRANSFORMATIONS};
use crate::resource::{Resource, ResourceSet};
use crate::source::Place;
use crate::transform::labels;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{self, Document, Editor, NodeId, SequenceIndent, Style, Tag};

/// Where the build is: what it would write into an `origin` annotation here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trail(ObjectOrigin);

impl Trail {
    /// The trail one path further down.
    pub(crate) fn append(&self, path: &str) -> Trail {
        Trail(ObjectOrigin { path: join(&self.0.path, path), ..self.0.clone() })
    }

    /// What a built-in generator or transformer of the kustomization file in this folder leaves behind.
    pub(crate) fn builtin(&self, file_name: &str, kind: &str) -> Trail {
        self.made_by(join(&self.0.path, file_name), ["builtin", kind, "", ""])
    }

    /// What a plugin leaves behind: it stands in the file that its own `origin` annotation names.
    ///
    /// # Errors
    /// When the annotation cannot be read.
    pub(crate) fn of_plugin(plugin: &Resource) -> Result<Option<Trail>> {
        let Some(origin) = origin_of(plugin)? else { return Ok(None) };
        let by = [plugin.api_version(), plugin.kind(), plugin.name(), plugin.namespace()];
        let file = origin.path.clone();
        Ok(Some(Trail(origin).made_by(file, by)))
    }

    fn made_by(&self, file: String, by: [&str; 4]) -> Trail {
        Trail(ObjectOrigin {
            path: String::new(),
            configured_in: file,
            configured_by: by.map(str::to_owned),
            ..self.0.clone()
        })
    }

    /// Gives the objects of a file this origin, whatever they had; other annotations stay as they are written.
    pub(super) fn annotate_file(
        &self,
        run: &mut Run<'_>,
        objects: &mut ResourceSet,
        at: Place,
    ) -> Result<()> {
        let text = print(StepId::READ, |editor| Some(write(&self.0, editor)))?;
        let key = Written { value: ORIGIN.to_owned(), at };
        let pair = Pair { key, value: Written { value: text, at } };
        let field =
            FieldSpec { path: "metadata/annotations".to_owned(), create: true, ..FieldSpec::default() };
        labels::apply("buildMetadata", &[pair], &[field], objects, &mut run.context)
    }

    /// Gives every object this origin, whatever it had.
    pub(crate) fn annotate_all(&self, objects: &mut ResourceSet, step: StepId) -> Result<()> {
        let text = print(step, |editor| Some(write(&self.0, editor)))?;
        for object in objects.list_mut_keeping_ids() {
            projection::annotate(object, ORIGIN, &text, step)?;
        }
        Ok(())
    }

    /// Gives every object without an origin this one. One that cannot be read stays as it is.
    pub(crate) fn annotate_new(&self, objects: &mut ResourceSet, step: StepId) -> Result<()> {
        let text = print(step, |editor| Some(write(&self.0, editor)))?;
        for object in objects.list_mut_keeping_ids() {
            if annotation(object, ORIGIN).is_none() {
                annotate(object, ORIGIN, &text, step)?;
            }
        }
        Ok(())
    }

    /// A transformer has run: objects without an origin are taken for its own; the others note it.
    pub(crate) fn note(&self, objects: &mut ResourceSet, step: StepId) -> Result<()> {
        let own = print(step, |editor| Some(write(&self.0, editor)))?;
        // Many objects say the same.
        let mut readable: FxHashSet<String> = FxHashSet::default();
        let mut longer: FxHashMap<String, String> = FxHashMap::default();
        for object in objects.list_mut_keeping_ids().iter_mut().filter(|object| !object.is_nothing()) {
            let Some(origin) = annotation(object, ORIGIN) else {
                annotate(object, ORIGIN, &own, step)?;
                continue;
            };
            if !readable.contains(origin) {
                origin_of(object)?;
                readable.insert(origin.to_owned());
            }
            let noted = annotation(object, TRANSFORMATIONS).unwrap_or_default();
            let text = if let Some(text) = longer.get(noted) {
                text.clone()
            } else {
                let text = self.behind(object, step)?;
                longer.insert(noted.to_owned(), text.clone());
                text
            };
            annotate(object, TRANSFORMATIONS, &text, step)?;
        }
        Ok(())
    }

    /// The `transformations` of an object with this one behind them, read and printed anew as kustomize does.
    fn behind(&self, object: &Resource, step: StepId) -> Result<String> {
        let mut list = match document_in(object, TRANSFORMATIONS)? {
            Some(document) => kustomization::object_origins(&document)
                .map_err(|faults| Box::new(first(object, TRANSFORMATIONS, faults)))?,
            None => Vec::new(),
        };
        list.push(Some(self.0.clone()));
        print(step, |editor| {
            let sequence = editor.sequence(Tag::Implicit, Style::Plain);
            for origin in &list {
                let item = match origin {
                    Some(origin) => write(origin, editor),
                    None => editor.scalar("null", Tag::Implicit, Style::Plain),
                };
                editor.push(sequence, item);
            }
            Some(sequence)
        })
    }
}

/// Go's `filepath.Join`: empty parts are left out.
fn join(a: &str, b: &str) -> String {
    let joined = match (a.is_empty(), b.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => b.to_owned(),
        (false, true) => a.to_owned(),
        (false, false) => format!("{a}/{b}"),
    };
    host::clean(Path::new(&joined)).to_string_lossy().into_owned()
}

/// What the `origin` annotation of an object says, when it has one.
fn origin_of(object: &Resource) -> Result<Option<ObjectOrigin>> {
    match document_in(object, ORIGIN)? {
        Some(document) => kustomization::object_origin(&document)
            .map(Some)
            .map_err(|faults| Box::new(first(object, ORIGIN, faults))),
        None => Ok(None),
    }
}

/// The first fault in the YAML of an annotation, at the place of the annotation.
fn first(object: &Resource, key: &str, faults: Vec<Diagnostic>) -> Diagnostic {
    let fault = faults.into_iter().next();
    let fault = fault.unwrap_or_else(|| Diagnostic::error("refused", "refused without a word"));
    fault.at(annotation_place(object, key), format!("`{key}` holds YAML"))
}

fn annotation_place(object: &Resource, key: &str) -> Place {
    let document = &object.document;
    let node = document.try_root().and_then(|root| document.at(root, &["metadata", "annotations", key]));
    node.map_or(Place::NONE, |node| document.place(node))
}

/// The YAML in an annotation. Places in it are those of the annotation itself.
fn document_in(object: &Resource, key: &str) -> Result<Option<Document>> {
    let Some(text) = annotation(object, key) else { return Ok(None) };
    let place = annotation_place(object, key);
    let read = yaml::read_v2(crate::source::SourceId::NONE, &text.into(), &mut Vec::new());
    read.map(Some).map_err(|mut fault| {
        fault.labels.clear();
        Box::new(fault.at(place, format!("`{key}` holds YAML")))
    })
}

/// The YAML of what is hung together here, as yaml.v3 prints it.
fn print(step: StepId, hang: impl FnOnce(&mut Editor<'_>) -> Option<NodeId>) -> Result<String> {
    let mut document = Document::generated();
    let mut out = Vec::new();
    if let Some(root) = hang(&mut document.edit(step)) {
        yaml::emit_v3(&document, root, SequenceIndent::Compact, &mut out)?;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// An origin as kustomize's struct is written: what is empty is left out.
fn write(origin: &ObjectOrigin, editor: &mut Editor<'_>) -> NodeId {
    let mapping = editor.mapping(Tag::Implicit, Style::Plain);
    let fields = [
        ("path", &origin.path),
        ("repo", &origin.repo),
        ("ref", &origin.reference),
        ("configuredIn", &origin.configured_in),
    ];
    insert(editor, mapping, fields);
    if origin.configured_by.iter().any(|part| !part.is_empty()) {
        let by = editor.mapping(Tag::Implicit, Style::Plain);
        let [api_version, kind, name, namespace] = &origin.configured_by;
        let fields = [("apiVersion", api_version), ("kind", kind), ("name", name), ("namespace", namespace)];
        insert(editor, by, fields);
        editor.insert_text_key(mapping, "configuredBy", by);
    }
    mapping
}

fn insert(editor: &mut Editor<'_>, mapping: NodeId, fields: [(&str, &String); 4]) {
    for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        let value = spell(editor, value);
        editor.insert_text_key(mapping, key, value);
    }
}

/// A text as yaml.v3 spells Go strings: plain, unless a reader of YAML 1.1 or 1.2 would take it for something else.
fn spell(editor: &mut Editor<'_>, text: &str) -> NodeId {
    let is_text = matches!(resolve::plain(Dialect::V3, text), Value::Text(_));
    let plain = text.contains('\n') || (is_text && !is_old_boolean(text) && !is_sexagesimal(text));
    editor.scalar(text, Tag::Str, if plain { Style::Plain } else { Style::DoubleQuoted })
}

fn is_old_boolean(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    )
}

/// Whether a YAML 1.1 reader takes a text for a number of base 60: `1:20`, `-12:30:45.5`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.strip_prefix(['-', '+']).unwrap_or(text).split(':');
    let first = parts.next().unwrap_or_default();
    let starts = first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let mut rest: Vec<&str> = parts.collect();
    let Some(last) = rest.pop() else { return false };
    let (whole, fraction) = last.split_once('.').unwrap_or((last, ""));
    let is_part = |part: &&str| {
        let bytes = part.as_bytes();
        match bytes {
            [one] => one.is_ascii_digit(),
            [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
            _ => false,
        }
    };
    starts
        && rest.iter().all(is_part)
        && is_part(&whole)
        && fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

fn annotation<'r>(object: &'r Resource, key: &str) -> Option<&'r str> {
    let document = &object.document;
    let node = document.at(document.try_root()?, &["metadata", "annotations", key])?;
    Some(document.text(node))
}

/// Sets an annotation as kustomize's `SetAnnotations` does: all of them are written anew.
fn annotate(object: &mut Resource, key: &str, text: &str, step: StepId) -> Result<()> {
    projection::rewrite_annotations(object, &[(key.to_owned(), text.to_owned())], step)
}

/// `managedByLabel`: which program built the object, in kustomize's words.
pub(super) fn add_managed_by_label(resources: &mut ResourceSet, run: &mut Run<'_>) -> Result<()> {
    let written = |value: &str| Written { value: value.to_owned(), at: Place::NONE };
    let pair = Pair { key: written("app.kubernetes.io/managed-by"), value: written("kustomize-v5.8.1") };
    let field = FieldSpec { path: "metadata/labels".to_owned(), create: true, ..FieldSpec::default() };
    labels::apply("buildMetadata", &[pair], &[field], resources, &mut run.context)
}

/// From how many objects on it pays to work on them side by side.
const SIDE_BY_SIDE: usize = 512;

/// Takes away the build's own annotations, and those of `buildMetadata` that nobody asked for.
pub(super) fn strip(
    resources: &mut ResourceSet,
    keep_origin: bool,
    keep_transformations: bool,
    run: &mut Run<'_>,
) -> Result<()> {
    let step = run.context.steps.add("buildMetadata", Place::NONE);
    let strip = |resource: &mut Resource| {
        projection::remove_build_annotations(resource, keep_origin, keep_transformations, step)
    };
    let list = resources.list_mut_keeping_ids();
    if list.len() < SIDE_BY_SIDE {
        return list.iter_mut().try_for_each(strip);
    }
    let rows = list.par_chunks_mut(SIDE_BY_SIDE / 4).map(|row| row.iter_mut().try_for_each(strip));
    rows.find_first(Result::is_err).unwrap_or(Ok(()))
}
