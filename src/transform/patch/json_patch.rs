//! JSON patches (RFC 6902) as evanphx/json-patch v4, which kustomize uses, applies them.
//!
//! Rules. What stands before the first slash of a path is ignored. List indices may be negative, `-` appends. Nothing
//! can be reached through a null or a scalar. `add` and `replace` of a missing key add it, `copy` of one adds null, and
//! a missing value is null. `test` compares scalars by their bytes in JSON; a missing key equals null. Afterwards all
//! numbers have been through a double and every scalar through JSON.

use std::collections::BTreeSet;

use super::json_value::{self, JsonValues};
use crate::diagnostic::{Diagnostic, Result, Trace};
use crate::provenance::StepId;
use crate::source::{Place, SourceId, SourceText};
use crate::yaml::{
    Dialect, Document, Editor, Kind, Layout, NodeId, Style, Tag, check_duplicate_keys, read_again,
    respell_through_json, to_json, write_json_as,
};

/// A JSON patch, read.
#[derive(Clone, Debug)]
pub struct JsonPatch {
    values: Document,
    oddly_spelt: BTreeSet<NodeId>,
    too_large: bool,
    operations: Vec<Operation>,
}

/// One operation. What is missing or no text is found out when the operation runs.
#[derive(Clone, Debug)]
struct Operation {
    kind: String,
    path: Option<String>,
    from: Option<String>,
    /// `None`: there is none.
    value: Option<NodeId>,
    at: Place,
    path_at: Place,
}

impl JsonPatch {
    /// Reads a text as a list of operations: JSON when it begins with a bracket, YAML otherwise.
    ///
    /// # Errors
    /// When it is neither, or no list of mappings.
    pub fn read(source: SourceId, text: &SourceText, step: StepId) -> Result<JsonPatch> {
        let JsonValues { document: values, oddly_spelt, too_large } = json_value::read(source, text, step)?;
        let mut operations = Vec::new();
        let root = values.root();
        match values.kind(root) {
            Kind::Sequence => {}
            Kind::Scalar if values.is_null(root) => {
                return Ok(JsonPatch { values, oddly_spelt, too_large, operations });
            }
            _ => return not_a_patch(&values, root, "a list of operations"),
        }
        for item in values.children(root) {
            if values.kind(item) != Kind::Mapping && !values.is_null(item) {
                return not_a_patch(&values, item, "an operation with `op` and `path`");
            }
            let text = |key: &str| {
                values
                    .get(item, key)
                    .filter(|node| values.kind(*node) == Kind::Scalar && values.tag(*node) == Tag::Str)
                    .map(|node| values.text(node).to_owned())
            };
            let at = values.place(item);
            operations.push(Operation {
                kind: text("op").unwrap_or_else(|| "unknown".to_owned()),
                path: text("path"),
                from: text("from"),
                value: values.get(item, "value"),
                at,
                path_at: values.get(item, "path").map_or(at, |node| values.place(node)),
            });
        }
        Ok(JsonPatch { values, oddly_spelt, too_large, operations })
    }

    /// Whether it has no operations.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Whether any operation could see or change `metadata`, or the whole object.
    pub fn touches_metadata(&self) -> bool {
        self.touches(&["metadata"])
    }

    /// Whether any operation could change what makes up the id of an object.
    pub fn touches_ids(&self) -> bool {
        self.touches(&["metadata", "kind", "apiVersion"])
    }

    fn touches(&self, fields: &[&str]) -> bool {
        self.operations.iter().any(|operation| {
            let inside = |path: &Option<String>| {
                let Some((_, rest)) = path.as_deref().and_then(|path| path.split_once('/')) else {
                    return true;
                };
                let first = rest.split('/').next().unwrap_or_default();
                fields.contains(&first) || first.is_empty() || first.contains('~')
            };
            inside(&operation.path) || (operation.from.is_some() && inside(&operation.from))
        })
    }

