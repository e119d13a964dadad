//! What the printer is told: the tree of nodes as a row of events, with the tags that are shown and comments where
//! yaml.v3's encoder moves them.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::resolve::{self, Dialect};
use crate::yaml::{Comments, Document, Kind, NodeId, Style, Tag};

/// One event with its comments.
#[derive(Clone, Default, Debug)]
pub(super) struct Event<'d> {
    pub(super) what: What<'d>,
    pub(super) head: &'d str,
    pub(super) line: &'d str,
    pub(super) foot: &'d str,
    /// The foot comment of the entry before.
    pub(super) tail: &'d str,
}

#[derive(Clone, Default, Debug)]
pub(super) enum What<'d> {
    DocumentStart,
    #[default]
    DocumentEnd,
    Alias(&'d str),
    Scalar {
        text: &'d str,
        style: Style,
        properties: Properties<'d>,
    },
    SequenceStart {
        flow: bool,
        properties: Properties<'d>,
    },
    SequenceEnd,
    MappingStart {
        flow: bool,
        properties: Properties<'d>,
    },
    MappingEnd,
}

/// What stands before a node.
#[derive(Clone, Default, Debug)]
pub(super) struct Properties<'d> {
    pub(super) anchor: Option<&'d str>,
    /// Handle and rest of the tag; nothing is shown when both are empty.
    pub(super) handle: &'static str,
    pub(super) suffix: Cow<'d, str>,
}

impl Properties<'_> {
    pub(super) fn len(&self) -> usize {
        self.anchor.map_or(0, str::len) + self.handle.len() + self.suffix.len()
    }
}

/// A collection whose children are being told.
struct Open<'d> {
    node: NodeId,
    next: Option<NodeId>,
    /// The value whose key has been told.
    value: Option<NodeId>,
    is_key: bool,
    /// The foot comment of the entry before, which is shown with the next one.
    tail: &'d str,
}

static NO_COMMENTS: Comments = Comments { head: String::new(), line: String::new(), foot: String::new() };

pub(super) fn of(document: &Document, node: NodeId) -> Result<Vec<Event<'_>>> {
    let whole = if document.try_root() == Some(node) { document.document_comments() } else { None };
    let whole = whole.unwrap_or(&NO_COMMENTS);
    let mut teller = Teller { document, events: Vec::new(), open: Vec::new() };
    teller.events.push(Event { what: What::DocumentStart, head: &whole.head, ..Event::default() });
    teller.node(node, "", false)?;
    while let Some(open) = teller.open.last_mut() {
        if let Some(value) = open.value.take() {
            teller.node(value, "", false)?;
        } else if let Some(child) = open.next {
            open.next = document.next(child);
            match document.key(child).filter(|_| document.kind(open.node) == Kind::Mapping) {
                None => teller.node(child, "", false)?,
                Some(key) => {
                    open.value = Some(child);
                    let tail = std::mem::replace(&mut open.tail, &comments(document, key).foot);
                    teller.node(key, tail, true)?;
                }
            }
        } else {
            let Open { node, tail, is_key, .. } = *open;
            teller.open.pop();
            let Comments { line, foot, .. } = comments(document, node);
            let what =
                if document.kind(node) == Kind::Mapping { What::MappingEnd } else { What::SequenceEnd };
            let foot = if is_key { "" } else { foot };
            teller.events.push(Event { what, line, foot, tail, head: "" });
        }
    }
    teller.events.push(Event { what: What::DocumentEnd, foot: &whole.foot, ..Event::default() });
    Ok(teller.events)
}

fn comments(document: &Document, node: NodeId) -> &Comments {
    document.comments(node).unwrap_or(&NO_COMMENTS)
}

struct Teller<'d> {
    document: &'d Document,
    events: Vec<Event<'d>>,
    open: Vec<Open<'d>>,
}

