//! The other emitter: nodes as yaml.v3 prints them, with styles, tags, anchors and comments. For structured data inside
//! texts, what functions are given, and files that are edited; the output itself is printed by `emit_output`.

mod events;
mod printer;
mod text;

use super::{Document, NodeId};
use crate::diagnostic::Result;
use printer::Printer;

/// How sequences inside mappings are indented.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum SequenceIndent {
    /// The dash stands under the key.
    #[default]
    Compact,
    /// The dash stands two columns to the right of the key.
    Wide,
}

/// Appends a node with all below it as one YAML document, as a yaml.v3 encoder with kustomize's settings does. When the
/// node is the root, the comments of the document are printed too.
///
/// # Errors
/// When an anchor has characters that go-yaml does not print.
pub fn emit_v3(document: &Document, node: NodeId, indent: SequenceIndent, out: &mut Vec<u8>) -> Result<()> {
    emit_v3_stream(&[(document, node)], indent, out)
}

/// Appends several documents to one stream, `---` between them.
///
/// # Errors
/// As [`emit_v3`].
pub fn emit_v3_stream(
    documents: &[(&Document, NodeId)],
    indent: SequenceIndent,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    let mut printer = Printer::new(indent == SequenceIndent::Compact, out);
    for (number, (document, node)) in documents.iter().enumerate() {
        let done = events::of(document, *node).and_then(|list| printer.document(&list, number == 0));
        if done.is_err() {
            out.truncate(start);
            return done;
        }
    }
    Ok(())
}
