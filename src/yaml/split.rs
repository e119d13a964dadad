//! A text of several documents, cut at its separators as kyaml cuts it before any YAML is read.

use std::ops::Range;

use memchr::{memchr, memmem};

use crate::diagnostic::{Diagnostic, Result};
use crate::source::{Place, SourceId};

/// Most documents are longer.
const SHORT: usize = 64;

/// The parts between lines that begin with `---`, each with the line break in front of its separator. As in kyaml,
/// the line break behind a separator belongs to it, so that of two separators in a row the second one stays in the
/// text; the first line and a last line without a line break never separate.
pub fn split_documents(source: SourceId, text: &str) -> Result<Vec<Range<usize>>> {
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    if bytes.is_empty() {
        return Ok(parts);
    }
    // Room that is not used costs nothing; growing would copy the list again and again.
    parts.reserve(bytes.len() / SHORT + 1);
    let finder = memmem::Finder::new(b"\n---");
    let mut start = 0;
    while let Some(found) = finder.find(&bytes[start..]) {
        let break_before = start + found;
        let behind = break_before + 4;
        let Some(length) = memchr(b'\n', &bytes[behind..]) else { break };
        let rest = text.get(behind..behind + length).unwrap_or_default().trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            let column = text[behind..].len() - text[behind..].trim_start().len();
            return Diagnostic::error("yaml-document-separator", "found text behind `---` on its line")
                .at(Place { source, offset: (behind + column) as u32 }, "only a comment may stand here")
                .hint("begin the document on the next line; a line of dashes in a text must be indented")
                .fail();
        }
        parts.push(start..break_before + 1);
        start = behind + length + 1;
    }
    parts.push(start..bytes.len());
    Ok(parts)
}
