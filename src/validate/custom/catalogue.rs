//! Kinds that only a JSON schema is at hand for, as kubeconform's users have them: `{kind}-{group}-{version}.json` in one
//! folder, or `{group}/{kind}_{version}.json`. What a schema cannot say (defaults, rules in CEL) is not checked.

use rustc_hash::FxHashMap;

use super::item::Item;
use super::schema::{Reader, Schema};
use super::telling::Telling;
use super::values;
use crate::validate::{Finding, Object, Options};
use crate::yaml::{Dialect, Document};

/// Schemas by group, version and kind.
#[derive(Debug, Default)]
pub struct Catalogue {
    schemas: FxHashMap<(String, String, String), Schema>,
}

impl Catalogue {
    /// Whether a folder is a template of a path.
    pub fn is_template(folder: &str) -> bool {
        folder.contains("{{")
    }

    /// Where the schema of a kind could stand within a folder, or what a template of a path comes to.
    pub fn paths(folder: &str, object: &Object<'_>) -> Vec<String> {
        let (group, version, kind) = (object.group, object.version, object.kind.to_lowercase());
        let first = group.split('.').next().unwrap_or_default();
        let suffix = |group: &str| match group {
            "" => format!("-{version}"),
            group => format!("-{group}-{version}"),
        };
        if Catalogue::is_template(folder) {
            let fields = [
                ("Group", group),
                ("ResourceKind", &kind),
                ("ResourceAPIVersion", version),
                ("KindSuffix", &suffix(first)),
                ("StrictSuffix", "-strict"),
                ("NormalizedKubernetesVersion", "master"),
            ];
            let mut path = folder.to_owned();
            for (name, value) in fields {
                for spelling in [format!("{{{{.{name}}}}}"), format!("{{{{ .{name} }}}}")] {
                    path = path.replace(&spelling, value);
                }
            }
            return vec![path];
        }
        let mut paths = vec![format!("{folder}/{kind}{}.json", suffix(group))];
        if first != group {
            paths.push(format!("{folder}/{kind}{}.json", suffix(first)));
        }
        if !group.is_empty() {
            paths.push(format!("{folder}/{group}/{kind}_{version}.json"));
        }
        paths
    }

    /// Takes the schema of an object's kind.
    pub fn add(&mut self, object: &Object<'_>, document: &Document) {
        let Some(root) = document.try_root() else { return };
        let schema = Reader { document, dialect: Dialect::V2, lenient: true }.read(root);
        let key = (object.group.to_owned(), object.version.to_owned(), object.kind.to_owned());
        self.schemas.insert(key, schema);
    }

    fn find(&self, object: &Object<'_>) -> Option<&Schema> {
        if self.schemas.is_empty() {
            return None;
        }
        let key = (object.group.to_owned(), object.version.to_owned(), object.kind.to_owned());
        self.schemas.get(&key)
    }

    /// Whether there is a schema for an object.
    pub fn knows(&self, object: &Object<'_>) -> bool {
        self.find(object).is_some()
    }

    /// Checks an object that there is a schema for.
    pub(in crate::validate) fn check(
        &self,
        object: &Object<'_>,
        options: &Options,
        findings: &mut Vec<Finding>,
    ) {
        let (Some(schema), Some(root)) = (self.find(object), object.document.try_root()) else { return };
        let mut item = Item::read(object.document, root, object.dialect);
        drop_nulls(&mut item);
        let mut found = Vec::new();
        values::check(&item, schema, &mut Telling { object, findings: &mut found });
        found.retain(|finding| options.runs(finding.family));
        findings.append(&mut found);
    }
}

/// The server drops them where they may not be.
fn drop_nulls(item: &mut Item<'_>) {
    match item {
        Item::Map(map) => {
            map.retain(|(_, value)| *value != Item::Null);
            for (_, value) in map.iter_mut() {
                drop_nulls(value);
            }
        }
        Item::List(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
