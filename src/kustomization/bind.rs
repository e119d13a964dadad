//! Fits nodes to shapes, as `sigs.k8s.io/yaml` and Go's `encoding/json` do one after the other: keys in sorted order;
//! field names exactly or, failing that, in any letter case; a field that is spelt in two cases is decoded twice into
//! the same place (objects and lists of them then merge); null leaves texts, numbers and plain structs as they are and
//! empties lists, maps and pointers. Faults are collected; the types users know are made in `decode.rs`.

use super::entries::entries;
use super::number::{float_text, whole};
use super::shape::{Field, Shape, Struct};
use crate::diagnostic::{Diagnostic, Warnings, nearest};
use crate::source::Place;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId, Style};

/// How a Go type is decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manner {
    /// A kustomization file: yaml.v2, JSON with unknown fields refused.
    Kustomization,
    /// `sigs.k8s.io/yaml` `Unmarshal`: unknown fields are ignored; numbers and booleans become text where a field that
    /// is not in an embedded struct wants text.
    Lenient,
    /// `sigs.k8s.io/yaml` `UnmarshalStrict`: as lenient, but unknown fields are refused.
    Strict,
    /// yaml.v3's own decoder, which two plugins use: names in their exact case, every scalar becomes text.
    Version3,
}

/// A value that fits.
pub(super) struct Bound {
    /// The node it comes from; `None` when nothing was said.
    pub(super) node: Option<NodeId>,
    pub(super) content: Content,
}

/// What a value is.
pub(super) enum Content {
    /// Absent or null.
    Nothing,
    Text(String),
    Bool(bool),
    Int(i64),
    List(Vec<Bound>),
    Map(Vec<(String, NodeId, Bound)>),
    /// By position in the struct.
    Fields(Vec<Bound>),
}

impl Bound {
    pub(super) const NOTHING: Bound = Bound { node: None, content: Content::Nothing };

    /// Whether Go would call this `nil` or zero.
    pub(super) fn is_zero(&self) -> bool {
        match &self.content {
            Content::Nothing => true,
            Content::Text(text) => text.is_empty(),
            Content::Bool(boolean) => !boolean,
            Content::Int(number) => *number == 0,
            Content::List(_) | Content::Map(_) | Content::Fields(_) => false,
        }
    }
}

enum Segment {
    Name(&'static str),
    Key(String),
    Index(usize),
}

/// Fits nodes of one document.
pub(super) struct Binder<'d> {
    document: &'d Document,
    dialect: Dialect,
    manner: Manner,
    warnings: &'d mut Warnings,
    faults: Vec<Diagnostic>,
    path: Vec<Segment>,
}

