//! The doors into this room: whole texts to documents, as each reader in kustomize takes them.

use std::ops::Range;

use rayon::prelude::*;

use super::compose::{Composed, Composer};
use super::decode_v2;
use super::document::Document;
use super::expand::resolve_aliases;
use super::fast::{self, Found};
use super::node::{Kind, NodeId, Style, Tag};
use super::resolve::{Dialect, clip};
use super::split::split_documents;
use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::Origin;
use crate::source::{Place, SourceId, SourceText};

/// Reads a text of resources as kustomize reads one file (kyaml's `ByteReader`): splits it at lines that begin with
/// `---`, reads the first document of each part by YAML v3 (so text behind `...` is dropped), leaves out empty ones,
/// takes the items out of a `List` or `ResourceList` that is alone in its text, and resolves aliases and merge keys.
///
/// What comes after, in other rooms: dropping empty objects, checks of `kind` and `metadata.name`, taking apart the
/// other kinds that end in `List`. Duplicate keys are still there: see [`super::check_duplicate_keys`].
///
/// Line ends must be normalised (`\r\n` to `\n`) before the text is registered as a source. Comments are kept in
/// documents in which one could be a schema (`# {"type": …}`), since those change merges.
pub fn read_resources(source: SourceId, text: &SourceText) -> Result<Vec<Document>> {
    read_parts(source, text, true, |document| document)
}

/// [`read_resources`], where each document is looked at as soon as it is read, in no certain order: what is made of
/// it stands in the documents' order.
pub fn read_resources_with<T: Send>(
    source: SourceId,
    text: &SourceText,
    look: impl Fn(Document) -> T + Sync,
) -> Result<Vec<T>> {
    read_parts(source, text, true, look)
}

/// [`read_resources`] without its fast path, for tests that hold the two against each other.
pub fn read_resources_slowly(source: SourceId, text: &SourceText) -> Result<Vec<Document>> {
    read_parts(source, text, false, |document| document)
}

/// The documents in parts of a text (see [`split_documents`]) as [`read_resources`] has them, but one fault a part, so that
/// the others can still be looked at; comments are not kept. What a part holds depends on its bytes alone. Each document
/// is looked at as soon as it is read, in no certain order: what is made of it stands in the documents' order.
pub fn read_each<T: Send>(
    source: SourceId,
    text: &SourceText,
    parts: Vec<Range<usize>>,
    look: impl Fn(&Range<usize>, Result<Document>) -> T + Sync,
) -> Vec<T> {
    let read = |part: Range<usize>| match read_part(source, text, part.clone(), true, true) {
        Ok(Part::Nothing) => Looked::Nothing,
        Ok(Part::One(document)) => Looked::One(look(&part, Ok(document))),
        Ok(Part::Several(documents)) => {
            Looked::Several(documents.into_iter().map(|document| look(&part, Ok(document))).collect())
        }
        Err(fault) => Looked::One(look(&part, Err(fault))),
    };
    flat(if parts.len() > 1 && parts.iter().map(Range::len).sum::<usize>() >= LARGE {
        parts.into_par_iter().map(read).collect()
    } else {
        parts.into_iter().map(read).collect()
    })
}

/// From this size on, documents are read side by side; below, it takes longer to wake the threads.
const LARGE: usize = 1024 * 1024;

fn read_parts<T: Send>(
    source: SourceId,
    text: &SourceText,
    fast: bool,
    look: impl Fn(Document) -> T + Sync,
) -> Result<Vec<T>> {
    let parts = split_documents(source, text)?;
    let alone = parts.len() == 1;
    if text.len() < LARGE || alone {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match read_part(source, text, part, alone, fast)? {
                Part::Nothing => {}
                Part::One(document) => all.push(look(document)),
                Part::Several(documents) => all.extend(documents.into_iter().map(&look)),
            }
        }
        return Ok(all);
    }
    // A few more than are read, for those that steps will add: a longer list would have to be copied.
    let mut read: Vec<Result<Looked<T>>> = Vec::with_capacity(parts.len() + parts.len() / 64 + 16);
    parts
        .into_par_iter()
        .with_min_len(64)
        .map(|part| {
            Ok(match read_part(source, text, part, alone, fast)? {
                Part::Nothing => Looked::Nothing,
                Part::One(document) => Looked::One(look(document)),
                Part::Several(documents) => Looked::Several(documents.into_iter().map(&look).collect()),
            })
        })
        .collect_into_vec(&mut read);
    Ok(flat(read.into_iter().collect::<Result<_>>()?))
}

