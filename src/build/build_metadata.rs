//! `buildMetadata`: where an object came from and which transformers touched it, as annotations that users can see
//! (`config.kubernetes.io/origin`, `alpha.config.kubernetes.io/transformations`). Follows kustomize's resource.Origin:
//! the trail exists in the whole build as soon as the root asks for any metadata.

use super::Run;
use crate::diagnostic::Result;
use crate::kubernetes::FieldSpec;
use crate::kustomization::{Pair, Written};
use crate::provenance::StepId;
use crate::resource::{Resource, ResourceSet, projection};
use crate::source::Place;
use crate::transform::labels;

/// Where objects come from: the annotation's key.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// What changed them: the annotation's key.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// What one `origin` annotation says, and the trail of folders that leads to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    /// Path from the root kustomization, folders and finally the file.
    path: String,
    /// For generated objects: the kustomization or plugin file that asked for them.
    configured_in: String,
    /// For generated objects: apiVersion, kind, name, namespace of the generator.
    configured_by: [String; 4],
}

impl Trail {
    /// The trail one path further down.
    pub(crate) fn append(&self, path: &str) -> Trail {
        Trail { path: join(&self.path, path), ..self.clone() }
    }

    /// What a built-in generator or transformer of the kustomization file in this folder leaves behind.
    pub(crate) fn builtin(&self, file_name: &str, kind: &str) -> Trail {
        Trail {
            path: String::new(),
            configured_in: join(&self.path, file_name),
            configured_by: ["builtin".to_owned(), kind.to_owned(), String::new(), String::new()],
        }
    }

    /// What a plugin leaves behind: it stands in the file that this trail leads to.
    pub(crate) fn plugin(&self, plugin: &Resource) -> Trail {
        Trail {
            path: String::new(),
            configured_in: self.path.clone(),
            configured_by: [
                plugin.api_version().to_owned(),
                plugin.kind().to_owned(),
                plugin.name().to_owned(),
                plugin.namespace().to_owned(),
            ],
        }
    }

    /// Lines of YAML as yaml.v3 prints the structure, each with this indentation.
    fn lines(&self, indent: &str) -> String {
        let mut lines = Vec::new();
        let mut say = |indent: &str, key: &str, value: &str| {
            if !value.is_empty() {
                lines.push(format!("{indent}{key}: {}\n", spell(value)));
            }
        };
        say(indent, "path", &self.path);
        say(indent, "configuredIn", &self.configured_in);
        let by = self.configured_by.iter().any(|part| !part.is_empty());
        let deeper = format!("{indent}  ");
        let mut by_lines = Vec::new();
        if by {
            lines.push(format!("{indent}configuredBy:\n"));
            for (key, value) in ["apiVersion", "kind", "name", "namespace"].iter().zip(&self.configured_by) {
                if !value.is_empty() {
                    by_lines.push(format!("{deeper}{key}: {}\n", spell(value)));
                }
            }
        }
        lines.concat() + &by_lines.concat()
    }

    /// The value of an `origin` annotation.
    pub(crate) fn text(&self) -> String {
        let lines = self.lines("");
        if lines.is_empty() { "{}\n".to_owned() } else { lines }
    }

    /// One entry of a `transformations` annotation.
    fn entry(&self) -> String {
        let lines = self.lines("  ");
        match lines.get(2..) {
            Some(rest) => format!("- {rest}"),
            None => "- {}\n".to_owned(),
        }
    }
}

/// Go's `filepath.Join` of two slash-separated paths: cleaned, `..` resolved as far as possible.
fn join(a: &str, b: &str) -> String {
    let rooted = if a.is_empty() { b.starts_with('/') } else { a.starts_with('/') };
    let mut parts: Vec<&str> = Vec::new();
    for part in a.split('/').chain(b.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, a.is_empty() && b.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => String::new(),
        (false, false) if joined.is_empty() => ".".to_owned(),
        _ => joined,
    }
}

impl Trail {
    /// What the `origin` annotation of an object says, when it has one that can be read.
    pub(crate) fn of_annotation(object: &Resource) -> Option<Trail> {
        let document = &object.document;
        let node = document.at(document.root(), &["metadata", "annotations", ORIGIN])?;
        // Annotations of this key were written by `annotate_all`: one `path`.
        let text = document.text(node);
        let path = text.lines().find_map(|line| line.strip_prefix("path: "))?;
        Some(Trail { path: path.trim_matches(['"', '\'']).to_owned(), ..Trail::default() })
    }

    /// Gives every object this origin, whatever it had.
    pub(crate) fn annotate_all(&self, objects: &mut ResourceSet, step: StepId) -> Result<()> {
        let text = self.text();
        for object in objects.list_mut_keeping_ids() {
            annotate(object, ORIGIN, &text, step)?;
        }
        Ok(())
    }

    /// Gives every object without an origin this one.
    pub(crate) fn annotate_new(&self, objects: &mut ResourceSet, step: StepId) -> Result<()> {
        let text = self.text();
        for object in objects.list_mut_keeping_ids() {
            if annotation(object, ORIGIN).is_none() {
                annotate(object, ORIGIN, &text, step)?;
            }
        }
        Ok(())
    }

    /// A transformer has run: objects without an origin are taken for its own; the others note it.
    pub(crate) fn note(&self, objects: &mut ResourceSet, step: StepId) -> Result<()> {
        for object in objects.list_mut_keeping_ids() {
            if object.is_nothing() {
                continue;
            }
            if annotation(object, ORIGIN).is_none() {
                annotate(object, ORIGIN, &self.text(), step)?;
            } else {
                let mut text = annotation(object, TRANSFORMATIONS).unwrap_or_default();
                text.push_str(&self.entry());
                annotate(object, TRANSFORMATIONS, &text, step)?;
            }
        }
        Ok(())
    }
}

fn annotation(object: &Resource, key: &str) -> Option<String> {
    let document = &object.document;
    let node = document.at(document.root(), &["metadata", "annotations", key])?;
    Some(document.text(node).to_owned())
}

/// Sets an annotation as kustomize's SetAnnotations does: all of them are written anew.
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

/// Takes away the build's own annotations, and those of `buildMetadata` that nobody asked for.
pub(super) fn strip(
    resources: &mut ResourceSet,
    keep_origin: bool,
    keep_transformations: bool,
    run: &mut Run<'_>,
) -> Result<()> {
    let step = run.context.steps.add("buildMetadata", Place::NONE);
    for resource in resources.list_mut_keeping_ids() {
        projection::remove_build_annotations(resource, keep_origin, keep_transformations, step)?;
    }
    Ok(())
}

/// A value as yaml.v3 spells it.
fn spell(value: &str) -> String {
    value.to_owned()
}
