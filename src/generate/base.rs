//! What generated ConfigMaps and Secrets have in common: the object's frame, its options, its build state.

use std::collections::BTreeMap;

use base64::Engine as _;

use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::{GeneratorArgs, GeneratorOptions, Pair};
use crate::provenance::StepId;
use crate::resource::{Behavior, Resource, plain_means_string};
use crate::source::Place;
use crate::yaml::{Document, Editor, NodeId, Style, Tag};

/// A document with `apiVersion`, `kind`, `metadata.name` and `metadata.namespace`.
pub(super) fn frame(kind: &str, args: &GeneratorArgs, step: StepId) -> Result<Document> {
    if args.name.value.is_empty() {
        return Diagnostic::error("missing-name", format!("a generated {kind} must have a name"))
            .at(args.at, "has no name")
            .hint("add `name:`")
            .fail();
    }
    let mut document = Document::generated();
    let mut editor = document.edit(step);
    editor.written_at(args.at);
    let root = editor.mapping(Tag::Implicit, Style::Plain);
    editor.set_root(root);
    for (key, text) in [("apiVersion", "v1"), ("kind", kind)] {
        let value = editor.scalar(text, Tag::Implicit, Style::Plain);
        editor.insert_text_key(root, key, value);
    }
    let metadata = editor.mapping(Tag::Implicit, Style::Plain);
    editor.insert_text_key(root, "metadata", metadata);
    set(&mut editor, metadata, "name", &args.name.value, args.name.at);
    if !args.namespace.value.is_empty() {
        set(&mut editor, metadata, "namespace", &args.namespace.value, args.namespace.at);
    }
    Ok(document)
}

/// Adds a string; kustomize quotes what YAML 1.1 would not read as one.
pub(super) fn set(editor: &mut Editor<'_>, mapping: NodeId, key: &str, text: &str, at: Place) {
    editor.written_at(at);
    let style = if text.contains('\n') {
        Style::Literal
    } else if plain_means_string(text) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    let value = editor.scalar(text, Tag::Str, style);
    editor.insert_text_key(mapping, key, value);
}

/// Adds what the options ask for and makes an object of it.
pub(super) fn finish(
    mut document: Document,
    args: &GeneratorArgs,
    global: Option<&GeneratorOptions>,
    step: StepId,
) -> Resource {
    let options = Options::merge(args.options.as_ref(), global);
    let root = document.root();
    if let Some(metadata) = document.get(root, "metadata") {
        let mut editor = document.edit(step);
        for (field, pairs) in [("labels", &options.labels), ("annotations", &options.annotations)] {
            if pairs.is_empty() {
                continue;
            }
            editor.written_at(options.at);
            let map = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(metadata, field, map);
            for (key, pair) in pairs {
                editor.written_at(pair.value.at);
                let value = editor.scalar(&pair.value.value, Tag::Str, Style::SingleQuoted);
                editor.insert_text_key(map, key, value);
            }
        }
    }
    if options.immutable {
        let mut editor = document.edit(step);
        editor.written_at(options.at);
        let value = editor.scalar("true", Tag::Bool, Style::Plain);
        editor.insert_text_key(root, "immutable", value);
    }
    let mut resource = Resource::new(document);
    resource.needs_hash = !options.disable_name_suffix_hash;
    resource.has_behavior = true;
    resource.behavior = match args.behavior.value.as_str() {
        "create" => Behavior::Create,
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Unspecified,
    };
    resource
}

/// A generator's own options over `generatorOptions`: its labels and annotations win key by key, a `true` of either
/// counts.
#[derive(Default)]
struct Options<'a> {
    at: Place,
    labels: BTreeMap<&'a str, &'a Pair>,
    annotations: BTreeMap<&'a str, &'a Pair>,
    disable_name_suffix_hash: bool,
    immutable: bool,
}

impl<'a> Options<'a> {
    fn merge(local: Option<&'a GeneratorOptions>, global: Option<&'a GeneratorOptions>) -> Options<'a> {
        let mut merged = Options::default();
        for options in [global, local].into_iter().flatten() {
            merged.at = options.at;
            merged.labels.extend(options.labels.iter().map(|pair| (pair.key.value.as_str(), pair)));
            merged.annotations.extend(options.annotations.iter().map(|pair| (pair.key.value.as_str(), pair)));
            merged.disable_name_suffix_hash |= options.disable_name_suffix_hash;
            merged.immutable |= options.immutable;
        }
        merged
    }
}

/// kustomize's base64: in lines of 70 characters, each ended, as soon as there are 70.
pub(crate) fn base64_lines(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, following) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = following;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_base64_at_seventy() {
        assert_eq!(base64_lines(&[0; 51]), "A".repeat(68));
        // 52 bytes make 72 characters.
        assert_eq!(base64_lines(&[0; 52]), format!("{}\n{}", "A".repeat(70), "==\n"));
    }
}
