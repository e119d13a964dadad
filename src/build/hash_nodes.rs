//! What kustomize hashes of an object that is neither ConfigMap nor Secret: encoding/json of yaml.v3's own nodes, with
//! styles, comments, lines and columns. So the hash is that of a text, and only that of one nobody has changed yet.

use std::io::Write as _;

use crate::diagnostic::Result;
use crate::source::{Place, SourceId, SourceText, Sources};
use crate::yaml::{self, Document, Keep, Kind, NodeId, Style, Tag, resolve, write_json_text};

/// The nodes of an object as JSON; `None` when it does not stand in a text as it is.
pub(super) fn write(document: &Document, sources: &Sources) -> Result<Option<Vec<u8>>> {
    let place = document.place(document.root());
    if !document.ledger().is_empty() || !place.is_some() || document.source() != place.source {
        return Ok(None);
    }
    let text = sources.get(place.source).text.clone();
    let offset = place.offset as usize;
    let parts = yaml::split_documents(place.source, &text)?;
    let Some(part) = parts.into_iter().find(|part| part.contains(&offset)) else { return Ok(None) };
    let part = SourceText::from(text.get(part).unwrap_or_default());
    // Comments count too: the part is read once more, for them.
    let keep = Keep { comments: true, aliases: false };
    let documents = yaml::read_documents_v3(SourceId::NONE, &part, keep)?;
    let Some(document) = documents.first().filter(|document| document.try_root().is_some()) else {
        return Ok(None);
    };
    let mut nodes = Nodes { document, lines: vec![0], out: Vec::new(), part: &part };
    nodes.lines.extend(memchr::memchr_iter(b'\n', part.as_bytes()).map(|at| at + 1));
    nodes.write();
    Ok(Some(nodes.out))
}

struct Nodes<'d> {
    document: &'d Document,
    part: &'d str,
    /// Where the lines begin.
    lines: Vec<usize>,
    out: Vec<u8>,
}

enum Todo {
    Node(NodeId),
    Comma,
    End(NodeId),
}

impl Nodes<'_> {
    fn write(&mut self) {
        let mut todo = vec![Todo::Node(self.document.root())];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Comma => self.out.push(b','),
                Todo::End(node) => {
                    self.out.push(b']');
                    self.end(node);
                }
                Todo::Node(node) => {
                    self.begin(node);
                    if self.document.is_empty(node) {
                        self.out.extend_from_slice(b"null");
                        self.end(node);
                        continue;
                    }
                    self.out.push(b'[');
                    todo.push(Todo::End(node));
                    let start = todo.len();
                    for child in self.document.children(node) {
                        for part in self.document.key(child).into_iter().chain([child]) {
                            if todo.len() > start {
                                todo.push(Todo::Comma);
                            }
                            todo.push(Todo::Node(part));
                        }
                    }
                    if let Some(new) = todo.get_mut(start..) {
                        new.reverse();
                    }
                }
            }
        }
    }

    /// Everything in front of the children.
    fn begin(&mut self, node: NodeId) {
        let document = self.document;
        let kind = match document.kind(node) {
            Kind::Sequence => 2,
            Kind::Mapping => 4,
            Kind::Scalar => 8,
            Kind::Alias => 16,
        };
        let style = match document.style(node) {
            Style::Plain => 0,
            Style::DoubleQuoted => 2,
            Style::SingleQuoted => 4,
            Style::Literal => 8,
            Style::Folded => 16,
            Style::Flow => 32,
        } | u8::from(document.is_tagged(node));
        // Writing to a vector cannot fail.
        let _ = write!(self.out, "{{\"Kind\":{kind},\"Style\":{style},\"Tag\":");
        write_json_text(tag(document, node), &mut self.out);
        self.out.extend_from_slice(b",\"Value\":");
        write_json_text(document.text(node), &mut self.out);
        self.out.extend_from_slice(b",\"Anchor\":\"\",\"Alias\":null,\"Content\":");
    }

    /// Everything behind the children.
    fn end(&mut self, node: NodeId) {
        let comments = self.document.comments(node);
        for (name, text) in [
            ("HeadComment", comments.map(|comments| &comments.head)),
            ("LineComment", comments.map(|comments| &comments.line)),
            ("FootComment", comments.map(|comments| &comments.foot)),
        ] {
            let _ = write!(self.out, ",\"{name}\":");
            write_json_text(text.map_or("", |text| text), &mut self.out);
        }
        let Place { offset, .. } = self.document.place(node);
        let offset = offset as usize;
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.lines.get(line)).copied().unwrap_or(0);
        let column = self.part.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        let _ = write!(self.out, ",\"Line\":{line},\"Column\":{column}}}");
    }
}

fn tag(document: &Document, node: NodeId) -> &str {
    match resolve::tag_of(document, node) {
        Tag::Null => "!!null",
        Tag::Bool => "!!bool",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Timestamp => "!!timestamp",
        Tag::Str => "!!str",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
        Tag::Map => "!!map",
        Tag::Seq => "!!seq",
        Tag::Implicit | Tag::Other => document.tag_text(node).unwrap_or_default(),
    }
}
