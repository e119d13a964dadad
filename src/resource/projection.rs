//! The build's own state as kustomize keeps it, in annotations `internal.config.kubernetes.io/…`, for the few steps in
//! which it can be seen: [`show`] writes it into the object, [`take_in`] reads it back and takes it out. Also what the
//! end of a build strips, and what kustomize's rewriting of all annotations does to their values.
//!
//! Rules. What users write under these names counts as state from the moment it is read. Whenever kustomize rewrites
//! annotations, values become texts as they are spelt, the last of equal keys counts, and an empty map vanishes.

use super::former::Former;
use super::id::ResId;
use super::object::{Behavior, Resource};
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Gvk;
use crate::provenance::StepId;
use crate::yaml::{Document, Editor, Kind, NodeId, Style, Tag};

const PREFIX: &str = "internal.config.kubernetes.io/";
const ANNOTATIONS: &str = "annotations";
const ENABLED: &str = "enabled";

/// Annotations beside the build's state that the end of a build strips.
const STRIPPED: [&str; 9] = [
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "internal.config.kubernetes.io/helm-generated",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
];

/// Where kustomize notes what an object comes from (`buildMetadata: [originAnnotations]`).
pub const ORIGIN: &str = "config.kubernetes.io/origin";

/// Where kustomize notes what has changed an object (`buildMetadata: [transformerAnnotations]`).
pub const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The state of the build as kustomize would have it in annotations, without the common beginning of their names.
fn state(resource: &Resource) -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    let former = |part: fn(&Former) -> &str| resource.former.iter().map(part).collect::<Vec<_>>().join(",");
    if !resource.former.is_empty() {
        list.push(("previousNames", former(Former::name)));
        list.push(("previousNamespaces", former(Former::namespace)));
        list.push(("previousKinds", former(Former::kind)));
    }
    if !resource.prefixes.is_empty() {
        list.push(("prefixes", resource.prefixes.join(",")));
    }
    if !resource.suffixes.is_empty() {
        list.push(("suffixes", resource.suffixes.join(",")));
    }
    if !resource.referred_by.is_empty() {
        list.push(("refBy", resource.referred_by.iter().map(id_text).collect::<Vec<_>>().join(",")));
    }
    if resource.has_behavior || resource.behavior != Behavior::Unspecified {
        let behavior = match resource.behavior {
            Behavior::Unspecified => "unspecified",
            Behavior::Create => "create",
            Behavior::Replace => "replace",
            Behavior::Merge => "merge",
        };
        list.push(("generatorBehavior", behavior.to_owned()));
    }
    for (set, name) in [
        (resource.needs_hash, "needsHashSuffix"),
        (resource.allow_name_change, "allowNameChange"),
        (resource.allow_kind_change, "allowKindChange"),
    ] {
        if set {
            list.push((name, ENABLED.to_owned()));
        }
    }
    list
}

/// Whether there is any state that [`show`] would write.
pub fn has_state(resource: &Resource) -> bool {
    !resource.former.is_empty()
        || !resource.prefixes.is_empty()
        || !resource.suffixes.is_empty()
        || !resource.referred_by.is_empty()
        || resource.has_behavior
        || resource.behavior != Behavior::Unspecified
        || resource.needs_hash
        || resource.allow_name_change
        || resource.allow_kind_change
}

/// Writes the state of the build into the annotations of the object, and keeps it in its own fields too.
pub fn show(resource: &mut Resource, step: StepId) {
    let state = state(resource);
    if state.is_empty() || resource.document.try_root().is_none() {
        return;
    }
    let mut editor = resource.document.edit(step);
    let Some(annotations) = annotations_to_write(&mut editor) else { return };
    for (name, value) in state {
        set(&mut editor, annotations, &format!("{PREFIX}{name}"), &value);
    }
}

