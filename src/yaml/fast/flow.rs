//! Flow collections of simple scalars and more of their kind, on one line or several.

use super::super::node::{Kind, NodeId, Range, Style, Tag};
use super::scalar::{BEGINS_PLAIN, BYTES};
use super::{DEEPEST, LONGEST_KEY, Reader};
use crate::provenance::Origin;

/// A flow collection that is still open.
struct Bracket {
    node: NodeId,
    mapping: bool,
    /// The key whose value is next.
    key: Option<NodeId>,
}

impl Reader<'_> {
    /// A flow collection that is a value.
    pub(super) fn flow(&mut self, at: usize) -> Option<()> {
        let end = self.flow_end(at)?;
        self.rest_of_line(end)
    }

    /// Past spaces and line breaks. Comments, tabs and what may be a document marker are for the complete scanner.
    fn flow_space(&self, from: usize) -> Option<usize> {
        let mut i = from;
        loop {
            i += self.spaces(i);
            if i >= self.end {
                return None;
            }
            match self.bytes[i] {
                b'\n' => i += 1,
                b'#' | b'\t' => return None,
                b'-' | b'.' if self.bytes[i - 1] == b'\n' => return None,
                _ => return Some(i),
            }
        }
    }

    fn flow_end(&mut self, at: usize) -> Option<usize> {
        let mut open: Vec<Bracket> = Vec::new();
        let mut i = at;
        loop {
            // A value, or a key.
            i = self.flow_space(i)?;
            let byte = self.bytes[i];
            let awaits_key = open.last().is_some_and(|top| top.mapping && top.key.is_none());
            if matches!(byte, b'[' | b'{') {
                if awaits_key || open.len() > DEEPEST {
                    return None;
                }
                let mapping = byte == b'{';
                let kind = if mapping { Kind::Mapping } else { Kind::Sequence };
                let origin = Origin::at(i as u32);
                let node = self.document.push_collection(kind, Style::Flow, Tag::Implicit, origin);
                match open.last_mut() {
                    Some(top) => self.document.append(top.node, top.key.take(), node),
                    None => self.hang(node),
                }
                open.push(Bracket { node, mapping, key: None });
                i = self.flow_space(i + 1)?;
                if !matches!(self.bytes[i], b']' | b'}') {
                    continue;
                }
            } else {
                let (text, style, end) = self.flow_scalar(i)?;
                let node = self.document.push_scalar(text, style, Tag::Implicit, Origin::at(i as u32));
                let top = open.last_mut()?;
                if awaits_key {
                    let colon = end + self.spaces(end);
                    let alone = matches!(self.at(colon + 1), b' ' | b'\n');
                    if self.at(colon) != b':' || style == Style::Plain && !alone || !self.on_one_line(i, end)
                    {
                        return None;
                    }
                    let top = open.last_mut()?;
                    top.key = Some(node);
                    i = colon + 1;
                    continue;
                }
                self.document.append(top.node, top.key.take(), node);
                i = end;
            }
            // Behind a value.
            loop {
                i = self.flow_space(i)?;
                let top = open.last()?;
                match self.bytes[i] {
                    b',' => {
                        i += 1;
                        break;
                    }
                    b']' if !top.mapping => {}
                    b'}' if top.mapping => {}
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

    /// Whether what stands here may be a key.
    pub(super) fn on_one_line(&self, at: usize, end: usize) -> bool {
        end - at <= LONGEST_KEY && memchr::memchr(b'\n', &self.bytes[at..end]).is_none()
    }

    fn flow_scalar(&mut self, at: usize) -> Option<(Range, Style, usize)> {
        let first = self.at(at);
        if matches!(first, b'"' | b'\'') {
            return self.quoted(at);
        }
        let dashed = first == b'-'
            && matches!(self.at(at + 1), b'-' | b'.' | b'/' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z');
        if BYTES[usize::from(first)] & BEGINS_PLAIN == 0 && !dashed {
            return None;
        }
        let mut i = at;
        loop {
            match self.at(i) {
                b',' | b']' | b'}' | b'\n' => break,
                b':' if matches!(self.at(i + 1), b' ' | b'\n') => break,
                b'?' | b'[' | b'{' | b'\t' | b'#' => return None,
                _ => i += 1,
            }
        }
        let text = self.plain_text(at, i)?;
        Some((text, Style::Plain, i))
    }
}
