//! Aliases, merge keys and repeated keys as go-yaml v2 decodes them: entries take effect in the order of the text,
//! merged ones too, and the last one counts. Then what `sigs.k8s.io/yaml` makes of keys on the way to JSON: texts.

use rustc_hash::{FxHashMap, FxHashSet};

use super::compose::Composed;
use super::document::Document;
use super::fault::{Fault, Reading};
use super::node::{Kind, NodeId, Range, Style, Tag};
use super::number;
use super::resolve::{self, Dialect, Value};
use crate::diagnostic::{Diagnostic, Result};
use crate::provenance::Whence;
use std::borrow::Cow;

/// A key that was written twice in one mapping.
pub(super) struct Repeated {
    pub(super) key: String,
    pub(super) dropped: u32,
    pub(super) kept: u32,
}

/// go-yaml's bound: of this many decoded values, the share that may come from aliases.
fn allowed_share(decoded: u32) -> f64 {
    const LOW: u32 = 400_000;
    const HIGH: u32 = 4_000_000;
    match decoded {
        0..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * (f64::from(decoded - LOW) / f64::from(HIGH - LOW)),
    }
}

enum Task {
    Visit(NodeId),
    /// Entries of the mapping go into the table with this number.
    Entries(NodeId, usize),
    MergeInto(NodeId, usize),
    Put(usize, Option<NodeId>),
    LeaveAlias(NodeId),
    EndSequence(NodeId),
    EndMapping(NodeId, usize),
}

#[derive(Default)]
struct Table {
    entries: Vec<Entry>,
    places: FxHashMap<String, usize>,
}

struct Entry {
    key: NodeId,
    value: NodeId,
    /// The mapping of the text that wrote it.
    mapping: Option<NodeId>,
}

struct Decoder<'d> {
    document: &'d Document,
    targets: FxHashMap<NodeId, NodeId>,
    out: Document,
    tasks: Vec<Task>,
    results: Vec<NodeId>,
    tables: Vec<Table>,
    open_aliases: FxHashSet<NodeId>,
    decoded: u32,
    from_aliases: u32,
    alias_depth: u32,
    repeated: Vec<Repeated>,
    texts: FxHashMap<u32, Range>,
    /// How much more text may come.
    bytes: usize,
}

/// The document without aliases, merge keys and repeated keys, all keys texts, with nothing in it that JSON has not.
pub(super) fn decode(composed: Composed) -> Result<(Document, Vec<Repeated>)> {
    let document = &composed.document;
    for node in (0..document.nodes.len()).map(NodeId::new) {
        if document.kind(node) == Kind::Scalar && document.is_tagged(node) {
            resolve::scalar(document, node, Dialect::V2)?;
        }
    }
    let source = document.source();
    let (document, repeated) = expand(composed).map_err(|fault| Box::new(fault.tell(source)))?;
    check_json(&document)?;
    Ok((document, repeated))
}

/// JSON knows no infinity, nothing that is not a number, and no keys but texts.
fn check_json(document: &Document) -> Result<()> {
    let mut todo: Vec<NodeId> = document.try_root().into_iter().collect();
    while let Some(node) = todo.pop() {
        if document.kind(node) != Kind::Scalar {
            if let Some((key, _)) = document.entries(node).find(|(key, _)| key_name(document, *key).is_none())
            {
                let text = document.text(key);
                return Diagnostic::error(
                    "yaml-key",
                    format!("found a key that is no text: `{}`", resolve::clip(text)),
                )
                .at(document.place(key), "a null, or a number that is too large")
                .hint("put the key in quotes")
                .fail();
            }
            todo.extend(document.children(node));
        } else if let Value::Float(value) = resolve::scalar(document, node, Dialect::V2)?
            && !value.is_finite()
        {
            let text = document.text(node);
            return Diagnostic::error(
                "yaml-not-json",
                format!("`{}` is no number that JSON has", resolve::clip(text)),
            )
            .at(document.place(node), "infinite, or not a number")
            .hint("put it in quotes if it is meant as text")
            .fail();
        }
    }
    Ok(())
}