/// What was made of all parts, one behind the other; mostly where it lies already.
fn flat<T>(read: Vec<Looked<T>>) -> Vec<T> {
    if read.iter().all(|part| matches!(part, Looked::Nothing | Looked::One(_))) {
        let one = |part| match part {
            Looked::One(one) => Some(one),
            _ => None,
        };
        return read.into_iter().filter_map(one).collect();
    }
    let mut all = Vec::with_capacity(read.len());
    for part in read {
        match part {
            Looked::Nothing => {}
            Looked::One(one) => all.push(one),
            Looked::Several(several) => all.extend(several),
        }
    }
    all
}

/// What one part of a text holds.
enum Part {
    Nothing,
    One(Document),
    Several(Vec<Document>),
}

/// What was made of it.
enum Looked<T> {
    Nothing,
    One(T),
    Several(Vec<T>),
}

fn read_part(
    source: SourceId,
    text: &SourceText,
    part: Range<usize>,
    alone: bool,
    fast: bool,
) -> Result<Part> {
    let within = text.get(part.clone()).unwrap_or_default();
    let kept_lines = may_end_in_kept_lines(within);
    let odd_comment = may_hold_odd_comment(within);
    if fast
        && !kept_lines
        && !odd_comment
        && let Some(read) = fast::read(source, text, part.clone())
    {
        let Found::Document(document) = read else { return Ok(Part::Nothing) };
        let root = document.root();
        if is_null(&document, root) {
            return Ok(Part::Nothing);
        }
        return Ok(match if alone { list_items(&document, root) } else { None } {
            Some(items) => Part::Several(items.iter().map(|item| document.cut_out(*item)).collect()),
            None => Part::One(document),
        });
    }
    let comments = kept_lines || odd_comment || may_hold_schema_comment(within);
    let mut composer = Composer::new(source, text, part, Dialect::V3, comments);
    let Some(mut composed) = composer.next_document().map_err(|fault| Box::new(fault.tell(source)))? else {
        return Ok(Part::Nothing);
    };
    let Some(root) = composed.document.try_root() else { return Ok(Part::Nothing) };
    if is_null(&composed.document, root) {
        return Ok(Part::Nothing);
    }
    if comments && !odd_comment {
        composed.document.drop_comments_unless(may_hold_schema_comment);
    }
    let items = if alone { list_items(&composed.document, root) } else { None };
    let mut documents =
        resolve_aliases(composed, items.as_deref()).map_err(|fault| Box::new(fault.tell(source)))?;
    Ok(match documents.len() {
        1 => documents.pop().map_or(Part::Nothing, Part::One),
        _ => Part::Several(documents),
    })
}

/// Whether yaml.v3 takes a node for null.
pub(super) fn is_null(document: &Document, node: NodeId) -> bool {
    match document.tag(node) {
        Tag::Null => true,
        Tag::Implicit => {
            document.kind(node) == Kind::Scalar
                && document.style(node) == Style::Plain
                && matches!(document.text(node), "" | "~" | "null" | "Null" | "NULL")
        }
        _ => false,
    }
}

/// The items of a `List` or `ResourceList`; kyaml takes keys and values of a mapping for items too.
fn list_items(document: &Document, root: NodeId) -> Option<Vec<NodeId>> {
    let kind = document.get(root, "kind")?;
    if !matches!(document.text(kind), "List" | "ResourceList") || is_null(document, kind) {
        return None;
    }
    let Some(items) = document.get(root, "items") else {
        return document.get(root, "functionConfig").map(|_| Vec::new());
    };
    let mut nodes = Vec::new();
    for child in document.children(items) {
        nodes.extend(document.key(child));
        nodes.push(child);
    }
    Some(nodes)
}

/// Whether a scalar that keeps its empty lines (`|+`) could be followed by a comment: at the end of a document that
/// changes the scalar.
fn may_end_in_kept_lines(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memrchr(b'#', bytes).is_some_and(|end| {
        let hint = |at: usize| matches!(&bytes[..at], [.., b'|' | b'>'] | [.., b'|' | b'>', b'1'..=b'9']);
        memchr::memchr_iter(b'+', &bytes[..end]).any(hint)
    })
}

/// Whether a comment in the text stands where yaml.v3 may print it so that it cannot be read any more: behind a key, a
/// dash, a bracket, a brace, a comma, an anchor, a tag or the head of a block scalar. Most comments stand on lines of
/// their own, or behind plain values.
fn may_hold_odd_comment(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'#', bytes).any(|at| {
        let before = &bytes[..at];
        if !matches!(before.last(), None | Some(b' ' | b'\t' | b'\n' | b'\r')) {
            return false;
        }
        let Some(end) = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')) else { return false };
        match before[end] {
            b'\n' | b'\r' => {
                // A line of its own: inside brackets, where the line before ends so.
                let end = before.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
                end.is_some_and(|end| matches!(before[end], b',' | b'[' | b'{'))
            }
            b':' | b',' | b'[' | b']' | b'{' | b'}' => true,
            _ => {
                let line = &before[..=end];
                let start = line.iter().rposition(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
                let word = &line[start.map_or(0, |start| start + 1)..];
                matches!(word, [b'&' | b'!' | b'|' | b'>', ..] | [b'-' | b'?'])
            }
        }
    })
}

