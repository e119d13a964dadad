//! `images` (ImageTagTransformer): gives container images another name, tag or digest.
//!
//! Rules. Images are looked for in every list called `containers` or `initContainers`, at any depth of any kind, and
//! then once more where field specs say, so that a change that adds up (a tag suffix) is made twice in well-known
//! places. Custom resource definitions are left alone. The name of an entry is part of a regular expression. Of many
//! entries, `images/names.rs` tells which ones an image is for.

mod names;

use std::sync::atomic::{AtomicBool, Ordering};

use regex::Regex;

use super::field_spec::{Create, FieldPaths, Scratch, expect_scalar, may_touch_ids, name_of, set_scalar};
use super::together::{self, Local};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::kubernetes::{FieldSpec, Scopes};
use crate::kustomization::Image;
use crate::provenance::StepId;
use crate::resource::{Context, Resource, ResourceSet, expression};
use crate::source::Place;
use crate::yaml::{Document, Editor, Kind, NodeId, Tag};
use names::Names;

/// Changes the images of all objects, entry after entry. Warns of entries that match nothing.
pub fn apply(
    images: &[Image],
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    match prepare(images, fields, context)? {
        Some(step) => together::alone(step, resources, context),
        None => Ok(()),
    }
}

/// The entries of `images` at work.
pub(crate) struct Images<'i> {
    entries: Vec<Entry<'i>>,
    paths: FieldPaths,
    touches_ids: bool,
    /// Where there are many entries.
    names: Option<Names>,
}

/// From how many entries on it pays to look them up.
const MANY: usize = 32;

/// [`apply`] as a step to be done together with others; `None` when there are no entries.
pub(crate) fn prepare<'i>(
    images: &'i [Image],
    fields: &[FieldSpec],
    context: &mut Context,
) -> Result<Option<Images<'i>>> {
    if images.is_empty() {
        return Ok(None);
    }
    let mut entries = Vec::with_capacity(images.len());
    for image in images {
        let step = context.steps.add("images", image.at);
        let name = Name::new(&image.name.value, image.name.at)?;
        entries.push(Entry { image, name, step, matched: AtomicBool::new(false) });
    }
    let paths = FieldPaths::new(fields, Create::Never);
    let names = (entries.len() >= MANY).then(|| Names::of(entries.iter().map(|entry| &entry.name)));
    Ok(Some(Images { entries, paths, touches_ids: may_touch_ids(fields), names }))
}

impl Local for Images<'_> {
    fn one(&self, resource: &mut Resource, _scopes: &dyn Scopes, scratch: &mut Scratch) -> Result<()> {
        // kustomize runs entry after entry over all objects; entries never move or make an image, so that object
        // after object comes to the same.
        let found = if resource.kind() == "CustomResourceDefinition" {
            return Ok(());
        } else {
            images_of_containers(&resource.document, resource)?
        };
        let mut visited = Vec::new();
        let mut next = 0;
        while let Some(entry) = self.entries.get(next) {
            if !found.is_empty() {
                let mut editor = resource.document.edit(entry.step);
                found.iter().try_for_each(|node| entry.update(&mut editor, *node))?;
            }
            visited.clear();
            self.paths.visit(resource, entry.step, scratch, |editor, node| {
                if self.names.is_some() {
                    visited.push(node);
                }
                entry.update(editor, node)
            })?;
            next += 1;
            // The first entry has looked everywhere; of the others only those need be asked that an image is for.
            if let Some(names) = &self.names {
                let texts = found.iter().chain(&visited).map(|node| resource.document.text(*node));
                let Some(following) = texts.filter_map(|text| names.next(text, next)).min() else { break };
                next = following;
            }
        }
        Ok(())
    }

    fn touches_ids(&self) -> bool {
        self.touches_ids
    }

    /// Warns of entries that match nothing.
    fn finish(&self, resources: &ResourceSet, context: &mut Context) {
        let idle = self.entries.iter().filter(|entry| !entry.matched.load(Ordering::Relaxed));
        let mut known = None;
        for entry in idle {
            let name = &entry.image.name;
            let at = if name.at.is_some() { name.at } else { entry.image.at };
            let mut warning = Diagnostic::warning(
                "image-not-found",
                format!("no image is named `{}`, so this entry changes nothing", name.value),
            )
            .at(at, "looked for here");
            if let Some(near) = near_name(&name.value, known.get_or_insert_with(|| all_names(resources))) {
                warning = warning.hint(format!("did you mean `{near}`?"));
            }
            context.warnings.add(warning);
        }
    }
}

/// The images of all lists of containers, wherever they are.
fn images_of_containers(document: &Document, resource: &Resource) -> Result<Vec<NodeId>> {
    let mut found = Vec::new();
    let Some(root) = document.try_root() else { return Ok(found) };
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        for child in document.children(node) {
            let kind = document.kind(child);
            if kind == Kind::Scalar {
                continue;
            }
            todo.push(child);
            if kind != Kind::Sequence {
                continue;
            }
            let Some(key) = document.key(child) else { continue };
            if !matches!(document.text(key), "containers" | "initContainers") {
                continue;
            }
            for container in document.children(child) {
                match document.kind(container) {
                    Kind::Mapping => {
                        if let Some(image) = document.get(container, "image") {
                            expect_scalar(document, image)?;
                            found.push(image);
                        }
                    }
                    Kind::Scalar if document.is_null(container) => {}
                    kind => {
                        return Diagnostic::error(
                            "bad-containers",
                            format!("expected containers to be mappings, found a {}", name_of(kind)),
                        )
                        .at(document.place(container), "found here")
                        .hint(format!(
                            "`images` looks into every list called `containers`, here of {}",
                            resource.id()
                        ))
                        .fail();
                    }
                }
            }
        }
    }
    Ok(found)
}

