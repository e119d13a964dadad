//! `replacements` (ReplacementTransformer): copies a value from one object, or from the entry itself, into fields of
//! others. Paths are `field_path.rs`, fields inside texts `structured_data.rs`.
//!
//! Rules. A source is one object, by equal parts of any id that it has or had. Targets are selected by regular
//! expressions on those ids and by label selectors; `reject` takes out what fits its ids or its label selectors, judged
//! apart. Into a scalar only the text is copied, so that its tag and style stay; in the place of anything else comes a
//! copy of the value. kustomize's own annotations can be seen in whole annotations and metadata.

use super::field_path::{Create, look_up, matches, split};
use super::structured_data;
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::kustomization::{
    self, FieldOptions, Replacement, ReplacementField, SourceSelector, TargetSelector,
};
use crate::load::Loader;
use crate::provenance::{Origin, StepId};
use crate::resource::{self, Context, Resource, ResourceSet, Target, projection};
use crate::source::Place;
use crate::yaml::{Document, Editor, Kind, NodeId, Style, Tag, read_v2, resolve};

const DEFAULT_PATH: &str = "metadata.name";

/// Makes replacements one after another. Warns of targets that mean no object.
pub fn apply(
    fields: &[ReplacementField],
    loader: &Loader<'_>,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let mut list: Vec<Replacement> = Vec::new();
    for field in fields {
        if field.path.value.is_empty() {
            list.push(field.replacement.clone());
        } else {
            list.extend(read_file(field, loader, context)?);
        }
    }
    let mut no_odd_lists = None;
    for replacement in &list {
        apply_one(replacement, resources, context, &mut no_odd_lists)?;
    }
    Ok(())
}

fn read_file(
    field: &ReplacementField,
    loader: &Loader<'_>,
    context: &mut Context,
) -> Result<Vec<Replacement>> {
    let source = loader.read(&mut context.sources, &field.path.value, field.path.at)?;
    let text = context.sources.get(source).text.clone();
    let document = read_v2(source, &text, &mut context.warnings.list)?;
    kustomization::replacements(&document, &mut context.warnings).map_err(|faults| {
        let fault = faults.into_iter().next();
        Box::new(fault.unwrap_or_else(|| Diagnostic::error("bad-replacement", "the file cannot be read")))
    })
}

fn apply_one(
    replacement: &Replacement,
    resources: &mut ResourceSet,
    context: &mut Context,
    no_odd_lists: &mut Option<bool>,
) -> Result<()> {
    let fault =
        |message: &str| Diagnostic::error("bad-replacement", message).at(replacement.at, "this replacement");
    let step = context.steps.add("replacements", replacement.at);
    if replacement.targets.is_empty() || (replacement.source.is_none() && replacement.source_value.is_none())
    {
        return fault("a replacement needs a source and at least one target").fail();
    }
    let mut value = match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => {
            return fault("a replacement cannot have both `source` and `sourceValue`").fail();
        }
        (Some(source), None) => Value::of_source(source, replacement.at, resources, step)?,
        (None, Some(text)) => Value::of_text(&text.value, text.at, step),
        (None, None) => return Ok(()),
    };
    for target in &replacement.targets {
        apply_target(target, &mut value, replacement.at, step, (resources, no_odd_lists), context)?;
    }
    Ok(())
}

/// The value to be copied: a document of its own, made anew when the object that it comes from changes.
struct Value {
    document: Document,
    /// Where it comes from, unless it was cut out of a text.
    live: Option<(usize, NodeId)>,
}

impl Value {
    fn of_text(text: &str, at: Place, step: StepId) -> Value {
        let mut document = Document::generated();
        let mut editor = document.edit(step);
        editor.written_at(at);
        let node = editor.scalar(text, Tag::Implicit, Style::Plain);
        editor.set_root(node);
        Value { document, live: None }
    }

    fn of_node(from: &Document, node: NodeId, step: StepId) -> Document {
        let mut document = Document::generated();
        if from.keeps_values() {
            document.keep_values();
        }
        let mut editor = document.edit(step);
        let copy = editor.graft(from, node);
        editor.set_root(copy);
        document
    }

