//! Objects on their way into a function and back, as kyaml's `ByteReader` and `ByteWriter` have them: several documents,
//! or the items of one list, each with annotations that tell it again when it comes back.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::StepId;
use crate::source::{Place, SourceId, Sources};
use crate::yaml::{self, Document, Editor, Kind, NodeId, SequenceIndent, Style, Tag};

/// Which document of its text an object was, in the name that kustomize uses.
pub(super) const INDEX: &str = "internal.config.kubernetes.io/index";
/// The same in the older name.
pub(super) const LEGACY_INDEX: &str = "config.kubernetes.io/index";
/// Which file an object belongs to.
pub(super) const PATH: &str = "internal.config.kubernetes.io/path";
/// The same in the older name.
pub(super) const LEGACY_PATH: &str = "config.kubernetes.io/path";
/// Which object of the input an object is.
pub(super) const ID: &str = "internal.config.kubernetes.io/id";
/// The same in the older name.
pub(super) const LEGACY_ID: &str = "config.k8s.io/id";
/// Which object of the input an object is, kept for comparing the other annotations.
pub(super) const MIGRATION_ID: &str = "internal.config.kubernetes.io/annotations-migration-resource-id";
const SEQUENCE_INDENT: &str = "internal.config.kubernetes.io/seqindent";

/// Annotations that mean the same: path, index, id.
const PAIRS: [(&str, &str); 3] = [(LEGACY_PATH, PATH), (LEGACY_INDEX, INDEX), (LEGACY_ID, ID)];

/// One object of a stream.
#[derive(Clone, Copy)]
pub(super) struct Item {
    document: usize,
    node: NodeId,
}

/// Objects of one text.
pub(super) struct Stream {
    documents: Vec<Document>,
    pub(super) items: Vec<Item>,
    /// `results` of a `ResourceList`.
    results: Option<Item>,
    step: StepId,
}

impl Stream {
    /// Reads a text as functions are read: objects are told by their number, a list that is alone is taken apart.
    pub(super) fn read(sources: &Sources, source: SourceId, step: StepId) -> Result<Stream> {
        let text = &sources.get(source).text;
        let parts = yaml::read_split_v3(source, text)?;
        let alone = parts.len() == 1;
        let mut stream = Stream { documents: Vec::new(), items: Vec::new(), results: None, step };
        let mut index = 0;
        for document in parts.into_iter().flatten() {
            let Some(node) = document.try_root() else { continue };
            let item = Item { document: stream.documents.len(), node };
            stream.documents.push(document);
            stream.copy_legacy(item)?;
            let number = format!("{index}");
            stream.set(item, LEGACY_INDEX, &number)?;
            stream.set(item, INDEX, &number)?;
            if !(alone && stream.unwrap(item)) {
                stream.items.push(item);
                index += 1;
            }
        }
        Ok(stream)
    }

    /// Takes a list apart; says whether it is one.
    fn unwrap(&mut self, list: Item) -> bool {
        let document = &self.documents[list.document];
        let kind = document.get(list.node, "kind").map_or("", |kind| document.text(kind));
        let items = document.get(list.node, "items");
        if !matches!(kind, "ResourceList" | "List")
            || (items.is_none() && document.get(list.node, "functionConfig").is_none())
        {
            return false;
        }
        let results = document.get(list.node, "results");
        self.results = results.map(|node| Item { document: list.document, node });
        if let Some(items) = items {
            // As kyaml does, the keys of a mapping are taken for objects too.
            let nodes =
                document.children(items).flat_map(|node| document.key(node).into_iter().chain([node]));
            self.items.extend(nodes.map(|node| Item { document: list.document, node }));
        }
        true
    }

    /// The document and node of an object.
    pub(super) fn get(&self, item: Item) -> (&Document, NodeId) {
        (&self.documents[item.document], item.node)
    }

    /// Writes into the document of an object.
    pub(super) fn edit(&mut self, item: Item) -> (Editor<'_>, NodeId) {
        (self.documents[item.document].edit(self.step), item.node)
    }

