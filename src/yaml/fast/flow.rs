//! Flow collections on one line, of simple scalars and more of their kind.

use super::super::node::{Kind, NodeId, Range, Style, Tag};
use super::LONGEST_KEY;
use super::Reader;
use super::scalar::{BEGINS_PLAIN, BYTES};
use crate::provenance::Origin;

impl Reader<'_> {
    /// A flow collection that is a value.
    pub(super) fn flow(&mut self, at: usize) -> Option<()> {
        let end = self.flow_end(at)?;
        if end - at > LONGEST_KEY {
            return None;
        }
        self.rest_of_line(end)
    }

    fn flow_end(&mut self, at: usize) -> Option<usize> {
        let mut open: Vec<(NodeId, bool)> = Vec::new();
        let mut key: Option<NodeId> = None;
        let mut i = at;
        loop {
            // A value, or a key, or the end of an empty collection.
            i += self.spaces(i);
            let byte = self.at(i);
            let awaits_key = key.is_none() && open.last().is_some_and(|(_, mapping)| *mapping);
            match byte {
                b'[' | b'{' => {
                    if awaits_key || open.len() > 50 {
                        return None;
                    }
                    let mapping = byte == b'{';
                    let kind = if mapping { Kind::Mapping } else { Kind::Sequence };
                    let origin = Origin::at(i as u32);
                    let node = self.document.push_collection(kind, Style::Flow, Tag::Implicit, origin);
                    match open.last() {
                        Some((parent, _)) => self.document.append(*parent, key.take(), node),
                        None => self.hang(node),
                    }
                    open.push((node, mapping));
                    i += 1;
                    i += self.spaces(i);
                    if !matches!(self.at(i), b']' | b'}') {
                        continue;
                    }
                }
                _ => {
                    let (text, style, end) = self.flow_scalar(i)?;
                    let node = self.document.push_scalar(text, style, Tag::Implicit, Origin::at(i as u32));
                    i = end + self.spaces(end);
                    if awaits_key {
                        let json_like = style != Style::Plain;
                        if self.at(i) != b':'
                            || !json_like && self.at(i + 1) != b' '
                            || self.at(i + 1) == b'\n'
                        {
                            return None;
                        }
                        key = Some(node);
                        i += 1;
                        continue;
                    }
                    let (parent, _) = open.last()?;
                    self.document.append(*parent, key.take(), node);
                }
            }
            // Behind a value.
            loop {
                i += self.spaces(i);
                let (_, mapping) = *open.last()?;
                match self.at(i) {
                    b',' => {
                        i += 1;
                        break;
                    }
                    b']' if !mapping => {}
                    b'}' if mapping && key.is_none() => {}
                    _ => return None,
                }
                open.pop();
                i += 1;
                if open.is_empty() {
                    return Some(i);
                }
            }
        }
    }

    fn flow_scalar(&mut self, at: usize) -> Option<(Range, Style, usize)> {
        let first = self.at(at);
        if matches!(first, b'"' | b'\'') {
            let (text, style, end) = self.quoted(at)?;
            return (text.start as usize == at + 1).then_some((text, style, end));
        }
        let negative = first == b'-' && self.at(at + 1).is_ascii_alphanumeric();
        if BYTES[usize::from(first)] & BEGINS_PLAIN == 0 && !negative {
            return None;
        }
        let mut i = at;
        loop {
            match self.at(i) {
                b',' | b']' | b'}' => break,
                b':' if self.at(i + 1) == b' ' => break,
                b'?' | b'[' | b'{' | b'\n' | b'\t' | b'#' => return None,
                b':' if matches!(self.at(i + 1), b',' | b']' | b'}' | b'\n') => return None,
                _ => i += 1,
            }
        }
        let text = self.plain_text(at, i)?;
        Some((text, Style::Plain, i))
    }
}