    /// Applies the patch to an object, and sends the object through JSON.
    ///
    /// # Errors
    /// When an operation does not apply, or when there is no JSON for the object.
    pub fn apply(&self, document: &mut Document, step: StepId) -> Result<()> {
        // The object is text by now: no two of its nodes are one any more, and comments have had their effect.
        let mut is_read_again = false;
        if let Some(root) = document.try_root()
            && let Some(again) = read_again(document, root)?
        {
            is_read_again = true;
            let mut editor = document.edit(step);
            let copy = editor.graft(&again, again.root());
            editor.set_root(copy);
        }
        document.edit(step).unshare();
        for operation in &self.operations {
            let mut run = Run { patch: self, operation, editor: document.edit(step), is_read_again };
            run.editor.written_at(operation.at);
            run.run()?;
        }
        let is_mapping = document.try_root().is_some_and(|root| document.kind(root) == Kind::Mapping);
        if !is_mapping {
            return Diagnostic::error(
                "json-patch-does-not-apply",
                "the patch leaves no mapping of the object",
            )
            .at(self.operations.last().map_or(Place::NONE, |operation| operation.at), "with this operation")
            .fail();
        }
        if self.too_large {
            refuse_too_large(document)?;
        }
        let root = document.root();
        respell_through_json(&mut document.edit(step), root, is_read_again)
            .while_doing(|| "sending the object through JSON for a JSON patch".to_owned())?;
        settle_tags(document, step);
        Ok(())
    }
}

/// Refuses a number of a patch that no double holds, where it is in the object in the end.
fn refuse_too_large(document: &Document) -> Result<()> {
    let mut todo: Vec<NodeId> = document.try_root().into_iter().collect();
    while let Some(node) = todo.pop() {
        todo.extend(document.children(node));
        let text = document.text(node);
        if document.kind(node) == Kind::Scalar
            && document.tag(node) == Tag::Float
            && text.parse::<f64>().is_ok_and(f64::is_infinite)
        {
            return Diagnostic::error("number-too-large", format!("`{text}` is too large for a number"))
                .at(document.place(node), "no double holds it")
                .hint("put it in quotes if it is meant as text")
                .fail();
        }
    }
    Ok(())
}

/// What kustomize or a patch had made without a tag has been printed and read by now, and is what its text says.
fn settle_tags(document: &mut Document, step: StepId) {
    let Some(root) = document.try_root().filter(|_| document.has_untagged_of_steps()) else { return };
    let (mut todo, mut found) = (vec![root], Vec::new());
    while let Some(node) = todo.pop() {
        todo.extend(document.children(node));
        if document.kind(node) == Kind::Scalar && document.is_untagged(node) {
            found.push(node);
        }
    }
    let mut editor = document.edit(step);
    for node in found {
        editor.pin_tag(node);
    }
}

fn not_a_patch<T>(values: &Document, node: NodeId, wanted: &str) -> Result<T> {
    Diagnostic::error("bad-json-patch", format!("a JSON patch needs {wanted} here"))
        .at(values.place(node), "found here")
        .fail()
}

/// One operation at work.
struct Run<'a> {
    patch: &'a JsonPatch,
    operation: &'a Operation,
    editor: Editor<'a>,
    /// Comments made the object be printed and read before.
    is_read_again: bool,
}

/// Where an operation acts: a mapping or sequence, and a key or index in it.
struct Spot {
    container: NodeId,
    key: String,
}