    /// The messages of `results`.
    pub(super) fn messages(&self) -> Vec<String> {
        let Some(results) = self.results else { return Vec::new() };
        let (document, node) = self.get(results);
        // Before version 1 of ResourceList, results stood in `items` of `results`.
        let list = document.get(node, "items").unwrap_or(node);
        let text = |node: NodeId, key: &str| document.get(node, key).map_or("", |node| document.text(node));
        let one = |result: NodeId| match (text(result, "severity"), text(result, "message")) {
            ("", message) => message.to_owned(),
            (severity, message) => format!("{severity}: {message}"),
        };
        document.children(list).map(one).filter(|message| !message.is_empty()).collect()
    }

    /// Puts the objects of another stream behind these.
    pub(super) fn append(&mut self, other: &Stream, items: &[Item]) {
        for item in items {
            self.items.push(Item { document: self.documents.len(), ..*item });
            self.documents.push(other.documents[item.document].clone());
        }
    }

    // ---- annotations

    fn annotations(&self, item: Item) -> Option<NodeId> {
        self.documents[item.document].at(item.node, &["metadata", "annotations"])
    }

    /// The value of an annotation; null is nothing.
    pub(super) fn annotation(&self, item: Item, key: &str) -> Option<&str> {
        let document = &self.documents[item.document];
        let node = document.get(self.annotations(item)?, key)?;
        Some(if document.is_null(node) { "" } else { document.text(node) })
    }

    /// As [`Stream::annotation`], with an empty text for none.
    pub(super) fn said(&self, item: Item, key: &str) -> &str {
        self.annotation(item, key).unwrap_or_default()
    }

    /// Sets an annotation: a new one in single quotes, an old one in its style.
    pub(super) fn set(&mut self, item: Item, key: &str, value: &str) -> Result<()> {
        self.clear_empty(item);
        let document = &mut self.documents[item.document];
        // kyaml finds nothing to do in a null; the object vanishes in the end.
        if document.is_null(item.node) || annotate(document, item.node, key, value, self.step) {
            return Ok(());
        }
        Diagnostic::error(
            "function-object-unusable",
            "this is no object: functions take and give mappings that can be annotated",
        )
        .at(document.place(item.node), "a mapping with a mapping `metadata.annotations` is needed here")
        .hint("a function gets and gives mappings with `apiVersion`, `kind` and `metadata`")
        .fail()
    }

    /// Takes an annotation away.
    pub(super) fn clear(&mut self, item: Item, key: &str) {
        let Some(annotations) = self.annotations(item) else { return };
        let document = &mut self.documents[item.document];
        if let Some(node) = document.get(annotations, key) {
            document.edit(self.step).remove(annotations, node);
        }
    }

    /// Takes annotations, and then metadata, away that say nothing.
    fn clear_empty(&mut self, item: Item) {
        let document = &mut self.documents[item.document];
        let Some(metadata) = document.get(item.node, "metadata") else { return };
        let is_empty = |document: &Document, node: NodeId| {
            document.is_null(node) || (document.kind(node) != Kind::Scalar && document.is_empty(node))
        };
        if let Some(annotations) = document.get(metadata, "annotations")
            && is_empty(document, annotations)
        {
            document.edit(self.step).remove(metadata, annotations);
        }
        if is_empty(document, metadata) {
            document.edit(self.step).remove(item.node, metadata);
        }
    }

    /// Where only one of two annotations of the same meaning says something, the other one shall say it too.
    pub(super) fn copy_legacy(&mut self, item: Item) -> Result<()> {
        for (legacy, new) in PAIRS {
            let (old_value, new_value) =
                (self.said(item, legacy).to_owned(), self.said(item, new).to_owned());
            if new_value.is_empty() && !old_value.is_empty() {
                self.set(item, new, &old_value)?;
            } else if old_value.is_empty() && !new_value.is_empty() {
                self.set(item, legacy, &new_value)?;
            }
        }
        Ok(())
    }

    /// Refuses an object whose annotations of the same meaning say different things.
    pub(super) fn check_pairs(&self, item: Item) -> Result<()> {
        for ((legacy, new), what) in PAIRS.into_iter().zip(["path", "index", "id"]) {
            let (one, other) = (self.said(item, legacy), self.said(item, new));
            if !one.is_empty() && !other.is_empty() && one != other {
                return mismatch(what, self.place(item));
            }
        }
        Ok(())
    }

    /// Where an object begins.
    pub(super) fn place(&self, item: Item) -> Place {
        self.documents[item.document].place(item.node)
    }