    fn of_source(
        source: &SourceSelector,
        entry: Place,
        resources: &mut ResourceSet,
        step: StepId,
    ) -> Result<Value> {
        let position = select_source(source, entry, resources)?;
        let path = if source.field_path.value.is_empty() { DEFAULT_PATH } else { &source.field_path.value };
        let parts = split(path);
        let at = if source.field_path.at.is_some() { source.field_path.at } else { entry };
        let fault = |resource: &Resource, message: String| {
            Diagnostic::error("replacement-source-field", message)
                .at(at, "looked up here")
                .at(resource.place(), "in this object")
        };
        let shown = sees_state(&parts) && resources.get(position).is_some_and(projection::has_state);
        if shown && let Some(resource) = resources.list_mut_keeping_ids().get_mut(position) {
            projection::show(resource, step);
        }
        let Some(resource) = resources.get(position) else { return Ok(Value::of_text("", entry, step)) };
        let document = &resource.document;
        let found = match look_up(document, document.root(), &parts) {
            Err(reason) => return fault(resource, format!("cannot look up `{path}`: {reason}")).fail(),
            Ok(found) => found.filter(|node| !is_nothing(document, *node)),
        };
        let Some(node) = found else {
            return fault(resource, format!("`{path}` is missing in the source {}", resource.id())).fail();
        };
        let value = match source.options.as_ref().filter(|options| !options.delimiter.is_empty()) {
            None => Value {
                document: Value::of_node(document, node, step),
                live: (!shown).then_some((position, node)),
            },
            Some(options) => {
                if document.kind(node) != Kind::Scalar {
                    return fault(
                        resource,
                        format!("`{path}` is no scalar, so it has no parts to choose from"),
                    )
                    .fail();
                }
                let text = if document.is_null(node) { "" } else { document.text(node) };
                let part = usize::try_from(options.index)
                    .ok()
                    .and_then(|index| split_text(text, &options.delimiter).into_iter().nth(index));
                let Some(part) = part else {
                    let message = format!("there is no part {} of `{text}`", options.index);
                    return fault(resource, message).fail();
                };
                let mut cut = Value::of_node(document, node, step);
                let root = cut.root();
                let tag = resolve::tag_of(&cut, root);
                let mut editor = cut.edit(step);
                let from = editor.document().origin(root);
                editor.set_tag(root, tag);
                editor.set_text_from(root, &part, from);
                Value { document: cut, live: None }
            }
        };
        if shown && let Some(resource) = resources.list_mut_keeping_ids().get_mut(position) {
            projection::take_in(resource, || step)?;
        }
        Ok(value)
    }

    fn kind(&self) -> Kind {
        self.document.kind(self.document.root())
    }

    /// kustomize's value is a pointer into the source, so a change there changes it.
    fn refresh(&mut self, position: usize, resource: &Resource, step: StepId) {
        if let Some((source, node)) = self.live
            && source == position
        {
            self.document = Value::of_node(&resource.document, node, step);
        }
    }
}

fn is_nothing(document: &Document, node: NodeId) -> bool {
    match document.kind(node) {
        Kind::Mapping | Kind::Sequence => document.is_empty(node),
        Kind::Scalar => document.is_null(node),
        Kind::Alias => false,
    }
}

/// Splits as Go does: an empty delimiter never comes here.
fn split_text(text: &str, delimiter: &str) -> Vec<String> {
    text.split(delimiter).map(str::to_owned).collect()
}

/// Whether a path leads to something in which the build's own annotations can be seen.
fn sees_state(parts: &[String]) -> bool {
    let mut parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.next() == Some("metadata")
        && match parts.next() {
            None => true,
            Some("annotations") => {
                parts.next().is_none_or(|key| key.starts_with("internal.config.kubernetes.io/"))
            }
            Some(_) => false,
        }
}

fn into_annotations(parts: &[String]) -> bool {
    matches!(parts, [metadata, annotations, ..] if metadata == "metadata" && annotations == "annotations")
}

