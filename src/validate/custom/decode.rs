//! From nodes to what the server has in memory before it validates: unknown fields are refused, nulls that may not be
//! are dropped, defaults are set.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::item::{Item, MAX_DEPTH};
use super::metadata;
use super::schema::{Additional, Schema};
use super::telling::Telling;
use crate::validate::{Object, Path};
use crate::yaml::{Kind, NodeId};

/// Fields that every resource has.
const RESOURCE_FIELDS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Decodes an object by the schema of its kind; `None` when the server refuses to, and says so. With `drop_status` the
/// status is dropped before anything is validated, as the strategy does on create.
///
/// Mirrors `PruneWithOptions`, `PruneNonNullableNullsWithoutDefaults`, `CoerceWithOptions`, `GetObjectMetaWithOptions`,
/// `Default`, `PrepareForCreate`
pub(super) fn decode<'a>(
    object: &'a Object<'a>,
    schema: &'a Schema,
    drop_status: bool,
    telling: &mut Telling<'_, '_>,
) -> Option<Item<'a>> {
    let root = object.document.try_root()?;
    let before = telling.findings.len();
    let mut decoder = Decoder { object, telling };
    let mut item = decoder.value(root, Some(schema), schema.preserve_unknown, true, &Path::Root, MAX_DEPTH);
    if telling.findings.len() > before {
        return None;
    }
    if let Item::Map(map) = &mut item {
        for (key, value) in map.iter_mut() {
            if key == "metadata" {
                metadata::settle(value);
            }
        }
        if drop_status {
            map.retain(|(key, _)| key != "status");
        }
    }
    // The server sets defaults while it decodes, before the strategy drops the status.
    schema.set_defaults(&mut item);
    if drop_status && let Item::Map(map) = &mut item {
        map.retain(|(key, _)| key != "status");
    }
    Some(item)
}

struct Decoder<'a, 't, 'o, 'f> {
    object: &'a Object<'a>,
    telling: &'t mut Telling<'o, 'f>,
}

impl<'a> Decoder<'a, '_, '_, '_> {
    /// One value. `keep`: unknown fields are kept here; `resource`: it has `apiVersion`, `kind` and `metadata`.
    fn value(
        &mut self,
        node: NodeId,
        schema: Option<&'a Schema>,
        keep: bool,
        resource: bool,
        path: &Path<'_>,
        depth: usize,
    ) -> Item<'a> {
        let document = self.object.document;
        match document.kind(node) {
            Kind::Scalar | Kind::Alias => return Item::scalar(document, node, self.object.dialect),
            _ if depth == 0 => {
                self.telling.server("invalid", path, "nested too deeply to be checked");
                return Item::Null;
            }
            Kind::Sequence => {
                let mut items = Vec::with_capacity(document.len(node));
                let within = schema.and_then(|schema| schema.items.as_deref());
                for (index, child) in document.children(node).enumerate() {
                    let path = Path::Index(path, index);
                    // A list whose unknown fields are kept passes that on to its items.
                    let keep = keep || within.is_some_and(|schema| schema.preserve_unknown);
                    let resource = within.is_some_and(|schema| schema.embedded);
                    items.push(self.value(child, within, keep, resource, &path, depth - 1));
                }
                return Item::List(items);
            }
            Kind::Mapping => {}
        }
        self.map(node, schema, keep, resource, path, depth)
    }

    fn map(
        &mut self,
        node: NodeId,
        schema: Option<&'a Schema>,
        keep: bool,
        resource: bool,
        path: &Path<'_>,
        depth: usize,
    ) -> Item<'a> {
        let document = self.object.document;
        let mut map: Vec<(Cow<'a, str>, Item<'a>)> = Vec::with_capacity(document.len(node));
        let mut seen = (document.len(node) > 16).then(FxHashSet::default);
        for (key, value) in document.entries(node) {
            let name = document.text(key);
            let path = Path::Field(path, name);
            let again = match &mut seen {
                Some(seen) => !seen.insert(name),
                None => map.iter().any(|(key, _)| key == name),
            };
            if again {
                self.telling.schema("duplicate-key", &path, format!("field `{name}` is there twice"));
                continue;
            }
            if resource && RESOURCE_FIELDS.contains(&name) {
                let item = Item::read(document, value, self.object.dialect);
                if name == "metadata" {
                    metadata::check(&item, &path, self.telling);
                } else if !matches!(item, Item::Text(_)) {
                    self.telling.schema("invalid-type", &path, format!("`{name}` must be text"));
                }
                map.push((Cow::Borrowed(name), item));
                continue;
            }
            let property = schema.and_then(|schema| schema.property(name));
            let additional = schema.map(|schema| &schema.additional);
            let (within, keeps) = match (property, additional) {
                (Some(property), _) => (Some(property), property.preserve_unknown),
                (None, Some(Additional::Schema(schema))) => (Some(&**schema), schema.preserve_unknown),
                // Values of unknown shape: the server keeps them, but nothing within.
                (None, Some(Additional::Allowed(_))) => (None, false),
                (None, _) if keep => (None, true),
                (None, _) => {
                    self.unknown(name, schema, &path);
                    continue;
                }
            };
            if within.is_some_and(|within| !within.nullable && within.default.is_none())
                && document.is_null(value)
            {
                continue;
            }
            let resource = within.is_some_and(|schema| schema.embedded);
            let item = self.value(value, within, keeps, resource, &path, depth - 1);
            map.push((Cow::Borrowed(name), item));
        }
        Item::Map(map)
    }

    #[cold]
    fn unknown(&mut self, name: &str, schema: Option<&Schema>, path: &Path<'_>) {
        let near = schema.and_then(|schema| {
            let names = schema.properties.iter().map(|(name, _)| &**name);
            names.filter_map(|known| distance(name, known).map(|d| (d, known))).min()
        });
        self.telling.schema("unknown-field", path, format!("unknown field `{name}`"));
        if let (Some((_, near)), Some(finding)) = (near, self.telling.findings.last_mut()) {
            finding.hint = format!("did you mean `{near}`?");
        }
    }
}

/// How far apart two names are, when that is little: insertions, deletions, replacements, swaps of neighbours.
fn distance(a: &str, b: &str) -> Option<usize> {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let most = 1 + a.len().max(b.len()) / 5;
    if a.len().abs_diff(b.len()) > most || a.len() > 64 {
        return None;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 {
                j
            } else if j == 0 {
                i
            } else {
                let same = usize::from(!a[i - 1].eq_ignore_ascii_case(&b[j - 1]));
                let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + same);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    Some(rows[a.len()][b.len()]).filter(|distance| *distance <= most)
}