impl Run<'_> {
    fn run(&mut self) -> Result<()> {
        match self.operation.kind.as_str() {
            "add" => {
                let spot = self.find(self.operation.path.as_deref())?;
                let value = self.value();
                self.add(&spot, value)
            }
            "remove" => {
                let spot = self.find(self.operation.path.as_deref())?;
                self.remove(&spot).map(|_| ())
            }
            "replace" => self.replace(),
            "move" => {
                let from = self.find(self.operation.from.as_deref())?;
                let value = self.remove(&from)?;
                let spot = self.find(self.operation.path.as_deref())?;
                self.add(&spot, value)
            }
            "copy" => {
                let from = self.find(self.operation.from.as_deref())?;
                let value = match self.get(&from)? {
                    Some(value) => self.editor.duplicate(value),
                    None => self.null(),
                };
                let spot = self.find(self.operation.path.as_deref())?;
                self.add(&spot, value)
            }
            "test" => self.test(),
            other => self.fault(format!("`{other}` is no operation of JSON patches")),
        }
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T> {
        let document = self.editor.document();
        let mut fault = Diagnostic::error("json-patch-does-not-apply", message)
            .at(self.operation.path_at, format!("in this `{}`", self.operation.kind));
        if let Some(root) = document.try_root() {
            fault = fault.at(document.place(root), "applied to this object");
        }
        fault.fail()
    }

    fn null(&mut self) -> NodeId {
        self.editor.scalar("null", Tag::Null, Style::Plain)
    }

    /// A copy of the operation's value.
    fn value(&mut self) -> NodeId {
        match self.operation.value {
            Some(value) => {
                self.editor.written_at(self.patch.values.place(value));
                self.editor.graft(&self.patch.values, value)
            }
            None => self.null(),
        }
    }

    fn find(&self, path: Option<&str>) -> Result<Spot> {
        let Some(path) = path else { return self.fault("the operation lacks a path") };
        let document = self.editor.document();
        let missing = |reached: &str| {
            self.fault(format!("`{path}` does not exist: nothing can be found at `{reached}`"))
        };
        let Some((_, rest)) = path.split_once('/') else {
            return self.fault(format!("the path `{path}` does not begin with a slash"));
        };
        let (parts, key) = rest.rsplit_once('/').map_or((None, rest), |(parts, key)| (Some(parts), key));
        let key = decode(key);
        let mut container = document.root();
        let mut reached = path.len() - rest.len();
        for part in parts.into_iter().flat_map(|parts| parts.split('/')) {
            reached += part.len() + 1;
            let spot = Spot { container, key: decode(part) };
            match self.get(&spot) {
                Ok(Some(next)) if matches!(document.kind(next), Kind::Mapping | Kind::Sequence) => {
                    container = next;
                }
                _ => return missing(&path[path.len() - rest.len() - 1..reached - 1]),
            }
        }
        if document.kind(container) == Kind::Scalar { missing(path) } else { Ok(Spot { container, key }) }
    }

    /// What stands at a spot; null and nothing are the same.
    fn get(&self, spot: &Spot) -> Result<Option<NodeId>> {
        let document = self.editor.document();
        let found = if document.kind(spot.container) == Kind::Mapping {
            document.get(spot.container, &spot.key)
        } else {
            let index = self.index(spot, document.len(spot.container))?;
            document.item(spot.container, index)
        };
        Ok(found.filter(|node| !document.is_null(*node)))
    }

    /// A position in a list of this length, counted from the end when negative.
    fn index(&self, spot: &Spot, length: usize) -> Result<usize> {
        let Ok(index) = spot.key.parse::<isize>() else {
            return self.fault(format!("`{}` is no index of a list", spot.key));
        };
        let position = match usize::try_from(index) {
            Ok(position) => Some(position),
            Err(_) => length.checked_sub(index.unsigned_abs()),
        };
        match position {
            Some(position) if position < length => Ok(position),
            _ => self.fault(format!("the list has {length} items, so there is no index {index}")),
        }
    }

    fn add(&mut self, spot: &Spot, value: NodeId) -> Result<()> {
        let document = self.editor.document();
        if document.kind(spot.container) == Kind::Mapping {
            return self.put(spot, value);
        }
        if spot.key == "-" {
            self.editor.push(spot.container, value);
            return Ok(());
        }
        let mut items: Vec<NodeId> = document.children(spot.container).collect();
        let index = self.index(spot, items.len() + 1)?;
        items.insert(index, value);
        self.editor.arrange(spot.container, &items);
        Ok(())
    }

    /// Sets a key of a mapping.
    fn put(&mut self, spot: &Spot, value: NodeId) -> Result<()> {
        if let Some(old) = self.editor.document().get(spot.container, &spot.key) {
            self.had_json(spot.container, old)?;
            self.editor.replace(spot.container, old, value);
        } else {
            self.editor.written_at(self.operation.path_at);
            let key = self.editor.scalar(&spot.key, Tag::Str, Style::DoubleQuoted);
            self.editor.insert(spot.container, key, value);
        }
        Ok(())
    }

    /// kustomize refuses what has no JSON before it looks at the operations, even when they remove it. What stays is
    /// looked at in the end.
    fn had_json(&self, container: NodeId, node: NodeId) -> Result<()> {
        let document = self.editor.document();
        if self.patch.too_large {
            // A number that the patch itself brought and takes away again has no JSON either.
            return Ok(());
        }
        if let Some(key) = document.key(node).map(|key| document.text(key))
            && document.entries(container).filter(|(other, _)| document.text(*other) == key).count() > 1
        {
            check_duplicate_keys(document, container)?;
        }
        // Keys at the top may be what keys below may not, so a collection is looked at with all above it.
        let scalar = document.kind(node) == Kind::Scalar;
        to_json(document, if scalar { node } else { document.root() }, &mut Vec::new())
    }

    fn remove(&mut self, spot: &Spot) -> Result<NodeId> {
        let document = self.editor.document();
        let node = if document.kind(spot.container) == Kind::Mapping {
            document.get(spot.container, &spot.key)
        } else {
            let index = self.index(spot, document.len(spot.container))?;
            document.item(spot.container, index)
        };
        let Some(node) = node else {
            return self.fault(format!("there is no `{}` to remove", spot.key));
        };
        self.had_json(spot.container, node)?;
        self.editor.remove(spot.container, node);
        Ok(node)
    }

    fn replace(&mut self) -> Result<()> {
        if self.operation.path.as_deref() == Some("") {
            let root = self.operation.value.filter(|value| self.patch.values.kind(*value) != Kind::Scalar);
            let Some(root) = root else {
                return self.fault("the whole object can only be replaced by another");
            };
            to_json(self.editor.document(), self.editor.document().root(), &mut Vec::new())?;
            let root = self.editor.graft(&self.patch.values, root);
            self.editor.set_root(root);
            return Ok(());
        }
        let spot = self.find(self.operation.path.as_deref())?;
        if self.editor.document().kind(spot.container) == Kind::Mapping {
            let value = self.value();
            self.put(&spot, value)?;
            return Ok(());
        }
        let index = self.index(&spot, self.editor.document().len(spot.container))?;
        let Some(old) = self.editor.document().item(spot.container, index) else { return Ok(()) };
        self.had_json(spot.container, old)?;
        let value = self.value();
        self.editor.replace(spot.container, old, value);
        Ok(())
    }

    fn test(&mut self) -> Result<()> {
        let path = self.operation.path.as_deref();
        let wanted = self.operation.value;
        let equal = if path == Some("") {
            match wanted {
                Some(wanted) => self.equal(self.editor.document().root(), wanted)?,
                None => false,
            }
        } else {
            let spot = self.find(path)?;
            let wanted = wanted.filter(|wanted| !self.patch.values.is_null(*wanted));
            match (self.get(&spot)?, wanted) {
                (None, None) => true,
                (Some(found), Some(wanted)) => self.equal(found, wanted)?,
                _ => false,
            }
        };
        if equal {
            return Ok(());
        }
        self.fault(format!("the test of `{}` does not hold", path.unwrap_or_default()))
    }

    /// Whether a node of the object says in JSON what a value of the patch says.
    fn equal(&self, node: NodeId, value: NodeId) -> Result<bool> {
        let (document, values) = (self.editor.document(), &self.patch.values);
        let mut todo = vec![(node, value)];
        while let Some((node, value)) = todo.pop() {
            if document.kind(node) != values.kind(value) || document.len(node) != values.len(value) {
                return Ok(false);
            }
            match document.kind(node) {
                Kind::Mapping => {
                    for (key, inside) in document.entries(node) {
                        let Some(wanted) = values.get(value, document.text(key)) else { return Ok(false) };
                        if document.is_null(inside) != values.is_null(wanted) {
                            return Ok(false);
                        }
                        if !document.is_null(inside) {
                            todo.push((inside, wanted));
                        }
                    }
                }
                Kind::Sequence => {
                    for pair in document.children(node).zip(values.children(value)) {
                        if document.is_null(pair.0) || values.is_null(pair.1) {
                            return self.fault("lists with nulls cannot be compared: kustomize crashes");
                        }
                        todo.push(pair);
                    }
                }
                Kind::Scalar | Kind::Alias => {
                    if !self.same_bytes(node, value)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    fn same_bytes(&self, node: NodeId, value: NodeId) -> Result<bool> {
        let values = &self.patch.values;
        if self.patch.oddly_spelt.contains(&value) {
            return Ok(false);
        }
        let (document, mut found) = (self.editor.document(), Vec::new());
        // The object is text by now, which may fold a text into another one.
        if document.style(node) == Style::Folded && !self.is_read_again {
            to_json(document, node, &mut found)?;
        } else {
            write_json_as(document, node, Dialect::V3, Layout::Compact, &mut found)?;
        }
        if values.tag(value) != Tag::Str {
            return Ok(found == values.text(value).as_bytes());
        }
        let mut wanted = Vec::new();
        write_json_as(values, value, Dialect::V3, Layout::Compact, &mut wanted)?;
        Ok(found == wanted)
    }
}

/// `~1` is a slash, `~0` a tilde.
fn decode(part: &str) -> String {
    if !part.contains('~') {
        return part.to_owned();
    }
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('~') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (text, length) = match rest.as_bytes().get(1) {
            Some(b'1') => ("/", 2),
            Some(b'0') => ("~", 2),
            _ => ("~", 1),
        };
        out.push_str(text);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn escapes_are_decoded_once() {
        assert_eq!(decode("a~1b~0c"), "a/b~c");
        assert_eq!(decode("~01"), "~1");
        assert_eq!(decode("~2~"), "~2~");
    }
}