impl<'d> Binder<'d> {
    pub(super) fn new(
        document: &'d Document,
        dialect: Dialect,
        manner: Manner,
        warnings: &'d mut Warnings,
    ) -> Binder<'d> {
        Binder { document, dialect, manner, warnings, faults: Vec::new(), path: Vec::new() }
    }

    /// Fits one node.
    pub(super) fn bind(mut self, node: NodeId, shape: Shape) -> Result<Bound, Vec<Diagnostic>> {
        let mut bound = Bound::NOTHING;
        let coerce = self.manner != Manner::Kustomization;
        self.fit(&mut bound, node, shape, coerce);
        if self.faults.is_empty() {
            return Ok(bound);
        }
        // Fields were met in the order of their names; people read from above.
        self.faults.sort_by_key(|fault| fault.labels.first().map(|label| label.place));
        Err(self.faults)
    }

    fn place(&self, node: NodeId) -> Place {
        self.document.place(node)
    }

    /// Shapes are finite, so this calls itself a handful of times, whatever the data.
    fn fit(&mut self, bound: &mut Bound, node: NodeId, shape: Shape, coerce: bool) {
        match self.document.kind(node) {
            Kind::Scalar => self.fit_scalar(bound, node, shape, coerce),
            Kind::Sequence => match shape {
                Shape::List(item) => self.fit_list(bound, node, *item, coerce),
                _ => self.misfit(node, shape, "a list"),
            },
            Kind::Mapping => match shape {
                Shape::Struct(shape) | Shape::Pointer(shape) => self.fit_struct(bound, node, shape, coerce),
                Shape::TextMap => self.fit_map(bound, node, coerce),
                // What stands in it is looked at by Helm, which is yet to come.
                Shape::AnyMap => *bound = Bound { node: Some(node), content: Content::Map(Vec::new()) },
                _ => self.misfit(node, shape, "a mapping"),
            },
            Kind::Alias => self.misfit(node, shape, "an alias"),
        }
    }

    fn fit_scalar(&mut self, bound: &mut Bound, node: NodeId, shape: Shape, coerce: bool) {
        let value = match resolve::scalar(self.document, node, self.dialect) {
            Ok(value) => value,
            Err(fault) => return self.faults.push(*fault),
        };
        if value == Value::Null {
            match shape {
                Shape::Text | Shape::Bool | Shape::Int | Shape::Struct(_) if bound.node.is_some() => {}
                _ => *bound = Bound { node: Some(node), content: Content::Nothing },
            }
            return;
        }
        let content = match shape {
            Shape::Text | Shape::OptionalText => match self.text(&value, coerce) {
                Some(text) => Content::Text(text),
                None => return self.misfit(node, shape, said(&value)),
            },
            Shape::Bool => match self.boolean(&value) {
                Some(boolean) => Content::Bool(boolean),
                None => return self.misfit(node, shape, said(&value)),
            },
            Shape::Int => match integer(&value) {
                Some(number) => Content::Int(number),
                None => return self.misfit(node, shape, said(&value)),
            },
            _ => return self.misfit(node, shape, said(&value)),
        };
        *bound = Bound { node: Some(node), content };
    }

    fn text(&self, value: &Value<'_>, coerce: bool) -> Option<String> {
        Some(match value {
            Value::Text(text) => text.to_string(),
            Value::Timestamp(time) => time.text(),
            Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ if !coerce => return None,
            Value::Bool(boolean) => boolean.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Unsigned(number) => number.to_string(),
            // The configuration of a plugin is printed and read again: whole floats come back as integers.
            Value::Float(number) if self.dialect == Dialect::V3 && whole(*number).is_some() => {
                whole(*number).unwrap_or_default().to_string()
            }
            Value::Float(number) => float_text(*number, self.manner != Manner::Version3),
            Value::Null => return None,
        })
    }

    fn boolean(&self, value: &Value<'_>) -> Option<bool> {
        match value {
            Value::Bool(boolean) => Some(*boolean),
            // yaml.v3 takes the words of YAML 1.1 where a boolean is wanted.
            Value::Text(text) if self.manner == Manner::Version3 => match &**text {
                "y" | "Y" | "yes" | "on" => Some(true),
                "n" | "N" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    fn fit_list(&mut self, bound: &mut Bound, node: NodeId, item: Shape, coerce: bool) {
        let mut list = match std::mem::replace(&mut bound.content, Content::Nothing) {
            Content::List(list) => list,
            _ => Vec::new(),
        };
        let document = self.document;
        let count = document.len(node);
        list.truncate(count);
        list.resize_with(count, || Bound::NOTHING);
        for (index, (child, place)) in document.children(node).zip(list.iter_mut()).enumerate() {
            self.path.push(Segment::Index(index));
            self.fit(place, child, item, coerce);
            self.path.pop();
        }
        *bound = Bound { node: Some(node), content: Content::List(list) };
    }

    fn fit_map(&mut self, bound: &mut Bound, node: NodeId, coerce: bool) {
        let entries = match entries(self.document, node, self.dialect) {
            Ok(entries) => entries,
            Err(fault) => return self.faults.push(*fault),
        };
        let mut map = match std::mem::replace(&mut bound.content, Content::Nothing) {
            Content::Map(map) => map,
            _ => Vec::new(),
        };
        for entry in entries {
            let mut value = Bound { node: Some(entry.value), content: Content::Text(String::new()) };
            self.path.push(Segment::Key(entry.name.clone()));
            self.fit(&mut value, entry.value, Shape::Text, coerce);
            self.path.pop();
            match map.binary_search_by(|(name, ..)| name.as_str().cmp(&entry.name)) {
                Ok(at) => map[at] = (entry.name, entry.key, value),
                Err(at) => map.insert(at, (entry.name, entry.key, value)),
            }
        }
        *bound = Bound { node: Some(node), content: Content::Map(map) };
    }

    fn fit_struct(&mut self, bound: &mut Bound, node: NodeId, shape: &'static Struct, coerce: bool) {
        let entries = match entries(self.document, node, self.dialect) {
            Ok(entries) => entries,
            Err(fault) => return self.faults.push(*fault),
        };
        let mut fields = match std::mem::replace(&mut bound.content, Content::Nothing) {
            Content::Fields(fields) => fields,
            _ => shape.fields.iter().map(|_| Bound::NOTHING).collect(),
        };
        let mut set: Vec<Option<NodeId>> = vec![None; shape.fields.len()];
        for entry in entries {
            let Some(index) = self.find(shape, &entry.name) else {
                self.unknown(shape, &entry.name, entry.key);
                continue;
            };
            let field = &shape.fields[index];
            if let Some(first) = set[index].replace(entry.key) {
                self.spelt_twice(field, first, entry.key);
            }
            self.path.push(Segment::Name(field.name));
            let coerce = coerce && (!field.embedded || self.manner == Manner::Version3);
            self.fit(&mut fields[index], entry.value, field.shape, coerce);
            self.path.pop();
        }
        *bound = Bound { node: Some(node), content: Content::Fields(fields) };
    }

    fn find(&self, shape: &Struct, name: &str) -> Option<usize> {
        let exact = shape.fields.iter().position(|field| field.name == name);
        if exact.is_some() || self.manner == Manner::Version3 {
            return exact;
        }
        shape.fields.iter().position(|field| folds(name, field.name))
    }

    fn spelt_twice(&mut self, field: &Field, first: NodeId, second: NodeId) {
        let (one, other) = (self.document.text(first), self.document.text(second));
        let message = format!("`{one}` and `{other}` are the same field, `{}`", field.name);
        let warning = Diagnostic::warning("field-spelt-twice", message)
            .at(self.place(second), "this one is read last")
            .at(self.place(first), "this one is read first")
            .hint(format!("write `{}` once", field.name));
        self.warnings.add(warning);
    }

    fn unknown(&mut self, shape: &Struct, name: &str, key: NodeId) {
        let message = format!("unknown field `{}`", self.path_to(name));
        let refused = matches!(self.manner, Manner::Kustomization | Manner::Strict);
        // Configurations of plugins are objects: these fields are not theirs to know.
        if !refused && self.path.is_empty() && matches!(name, "apiVersion" | "kind" | "metadata") {
            return;
        }
        let mut told = if refused {
            Diagnostic::error("unknown-field", message)
        } else {
            Diagnostic::warning("unknown-field", message)
        };
        let what = if refused { "" } else { ": it is ignored" };
        told = told.at(self.place(key), format!("{} has no such field{what}", shape.name));
        if let Some(near) = nearest(name, shape.fields.iter().map(|field| field.name)) {
            told = told.hint(format!("did you mean `{near}`?"));
        } else if shape.fields.len() <= 8 {
            let names: Vec<String> = shape.fields.iter().map(|field| format!("`{}`", field.name)).collect();
            told = told.hint(format!("its fields are {}", names.join(", ")));
        }
        if refused { self.faults.push(told) } else { self.warnings.add(told) }
    }

    fn misfit(&mut self, node: NodeId, shape: Shape, found: &str) {
        let wanted = match shape {
            Shape::Text | Shape::OptionalText => "text",
            Shape::Bool => "`true` or `false`",
            Shape::Int => "a whole number",
            Shape::List(_) => "a list",
            Shape::TextMap | Shape::AnyMap | Shape::Struct(_) | Shape::Pointer(_) => "a mapping",
        };
        let message = match self.path.last() {
            None => format!("this should be {wanted}, and is {found}"),
            Some(_) => format!("`{}` should be {wanted}, and is {found}", self.path_to("")),
        };
        let text = self.document.text(node);
        let short = (text.len() <= 40 && !text.contains('\n')).then_some(text);
        let mut told =
            Diagnostic::error("wrong-type", message).at(self.place(node), format!("{wanted} is needed here"));
        let scalar = self.document.kind(node) == Kind::Scalar;
        match (shape, short) {
            (Shape::Text | Shape::OptionalText, Some(text)) if scalar => {
                told = told.hint(format!("put it in quotes: `\"{text}\"`"));
            }
            (Shape::Bool | Shape::Int, Some(text)) if scalar && self.document.style(node) != Style::Plain => {
                told = told.hint(format!("write it without quotes: `{text}`"));
            }
            (Shape::List(_), Some(text)) if scalar => {
                told = told.hint(format!("write it as an item of a list: `- {text}`"));
            }
            _ => {}
        }
        self.faults.push(told);
    }

    fn path_to(&self, name: &str) -> String {
        let mut out = String::new();
        for segment in &self.path {
            match segment {
                Segment::Index(index) => out.extend(["[", &index.to_string(), "]"]),
                Segment::Name(name) => push_name(&mut out, name),
                Segment::Key(name) => push_name(&mut out, name),
            }
        }
        if !name.is_empty() {
            push_name(&mut out, name);
        }
        out
    }
}

fn push_name(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push('.');
    }
    out.push_str(name);
}

fn integer(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Float(number) => whole(*number),
        _ => None,
    }
}

fn said(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Unsigned(_) | Value::Float(_) => "a number",
        Value::Timestamp(_) | Value::Text(_) | Value::Bytes(_) => "text",
    }
}

/// Go's `encoding/json` compares names by Unicode's simple folding; of all letters only two fold to ASCII ones.
fn folds(name: &str, field: &str) -> bool {
    let fold = |c: char| match c {
        '\u{212A}' => 'k',
        '\u{17F}' => 's',
        _ => c.to_ascii_lowercase(),
    };
    name.chars().map(fold).eq(field.chars().map(fold))
}
