//! Vars: `$(NAME)` in the fields that `varReference` names becomes the value of a field of an object.
//!
//! Rules. A layer's vars are matched with its objects when the layer is done: group, version, kind and name must be
//! those that an object has or had, and so the namespace where the var has one; several such objects are refused.
//! Names of vars must differ throughout the build. At the end, each var takes its value from the first object that it
//! was matched with; none, or one without the field, is refused. Every text in a field of `varReference` is then
//! expanded (`expand.rs`) and becomes a plain text, even without a var in it; one that is nothing but `$(NAME)` takes
//! the type of the value. Values that are mappings or sequences are not put in.
//!
//! `VarSet::add(&vars, &mut set, scopes)`, `VarSet::merge(other)`, `resolve(&mut set, &vars, &var_reference, &mut context)`.

mod expand;
mod field_path;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Result};
use crate::generate::base64_lines;
use crate::kubernetes::{FieldSpec, Scopes};
use crate::kustomization::Var;
use crate::provenance::{Histories, HistoryId, StepId};
use crate::resource::{Context, IdParts, Resource, ResourceSet};
use crate::source::Place;
use crate::transform::field_spec::{Create, FieldPaths, Scratch};
use crate::yaml::{Dialect, Document, Editor, Kind, NodeId, Style, Tag, Value, resolve};
use expand::Expanded;

/// The vars of a build so far, by name.
#[derive(Clone, Debug, Default)]
pub struct VarSet {
    by_name: BTreeMap<String, Var>,
}

impl VarSet {
    /// Takes in a layer's vars and notes with the objects which vars look at them.
    pub fn add(&mut self, vars: &[Var], set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
        if vars.is_empty() {
            return Ok(());
        }
        for (var, position) in matches(vars, set, scopes)? {
            if let Some(resource) = set.list_mut_keeping_ids().get_mut(position) {
                resource.var_names.push(var.name.value.clone());
            }
        }
        vars.iter().try_for_each(|var| self.insert(var.clone()))
    }

    /// Takes in the vars of another layer.
    pub fn merge(&mut self, other: VarSet) -> Result<()> {
        other.by_name.into_values().try_for_each(|var| self.insert(var))
    }

    fn insert(&mut self, var: Var) -> Result<()> {
        if let Some(first) = self.by_name.get(&var.name.value) {
            return Diagnostic::error("repeated-var", format!("var `{}` is declared twice", var.name.value))
                .at(var.name.at, "here again")
                .at(first.name.at, "first here")
                .hint("names of vars must differ throughout a build: rename one")
                .fail();
        }
        self.by_name.insert(var.name.value.clone(), var);
        Ok(())
    }
}

/// The object that each var looks at, if any: the var, and a position in the set.
fn matches<'v>(vars: &'v [Var], set: &ResourceSet, scopes: &dyn Scopes) -> Result<Vec<(&'v Var, usize)>> {
    type Key<'a> = (&'a str, &'a str, &'a str, &'a str);
    let mut wanted: FxHashMap<Key<'_>, Vec<usize>> = FxHashMap::default();
    for (n, var) in vars.iter().enumerate() {
        let (group, version) = group_and_version(var);
        wanted.entry((group, version, &var.gvk.kind, &var.object_name)).or_default().push(n);
    }
    let mut found: Vec<Vec<usize>> = vec![Vec::new(); vars.len()];
    for (position, resource) in set.iter().enumerate().filter(|(_, resource)| !resource.is_nothing()) {
        for id in IdParts::former(resource).chain([IdParts::current(resource, scopes)]) {
            let Some(vars_of_id) = wanted.get(&(id.group, id.version, id.kind, id.name)) else { continue };
            for n in vars_of_id {
                let namespace = vars.get(*n).map_or("", |var| var.object_namespace.as_str());
                if let Some(positions) = found.get_mut(*n)
                    && (namespace.is_empty() || namespace == id.namespace)
                    && positions.last() != Some(&position)
                {
                    positions.push(position);
                }
            }
        }
    }
    let mut matched = Vec::new();
    for (var, positions) in vars.iter().zip(found) {
        match *positions {
            [] => {}
            [one] => matched.push((var, one)),
            _ => {
                let mut fault = Diagnostic::error(
                    "ambiguous-var",
                    format!("var `{}` could look at {} objects", var.name.value, positions.len()),
                )
                .at(var.name.at, "this var")
                .hint("say `namespace` in its `objref`, or give the objects different names");
                for resource in positions.iter().filter_map(|position| set.get(*position)) {
                    fault = fault.at(resource.place(), "at this one");
                }
                return fault.fail();
            }
        }
    }
    Ok(matched)
}