/// An entry at work.
struct Entry<'i> {
    image: &'i Image,
    name: Name,
    step: StepId,
    matched: AtomicBool,
}

impl Entry<'_> {
    fn update(&self, editor: &mut Editor<'_>, node: NodeId) -> Result<()> {
        expect_scalar(editor.document(), node)?;
        let text = editor.document().text(node);
        if !self.name.matches(text) {
            return Ok(());
        }
        if !self.matched.load(Ordering::Relaxed) {
            self.matched.store(true, Ordering::Relaxed);
        }
        let new = self.rewrite(text);
        editor.written_at(self.place());
        set_scalar(editor, node, &new, Tag::Implicit)
    }

    /// A tag drops the digest and a digest the tag, unless both are given.
    fn rewrite(&self, text: &str) -> String {
        let (name, old_tag, old_digest) = split(text);
        let image = self.image;
        let (new_tag, new_digest) = (&image.new_tag.value, &image.digest.value);
        let name = if image.new_name.value.is_empty() { name } else { &image.new_name.value };
        let suffixed;
        let (tag, digest) = if !new_tag.is_empty() || !new_digest.is_empty() {
            (new_tag.as_str(), new_digest.as_str())
        } else if image.tag_suffix.value.is_empty() {
            (old_tag, old_digest)
        } else {
            suffixed = format!("{old_tag}{}", image.tag_suffix.value);
            (suffixed.as_str(), "")
        };
        let mut new = String::with_capacity(name.len() + tag.len() + digest.len() + 2);
        new.push_str(name);
        if !tag.is_empty() {
            new.push(':');
            new.push_str(tag);
        }
        if !digest.is_empty() {
            new.push('@');
            new.push_str(digest);
        }
        new
    }

    /// The value of the entry that says most of what it writes.
    fn place(&self) -> Place {
        let image = self.image;
        [&image.new_tag, &image.digest, &image.tag_suffix, &image.new_name, &image.name]
            .into_iter()
            .find(|value| !value.value.is_empty() && value.at.is_some())
            .map_or(image.at, |value| value.at)
    }
}

/// The name of an entry: text in which a dot stands for any character, or a regular expression.
enum Name {
    Text(String),
    Expression(Regex),
}

impl Name {
    fn new(name: &str, at: Place) -> Result<Name> {
        if name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/:@.".contains(&b)) {
            return Ok(Name::Text(name.to_owned()));
        }
        // The name stands unescaped and ungrouped in kustomize's expression, too.
        let whole = format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$");
        Ok(Name::Expression(expression(&whole, name, at)?))
    }

    fn matches(&self, image: &str) -> bool {
        match self {
            Name::Text(name) => matches_text(name, image),
            Name::Expression(expression) => expression.is_match(image),
        }
    }
}

fn matches_text(name: &str, image: &str) -> bool {
    let mut rest = image.chars();
    for wanted in name.chars() {
        match rest.next() {
            Some(c) if c == wanted || (wanted == '.' && c != '\n') => {}
            _ => return false,
        }
    }
    is_tag_and_digest(rest.as_str())
}

/// Whether a text can follow the name of an image.
fn is_tag_and_digest(mut rest: &str) -> bool {
    let in_tag = |c: char| c.is_ascii_alphanumeric() || "_.{}-".contains(c);
    if let Some(tag) = rest.strip_prefix(':') {
        rest = tag.trim_start_matches(in_tag);
    }
    if let Some(digest) = rest.strip_prefix("@sha256:") {
        rest = digest.trim_start_matches(in_tag);
    }
    rest.is_empty()
}

/// Name, tag and digest of an image; a colon before the first slash belongs to the name (a port).
fn split(image: &str) -> (&str, &str, &str) {
    let start = image.find('/').unwrap_or(0);
    let at = image[start..].find('@').map(|at| at + start);
    let colon = image[start..].find(':').map(|colon| colon + start);
    match (colon, at) {
        (None, None) => (image, "", ""),
        (Some(colon), Some(at)) if colon < at => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (_, Some(at)) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
    }
}

/// The names of images that there are.
fn all_names(resources: &ResourceSet) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for resource in resources.iter().take(4096) {
        for node in images_of_containers(&resource.document, resource).unwrap_or_default() {
            names.push(split(resource.document.text(node)).0.to_owned());
        }
    }
    names.sort();
    names.dedup();
    names
}

fn near_name(name: &str, names: &[String]) -> Option<String> {
    if let Some(longer) = names.iter().find(|n| n.rsplit('/').next() == Some(name)) {
        return Some(longer.clone());
    }
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{matches_text, split};

    #[test]
    fn images_are_split_as_kustomize_splits_them() {
        assert_eq!(split("nginx"), ("nginx", "", ""));
        assert_eq!(split("nginx:1"), ("nginx", "1", ""));
        assert_eq!(split("nginx@sha256:ab"), ("nginx", "", "sha256:ab"));
        assert_eq!(split("nginx:1@sha256:ab"), ("nginx", "1", "sha256:ab"));
        assert_eq!(split("h:443/nginx:1"), ("h:443/nginx", "1", ""));
        assert_eq!(split("h:443/nginx"), ("h:443/nginx", "", ""));
    }

    #[test]
    fn names_match_with_any_tag_and_digest() {
        assert!(matches_text("nginx", "nginx") && matches_text("nginx", "nginx:1.2"));
        assert!(matches_text("nginx", "nginx:1@sha256:ab") && matches_text("n.inx", "nginx"));
        assert!(!matches_text("nginx", "nginx@sha512:ab") && !matches_text("nginx", "nginxx"));
        assert!(matches_text("nginx:1", "nginx:1") && !matches_text("nginx:1", "nginx:12"));
    }
}
