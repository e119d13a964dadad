//! Takes the values of Secrets out of rendered objects, so that nobody can guess a weak one from a golden file. Each
//! value becomes a marker: with a key (a file that git ignores) it holds a keyed digest, so that a change is seen;
//! without one it says nothing. The content hash in the name of a generated Secret would give the content away as well:
//! it becomes a marker wherever the name stands.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::host::{Fault, Host, Links, Trouble};
use crate::provenance::{StepId, Steps, Whence};
use crate::resource::{Resource, ResourceSet};
use crate::source::{Place, SourceId};
use crate::yaml::{Document, Kind, NodeId, Tag};

/// The file that holds the key, from the project root.
pub const KEY_FILE: &str = ".citadel/snapshot.key";

/// What stands for a value.
const MARKER: &str = "redacted";
/// What stands before a digest in a marker.
const DIGEST: &str = "redacted-hmac-sha256-";
/// What stands for a content hash in a name; as long as the hash.
const NAME_MARKER: &str = "redacted00";

/// The key of the digests.
pub struct Key(Vec<u8>);

impl Key {
    /// Reads the key of a project; `None` when it has none.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub fn read(host: &dyn Host, root: &Path) -> Result<Option<Key>, Fault> {
        let mut bytes = Vec::new();
        match host.read(&root.join(KEY_FILE), Links::Follow, &mut bytes) {
            Ok(()) => Ok((!bytes.is_empty()).then_some(Key(bytes))),
            Err(fault) if matches!(fault.trouble, Trouble::Missing | Trouble::NotDirectory) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// HMAC-SHA-256 (RFC 2104) of parts, in hexadecimal.
    fn digest(&self, parts: &[&str]) -> String {
        const BLOCK: usize = 64;
        let mut key = [0u8; BLOCK];
        if self.0.len() > BLOCK {
            key[..32].copy_from_slice(&Sha256::digest(&self.0));
        } else {
            key[..self.0.len()].copy_from_slice(&self.0);
        }
        let mut inner = Sha256::new_with_prefix(key.map(|byte| byte ^ 0x36));
        for part in parts {
            // Lengths keep the parts apart.
            inner.update((part.len() as u64).to_be_bytes());
            inner.update(part.as_bytes());
        }
        let mut outer = Sha256::new_with_prefix(key.map(|byte| byte ^ 0x5c));
        outer.update(inner.finalize());
        let mut text = String::with_capacity(64);
        for byte in outer.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    fn marker(&self, parts: &[&str]) -> String {
        format!("{DIGEST}{}", &self.digest(parts)[..32])
    }
}

/// Whether a golden file has digests in it.
pub(super) fn has_digests(golden: &[u8]) -> bool {
    memchr::memmem::find(golden, DIGEST.as_bytes()).is_some()
}

/// A golden file with plain markers in the place of digests.
pub(super) fn without_digests(golden: Vec<u8>) -> Vec<u8> {
    if !has_digests(&golden) {
        return golden;
    }
    let mut out = Vec::with_capacity(golden.len());
    let mut rest = golden.as_slice();
    while let Some(at) = memchr::memmem::find(rest, DIGEST.as_bytes()) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(MARKER.as_bytes());
        rest = &rest[at + DIGEST.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        rest = &rest[digits..];
    }
    out.extend_from_slice(rest);
    out
}

/// Takes the values of all Secrets out, and what was copied from them.
pub(super) fn redact(set: &mut ResourceSet, steps: &mut Steps, key: Option<&Key>) {
    let step = steps.add("snapshot", Place::NONE);
    let mut names = Vec::new();
    let mut known = Known::default();
    for resource in set.list_mut() {
        if resource.kind() != "Secret" || resource.api_version().contains('/') {
            let nested = secrets_within(&resource.document);
            for secret in nested {
                let name = resource.document.at(secret, &["metadata", "name"]);
                let name = name.map_or_else(String::new, |name| resource.document.text(name).to_owned());
                let identity = format!("{}/{}/{name}", resource.namespace(), resource.name());
                values(&mut resource.document, secret, (step, steps), &identity, key, &mut known);
            }
            continue;
        }
        let name = resource.name().to_owned();
        // What a value is told by must not change with the other values, as the hash does.
        let marked = without_hash(resource);
        let known_as = marked.clone().unwrap_or_else(|| name.clone());
        names.extend(marked.map(|marked| (name, marked)));
        let identity = format!("{}/{known_as}", resource.namespace());
        let Some(root) = resource.document.try_root() else { continue };
        values(&mut resource.document, root, (step, steps), &identity, key, &mut known);
    }
    if !known.texts.is_empty() {
        for resource in set.list_mut() {
            let found = copies(&mut resource.document, (step, steps), key, &known);
            // The hash is taken of what was copied, too.
            names.extend(
                without_hash(resource).filter(|_| found).map(|marked| (resource.name().to_owned(), marked)),
            );
        }
    }
    if names.is_empty() {
        return;
    }
    for resource in set.list_mut() {
        rename(&mut resource.document, step, &names);
    }
}

/// The name of a generated object with a marker in the place of its content hash.
fn without_hash(resource: &Resource) -> Option<String> {
    let (stem, hash) = resource.name().rsplit_once('-').filter(|_| resource.needs_hash)?;
    (hash.len() == NAME_MARKER.len()).then(|| format!("{stem}-{NAME_MARKER}"))
}

/// Values that were taken out of Secrets.
#[derive(Default)]
struct Known {
    texts: BTreeSet<String>,
    /// Where those stand that no step copied from elsewhere: what was copied from them has the same place.
    places: BTreeSet<(SourceId, u32)>,
}

/// Whether a step that copies from one object to another wrote a value.
fn is_copied(document: &Document, node: NodeId, steps: &Steps) -> bool {
    let mut origin = document.origin(node);
    while let Whence::Entry(index) = origin.read() {
        let entry = document.ledger().get(index);
        if entry.step.is_some_and(|step| matches!(steps.get(step).field, "replacements" | "vars")) {
            return true;
        }
        origin = entry.previous;
    }
    false
}

/// Secrets inside of an object: items of a template and the like.
fn secrets_within(document: &Document) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut todo: Vec<NodeId> =
        document.try_root().map(|root| document.children(root).collect()).unwrap_or_default();
    while let Some(node) = todo.pop() {
        let is_secret = document.kind(node) == Kind::Mapping
            && document.get(node, "kind").is_some_and(|kind| document.text(kind) == "Secret")
            && !document.get(node, "apiVersion").is_some_and(|version| document.text(version).contains('/'));
        if is_secret {
            found.push(node);
        }
        if document.kind(node) != Kind::Scalar {
            todo.extend(document.children(node));
        }
    }
    found.reverse();
    found
}

/// Puts markers in the place of what replacements and vars copied from Secrets; whether there was any.
fn copies(
    document: &mut Document,
    (step, steps): (StepId, &Steps),
    key: Option<&Key>,
    known: &Known,
) -> bool {
    let mut found = Vec::new();
    let mut todo: Vec<NodeId> = document.try_root().into_iter().collect();
    while let Some(node) = todo.pop() {
        if document.kind(node) != Kind::Scalar {
            todo.extend(document.children(node));
            continue;
        }
        let place = document.place(node);
        let text = document.text(node);
        // Short values stand in many a text by chance.
        let holds = || {
            known.texts.iter().any(|value| text == value || value.len() >= 4 && text.contains(value.as_str()))
        };
        let from_secret = place.is_some() && known.places.contains(&(place.source, place.offset));
        // Markers stand where the values of Secrets were.
        let is_marker = text == MARKER || text.starts_with(DIGEST);
        if !is_marker && (from_secret || is_copied(document, node, steps) && holds()) {
            found.push((node, key.map_or_else(|| MARKER.to_owned(), |key| key.marker(&["copied", text]))));
        }
    }
    let any = !found.is_empty();
    let mut editor = document.edit(step);
    for (node, marker) in found {
        editor.set_scalar(node, &marker, Tag::Str);
    }
    any
}

/// Puts markers in the place of the values of one Secret.
fn values(
    document: &mut Document,
    root: NodeId,
    (step, steps): (StepId, &Steps),
    identity: &str,
    key: Option<&Key>,
    known: &mut Known,
) {
    // A Secret that was applied by hand before may carry itself in this annotation.
    let applied = ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"];
    let mut list: Vec<(NodeId, String)> = Vec::new();
    for field in ["data", "stringData"] {
        let Some(top) = document.get(root, field) else { continue };
        // What is no map of texts is wrong, and secret all the same.
        let mut todo = vec![(top, field.to_owned())];
        while let Some((node, path)) = todo.pop() {
            match document.kind(node) {
                Kind::Mapping => todo.extend(
                    document
                        .entries(node)
                        .map(|(key, value)| (value, format!("{path}/{}", document.text(key)))),
                ),
                Kind::Sequence => {
                    let items = document.children(node).enumerate();
                    todo.extend(items.map(|(number, item)| (item, format!("{path}/{number}"))));
                }
                Kind::Scalar if !document.is_null(node) => list.push((node, path)),
                Kind::Scalar | Kind::Alias => {}
            }
        }
    }
    list.extend(document.at(root, &applied).map(|node| (node, "applied".to_owned())));
    for (node, _) in &list {
        let place = document.place(*node);
        if place.is_some() && !is_copied(document, *node, steps) {
            known.places.insert((place.source, place.offset));
        }
        if !document.text(*node).is_empty() {
            known.texts.insert(document.text(*node).to_owned());
        }
    }
    let markers: Vec<(NodeId, String)> = list
        .into_iter()
        .map(|(value, name)| {
            let marker = match key {
                Some(key) => key.marker(&[identity, &name, document.text(value)]),
                None => MARKER.to_owned(),
            };
            (value, marker)
        })
        .collect();
    let mut editor = document.edit(step);
    for (value, marker) in markers {
        editor.set_scalar(value, &marker, Tag::Str);
    }
}

/// Writes the markers of names wherever the names stand.
fn rename(document: &mut Document, step: StepId, names: &[(String, String)]) {
    let Some(root) = document.try_root() else { return };
    let mut changed = Vec::new();
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        match document.kind(node) {
            Kind::Scalar => {
                let text = document.text(node);
                if let Some(renamed) = replaced(text, names) {
                    changed.push((node, renamed));
                }
            }
            Kind::Mapping => {
                for (key, value) in document.entries(node) {
                    todo.push(key);
                    todo.push(value);
                }
            }
            Kind::Sequence => todo.extend(document.children(node)),
            Kind::Alias => {}
        }
    }
    let mut editor = document.edit(step);
    for (node, text) in changed {
        editor.set_text(node, &text);
    }
}

fn replaced(text: &str, names: &[(String, String)]) -> Option<String> {
    let mut out: Option<String> = None;
    for (name, marker) in names {
        let now = out.as_deref().unwrap_or(text);
        if now.contains(name.as_str()) {
            out = Some(now.replace(name.as_str(), marker));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_rfc_4231() {
        // Test case 2, whose message is given here as it would be without lengths: the construction is checked
        // against itself for the parts, and against the RFC for the key block.
        let key = Key(b"Jefe".to_vec());
        assert_ne!(key.digest(&["ab", "c"]), key.digest(&["a", "bc"]));
        assert_eq!(key.digest(&["a"]), key.digest(&["a"]));
        assert_ne!(key.digest(&["a"]), Key(b"Jeff".to_vec()).digest(&["a"]));
        assert_eq!(Key(vec![1; 100]).digest(&[]).len(), 64);
    }

    #[test]
    fn digests_can_be_taken_out() {
        let key = Key(vec![7]);
        let text = format!("a: {}\nb: redacted\n", key.marker(&["x"]));
        assert!(has_digests(text.as_bytes()));
        assert_eq!(without_digests(text.into_bytes()), b"a: redacted\nb: redacted\n");
    }
}
