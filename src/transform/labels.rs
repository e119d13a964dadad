//! `labels` and `commonLabels` (LabelTransformer): sets labels where field specs say. `annotations.rs` does the same
//! for annotations.
//!
//! Rules. A key that is there gets the value in its place, whatever stood there; a new key goes to the end. A null
//! mapping is made only where the spec creates; anything but a mapping is refused. Within one object kustomize hangs
//! the same new node into all places, so that later changes of one reach all (`Editor::shared_scalar`). That node takes
//! the style of the last value that it came to replace, and gives it to those replaced or made later; where that is plain
//! and YAML 1.1 would not take the value for a text, quotes before it is set the next time.

use super::field_spec::{Create, FieldPaths, Scratch, may_touch_ids, name_of};
use super::together::{self, Local};
use crate::diagnostic::{Diagnostic, Result, Trace};
use crate::kubernetes::{FieldSpec, Scopes, TransformerConfig, merge_field_specs};
use crate::kustomization::{Label, Pair};
use crate::provenance::{Origin, StepId};
use crate::resource::{Context, Resource, ResourceSet, plain_means_string};
use crate::yaml::{Editor, Kind, NodeId, Style, Tag};

/// Sets labels in all objects, where the field specs say.
pub fn apply(
    field: &'static str,
    pairs: &[Pair],
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    match prepare(field, pairs, fields, context)? {
        Some(step) => together::alone(step, resources, context),
        None => Ok(()),
    }
}

/// The field specs of an entry of `labels`: its own, those of configurations, and those that its switches ask for.
pub fn field_specs(label: &Label, config: &TransformerConfig) -> Result<Vec<FieldSpec>> {
    let doing = || "while merging the field specs of `labels`".to_owned();
    let mut fields = label.fields.clone();
    merge_field_specs(&mut fields, &config.labels).while_doing(doing)?;
    if label.include_selectors {
        merge_field_specs(&mut fields, &config.common_labels).while_doing(doing)?;
        return Ok(fields);
    }
    if label.include_templates {
        merge_field_specs(&mut fields, &config.template_labels).while_doing(doing)?;
    }
    let metadata = FieldSpec { path: "metadata/labels".to_owned(), create: true, ..FieldSpec::default() };
    merge_field_specs(&mut fields, &[metadata]).while_doing(doing)?;
    Ok(fields)
}

/// Pairs to be set in all mappings that field specs name.
pub(crate) struct Pairs<'p> {
    /// By key, each once; whether YAML 1.1 would take the plain value for something else than a text.
    sorted: Vec<(&'p Pair, bool)>,
    paths: FieldPaths,
    touches_ids: bool,
    step: StepId,
}

/// [`apply`] as a step to be done together with others; `None` when there is nothing to set.
pub(crate) fn prepare<'p>(
    field: &'static str,
    pairs: &'p [Pair],
    fields: &[FieldSpec],
    context: &mut Context,
) -> Result<Option<Pairs<'p>>> {
    let Some(first) = pairs.first() else { return Ok(None) };
    let step = context.steps.add(field, first.key.at);
    // kustomize keeps pairs in a map, so the last of equal keys counts, and goes through them by key.
    let mut sorted: Vec<&Pair> = Vec::with_capacity(pairs.len());
    sorted.extend(pairs.iter().rev());
    sorted.sort_by(|a, b| a.key.value.cmp(&b.key.value));
    sorted.dedup_by(|later, earlier| later.key.value == earlier.key.value);
    if let Some(pair) = sorted.first().filter(|pair| pair.key.value.is_empty()) {
        return Diagnostic::error("empty-key", format!("an empty key in `{field}`"))
            .at(pair.key.at, "stands here")
            .fail();
    }
    let paths = FieldPaths::new(fields, Create::Mapping);
    let with_quotes = |pair: &'p Pair| (pair, !plain_means_string(&pair.value.value));
    let sorted = sorted.into_iter().map(with_quotes).collect();
    Ok(Some(Pairs { sorted, paths, touches_ids: may_touch_ids(fields), step }))
}

impl Local for Pairs<'_> {
    fn one(&self, resource: &mut Resource, _scopes: &dyn Scopes, scratch: &mut Scratch) -> Result<()> {
        let mut shared = [Shared::NONE; 8];
        let mut more = vec![Shared::NONE; self.sorted.len().saturating_sub(shared.len())];
        self.paths.visit(resource, self.step, scratch, |editor, mapping| {
            for ((pair, in_quotes), shared) in self.sorted.iter().zip(shared.iter_mut().chain(&mut more)) {
                if *in_quotes && shared.style == Style::Plain {
                    shared.restyle(editor, Style::DoubleQuoted);
                }
                set_pair(editor, mapping, pair, shared)?;
            }
            Ok(())
        })
    }

    fn touches_ids(&self) -> bool {
        self.touches_ids
    }
}

/// The one node of a pair that an object has in several places.
#[derive(Clone, Copy)]
struct Shared {
    origin: Option<Origin>,
    /// One of the places.
    node: Option<NodeId>,
    style: Style,
}

impl Shared {
    const NONE: Shared = Shared { origin: None, node: None, style: Style::Plain };

    fn restyle(&mut self, editor: &mut Editor<'_>, style: Style) {
        self.style = style;
        if let Some(made) = self.node {
            editor.set_style(made, style);
        }
    }
}

fn set_pair(editor: &mut Editor<'_>, mapping: NodeId, pair: &Pair, shared: &mut Shared) -> Result<()> {
    let document = editor.document();
    match document.kind(mapping) {
        Kind::Mapping => {}
        Kind::Scalar if document.is_null(mapping) => return Ok(()),
        kind => {
            return Diagnostic::error(
                "not-a-mapping",
                format!("expected a mapping to set `{}` in, found a {}", pair.key.value, name_of(kind)),
            )
            .at(document.place(mapping), "found here")
            .at(pair.key.at, "asked for here")
            .fail();
        }
    }
    let present = document.get(mapping, &pair.key.value);
    if let Some(node) = present {
        let scalar = document.kind(node) == Kind::Scalar;
        let style = if scalar { document.style(node) } else { Style::Plain };
        let tagged = scalar && document.is_tagged(node);
        editor.written_at(pair.value.at);
        editor.set_scalar(node, &pair.value.value, Tag::Str);
        if tagged {
            editor.set_tagged(node, true);
        }
        if !scalar {
            editor.set_style(node, Style::Plain);
        }
        if style != shared.style {
            shared.restyle(editor, style);
        }
    } else {
        editor.written_at(pair.value.at);
        let value = editor.shared_scalar(&pair.value.value, Tag::Str, shared.style, &mut shared.origin);
        shared.node = Some(value);
        editor.written_at(pair.key.at);
        editor.insert_text_key(mapping, &pair.key.value, value);
    }
    Ok(())
}