/// Reads state out of the annotations of the object, in place of what the fields say, and takes it out there.
/// Annotations that users wrote under these names are read so as well. Does nothing when there are none.
///
/// # Errors
/// When former names, namespaces and kinds are not equally many: kustomize crashes.
pub fn take_in(resource: &mut Resource, step: impl FnOnce() -> StepId) -> Result<()> {
    let document = &resource.document;
    let Some(annotations) = annotations(document) else { return Ok(()) };
    let mut taken: Vec<(NodeId, String, String)> = Vec::new();
    for (key, value) in document.entries(annotations) {
        if let Some(name) = document.text(key).strip_prefix(PREFIX)
            && is_state(name)
        {
            taken.push((value, name.to_owned(), value_text(document, value).to_owned()));
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    let rest: Vec<NodeId> = document
        .children(annotations)
        .filter(|child| !taken.iter().any(|(node, ..)| node == child))
        .collect();
    let place = document.place(annotations);
    resource.document.edit(step()).arrange(annotations, &rest);
    let (mut names, mut namespaces, mut kinds) = (None, None, None);
    let parts = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    for (_, name, value) in taken {
        match name.as_str() {
            "previousNames" => names = Some(parts(&value)),
            "previousNamespaces" => namespaces = Some(parts(&value)),
            "previousKinds" => kinds = Some(parts(&value)),
            "prefixes" => resource.prefixes = parts(&value).into(),
            "suffixes" => resource.suffixes = parts(&value).into(),
            "refBy" => resource.referred_by = value.split(',').map(id_from_text).collect(),
            "generatorBehavior" => {
                resource.has_behavior = true;
                resource.behavior = match value.as_str() {
                    "replace" => Behavior::Replace,
                    "merge" => Behavior::Merge,
                    "create" => Behavior::Create,
                    _ => Behavior::Unspecified,
                };
            }
            "needsHashSuffix" => resource.needs_hash = value == ENABLED,
            "allowNameChange" => resource.allow_name_change = value == ENABLED,
            _ => resource.allow_kind_change = value == ENABLED,
        }
    }
    let Some(names) = names else { return Ok(()) };
    let (namespaces, kinds) = (namespaces.unwrap_or_default(), kinds.unwrap_or_default());
    if names.len() != namespaces.len() || names.len() != kinds.len() {
        return Diagnostic::error(
            "bad-former-names",
            "previous names, previous namespaces and previous kinds in kustomize's own annotations are not equally many",
        )
        .at(place, "in these annotations")
        .hint("take the annotations `internal.config.kubernetes.io/previous…` out")
        .fail();
    }
    resource.former = names
        .into_iter()
        .zip(namespaces)
        .zip(kinds)
        .map(|((name, namespace), kind)| Former::new(&kind, &namespace, &name))
        .collect();
    Ok(())
}

/// Forgets the state of the build, as when a patch has removed the annotations that hold it.
pub fn forget(resource: &mut Resource) {
    let Resource {
        former,
        prefixes,
        suffixes,
        referred_by,
        behavior,
        has_behavior,
        needs_hash,
        allow_name_change,
        allow_kind_change,
        ..
    } = resource;
    former.clear();
    prefixes.clear();
    suffixes.clear();
    referred_by.clear();
    *behavior = Behavior::Unspecified;
    *has_behavior = false;
    *needs_hash = false;
    *allow_name_change = false;
    *allow_kind_change = false;
}

fn is_state(name: &str) -> bool {
    matches!(
        name,
        "previousNames"
            | "previousNamespaces"
            | "previousKinds"
            | "prefixes"
            | "suffixes"
            | "refBy"
            | "generatorBehavior"
            | "needsHashSuffix"
            | "allowNameChange"
            | "allowKindChange"
    )
}

/// Whether an annotation is one of those that kustomize carries over a JSON patch.
fn is_internal(key: &str) -> bool {
    key.starts_with(PREFIX)
        || matches!(key, "config.kubernetes.io/path" | "config.kubernetes.io/index" | "config.k8s.io/id")
}

/// The annotations that kustomize carries over a JSON patch, with their values (its `GetInternalAnnotations`).
pub fn internal_annotations(resource: &Resource) -> Vec<(String, String)> {
    let document = &resource.document;
    let mapping = |node: &NodeId| document.kind(*node) == Kind::Mapping;
    let Some(annotations) = resource.annotations().1.filter(mapping) else { return Vec::new() };
    document
        .entries(annotations)
        .filter(|(key, _)| is_internal(document.text(*key)))
        .map(|(key, value)| {
            let text = if document.is_null(value) { "" } else { value_text(document, value) };
            (document.text(key).to_owned(), text.to_owned())
        })
        .collect()
}

/// Sets one annotation and leaves the others as they are, as kustomize's `AnnotateAll` does.
///
/// # Errors
/// When the annotations are a list or a text.
pub fn annotate(resource: &mut Resource, key: &str, value: &str, step: StepId) -> Result<()> {
    let document = &resource.document;
    let Some(root) = document.try_root() else { return Ok(()) };
    if let Some(present) = document.at(root, &["metadata", ANNOTATIONS])
        && document.kind(present) != Kind::Mapping
        && !document.is_null(present)
    {
        return Diagnostic::error("not-a-mapping", "annotations are no mapping")
            .at(document.place(present), "found here")
            .fail();
    }
    let mut editor = resource.document.edit(step);
    if let Some(annotations) = annotations_to_write(&mut editor) {
        set(&mut editor, annotations, key, value);
    }
    Ok(())
}

/// Sets annotations and rewrites all others, as kustomize's `SetAnnotations` after `GetAnnotations` does.
///
/// # Errors
/// When the annotations are a list of odd length: kustomize crashes.
pub fn rewrite_annotations(
    resource: &mut Resource,
    set_too: &[(String, String)],
    step: StepId,
) -> Result<()> {
    if resource.document.try_root().is_none() {
        return Ok(());
    }
    let (metadata, there) = resource.annotations();
    if set_too.is_empty() && metadata.is_some() && there.is_none() {
        return Ok(());
    }
    let mut editor = resource.document.edit(step);
    let document = editor.document();
    if there.is_some_and(|there| document.kind(there) == Kind::Sequence) {
        rewrite(&mut editor, ANNOTATIONS)?;
    }
    for (key, value) in set_too {
        if let Some(annotations) = annotations_to_write(&mut editor) {
            set(&mut editor, annotations, key, value);
        }
    }
    rewrite(&mut editor, ANNOTATIONS)
}

/// Takes all annotations out of an object.
pub fn drop_annotations(resource: &mut Resource, step: StepId) {
    let document = &resource.document;
    let Some(metadata) = document.try_root().and_then(|root| document.get(root, "metadata")) else { return };
    if let Some(node) = document.get(metadata, ANNOTATIONS) {
        resource.document.edit(step).remove(metadata, node);
    }
}

/// Rewrites labels as kustomize's `SetLabels` after `GetLabels` does: the same for labels.
///
/// # Errors
/// As [`rewrite_annotations`].
pub fn rewrite_labels(resource: &mut Resource, step: StepId) -> Result<()> {
    rewrite(&mut resource.document.edit(step), "labels")
}

/// What the end of a build does to annotations: strips the build's own and rewrites the others.
///
/// # Errors
/// As [`rewrite_annotations`].
pub fn remove_build_annotations(
    resource: &mut Resource,
    keep_origin: bool,
    keep_transformations: bool,
    step: StepId,
) -> Result<()> {
    let document = &resource.document;
    if document.try_root().is_none() {
        return Ok(());
    }
    let (metadata, field) = resource.annotations();
    let is_kept = field.is_none_or(|field| document.is_empty(field)) && keep_origin && keep_transformations;
    if is_kept || metadata.is_some() && field.is_none() {
        return Ok(());
    }
    if let Some(field) = field
        && document.kind(field) == Kind::Mapping
    {
        let goes = |key: &str| {
            STRIPPED.contains(&key)
                || (!keep_origin && key == ORIGIN)
                || (!keep_transformations && key == TRANSFORMATIONS)
                || key.strip_prefix(PREFIX).is_some_and(is_state)
        };
        let going: Vec<NodeId> = document
            .entries(field)
            .filter(|(key, _)| goes(document.text(*key)))
            .map(|(_, value)| value)
            .collect();
        if !going.is_empty() {
            let mut editor = resource.document.edit(step);
            for value in going {
                editor.remove(field, value);
            }
        }
    }
    rewrite(&mut resource.document.edit(step), ANNOTATIONS)
}

/// The annotations of an object, when they are a mapping.
fn annotations(document: &Document) -> Option<NodeId> {
    document
        .at(document.try_root()?, &["metadata", "annotations"])
        .filter(|node| document.kind(*node) == Kind::Mapping)
}

/// The annotations of an object, made where there are none or empty ones.
fn annotations_to_write(editor: &mut Editor<'_>) -> Option<NodeId> {
    let document = editor.document();
    let root = document.try_root()?;
    let metadata = match document.get(root, "metadata") {
        Some(metadata) if document.kind(metadata) == Kind::Mapping => metadata,
        None if document.kind(root) == Kind::Mapping => {
            let metadata = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(root, "metadata", metadata);
            metadata
        }
        _ => return None,
    };
    match editor.document().get(metadata, "annotations") {
        Some(node) if editor.document().kind(node) == Kind::Mapping => {
            // kustomize writes the mapping anew.
            if editor.document().style(node) == Style::Flow {
                editor.set_style(node, Style::Plain);
            }
            Some(node)
        }
        Some(node) => {
            editor.set_empty(node, Kind::Mapping, Tag::Implicit);
            Some(node)
        }
        None => {
            let node = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(metadata, "annotations", node);
            Some(node)
        }
    }
}

fn set(editor: &mut Editor<'_>, annotations: NodeId, key: &str, value: &str) {
    if let Some(node) = editor.document().get(annotations, key) {
        editor.set_scalar(node, value, Tag::Str);
    } else {
        let node = editor.scalar(value, Tag::Str, Style::SingleQuoted);
        editor.insert_text_key(annotations, key, node);
    }
}

/// The text of a value as kustomize's map of annotations has it.
fn value_text(document: &Document, value: NodeId) -> &str {
    if document.kind(value) == Kind::Scalar { document.text(value) } else { "" }
}

/// Writes all annotations (or labels) anew: texts under distinct keys, or nothing.
fn rewrite(editor: &mut Editor<'_>, field: &str) -> Result<()> {
    let document = editor.document();
    let Some(root) = document.try_root() else { return Ok(()) };
    let Some(metadata) = document.get(root, "metadata") else {
        if document.kind(root) == Kind::Mapping {
            let metadata = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(root, "metadata", metadata);
        }
        return Ok(());
    };
    let Some(annotations) = document.get(metadata, field) else { return Ok(()) };
    if document.is_empty(annotations) {
        editor.remove(metadata, annotations);
        return Ok(());
    }
    if document.kind(annotations) == Kind::Sequence {
        return pair_up(editor, metadata, annotations, field);
    }
    if document.style(annotations) == Style::Flow {
        editor.set_style(annotations, Style::Plain);
    }
    let document = editor.document();
    let mut values: Vec<NodeId> = document.children(annotations).collect();
    if let Some(value) =
        values.iter().find(|value| document.key(**value).is_none_or(|key| document.text(key).is_empty()))
    {
        return Diagnostic::error("empty-key", format!("an empty key in {field}"))
            .at(document.place(*value), "the value of an empty key")
            .fail();
    }
    // The last of equal keys counts.
    let key = |value: NodeId| document.key(value).map_or("", |key| document.text(key));
    let doubled = values
        .iter()
        .enumerate()
        .any(|(place, value)| values[place + 1..].iter().any(|later| key(*later) == key(*value)));
    if doubled {
        let all = values.clone();
        let mut place = 0;
        values.retain(|value| {
            place += 1;
            !all[place..].iter().any(|later| key(*later) == key(*value))
        });
        editor.arrange(annotations, &values);
    }
    for value in values {
        as_text(editor, value);
    }
    Ok(())
}

/// kustomize writes keys anew without tag or quotes, so that `"8"` becomes a number (and is refused).
fn as_text(editor: &mut Editor<'_>, value: NodeId) {
    editor.unshare_one(value);
    if let Some(key) = editor.document().key(value) {
        if editor.document().style(key) != Style::Plain {
            editor.set_style(key, Style::Plain);
        }
        editor.set_tag(key, Tag::Implicit);
    }
    if editor.document().kind(value) != Kind::Scalar {
        editor.set_text(value, "");
    }
    let style = if editor.document().text(value).contains('\n') { Style::Literal } else { Style::Plain };
    editor.set_tag(value, Tag::Str);
    editor.set_style(value, style);
}

/// kustomize takes the items of a list for keys and values in turn.
fn pair_up(editor: &mut Editor<'_>, metadata: NodeId, annotations: NodeId, field: &str) -> Result<()> {
    let document = editor.document();
    let items: Vec<NodeId> = document.children(annotations).collect();
    if !items.len().is_multiple_of(2) {
        return Diagnostic::error("bad-annotations", format!("{field} are a list, not a mapping"))
            .at(document.place(annotations), "found here")
            .hint("write them as `key: value`")
            .fail();
    }
    let mapping = editor.mapping(Tag::Implicit, Style::Plain);
    for pair in items.chunks_exact(2) {
        let [key, value] = pair else { continue };
        let key = value_text(editor.document(), *key).to_owned();
        let value = value_text(editor.document(), *value).to_owned();
        if let Some(node) = editor.document().get(mapping, &key) {
            editor.set_text(node, &value);
        } else {
            let node = editor.scalar(&value, Tag::Str, Style::Plain);
            editor.insert_text_key(mapping, &key, node);
        }
    }
    editor.replace(metadata, annotations, mapping);
    rewrite(editor, field)
}

/// An id as kustomize writes it: `Deployment.v1.apps/name.namespace`.
fn id_text(id: &ResId) -> String {
    let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    format!(
        "{}.{}.{}/{}.{}",
        or(&id.gvk.kind, "[noKind]"),
        or(&id.gvk.version, "[noVer]"),
        or(&id.gvk.group, "[noGrp]"),
        or(&id.name, "[noName]"),
        or(&id.namespace, "[noNs]")
    )
}

fn id_from_text(text: &str) -> ResId {
    let unless = |text: &str, none: &str| if text == none { String::new() } else { text.to_owned() };
    let (gvk, rest) = text.split_once('/').unwrap_or((text, ""));
    let gvk = match gvk.splitn(3, '.').collect::<Vec<_>>()[..] {
        [kind, version, group] => Gvk {
            group: unless(group, "[noGrp]"),
            version: unless(version, "[noVer]"),
            kind: unless(kind, "[noKind]"),
        },
        _ => Gvk::default(),
    };
    let (name, namespace) = rest.rsplit_once('.').unwrap_or(("", rest));
    ResId { gvk, name: unless(name, "[noName]"), namespace: unless(namespace, "[noNs]") }
}
