//! `ValueAddTransformer`, which has no field of its own: writes a value into fields, or into a part of a path in them.
//!
//! Rules. The value defaults to the name of the root's folder. `metadata/namespace` goes the way of the `namespace`
//! field, without remembering ids. What is missing is made; only scalars can be written.

use super::field_spec::{expect_scalar, is_integer};
use super::namespace::{Namespace, set_in};
use super::{patches::not_found_in, scopes};
use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::{self, ValueAddTarget, ValueAddTransformer, Written};
use crate::load::Loader;
use crate::resource::{Context, Resource, ResourceSet, Target};
use crate::yaml::{Editor, Kind, NodeId, Style, Tag, read_v2};

const METADATA_NAMESPACE: &str = "metadata/namespace";

/// Writes the value into all targets.
pub fn apply(
    configuration: &ValueAddTransformer,
    loader: &Loader<'_>,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let mut value = configuration.value.clone();
    value.value = value.value.trim().to_owned();
    if value.value.is_empty() {
        let root = loader.root().file_name().map(|name| name.to_string_lossy().into_owned());
        value = Written { value: root.unwrap_or_default(), at: configuration.at };
    }
    let mut targets = configuration.targets.clone();
    let path = &configuration.target_file_path;
    if !path.value.is_empty() {
        targets.extend(read_targets(path, loader, context)?);
    }
    let fault = |message: &str, at| Diagnostic::error("bad-value-add", message).at(at, "this configuration");
    if targets.is_empty() {
        return fault("a ValueAddTransformer needs at least one target", configuration.at).fail();
    }
    for target in &targets {
        if target.field_path.value.is_empty() {
            return fault("a target of a ValueAddTransformer needs a `fieldPath`", target.at).fail();
        }
        if target.file_path_position.value < 0 {
            return fault("`filePathPosition` cannot be negative", target.file_path_position.at).fail();
        }
    }
    for target in &targets {
        apply_target(target, &value, resources, context)?;
    }
    Ok(())
}

fn read_targets(
    path: &Written<String>,
    loader: &Loader<'_>,
    context: &mut Context,
) -> Result<Vec<ValueAddTarget>> {
    let source = loader.read(&mut context.sources, &path.value, path.at)?;
    let text = context.sources.get(source).text.clone();
    let document = read_v2(source, &text, &mut context.warnings.list)?;
    kustomization::value_add_targets(&document, &mut context.warnings).map_err(|faults| {
        let fault = faults.into_iter().next();
        Box::new(fault.unwrap_or_else(|| Diagnostic::error("bad-value-add", "the file cannot be read")))
    })
}

fn apply_target(
    target: &ValueAddTarget,
    value: &Written<String>,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let step = context.steps.add("transformers", value.at);
    let selected = match &target.selector {
        None => (0..resources.len()).collect(),
        Some(selector) => {
            let selected = Target::new(selector)?.select(resources, scopes(context))?;
            if selected.is_empty() {
                not_found_in("value", target.at, selector, resources, context);
            }
            selected
        }
    };
    let namespace = Namespace { namespace: value.clone(), ..Namespace::default() };
    for position in selected {
        let Some(resource) = resources.get_mut(position) else { continue };
        if target.field_path.value == METADATA_NAMESPACE {
            set_in(resource, &namespace, scopes(context), step)?;
        } else {
            let mut editor = resource.document.edit(step);
            editor.written_at(value.at);
            write(&mut editor, target, value).map_err(|fault| {
                Box::new(fault.at(target.field_path.at, "this path").while_doing(describe(resource)))
            })?;
        }
    }
    Ok(())
}

fn describe(resource: &Resource) -> String {
    format!("adding a value to {}", resource.id())
}

