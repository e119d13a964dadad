//! Content hashes behind the names of generated objects (kustomize's HashTransformer and `hasher`): once at the root,
//! and wherever a plugin asks for it.
//!
//! Rules. What is hashed of a ConfigMap is `{binaryData?, data, kind, name}`, of a Secret `{data, kind, name,
//! stringData?, type}`, as JSON with sorted keys; a field that is not there is an empty text, and so is the name, which
//! kustomize looks for under the key `metadata/name`. Of sha256 in hexadecimal the first ten digits count, with
//! `0 1 3 a e` written `g h k m t`.
//!
//! `apply(&mut set, &mut context)`; `content_hash(&resource, &sources)`.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::hash_nodes;
use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::{Origin, StepId, Whence};
use crate::resource::{Context, Resource, ResourceSet};
use crate::source::Sources;
use crate::transform::remember;
use crate::yaml::{Document, Kind, NodeId, write_json, write_json_text};

/// From how many objects with a hash on it pays to hash side by side.
const SIDE_BY_SIDE: usize = 256;

/// Gives every object that asks for it a name with its content hash.
pub fn apply(set: &mut ResourceSet, context: &mut Context) -> Result<()> {
    let wanted: Vec<u32> = (0..).zip(set.iter()).filter(|(_, r)| r.needs_hash).map(|(n, _)| n).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let sources = &context.sources;
    let list = set.list();
    let hash = |position: &u32| {
        list.get(*position as usize).map(|resource| content_hash(resource, sources)).transpose()
    };
    let hashes: Vec<Option<String>> = if wanted.len() < SIDE_BY_SIDE {
        wanted.iter().map(hash).collect::<Result<_>>()?
    } else {
        wanted.par_iter().map(hash).collect::<Vec<_>>().into_iter().collect::<Result<_>>()?
    };
    let mut step = None;
    let list = set.list_mut();
    for (position, hash) in wanted.into_iter().zip(hashes) {
        let (Some(resource), Some(hash)) = (list.get_mut(position as usize), hash) else { continue };
        let step = generator_step(&resource.document).unwrap_or_else(|| {
            *step.get_or_insert_with(|| context.steps.add("needsHashSuffix", resource.place()))
        });
        remember(resource, &context.schema)?;
        let name = format!("{}-{hash}", resource.name());
        resource.set_name(&name, step);
    }
    Ok(())
}

/// The step that generated an object.
fn generator_step(document: &Document) -> Option<StepId> {
    let mut origin = document.origin(document.try_root()?);
    loop {
        match origin.read() {
            Whence::Entry(index) => {
                let entry = document.ledger().get(index);
                if entry.previous == Origin::NONE && entry.from == Origin::NONE {
                    return entry.step;
                }
                origin = if entry.from == Origin::NONE { entry.previous } else { entry.from };
            }
            Whence::Own(_) | Whence::Unknown => return None,
        }
    }
}

/// The content hash of an object.
///
/// # Errors
/// When a field has no JSON; for kinds other than ConfigMap and Secret, when a step has changed the object: what
/// kustomize hashes then is how its own nodes came about.
pub fn content_hash(resource: &Resource, sources: &Sources) -> Result<String> {
    let document = &resource.document;
    let mut json = Vec::with_capacity(256);
    match resource.kind() {
        "ConfigMap" => {
            json.push(b'{');
            optional(document, "binaryData", &mut json)?;
            json.extend_from_slice(b"\"data\":");
            field(document, "data", &mut json)?;
            json.extend_from_slice(b",\"kind\":\"ConfigMap\",\"name\":");
            field(document, "metadata/name", &mut json)?;
            json.push(b'}');
        }
        "Secret" => {
            json.extend_from_slice(b"{\"data\":");
            field(document, "data", &mut json)?;
            json.extend_from_slice(b",\"kind\":\"Secret\",\"name\":");
            field(document, "metadata/name", &mut json)?;
            json.push(b',');
            optional(document, "stringData", &mut json)?;
            json.extend_from_slice(b"\"type\":");
            field(document, "type", &mut json)?;
            json.push(b'}');
        }
        kind => match hash_nodes::write(document, sources)? {
            Some(nodes) => json = nodes,
            None => return no_hash(resource, kind),
        },
    }
    Ok(short_hash(&json))
}

fn no_hash(resource: &Resource, kind: &str) -> Result<String> {
    Diagnostic::error("hash-of-this-kind", format!("this {kind} cannot get a content hash"))
        .at(resource.place(), "asks for one by the annotation `internal.config.kubernetes.io/needsHashSuffix`")
        .hint("kustomize hashes the lines of the file, and the object is no longer what stands there: drop the annotation")
        .fail()
}

/// A field that is left out unless it is a collection.
fn optional(document: &Document, name: &str, json: &mut Vec<u8>) -> Result<()> {
    let node = document.get(document.root(), name);
    if node.is_some_and(|node| document.kind(node) != Kind::Scalar) {
        write_json_text(name, json);
        json.push(b':');
        field(document, name, json)?;
        json.push(b',');
    }
    Ok(())
}

fn field(document: &Document, name: &str, json: &mut Vec<u8>) -> Result<()> {
    match document.get(document.root(), name) {
        None => json.extend_from_slice(b"\"\""),
        Some(node) => value(document, node, json)?,
    }
    Ok(())
}

fn value(document: &Document, node: NodeId, json: &mut Vec<u8>) -> Result<()> {
    match document.kind(node) {
        // Whatever it is, its text counts.
        Kind::Scalar | Kind::Alias => write_json_text(document.text(node), json),
        Kind::Mapping => write_json(document, node, json)?,
        Kind::Sequence => {
            // kustomize reads it into a map, which fails without a word.
            write_json(document, node, &mut Vec::new())?;
            json.extend_from_slice(b"null");
        }
    }
    Ok(())
}

fn short_hash(json: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"gh2k456789mbcdtf";
    let digest = Sha256::digest(json);
    let digits = digest.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource;
    use crate::source::SourceId;

    fn hash(text: &str) -> String {
        let set = resource::read(SourceId(0), &text.into()).unwrap();
        content_hash(set.get(0).unwrap(), &Sources::default()).unwrap()
    }

    #[test]
    fn hashes_as_kustomize_does() {
        assert_eq!(hash("{kind: ConfigMap, apiVersion: v1, metadata: {name: a}}"), "6ct58987ht");
    }
}
