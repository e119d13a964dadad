//! Aliases and merge keys of resources, resolved as kyaml's `RNode.DeAnchor` does it: merge keys of a mapping first,
//! then its children; copies take the place of aliases.

use super::compose::Composed;
use super::document::Document;
use super::fault::{Fault, Reading};
use super::node::{Kind, NodeId, Tag};
use super::resolve::clip;
use crate::provenance::Whence;
use rustc_hash::{FxHashMap, FxHashSet};

/// kustomize knows no limit here and runs out of memory.
const MOST_NODES: usize = 1_000_000;
const MOST_TEXT: usize = 1 << 29;

/// A node on its way to being rewritten. Several may stand for one node of the text.
#[derive(Clone)]
struct Draft {
    from: NodeId,
    kind: Kind,
    alias: Option<usize>,
    /// Items; or keys and values in turn.
    content: Vec<usize>,
    /// On the way from the root to the node that is being worked on.
    open: bool,
}

enum Task {
    Visit(usize),
    /// Its target is done: put a copy in the alias' place.
    Replace(usize),
    Close(usize),
}

struct Drafts<'d> {
    document: &'d Document,
    list: Vec<Draft>,
}

/// The documents below these roots, without aliases, anchors and merge keys.
pub(super) fn resolve_aliases(composed: Composed, roots: Option<&[NodeId]>) -> Reading<Vec<Document>> {
    let Composed { mut document, aliases, unfinished } = composed;
    let Some(root) = document.try_root() else { return Ok(Vec::new()) };
    if !unfinished {
        document.clear_anchors();
        return Ok(match roots {
            None => vec![document],
            Some(roots) => roots.iter().map(|node| document.cut_out(*node)).collect(),
        });
    }
    let mut drafts = Drafts { document: &document, list: Vec::with_capacity(document.nodes.len()) };
    drafts.fill(&aliases);
    let mut done = Vec::new();
    let whole = [root];
    for node in roots.unwrap_or(&whole) {
        drafts.resolve(node.index())?;
        done.push(node.index());
    }
    done.into_iter().map(|root| drafts.write(root)).collect()
}

