//! Reads a kustomization file: decoding, kustomize's warnings for deprecated fields, and what it checks first.

use super::bind::{Binder, Bound, Content, Manner};
use super::decode::{self, Fields};
use super::shape::{KUSTOMIZATION, Shape};
use super::travel::travel;
use super::types::{Kustomization, Written};
use crate::diagnostic::{Diagnostic, Warnings};
use crate::source::Place;
use crate::yaml::{Dialect, Document};

const KIND: &str = "Kustomization";
const COMPONENT: &str = "Component";
const KUSTOMIZATION_VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";

/// Fields that kustomize warns of, in its order, with what to use instead.
const DEPRECATED: [(&str, &str); 6] = [
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
    ("vars", "replacements"),
];

/// Decodes the first document of a kustomization file, which yaml.v2 has read. Deprecated fields are moved to where
/// they belong now, and kustomize's own lines about them added to the warnings.
///
/// # Errors
/// Everything in the file that does not fit.
pub fn decode(
    document: &Document,
    file_name: &str,
    warnings: &mut Warnings,
) -> Result<Kustomization, Vec<Diagnostic>> {
    let start = Place { source: document.source(), offset: 0 };
    let mut bound = match document.try_root() {
        None => Bound::NOTHING,
        Some(root) => Binder::new(document, Dialect::V2, Manner::Kustomization, warnings)
            .bind(root, Shape::Struct(&KUSTOMIZATION))?,
    };
    let fields: &[Bound] = if let Content::Fields(fields) = &bound.content { fields } else { &[] };
    let named = || KUSTOMIZATION.fields.iter().zip(fields);
    for (old, new) in DEPRECATED {
        if named().any(|(field, bound)| field.name == old && !bound.is_zero()) {
            let experimental = if old == "vars" { "[EXPERIMENTAL] " } else { "" };
            warnings.kustomize.push(format!(
                "# Warning: '{old}' is deprecated. Please use '{new}' instead. {experimental}Run 'kustomize edit fix' \
                 to update your Kustomization automatically."
            ));
        }
    }
    if !named().any(|(field, bound)| says_something(field.name, bound)) {
        return Err(vec![
            Diagnostic::error("kustomization-empty", format!("`{file_name}` is empty"))
                .at(start, "it asks for nothing")
                .hint("name at least one resource: `resources: [deployment.yaml]`"),
        ]);
    }
    if let Content::Fields(fields) = &mut bound.content {
        travel(document, fields)?;
    }
    let mut fields = Fields::new(document, &KUSTOMIZATION, bound);
    let (kind, version) = (fields.text("kind"), fields.text("apiVersion"));
    if let Some(fault) = check(&kind, &version) {
        return Err(vec![fault]);
    }
    Ok(Kustomization {
        at: start,
        file_name: file_name.to_owned(),
        is_component: kind.value == COMPONENT,
        ..decode::kustomization(fields)
    })
}

/// Whether a field makes a kustomization that is not empty, after old fields were moved: an empty list moves nothing.
fn says_something(name: &str, bound: &Bound) -> bool {
    match (name, &bound.content) {
        ("kind" | "apiVersion", _) => false,
        ("bases" | "imageTags" | "helmChartInflationGenerator", Content::List(list)) => !list.is_empty(),
        _ => !bound.is_zero(),
    }
}

fn check(kind: &Written<String>, version: &Written<String>) -> Option<Diagnostic> {
    if !matches!(kind.value.as_str(), "" | KIND | COMPONENT) {
        let message = format!("kind should be `{KIND}` or `{COMPONENT}`, and is `{}`", kind.value);
        // What the apiVersion of another kind should be is nobody's question.
        return Some(Diagnostic::error("wrong-kind", message).at(kind.at, "").hint(
            "a file of objects is named under `resources` of a kustomization, and not built by itself",
        ));
    }
    let wanted = if kind.value == COMPONENT { COMPONENT_VERSION } else { KUSTOMIZATION_VERSION };
    if version.value.is_empty() || version.value == wanted {
        return None;
    }
    let kind = if kind.value.is_empty() { KIND } else { &kind.value };
    let message = format!("apiVersion for `{kind}` should be `{wanted}`, and is `{}`", version.value);
    Some(Diagnostic::error("wrong-api-version", message).at(version.at, format!("write `{wanted}`")))
}