impl<'d> Teller<'d> {
    /// Tells a node; of a collection, only the beginning. The foot comment of a key is told later.
    fn node(&mut self, node: NodeId, tail: &'d str, is_key: bool) -> Result<()> {
        let document = self.document;
        let Comments { head, line, foot } = comments(document, node);
        let foot = if is_key { "" } else { foot.as_str() };
        let flow = document.style(node) == Style::Flow;
        match document.kind(node) {
            // yaml.v3 loses the comment above an alias that is a key.
            Kind::Alias => {
                let name = document.text(node);
                check_anchor(document, node, name)?;
                self.events.push(Event { what: What::Alias(name), head, line, foot, tail: "" });
            }
            Kind::Scalar => {
                let what = self.scalar(node)?;
                self.events.push(Event { what, head, line, foot, tail });
            }
            Kind::Sequence => {
                let properties = self.properties(node, shown_tag(document, node, Tag::Seq))?;
                let what = What::SequenceStart { flow, properties };
                self.events.push(Event { what, head, ..Event::default() });
                self.open(node, is_key);
            }
            Kind::Mapping => {
                let properties = self.properties(node, shown_tag(document, node, Tag::Map))?;
                let what = What::MappingStart { flow, properties };
                self.events.push(Event { what, head, tail, ..Event::default() });
                self.open(node, is_key);
            }
        }
        Ok(())
    }

    fn open(&mut self, node: NodeId, is_key: bool) {
        let next = self.document.children(node).next();
        self.open.push(Open { node, next, value: None, is_key, tail: "" });
    }

    fn scalar(&self, node: NodeId) -> Result<What<'d>> {
        let document = self.document;
        let text = document.text(node);
        let (tag, tagged, mut style) = (document.tag(node), document.is_tagged(node), document.style(node));
        let mut shown = None;
        let mut quote = false;
        if tagged {
            shown = Some(tag);
        } else if tag != Tag::Implicit && !(tag == Tag::Str && style != Style::Plain) {
            // A tag is shown when the text alone would say something else; for text, quotes do.
            let implied = resolve::plain(Dialect::V3, text).tag();
            quote = tag == Tag::Str && implied != tag;
            shown = Some(tag).filter(|tag| *tag != implied && *tag != Tag::Str);
        }
        // A node read as `<<` notes the tag of a merge, which its text alone does not imply.
        if tag == Tag::Implicit && resolve::tag_of(document, node) == Tag::Merge {
            shown = Some(Tag::Merge);
        }
        if matches!(style, Style::Plain | Style::Flow) {
            style = if text.contains('\n') {
                Style::Literal
            } else if quote {
                Style::DoubleQuoted
            } else {
                Style::Plain
            };
        }
        Ok(What::Scalar { text, style, properties: self.properties(node, shown)? })
    }

    fn properties(&self, node: NodeId, tag: Option<Tag>) -> Result<Properties<'d>> {
        let document = self.document;
        let anchor = document.anchor(node);
        if let Some(name) = anchor {
            check_anchor(document, node, name)?;
        }
        let (handle, suffix) = match tag {
            None | Some(Tag::Implicit) => ("", Cow::Borrowed("")),
            Some(Tag::Other) => {
                let text = document.tag_text(node).unwrap_or_default();
                if let Some(rest) =
                    text.strip_prefix("!!").or_else(|| text.strip_prefix("tag:yaml.org,2002:"))
                {
                    ("!!", Cow::Borrowed(rest))
                } else if let Some(rest) = text.strip_prefix('!') {
                    ("!", Cow::Borrowed(rest))
                } else {
                    ("", Cow::Borrowed(text))
                }
            }
            Some(tag) => ("!!", Cow::Borrowed(resolve::tag_name(tag).trim_start_matches('!'))),
        };
        Ok(Properties { anchor, handle, suffix })
    }
}

/// The tag of a collection, where it is shown.
fn shown_tag(document: &Document, node: NodeId, implied: Tag) -> Option<Tag> {
    let tag = document.tag(node);
    (tag != Tag::Implicit && (document.is_tagged(node) || tag != implied)).then_some(tag)
}

fn check_anchor(document: &Document, node: NodeId, name: &str) -> Result<()> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(fits) {
        return Ok(());
    }
    Diagnostic::error("anchor-not-printable", format!("anchor `{name}` cannot be printed"))
        .at(document.place(node), "only letters, digits, `_` and `-` can")
        .hint("rename the anchor")
        .fail()
}