impl Drafts<'_> {
    /// One draft for each node, with the same number.
    fn fill(&mut self, aliases: &[(NodeId, NodeId)]) {
        for (i, node) in self.document.nodes.iter().enumerate() {
            let id = NodeId::new(i);
            let mut content = Vec::new();
            if node.kind != Kind::Scalar && node.kind != Kind::Alias {
                for child in self.document.children(id) {
                    content.extend(self.document.key(child).map(NodeId::index));
                    content.push(child.index());
                }
            }
            self.list.push(Draft { from: id, kind: node.kind, alias: None, content, open: false });
        }
        for (alias, target) in aliases {
            self.list[alias.index()].alias = Some(target.index());
        }
    }

    fn offset(&self, draft: usize) -> usize {
        match self.document.origin(self.list[draft].from).read() {
            Whence::Own(offset) => offset as usize,
            _ => 0,
        }
    }

    fn resolve(&mut self, root: usize) -> Reading<()> {
        let mut tasks = vec![Task::Visit(root)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Visit(n) => match self.list[n].kind {
                    Kind::Scalar => {}
                    Kind::Alias => {
                        let Some(target) = self.list[n].alias else { continue };
                        if self.list[target].open {
                            let name = clip(self.document.text(self.list[n].from));
                            return Fault::new(self.offset(n), format!("found an alias of `{name}` inside `{name}` itself"))
                                .code("yaml-alias-of-itself")
                                .inside(self.offset(target), "the anchor")
                                .hint("write the value out, or move the anchor to a value that does not hold the alias")
                                .fail();
                        }
                        tasks.push(Task::Replace(n));
                        tasks.push(Task::Visit(target));
                    }
                    Kind::Mapping | Kind::Sequence => {
                        if self.list[n].kind == Kind::Mapping {
                            self.merge(n)?;
                        }
                        self.list[n].open = true;
                        tasks.push(Task::Close(n));
                        tasks.extend(self.list[n].content.iter().rev().map(|child| Task::Visit(*child)));
                    }
                },
                Task::Replace(n) => {
                    if let Some(target) = self.list[n].alias {
                        let copy = self.copy(target)?;
                        self.list.swap(n, copy);
                    }
                }
                Task::Close(n) => self.list[n].open = false,
            }
        }
        Ok(())
    }

    /// A deep copy; aliases in it stand for what they stood for.
    fn copy(&mut self, node: usize) -> Reading<usize> {
        let top = self.list.len();
        let mut draft = self.list[node].clone();
        draft.open = false;
        self.list.push(draft);
        let mut next = top;
        while next < self.list.len() {
            let mut content = std::mem::take(&mut self.list[next].content);
            for child in &mut content {
                let mut draft = self.list[*child].clone();
                draft.open = false;
                *child = self.list.len();
                self.list.push(draft);
            }
            self.list[next].content = content;
            if self.list.len() > MOST_NODES + self.document.nodes.len() {
                return self.too_large(node);
            }
            next += 1;
        }
        Ok(top)
    }

    fn text(&self, draft: usize) -> &str {
        self.document.text(self.list[draft].from)
    }

    fn is_merge(&self, draft: usize) -> bool {
        self.document.tag(self.list[draft].from) == Tag::Merge
    }

    /// The values of merge keys, the one that counts most last.
    fn merge_values(&self, value: usize) -> Reading<Vec<usize>> {
        let refuse = |node: usize| {
            Fault::new(self.offset(node), "found a merge key (`<<`) whose value is no mapping")
                .code("yaml-merge-key")
                .found("neither a mapping, nor an alias of one, nor a list of such")
                .hint(
                    "write `<<: *anchor`, with the anchor at a mapping; quote the key if it is meant as text",
                )
                .fail()
        };
        let one = |node: usize| match self.list[node].kind {
            Kind::Mapping => Ok(node),
            Kind::Alias => match self.list[node].alias {
                Some(target) if self.list[target].kind == Kind::Mapping => Ok(target),
                _ => refuse(node),
            },
            _ => refuse(node),
        };
        if self.list[value].kind != Kind::Sequence {
            return Ok(vec![one(value)?]);
        }
        let mut values = Vec::new();
        for item in self.list[value].content.iter().rev() {
            values.push(one(*item)?);
        }
        Ok(values)
    }

    /// Merge keys of one mapping. kyaml drops the first key that is spelt `<<`, merge key or not.
    fn merge(&mut self, mapping: usize) -> Reading<()> {
        let content = &self.list[mapping].content;
        let mut merge_key = None;
        let mut spelt = None;
        for (i, pair) in content.chunks_exact(2).enumerate() {
            if self.is_merge(pair[0]) {
                if merge_key.is_some() {
                    return Fault::new(
                        self.offset(pair[0]),
                        "found a second merge key (`<<`) in one mapping",
                    )
                    .code("yaml-merge-key")
                    .hint("merge several mappings with one key: `<<: [*a, *b]`")
                    .fail();
                }
                merge_key = Some(pair[1]);
            }
            if spelt.is_none() && self.text(pair[0]) == "<<" {
                spelt = Some(i * 2);
            }
        }
        let values = match merge_key {
            Some(value) => self.merge_values(value)?,
            None => Vec::new(),
        };
        if let Some(i) = spelt {
            self.list[mapping].content.drain(i..i + 2);
        }
        if values.is_empty() {
            return Ok(());
        }
        // The mapping's own entries keep their places and win; merged ones follow.
        let mut result = self.list[mapping].content.clone();
        let own: FxHashSet<String> =
            result.chunks_exact(2).map(|pair| self.text(pair[0]).to_owned()).collect();
        let mut merged: FxHashMap<String, usize> = FxHashMap::default();
        for value in values {
            let copy = self.copy(value)?;
            let mut seen: FxHashSet<&str> = FxHashSet::default();
            for pair in self.list[copy].content.chunks_exact(2) {
                let name = self.text(pair[0]);
                // Of keys that are spelt alike, the first value counts.
                if own.contains(name) || !seen.insert(name) {
                    continue;
                }
                if let Some(place) = merged.get(name) {
                    result[*place..*place + 2].copy_from_slice(pair);
                } else {
                    merged.insert(name.to_owned(), result.len());
                    result.extend(pair);
                }
            }
        }
        self.list[mapping].content = result;
        Ok(())
    }

    fn write(&self, root: usize) -> Reading<Document> {
        let mut out = self.document.beside();
        let mut texts = FxHashMap::default();
        let top = out.adopt_once(self.document, self.list[root].from, &mut texts);
        out.set_root(top);
        let mut todo = vec![(root, top)];
        let mut nodes = MOST_NODES + self.document.nodes.len();
        let mut bytes = MOST_TEXT;
        while let Some((draft, node)) = todo.pop() {
            let content = &self.list[draft].content;
            let step = if self.list[draft].kind == Kind::Mapping { 2 } else { 1 };
            for entry in content.chunks_exact(step) {
                let mut ids = [None, None];
                for (id, child) in ids.iter_mut().zip(entry) {
                    let copy = out.adopt_once(self.document, self.list[*child].from, &mut texts);
                    nodes = nodes.saturating_sub(1);
                    bytes = bytes.saturating_sub(out.text(copy).len());
                    if nodes == 0 || bytes == 0 {
                        return self.too_large(draft);
                    }
                    if !self.list[*child].content.is_empty() {
                        todo.push((*child, copy));
                    }
                    *id = Some(copy);
                }
                match ids {
                    [Some(key), Some(value)] => out.append(node, Some(key), value),
                    [Some(item), _] => out.append(node, None, item),
                    _ => {}
                }
            }
        }
        Ok(out)
    }

    fn too_large<T>(&self, draft: usize) -> Reading<T> {
        Fault::new(self.offset(draft), "found aliases that blow the document up to millions of values")
            .code("yaml-alias-expansion")
            .found("aliases of this anchor, directly or through others")
            .hint("write fewer aliases of aliases")
            .fail()
    }
}
