//! What makes up the id of an object, found once and noted in its document until a change could make it wrong: most
//! steps ask every object for it.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::object::Resource;
use crate::yaml::{Kind, NodeId, Notes};

/// What makes up the id of an object, as it is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity<'a> {
    pub(crate) api_version: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
}

/// `apiVersion` and `kind`.
type Words = &'static [String; 2];

/// The kinds seen so far; they stay in memory, so there is a bound.
static KNOWN: Mutex<Option<FxHashMap<(String, String), Words>>> = Mutex::new(None);
const MOST_KINDS: usize = 1024;

thread_local! {
    /// The kinds that this thread has seen last.
    static LAST: RefCell<Vec<Words>> = const { RefCell::new(Vec::new()) };
}
const MOST_LAST: usize = 16;

/// The one pair of words that says this, unless there are too many.
fn words(api_version: &str, kind: &str) -> Option<Words> {
    LAST.with_borrow_mut(|last| {
        let same = |known: &&Words| known[1] == kind && known[0] == api_version;
        if let Some(known) = last.iter().find(same) {
            return Some(*known);
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_default();
        let key = (api_version.to_owned(), kind.to_owned());
        let found = match known.get(&key) {
            Some(found) => *found,
            None if known.len() >= MOST_KINDS => return None,
            None => {
                let made: Words = Box::leak(Box::new([api_version.to_owned(), kind.to_owned()]));
                known.insert(key, made);
                made
            }
        };
        if last.len() >= MOST_LAST {
            last.remove(0);
        }
        last.push(found);
        Some(found)
    })
}

/// `apiVersion`, `kind`, `metadata`; `metadata.name`, `metadata.namespace`, `metadata.annotations`.
type Found = ([Option<NodeId>; 3], [Option<NodeId>; 3]);

impl Resource {
    fn look_up(&self, root: NodeId) -> Found {
        let document = &self.document;
        let held = document.get_each(root, ["apiVersion", "kind", "metadata"]);
        let found = held[2]
            .map_or([None; 3], |metadata| document.get_each(metadata, ["name", "namespace", "annotations"]));
        (held, found)
    }

    /// Finds what makes up the id and notes it, unless it is noted already.
    pub(crate) fn note_identity(&mut self) {
        if self.document.notes().is_some() {
            return;
        }
        let Some(root) = self.document.try_root() else { return };
        if self.document.kind(root) != Kind::Mapping {
            return;
        }
        let (held, found) = self.look_up(root);
        let text = |node: Option<NodeId>| node.map_or("", |node| self.document.text(node));
        if let Some(words) = words(text(held[0]), text(held[1])) {
            self.document.note(Notes { words, found, held });
        }
    }

    /// What makes up the id; null names and namespaces are nothing.
    pub(crate) fn identity(&self) -> Identity<'_> {
        let document = &self.document;
        let Some(root) = document.try_root() else { return Identity::default() };
        let text = |node: Option<NodeId>| node.map_or("", |node| document.text(node));
        let unless_null = |node: Option<NodeId>| text(node.filter(|node| !document.is_null(*node)));
        if let Some(notes) = document.notes() {
            let ([api_version, kind], [name, namespace, _]) = (notes.words, notes.found);
            return Identity {
                api_version,
                kind,
                name: unless_null(name),
                namespace: unless_null(namespace),
            };
        }
        let ([api_version, kind, _], [name, namespace, _]) = self.look_up(root);
        Identity {
            api_version: text(api_version),
            kind: text(kind),
            name: unless_null(name),
            namespace: unless_null(namespace),
        }
    }

    /// `metadata` and `metadata.annotations`, whatever stands there.
    pub(crate) fn annotations(&self) -> (Option<NodeId>, Option<NodeId>) {
        if let Some(notes) = self.document.notes() {
            return (notes.held[2], notes.found[2]);
        }
        let metadata = self.document.try_root().and_then(|root| self.document.get(root, "metadata"));
        (metadata, metadata.and_then(|metadata| self.document.get(metadata, "annotations")))
    }

    /// `apiVersion`, or empty.
    pub fn api_version(&self) -> &str {
        match self.document.notes() {
            Some(notes) => &notes.words[0],
            None => self.identity().api_version,
        }
    }

    /// `kind`, or empty.
    pub fn kind(&self) -> &str {
        match self.document.notes() {
            Some(notes) => &notes.words[1],
            None => self.identity().kind,
        }
    }

    /// `metadata.name`, or empty.
    pub fn name(&self) -> &str {
        self.identity().name
    }

    /// `metadata.namespace`, or empty.
    pub fn namespace(&self) -> &str {
        self.identity().namespace
    }
}

#[cfg(test)]
mod tests {
    use crate::provenance::StepId;
    use crate::resource;
    use crate::source::SourceId;
    use crate::yaml::{Style, Tag};

    #[test]
    fn notes_hold_as_long_as_they_are_right() {
        let text =
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\nkind: X\nmetadata: {name: b}\n";
        let mut set = resource::read(SourceId(0), &text.into()).unwrap();
        let object = set.get_mut(0).unwrap();
        object.note_identity();
        let root = object.document.root();
        let metadata = object.document.get(root, "metadata").unwrap();
        let get = |object: &resource::Resource, path: &[&str]| object.document.at(root, path).unwrap();
        let name = get(object, &["metadata", "name"]);
        object.document.edit(StepId(1)).set_text(name, "c");
        assert!(object.document.notes().is_some() && object.name() == "c");
        let mut editor = object.document.edit(StepId(1));
        let namespace = editor.scalar("n", Tag::Implicit, Style::Plain);
        editor.insert_text_key(metadata, "namespace", namespace);
        assert_eq!(object.namespace(), "n");
        object.note_identity();
        let kind = get(object, &["kind"]);
        object.document.edit(StepId(1)).set_text(kind, "Secret");
        assert_eq!((object.kind(), object.namespace()), ("Secret", "n"));
        object.note_identity();
        let key = object.document.key(namespace).unwrap();
        object.document.edit(StepId(1)).set_text(key, "other");
        assert_eq!(object.namespace(), "");
        object.note_identity();
        object.document.edit(StepId(1)).remove(root, metadata);
        assert_eq!((object.name(), object.kind()), ("", "Secret"));
        object.note_identity();
        let mut editor = object.document.edit(StepId(1));
        let version = editor.scalar("v2", Tag::Implicit, Style::Plain);
        let old = get(set.get(0).unwrap(), &["apiVersion"]);
        let object = set.get_mut(0).unwrap();
        object.document.edit(StepId(1)).replace(root, old, version);
        assert_eq!(object.api_version(), "v2");
        object.note_identity();
        object.document.edit(StepId(1)).remove_root();
        assert_eq!((object.api_version(), object.kind()), ("", ""));
    }
}
