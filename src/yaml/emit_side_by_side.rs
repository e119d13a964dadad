//! A large document as output, its parts printed side by side. A part is a run of entries of one mapping; what leads to
//! it (keys, dashes) is printed on the way. What a part says does not depend on the others, so the text is that of
//! [`super::emit`]; where that refuses, this gives up and leaves it to tell why.

use std::cell::RefCell;

use rayon::prelude::*;

use super::emit_output::{self, Entry, Frame, Scratch, Walk, What};
use super::emit_text;
use super::{Document, Kind, NodeId, Style};

/// Nodes from which a document is worth taking apart: about 6 MB of text. Below, a millisecond would be gained and each
/// thread's share of memory lost.
const WORTH_IT: usize = 256 << 10;

/// About so many nodes make a part.
const PART: usize = 2 << 10;

/// So deep parts are looked for.
const DEEPEST: usize = 48;

thread_local! {
    /// Parts are printed into the same memory one after another, and then take no more than they need.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The output of a large document in pieces; `None` for one that is not large, and for one that cannot be printed.
pub fn emit_side_by_side(document: &Document, root: NodeId) -> Option<Vec<Vec<u8>>> {
    if document.node_count() < WORTH_IT { None } else { emit_in_parts(document, root, PART) }
}

/// As [`emit_side_by_side`], for documents of any size and in parts of about so many nodes.
pub fn emit_in_parts(document: &Document, root: NodeId, part: usize) -> Option<Vec<Vec<u8>>> {
    if document.kind(root) != Kind::Mapping || document.is_empty(root) {
        return None;
    }
    let mut cut = Cut { document, part, parts: Vec::new(), glue: Vec::new() };
    cut.mapping(root, document.node_count(), Spot { indent: 0, inline: false, flow: false, depth: 0 })?;
    cut.flush();
    let pieces: Vec<Option<Vec<u8>>> = cut.parts.into_par_iter().map(|part| part.print(document)).collect();
    pieces.into_iter().collect()
}

/// Where a collection stands.
#[derive(Clone, Copy)]
struct Spot {
    indent: usize,
    /// The first key continues the line it is on.
    inline: bool,
    flow: bool,
    depth: usize,
}

enum Part {
    Glue(Vec<u8>),
    Run { entries: Vec<Entry>, spot: Spot },
}

impl Part {
    fn print(self, document: &Document) -> Option<Vec<u8>> {
        let (entries, spot) = match self {
            Part::Glue(text) => return Some(text),
            Part::Run { entries, spot } => (entries, spot),
        };
        let end = entries.len();
        let what = What::Mapping { first: 0, next: 0, end };
        let frame = Frame { what, indent: spot.indent, inline: spot.inline, flow: spot.flow };
        let mut scratch = Scratch { frames: vec![frame], entries };
        let Scratch { frames, entries } = &mut scratch;
        BUFFER.with_borrow_mut(|out| {
            out.clear();
            let mut walk = Walk { directly: false, document, out, frames, entries, above: spot.depth };
            walk.rest().ok()?;
            Some(out.as_slice().to_owned())
        })
    }
}

struct Cut<'d> {
    document: &'d Document,
    /// So many nodes make a part.
    part: usize,
    parts: Vec<Part>,
    /// Text between runs that is yet to become a part.
    glue: Vec<u8>,
}

impl Cut<'_> {
    fn flush(&mut self) {
        if !self.glue.is_empty() {
            self.parts.push(Part::Glue(std::mem::take(&mut self.glue)));
        }
    }

    fn run(&mut self, entries: Vec<Entry>, spot: Spot) {
        if !entries.is_empty() {
            self.flush();
            self.parts.push(Part::Run { entries, spot });
        }
    }

    /// Cuts a mapping of about so many nodes. The depth is bounded: see [`DEEPEST`].
    fn mapping(&mut self, mapping: NodeId, nodes: usize, spot: Spot) -> Option<()> {
        let document = self.document;
        let flow = spot.flow || document.style(mapping) == Style::Flow;
        let spot = Spot { flow, ..spot };
        let mut entries = Vec::new();
        emit_output::collect(document, mapping, spot.depth == 0, flow, &mut entries).ok()?;
        let sizes = sizes(document, mapping, nodes);
        let (mut run, mut size) = (Vec::new(), 0);
        let mut inline = spot.inline;
        for entry in entries {
            let nodes = sizes.binary_search_by_key(&entry.value, |(value, _)| *value);
            let nodes = nodes.ok().and_then(|at| sizes.get(at)).map_or(0, |(_, nodes)| *nodes);
            let large = nodes > self.part
                && spot.depth < DEEPEST
                && !document.is_empty(entry.value)
                && matches!(document.kind(entry.value), Kind::Mapping | Kind::Sequence);
            if large && let Some(key) = simple_key(document, &entry) {
                self.run(std::mem::take(&mut run), Spot { inline, ..spot });
                // The key continues its line only when it is the first.
                let begun = std::mem::take(&mut size) > 0;
                if !std::mem::take(&mut inline) || begun {
                    self.glue.resize(self.glue.len() + spot.indent, b' ');
                }
                self.glue.extend_from_slice(&key);
                self.glue.extend_from_slice(b":\n");
                self.value(entry.value, nodes, spot)?;
                continue;
            }
            run.push(entry);
            size += nodes.max(1);
            if size > self.part {
                self.run(std::mem::take(&mut run), Spot { inline, ..spot });
                (size, inline) = (0, false);
            }
        }
        self.run(run, Spot { inline, ..spot });
        Some(())
    }

    /// Cuts the value behind a key, which ends its line.
    fn value(&mut self, value: NodeId, nodes: usize, spot: Spot) -> Option<()> {
        let document = self.document;
        let depth = spot.depth + 1;
        if document.kind(value) == Kind::Mapping {
            return self.mapping(
                value,
                nodes,
                Spot { indent: spot.indent + 2, inline: false, depth, ..spot },
            );
        }
        let flow = spot.flow || document.style(value) == Style::Flow;
        for (item, nodes) in item_sizes(document, value, nodes) {
            if document.kind(item) != Kind::Mapping || document.is_empty(item) {
                // Of such lists nobody makes large ones.
                return None;
            }
            self.glue.resize(self.glue.len() + spot.indent, b' ');
            self.glue.extend_from_slice(b"- ");
            let spot = Spot { indent: spot.indent + 2, inline: true, flow, depth: depth + 1 };
            self.mapping(item, nodes, spot)?;
        }
        Some(())
    }
}

fn simple_key(document: &Document, entry: &Entry) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    emit_text::write_simple_key(entry.key(document), &mut key)?;
    Some(key)
}

/// The values of a mapping by rising id, each with about so many nodes as hang below it: a document that was read has
/// its nodes in the order of its text.
fn sizes(document: &Document, mapping: NodeId, nodes: usize) -> Vec<(NodeId, usize)> {
    let mut values = item_sizes(document, mapping, nodes);
    values.sort_unstable();
    values
}

fn item_sizes(document: &Document, collection: NodeId, nodes: usize) -> Vec<(NodeId, usize)> {
    let children: Vec<NodeId> = document.children(collection).collect();
    let end = collection.index() + nodes;
    let size = |(at, child): (usize, &NodeId)| {
        let next = children.get(at + 1).map_or(end, |next| next.index());
        (*child, next.saturating_sub(child.index()).min(nodes))
    };
    children.iter().enumerate().map(size).collect()
}