/// Whether a path surely leads neither to what makes up the id of an object nor to its annotations or labels.
fn keeps_ids(parts: &[String]) -> bool {
    let first = parts.first().map_or("", String::as_str);
    !matches!(first, "" | "apiVersion" | "kind" | "metadata")
        && first.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Whether the annotations are missing, null or empty: where kustomize keeps state, there is a mapping then.
fn has_no_annotations(resource: &Resource) -> bool {
    let document = &resource.document;
    let annotations = document.at(document.root(), &["metadata", "annotations"]);
    annotations.is_none_or(|node| document.is_empty(node))
}

/// The one object that a source means.
fn select_source(source: &SourceSelector, entry: Place, resources: &ResourceSet) -> Result<usize> {
    let selector = &source.selector;
    let or_default = |namespace: &str| if namespace.is_empty() { "default" } else { namespace }.to_owned();
    let wanted_namespace = or_default(&selector.namespace);
    let mut found: Option<usize> = None;
    let describe = || {
        let mut parts = Vec::new();
        for (part, text) in [
            ("group", &selector.gvk.group),
            ("version", &selector.gvk.version),
            ("kind", &selector.gvk.kind),
            ("name", &selector.name),
            ("namespace", &selector.namespace),
        ] {
            if !text.is_empty() {
                parts.push(format!("{part} `{text}`"));
            }
        }
        if parts.is_empty() { "anything".to_owned() } else { parts.join(", ") }
    };
    let at = if selector.at.is_some() { selector.at } else { entry };
    let all = || (0..resources.len()).collect();
    let named = if selector.name.is_empty() { all() } else { resources.named(&selector.name) };
    for position in named {
        let Some(resource) = resources.get(position) else { continue };
        let (group, version) = crate::kubernetes::Gvk::split_api_version(resource.api_version());
        let fits = |kind: &str, name: &str, namespace: &str| {
            (selector.name.is_empty() || selector.name == name)
                && (selector.namespace.is_empty() || wanted_namespace == or_default(namespace))
                && selector.gvk.selects(group, version, kind)
        };
        let selected = fits(resource.kind(), resource.name(), resource.namespace())
            || resource.former.iter().any(|former| fits(former.kind(), former.name(), former.namespace()));
        if !selected {
            continue;
        }
        if let Some(first) = found {
            let mut fault = Diagnostic::error(
                "replacement-source-ambiguous",
                format!("the source of a replacement matches several objects: {}", describe()),
            )
            .at(at, "this source");
            for position in [first, position] {
                if let Some(resource) = resources.get(position) {
                    fault = fault.at(resource.place(), "matches");
                }
            }
            return fault.hint("say more of it: `kind`, `name`, `namespace`, `group`, `version`").fail();
        }
        found = Some(position);
    }
    if let Some(found) = found {
        return Ok(found);
    }
    let mut fault = Diagnostic::error(
        "replacement-source-not-found",
        format!("the source of a replacement matches no object: {}", describe()),
    )
    .at(at, "this source");
    let of_kind = resources.iter().filter(|r| selector.gvk.kind.is_empty() || r.kind() == selector.gvk.kind);
    if let Some(near) =
        nearest(&selector.name, of_kind.map(Resource::name)).filter(|near| *near != selector.name)
    {
        fault = fault.hint(format!("did you mean `{near}`?"));
    }
    fault.fail()
}

fn apply_target(
    target: &TargetSelector,
    value: &mut Value,
    entry: Place,
    step: StepId,
    (resources, no_odd_lists): (&mut ResourceSet, &mut Option<bool>),
    context: &mut Context,
) -> Result<()> {
    let at = if target.at.is_some() { target.at } else { entry };
    let Some(select) = &target.select else {
        return Diagnostic::error("bad-replacement", "a target needs `select`").at(at, "this target").fail();
    };
    let selects = Target::new(select)?;
    let rejects: Vec<Target<'_>> = target.reject.iter().map(Target::new).collect::<Result<_>>()?;
    let default = kustomization::Written { value: DEFAULT_PATH.to_owned(), at };
    let paths: Vec<(&str, Vec<String>, Place)> =
        if target.field_paths.is_empty() { std::slice::from_ref(&default) } else { &target.field_paths[..] }
            .iter()
            .map(|path| (path.value.as_str(), split(&path.value), path.at))
            .collect();
    let mut selected_any = false;
    // Labels and annotations are looked at before names, and what they are may be refused: then all objects are.
    let by_labels = selects.has_label_selectors() || rejects.iter().any(Target::has_label_selectors);
    let named = if by_labels { None } else { selects.named(resources) };
    let named =
        named.filter(|_| *no_odd_lists.get_or_insert_with(|| !resources.iter().any(resource::has_odd_lists)));
    let keeps_ids = paths.iter().all(|(_, parts, _)| keeps_ids(parts));
    for position in named.unwrap_or_else(|| (0..resources.len()).collect()) {
        let Some(resource) = resources.get(position) else { continue };
        if !is_target(&selects, &rejects, resource)? {
            continue;
        }
        selected_any = true;
        let list = if keeps_ids { resources.list_mut_keeping_ids() } else { resources.list_mut() };
        let Some(resource) = list.get_mut(position) else { continue };
        for (path, parts, path_at) in &paths {
            let shown = projection::has_state(resource)
                && (sees_state(parts) || (into_annotations(parts) && has_no_annotations(resource)));
            if shown {
                projection::show(resource, step);
            }
            let live = value.live.filter(|(source, _)| *source == position).map(|(_, node)| node);
            copy_value(resource, value, live, target, (path, parts, *path_at), step)?;
            if shown {
                projection::forget(resource);
                projection::take_in(resource, || step)?;
            }
            value.refresh(position, resource, step);
        }
        if !keeps_ids && *no_odd_lists == Some(true) {
            *no_odd_lists = Some(!resource::has_odd_lists(resource));
        }
    }
    if !selected_any {
        super::patches::not_found_in("replacement", at, select, resources, context);
    }
    Ok(())
}

fn is_target(selects: &Target<'_>, rejects: &[Target<'_>], resource: &Resource) -> Result<bool> {
    if !(selects.matches_annotations(resource)? && selects.matches_labels(resource)?) {
        return Ok(false);
    }
    for reject in rejects.iter().filter(|reject| reject.has_label_selectors()) {
        if reject.matches_annotations(resource)? && reject.matches_labels(resource)? {
            return Ok(false);
        }
    }
    let rejected = rejects.iter().any(|reject| !reject.is_without_id() && reject.matches_any_id(resource));
    Ok(!rejected && selects.matches_any_id(resource))
}