fn write(editor: &mut Editor<'_>, target: &ValueAddTarget, value: &Written<String>) -> Result<()> {
    let parts = split(&target.field_path.value);
    let mut parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).peekable();
    let mut node = editor.document().root();
    while let Some(part) = parts.next() {
        match step_into(editor, node, part, parts.peek().copied())? {
            Some(next) => node = next,
            None => return Ok(()),
        }
    }
    expect_scalar(editor.document(), node)?;
    let position = usize::try_from(target.file_path_position.value).unwrap_or(0);
    let new = if position > 0 {
        insert_path_part(editor.document().text(node), position - 1, &value.value)
    } else {
        value.value.clone()
    };
    editor.set_scalar(node, &new, Tag::Implicit);
    Ok(())
}

fn step_into(
    editor: &mut Editor<'_>,
    node: NodeId,
    part: &str,
    next: Option<&str>,
) -> Result<Option<NodeId>> {
    let document = editor.document();
    let refuse =
        |message: String| Diagnostic::error("bad-value-add", message).at(document.place(node), "found here");
    let is_entry = part.starts_with('[') && part.ends_with(']');
    if is_integer(part) || part == "-" || is_entry {
        if document.kind(node) != Kind::Sequence {
            return refuse(format!("`{part}` needs a sequence")).fail();
        }
        if part == "-" {
            return match document.children(node).last() {
                Some(last) => Ok(Some(last)),
                None => refuse("there is no last item of an empty list".to_owned()).fail(),
            };
        }
        if !is_entry {
            let Ok(index) = part.parse::<usize>() else {
                return refuse(format!("the index `{part}` is negative")).fail();
            };
            return Ok(document.item(node, index));
        }
        let inside = part.trim_start_matches('[').trim_end_matches(']');
        let Some((key, wanted)) = inside.split_once('=') else {
            return refuse(format!("`{part}` has no `=`: write `[key=value]`")).fail();
        };
        let found = document.children(node).find(|item| {
            let value = if key.is_empty() { Some(*item) } else { document.get(*item, key) };
            value.is_some_and(|value| document.text(value) == wanted)
        });
        if found.is_some() {
            return Ok(found);
        }
        let value = editor.scalar(wanted, Tag::Implicit, Style::Plain);
        let item = if key.is_empty() {
            value
        } else {
            let item = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(item, key, value);
            item
        };
        editor.push(node, item);
        return Ok(Some(item));
    }
    if part == "*" {
        return refuse("`*` is not known here".to_owned()).fail();
    }
    if document.is_null(node) {
        return Ok(None);
    }
    if document.kind(node) != Kind::Mapping {
        return refuse(format!("`{part}` needs a mapping")).fail();
    }
    if let Some(field) = document.get(node, part) {
        return Ok(Some(field));
    }
    let field = match next {
        None => editor.scalar("", Tag::Implicit, Style::Plain),
        Some(next) if next.starts_with('[') || (is_integer(next) && !next.starts_with('-')) => {
            editor.sequence(Tag::Implicit, Style::Plain)
        }
        Some(_) => editor.mapping(Tag::Implicit, Style::Plain),
    };
    editor.insert_text_key(node, part, field);
    Ok(Some(field))
}

/// Splits at slashes; one behind a backslash belongs to its part.
fn split(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for piece in path.split('/') {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// Puts a part into a path, counted from 0; an absolute path stays one, and what is too far goes to the end.
fn insert_path_part(path: &str, position: usize, part: &str) -> String {
    if part.is_empty() {
        return path.to_owned();
    }
    let cleaned = clean(path);
    let mut parts: Vec<&str> = cleaned.split('/').filter(|part| !part.is_empty()).collect();
    let absolute = cleaned.starts_with('/');
    parts.insert(position.min(parts.len()), part);
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// Go's `filepath.Clean`, with nothing for the empty path.
fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::insert_path_part;

    #[test]
    fn parts_are_put_where_they_are_counted() {
        for (path, position, new) in [
            ("", 0, "X"),
            ("/", 0, "/X"),
            ("pie", 0, "X/pie"),
            ("/pie", 0, "/X/pie"),
            ("raw", 1, "raw/X"),
            ("/raw", 9, "/raw/X"),
            ("a/nice/warm/pie", 3, "a/nice/warm/X/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/X/pie"),
        ] {
            assert_eq!(insert_path_part(path, position, "X"), new, "{path}");
        }
    }
}