/// Group and version that a var asks for: `apiVersion` where it has one of the usual forms, over `group`, `version`.
fn group_and_version(var: &Var) -> (&str, &str) {
    let parts: Vec<&str> = var.api_version.splitn(3, '/').collect();
    match *parts {
        [version] if !version.is_empty() => (&var.gvk.group, version),
        [group, version] => (group, version),
        _ => (&var.gvk.group, &var.gvk.version),
    }
}

/// What is put in for a var.
#[derive(Clone, Debug)]
enum Substitute {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A mapping or sequence: nothing is put in.
    Collection,
}

#[derive(Debug)]
struct Resolved {
    substitute: Substitute,
    history: HistoryId,
}

/// The values of all vars by name, with what is known of them.
#[derive(Debug, Default)]
struct Values<'v> {
    by_name: BTreeMap<&'v str, Resolved>,
    histories: Histories,
}

/// Puts the values of the vars in.
pub fn resolve(
    set: &mut ResourceSet,
    vars: &VarSet,
    var_reference: &[FieldSpec],
    context: &mut Context,
) -> Result<()> {
    let Some(first) = vars.by_name.values().next() else { return Ok(()) };
    let values = values(set, vars)?;
    let step = context.steps.add("vars", first.at);
    let mut used = BTreeSet::new();
    let paths = FieldPaths::new(var_reference, Create::Never);
    let mut scratch = Scratch::default();
    for resource in set.iter_mut() {
        put_in(resource, &values, &mut used, &paths, &mut scratch, step)?;
    }
    warn_of_unused(vars, &used, context);
    Ok(())
}

fn put_in(
    resource: &mut Resource,
    values: &Values<'_>,
    used: &mut BTreeSet<String>,
    paths: &FieldPaths,
    scratch: &mut Scratch,
    step: StepId,
) -> Result<()> {
    if resource.is_nothing() {
        return Ok(());
    }
    paths.visit(resource, step, scratch, |editor, node| {
        let document = editor.document();
        match document.kind(node) {
            Kind::Scalar => {
                if is_text(document, node) {
                    set_text(editor, node, values, used);
                }
            }
            Kind::Mapping => {
                let entries: Vec<(NodeId, NodeId)> = document.entries(node).collect();
                for (key, value) in entries {
                    if !is_text(editor.document(), key) {
                        return not_text(editor.document(), key, "a key is no text");
                    }
                    if is_text(editor.document(), value) {
                        set_text(editor, value, values, used);
                    }
                }
            }
            Kind::Sequence => {
                let items: Vec<NodeId> = document.children(node).collect();
                for item in items {
                    if !is_text(editor.document(), item) {
                        return not_text(editor.document(), item, "an item is no text");
                    }
                    set_text(editor, item, values, used);
                }
            }
            Kind::Alias => {}
        }
        Ok(())
    })
}

fn is_text(document: &Document, node: NodeId) -> bool {
    document.kind(node) == Kind::Scalar
        && (resolve::tag_of(document, node) == Tag::Str || document.is_untagged(node))
}

fn not_text(document: &Document, node: NodeId, message: &str) -> Result<()> {
    Diagnostic::error("var-reference-is-not-text", format!("{message} in a field that vars are put into"))
        .at(document.place(node), "not a text")
        .hint("put it in quotes")
        .fail()
}

fn set_text(editor: &mut Editor<'_>, node: NodeId, values: &Values<'_>, used: &mut BTreeSet<String>) {
    let before = editor.document().text(node).to_owned();
    let mut source = None;
    let expanded = expand::expand(&before, |name| {
        let resolved = values.by_name.get(name)?;
        if matches!(resolved.substitute, Substitute::Collection) {
            return None;
        }
        used.insert(name.to_owned());
        source.get_or_insert(resolved.history);
        Some(&resolved.substitute)
    });
    let (text, tag) = match expanded {
        Expanded::Value(Substitute::Int(value)) => (value.to_string(), Tag::Int),
        Expanded::Value(Substitute::Float(value)) => (format!("{value}"), Tag::Float),
        Expanded::Value(Substitute::Bool(value)) => (value.to_string(), Tag::Bool),
        Expanded::Value(Substitute::Text(text)) => (text.clone(), Tag::Str),
        Expanded::Value(Substitute::Collection) => (before.clone(), Tag::Str),
        Expanded::Text(bytes) => match String::from_utf8(bytes) {
            Ok(text) => (text, Tag::Str),
            // kustomize tears characters behind a `$` apart, and what is not UTF-8 becomes base64.
            Err(torn) => (base64_lines(torn.as_bytes()), Tag::Str),
        },
    };
    if text != before {
        match source {
            Some(history) => {
                let from = editor.enter(&values.histories, history);
                editor.set_text_from(node, &text, from);
            }
            None => editor.set_text(node, &text),
        }
    }
    editor.set_tag(node, tag);
    editor.set_style(node, Style::Plain);
}