fn copy_value(
    resource: &mut Resource,
    value: &Value,
    live: Option<NodeId>,
    target: &TargetSelector,
    (path, parts, path_at): (&str, &[String], Place),
    step: StepId,
) -> Result<()> {
    let options = target.options.as_ref();
    let create = match options {
        Some(options) if options.create => Create::Leaf(value.kind()),
        _ => Create::Never,
    };
    if structured_data::set(&mut resource.document, &value.document, parts, create, step) {
        return Ok(());
    }
    let root = resource.document.root();
    let mut editor = resource.document.edit(step);
    let found = matches(&mut editor, root, parts, create);
    let reason = match found {
        Ok(found) if !found.is_empty() => {
            for node in found {
                match live {
                    // What was made or set on the way is part of the value by now.
                    Some(source) => {
                        let value = Value::of_node(editor.document(), source, step);
                        set_field(&mut editor, node, &value, options, path_at)?;
                    }
                    None => set_field(&mut editor, node, &value.document, options, path_at)?,
                }
            }
            return Ok(());
        }
        Ok(_) => String::new(),
        Err(reason) => format!(": {reason}"),
    };
    let what = if create == Create::Never { "find" } else { "find or make" };
    let mut fault = Diagnostic::error(
        "replacement-target-field",
        format!("cannot {what} `{path}` in a target of a replacement{reason}"),
    )
    .at(if path_at.is_some() { path_at } else { target.at }, "this path")
    .at(resource.place(), format!("in this object, {}", resource.id()));
    if create == Create::Never && reason.is_empty() {
        fault = fault.hint("set `options: {create: true}` to have it made");
    }
    fault.fail()
}

/// Copies a value into a field: the text only, when the field is a scalar.
fn set_field(
    editor: &mut Editor<'_>,
    field: NodeId,
    value: &Document,
    options: Option<&FieldOptions>,
    path_at: Place,
) -> Result<()> {
    let root = value.root();
    let scalar = editor.document().kind(field) == Kind::Scalar;
    let delimited = options.filter(|options| !options.delimiter.is_empty());
    let mut text = value.text(root).to_owned();
    if let Some(options) = delimited {
        if !scalar {
            return Diagnostic::error(
                "replacement-target-field",
                "only a scalar has parts to replace one of",
            )
            .at(path_at, "this path")
            .at(editor.document().place(field), "leads to what is no scalar")
            .fail();
        }
        let new = if value.is_null(root) { String::new() } else { text };
        let mut parts = split_text(editor.document().text(field), &options.delimiter);
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, new),
            Ok(index) if index >= parts.len() => parts.push(new),
            Ok(index) => parts[index] = new,
        }
        text = parts.join(&options.delimiter);
    }
    if scalar {
        let from = editor.import_value(value, root);
        set_text_only(editor, field, &text, from);
    } else {
        let copy = editor.graft(value, root);
        editor.assign(field, copy);
    }
    Ok(())
}

/// Changes nothing of a scalar but its text: its tag stays, also one that yaml.v3 had only implied.
pub(super) fn set_text_only(editor: &mut Editor<'_>, node: NodeId, text: &str, from: Origin) {
    let document = editor.document();
    if document.tag(node) == Tag::Implicit && !document.is_untagged(node) {
        let tag = resolve::tag_of(document, node);
        editor.set_tag(node, tag);
    }
    editor.set_text_from(node, text, from);
}