    // ---- out

    /// The objects as items of a `ResourceList`, as a function reads them.
    pub(super) fn resource_list(&self, items: &[Item], config: &Document) -> Result<Vec<u8>> {
        let mut list = Document::generated();
        let mut editor = list.edit(self.step);
        let root = editor.mapping(Tag::Implicit, Style::Plain);
        editor.set_root(root);
        for (key, value) in [("apiVersion", "config.kubernetes.io/v1"), ("kind", "ResourceList")] {
            let value = editor.scalar(value, Tag::Implicit, Style::Plain);
            editor.insert_text_key(root, key, value);
        }
        let sequence = editor.sequence(Tag::Implicit, Style::Plain);
        editor.insert_text_key(root, "items", sequence);
        for item in items {
            let (document, node) = self.get(*item);
            let copy = editor.graft(document, node);
            editor.push(sequence, copy);
        }
        if let Some(node) = config.try_root() {
            let copy = editor.graft(config, node);
            editor.insert_text_key(root, "functionConfig", copy);
        }
        let mut out = Vec::new();
        yaml::emit_v3(&list, root, SequenceIndent::Compact, &mut out)?;
        Ok(out)
    }

    /// The objects as documents, without their numbers.
    pub(super) fn print(&mut self) -> Result<Vec<u8>> {
        for item in self.items.clone() {
            for key in [INDEX, LEGACY_INDEX, SEQUENCE_INDENT] {
                self.clear(item, key);
            }
            self.clear_empty(item);
        }
        let list: Vec<(&Document, NodeId)> = self.items.iter().map(|item| self.get(*item)).collect();
        let mut out = Vec::new();
        if !list.is_empty() {
            yaml::emit_v3_stream(&list, SequenceIndent::Compact, &mut out)?;
        }
        Ok(out)
    }
}

/// Refuses an object whose annotations contradict each other.
pub(super) fn mismatch<T>(what: &str, place: Place) -> Result<T> {
    Diagnostic::error(
        "function-annotations-mismatch",
        format!(
            "the annotations `internal.config.kubernetes.io/{what}` and their older form say different things"
        ),
    )
    .at(place, "in this object")
    .hint("take both annotations out: kustomize writes them itself")
    .fail()
}

/// Sets an annotation; says whether that could be done.
pub(super) fn annotate(
    document: &mut Document,
    object: NodeId,
    key: &str,
    value: &str,
    step: StepId,
) -> bool {
    if document.kind(object) != Kind::Mapping {
        return false;
    }
    let mut editor = document.edit(step);
    let Some(metadata) = mapping_in(&mut editor, object, "metadata") else { return false };
    let Some(annotations) = mapping_in(&mut editor, metadata, "annotations") else { return false };
    if let Some(node) = editor.document().get(annotations, key) {
        editor.set_scalar(node, value, Tag::Str);
    } else {
        let node = editor.scalar(value, Tag::Str, Style::SingleQuoted);
        editor.insert_text_key(annotations, key, node);
    }
    true
}

/// The mapping under a key, made when nothing is there.
fn mapping_in(editor: &mut Editor<'_>, parent: NodeId, key: &str) -> Option<NodeId> {
    match editor.document().get(parent, key) {
        Some(node) if editor.document().kind(node) == Kind::Mapping => Some(node),
        Some(node) if editor.document().is_null(node) => {
            editor.set_empty(node, Kind::Mapping, Tag::Implicit);
            Some(node)
        }
        Some(_) => None,
        None => {
            let node = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(parent, key, node);
            Some(node)
        }
    }
}

/// Registers a text that no file holds, as readers of resources want it.
pub(super) fn register(
    sources: &mut Sources,
    name: String,
    bytes: Vec<u8>,
    inside: Place,
) -> Result<SourceId> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(fault) => {
            let at = fault.utf8_error().valid_up_to();
            return Diagnostic::error(
                "function-output-not-text",
                format!("{name} is not UTF-8 at byte {at}"),
            )
            .at(inside, "asked for here")
            .fail();
        }
    };
    let text = if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text };
    let inside = inside.is_some().then_some(inside);
    Ok(sources.add(crate::source::Source { name: Arc::from(name), text: text.into(), inside }))
}