/// Whether a comment in the text could be a JSON object.
fn may_hold_schema_comment(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'#', bytes).any(|i| {
        let rest = bytes[i..].iter().skip_while(|b| **b == b'#').find(|b| !matches!(b, b' ' | b'\t' | b'\r'));
        rest == Some(&b'{')
    })
}

/// Reads a kustomization file, JSON patch or configuration as `sigs.k8s.io/yaml` does, by YAML v2 (1.1): the first
/// document only; aliases and merge keys resolved; of keys that stand twice in one mapping, the last one counts, which
/// is noted in `warnings`. Keys become the texts they are in JSON (`yes: a` has the key `true`). An empty text gives a
/// null. Values fit their tags and can be written as JSON, but are not resolved: ask [`super::resolve::scalar`].
pub fn read_v2(source: SourceId, text: &SourceText, warnings: &mut Vec<Diagnostic>) -> Result<Document> {
    // What the fast reader reads is the same in both dialects; of several documents it reads none.
    let composed = match fast::read(source, text, 0..text.len()) {
        Some(Found::Document(document)) => Some(Composed::complete(document)),
        _ => Composer::new(source, text, 0..text.len(), Dialect::V2, false)
            .next_document()
            .map_err(|fault| Box::new(fault.tell(source)))?,
    };
    let Some(composed) = composed else {
        let mut document = Document::new(source, text.clone());
        let empty = document.add_text("");
        let root = document.push_scalar(empty, Style::Plain, Tag::Implicit, Origin::at(0));
        document.set_root(root);
        return Ok(document);
    };
    let (document, repeated) = decode_v2::decode(composed)?;
    warnings.extend(repeated.into_iter().map(|repeated| {
        Diagnostic::warning(
            "yaml-duplicate-key",
            format!("key `{}` is set twice in one mapping; the last one counts", clip(&repeated.key)),
        )
        .at(Place { source, offset: repeated.dropped }, "ignored")
        .at(Place { source, offset: repeated.kept }, "counts")
        .hint("keep one of the two")
    }));
    Ok(document)
}

/// What [`read_documents_v3`] keeps.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Comments, attached as yaml.v3 does.
    pub comments: bool,
    /// Aliases and merge keys as they stand; otherwise they are resolved as in resources.
    pub aliases: bool,
}

/// Reads all documents of a text by YAML v3, as a yaml.v3 decoder hands out nodes: nothing split beforehand, nothing
/// left out.
pub fn read_documents_v3(source: SourceId, text: &SourceText, keep: Keep) -> Result<Vec<Document>> {
    let mut composer = Composer::new(source, text, 0..text.len(), Dialect::V3, keep.comments);
    let tell = |fault: Box<super::fault::Fault>| Box::new(fault.tell(source));
    let mut documents = Vec::new();
    while let Some(composed) = composer.next_document().map_err(tell)? {
        if keep.aliases {
            documents.push(composed.document);
        } else {
            documents.extend(resolve_aliases(composed, None).map_err(tell)?);
        }
    }
    Ok(documents)
}

/// Reads the first document of a text by YAML v3, comments, anchors and aliases kept, as kyaml's `Parse` does (for
/// structured data in strings); `None` when there is none, which kyaml refuses.
pub fn read_document_v3(source: SourceId, text: &SourceText) -> Result<Option<Document>> {
    let mut composer = Composer::new(source, text, 0..text.len(), Dialect::V3, true);
    match composer.next_document() {
        Ok(composed) => Ok(composed.map(|composed| composed.document)),
        Err(fault) => Err(Box::new(fault.tell(source))),
    }
}

/// Reads a text as kyaml's `ByteReader` reads what functions are given and give back: split at lines that begin with
/// `---`, the first document of each part, with comments, anchors and aliases kept; `None` for a part that is empty or
/// null.
pub fn read_split_v3(source: SourceId, text: &SourceText) -> Result<Vec<Option<Document>>> {
    let parts = split_documents(source, text)?;
    let read = |part| {
        let mut composer = Composer::new(source, text, part, Dialect::V3, true);
        let composed = composer.next_document().map_err(|fault| Box::new(fault.tell(source)))?;
        let document = composed.map(|composed| composed.document);
        Ok(document.filter(|document| document.try_root().is_some_and(|root| !is_null(document, root))))
    };
    parts.into_iter().map(read).collect()
}