/// What a key is in JSON; `None` for a null or a number above 63 bits, which `sigs.k8s.io/yaml` refuses.
fn key_name(document: &Document, key: NodeId) -> Option<Cow<'_, str>> {
    let text = document.text(key);
    Some(match resolve::scalar(document, key, Dialect::V2).unwrap_or(Value::Text(Cow::Borrowed(text))) {
        Value::Text(text) => text,
        Value::Null | Value::Unsigned(_) => return None,
        Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        Value::Int(value) => Cow::Owned(value.to_string()),
        Value::Float(value) if value.is_nan() => Cow::Borrowed(".nan"),
        Value::Float(value) => Cow::Owned(float_key(value)),
        Value::Timestamp(_) => Cow::Borrowed(text),
        Value::Bytes(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

/// Keys are written with the precision of 32 bits.
fn float_key(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "as Go converts it")]
    let short = value as f32;
    if short.is_infinite() {
        return if short > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let mut out = Vec::new();
    number::write_yaml_float(short.to_string().parse().unwrap_or(value), &mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn expand(composed: Composed) -> Reading<(Document, Vec<Repeated>)> {
    let Some(root) = composed.document.try_root() else { return Ok((composed.document, Vec::new())) };
    if !composed.unfinished && !needs_decoding(&composed.document) {
        let mut document = composed.document;
        document.clear_anchors();
        return Ok((document, Vec::new()));
    }
    let mut decoder = Decoder {
        out: composed.document.beside(),
        document: &composed.document,
        targets: composed.aliases.iter().copied().collect(),
        tasks: vec![Task::Visit(root)],
        results: Vec::new(),
        tables: Vec::new(),
        open_aliases: FxHashSet::default(),
        decoded: 1,
        from_aliases: 0,
        alias_depth: 0,
        repeated: Vec::new(),
        texts: FxHashMap::default(),
        bytes: 1 << 29,
    };
    decoder.run()?;
    if let Some(root) = decoder.results.pop() {
        decoder.out.set_root(root);
    }
    Ok((decoder.out, decoder.repeated))
}

/// Whether a key is no text or stands twice in its mapping.
fn needs_decoding(document: &Document) -> bool {
    (0..document.nodes.len()).map(NodeId::new).filter(|node| document.kind(*node) == Kind::Mapping).any(
        |node| {
            document.entries(node).any(|(key, _)| {
                document.kind(key) != Kind::Scalar
                    || !matches!(resolve::scalar(document, key, Dialect::V2), Ok(Value::Text(_)))
            }) || super::duplicates::first_repeated_key(document, node).is_some()
        },
    )
}

fn offset(document: &Document, node: NodeId) -> u32 {
    match document.origin(node).read() {
        Whence::Own(offset) => offset,
        _ => 0,
    }
}

impl Decoder<'_> {
    fn offset(&self, node: NodeId) -> u32 {
        offset(self.document, node)
    }

    fn run(&mut self) -> Reading<()> {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Visit(node) => self.visit(node)?,
                Task::Entries(node, table) => self.entries(node, table),
                Task::MergeInto(value, table) => self.merge_into(value, table)?,
                Task::Put(table, mapping) => self.put(table, mapping)?,
                Task::LeaveAlias(node) => {
                    self.open_aliases.remove(&node);
                    self.alias_depth -= 1;
                }
                Task::EndSequence(node) => {
                    let first = self.results.len().saturating_sub(self.document.len(node));
                    let items = self.results.split_off(first);
                    let sequence = self.out.adopt(self.document, node);
                    for item in items {
                        self.out.append(sequence, None, item);
                    }
                    self.results.push(sequence);
                }
                Task::EndMapping(node, table) => {
                    let mapping = self.out.adopt(self.document, node);
                    let table = std::mem::take(&mut self.tables[table]);
                    for entry in table.entries {
                        self.out.append(mapping, Some(entry.key), entry.value);
                    }
                    self.results.push(mapping);
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, node: NodeId) -> Reading<()> {
        self.decoded += 1;
        if self.alias_depth > 0 {
            self.from_aliases += 1;
        }
        if self.from_aliases > 100
            && self.decoded > 1000
            && f64::from(self.from_aliases) / f64::from(self.decoded) > allowed_share(self.decoded)
        {
            return self.too_large(node);
        }
        Ok(())
    }

    fn too_large<T>(&self, node: NodeId) -> Reading<T> {
        Fault::new(self.offset(node) as usize, "found aliases that blow the document up")
            .code("yaml-alias-expansion")
            .hint("write fewer aliases of aliases")
            .fail()
    }

    fn enter_alias(&mut self, alias: NodeId) -> Reading<Option<NodeId>> {
        if !self.open_aliases.insert(alias) {
            let name = resolve::clip(self.document.text(alias));
            return Fault::new(
                self.offset(alias) as usize,
                format!("found an alias of `{name}` inside `{name}` itself"),
            )
            .code("yaml-alias-of-itself")
            .hint("write the value out, or move the anchor to a value that does not hold the alias")
            .fail();
        }
        self.alias_depth += 1;
        self.tasks.push(Task::LeaveAlias(alias));
        Ok(self.targets.get(&alias).copied())
    }

    fn visit(&mut self, node: NodeId) -> Reading<()> {
        self.count(node)?;
        match self.document.kind(node) {
            Kind::Scalar => {
                let copy = self.out.adopt_once(self.document, node, &mut self.texts);
                self.bytes = self.bytes.saturating_sub(self.out.text(copy).len());
                if self.bytes == 0 {
                    return self.too_large(node);
                }
                self.results.push(copy);
            }
            Kind::Alias => {
                if let Some(target) = self.enter_alias(node)? {
                    self.tasks.push(Task::Visit(target));
                }
            }
            Kind::Sequence => {
                self.tasks.push(Task::EndSequence(node));
                let first = self.tasks.len();
                self.tasks.extend(self.document.children(node).map(Task::Visit));
                self.tasks[first..].reverse();
            }
            Kind::Mapping => {
                let table = self.tables.len();
                self.tables.push(Table::default());
                self.tasks.push(Task::EndMapping(node, table));
                self.tasks.push(Task::Entries(node, table));
            }
        }
        Ok(())
    }

    fn entries(&mut self, node: NodeId, table: usize) {
        let first = self.tasks.len();
        for (key, value) in self.document.entries(node) {
            if self.document.tag(key) == Tag::Merge && self.document.text(key) == "<<" {
                self.tasks.push(Task::MergeInto(value, table));
            } else {
                self.tasks.extend([Task::Visit(key), Task::Visit(value), Task::Put(table, Some(node))]);
            }
        }
        self.tasks[first..].reverse();
    }

    fn refuse_merge<T>(&self, node: NodeId) -> Reading<T> {
        Fault::new(self.offset(node) as usize, "found a merge key (`<<`) whose value is no mapping")
            .code("yaml-merge-key")
            .found("neither a mapping, nor an alias of one, nor a list of such")
            .hint("write `<<: *anchor`, with the anchor at a mapping; quote the key if it is meant as text")
            .fail()
    }

    fn merge_into(&mut self, value: NodeId, table: usize) -> Reading<()> {
        match self.document.kind(value) {
            Kind::Mapping => {
                self.count(value)?;
                self.tasks.push(Task::Entries(value, table));
            }
            Kind::Alias => {
                match self.targets.get(&value) {
                    Some(target) if self.document.kind(*target) == Kind::Mapping => {}
                    _ => return self.refuse_merge(value),
                }
                self.count(value)?;
                if let Some(target) = self.enter_alias(value)? {
                    self.count(target)?;
                    self.tasks.push(Task::Entries(target, table));
                }
            }
            Kind::Sequence => {
                for item in self.document.children(value) {
                    let mapping = match self.document.kind(item) {
                        Kind::Mapping => true,
                        Kind::Alias => {
                            self.targets.get(&item).is_some_and(|t| self.document.kind(*t) == Kind::Mapping)
                        }
                        _ => false,
                    };
                    if !mapping {
                        return self.refuse_merge(item);
                    }
                    // The last one is decoded first, so that the first one counts.
                    self.tasks.push(Task::MergeInto(item, table));
                }
            }
            Kind::Scalar => return self.refuse_merge(value),
        }
        Ok(())
    }

    fn put(&mut self, table: usize, mapping: Option<NodeId>) -> Reading<()> {
        let (Some(value), Some(key)) = (self.results.pop(), self.results.pop()) else { return Ok(()) };
        if self.out.kind(key) != Kind::Scalar {
            return Fault::new(offset(&self.out, key) as usize, "found a mapping or list as a key")
                .code("yaml-key")
                .hint("keys must be plain texts")
                .fail();
        }
        let spelt = self.out.text(key);
        let name = match key_name(&self.out, key) {
            Some(name) => name.into_owned(),
            // Refused later, if nothing drops it before: no text begins so.
            None if resolve::plain(Dialect::V2, spelt) == Value::Null => "\0".to_owned(),
            None => format!("\0{spelt}"),
        };
        let text = matches!(resolve::scalar(&self.out, key, Dialect::V2), Ok(Value::Text(_)));
        if !name.starts_with('\0') && (name != self.out.text(key) || !text) {
            let text = self.out.add_text(&name);
            self.out.respell(key, text, Style::DoubleQuoted, Tag::Implicit);
        }
        let table = &mut self.tables[table];
        if let Some(place) = table.places.get(&name) {
            let entry = &mut table.entries[*place];
            if entry.mapping == mapping {
                self.repeated.push(Repeated {
                    dropped: offset(&self.out, entry.key),
                    kept: offset(&self.out, key),
                    key: name,
                });
            }
            *entry = Entry { key, value, mapping };
        } else {
            table.places.insert(name, table.entries.len());
            table.entries.push(Entry { key, value, mapping });
        }
        Ok(())
    }
}