/// The value of each var.
fn values<'v>(set: &ResourceSet, vars: &'v VarSet) -> Result<Values<'v>> {
    let mut owners: FxHashMap<&str, &Resource> = FxHashMap::default();
    for resource in set {
        for name in resource.var_names.iter() {
            owners.entry(name).or_insert(resource);
        }
    }
    let mut values = Values::default();
    for (name, var) in &vars.by_name {
        let Some(resource) = owners.get(name.as_str()) else { return unmatched(var) };
        let path = if var.field_path.value.is_empty() { "metadata.name" } else { &var.field_path.value };
        let node = resource
            .document
            .try_root()
            .map(|root| field_path::find(&resource.document, root, path))
            .transpose()?
            .flatten();
        let resolved = match node {
            Some(node) => value(&resource.document, node).map(|substitute| {
                let origin = resource.document.origin(node);
                Resolved { substitute, history: resource.document.history(origin, &mut values.histories) }
            }),
            None => None,
        };
        let Some(resolved) = resolved else { return no_field(var, path, resource) };
        values.by_name.insert(name.as_str(), resolved);
    }
    Ok(values)
}

/// The value of a field as kustomize takes it; `None` where Go cannot read the text.
fn value(document: &Document, node: NodeId) -> Option<Substitute> {
    let text = document.text(node);
    match document.kind(node) {
        Kind::Mapping | Kind::Sequence => return Some(Substitute::Collection),
        Kind::Scalar | Kind::Alias => {}
    }
    match resolve::tag_of(document, node) {
        Tag::Int => text.parse().ok().map(Substitute::Int),
        Tag::Float => match resolve::scalar(document, node, Dialect::V3) {
            // Go's ParseFloat knows neither `.inf` nor `1_000.5`.
            Ok(Value::Float(value))
                if !text.contains('_') && !text.contains(".i") && !text.contains(".n") =>
            {
                Some(Substitute::Float(value))
            }
            Ok(Value::Int(_)) => text.parse().ok().map(Substitute::Float),
            _ => None,
        },
        Tag::Bool => match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(Substitute::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(Substitute::Bool(false)),
            _ => None,
        },
        _ => Some(Substitute::Text(text.to_owned())),
    }
}

fn unmatched<T>(var: &Var) -> Result<T> {
    let (kind, name) = (&var.gvk.kind, &var.object_name);
    Diagnostic::error(
        "var-without-object",
        format!("var `{}` looks at {kind} `{name}`, which is not there", var.name.value),
    )
    .at(var.name.at, "this var")
    .hint("`objref` must name group, version, kind and name of an object, as its base names it")
    .fail()
}

fn no_field<T>(var: &Var, path: &str, resource: &Resource) -> Result<T> {
    let at = if var.field_path.at.is_some() { var.field_path.at } else { var.name.at };
    Diagnostic::error(
        "var-without-field",
        format!("var `{}` looks at field `{path}`, which {} does not have", var.name.value, resource.id()),
    )
    .at(at, "this field")
    .at(resource.place(), "in this object")
    .fail()
}

fn warn_of_unused(vars: &VarSet, used: &BTreeSet<String>, context: &mut Context) {
    let unused: Vec<&Var> = vars.by_name.values().filter(|var| !used.contains(&var.name.value)).collect();
    if unused.is_empty() {
        return;
    }
    let names: Vec<&str> = unused.iter().map(|var| var.name.value.as_str()).collect();
    context
        .warnings
        .kustomize
        .push(format!("well-defined vars that were never replaced: {}", names.join(",")));
    for var in unused {
        let place: Place = var.name.at;
        let warning = Diagnostic::warning("unused-var", format!("`$({})` stands in no field", var.name.value))
            .at(place, "this var is put in nowhere")
            .hint("vars are put only into the fields that `varReference` names: add the field there, or use `replacements`");
        context.warnings.add(warning);
    }
}
