//! Custom resources: their definitions, found among the objects and in folders that were given, and what the server
//! does with objects of their kinds (decode → defaults → strategy → schema → embedded resources → lists → rules in CEL).
//! Definitions themselves are checked in `server/custom_resource_definition`.

mod catalogue;
mod decode;
mod embedded;
pub(crate) mod field_path;
pub(crate) mod format;
pub(crate) mod item;
mod lists;
mod metadata;
pub(crate) mod pattern;
mod rules;
mod scale;
pub(crate) mod schema;
mod telling;
pub(crate) mod values;

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

pub use self::catalogue::Catalogue;
pub(crate) use self::rules::run as run_rules;
use self::schema::{Reader, Schema};
use self::telling::Telling;
use super::cel::Rules;
use super::{Family, Finding, Level, Object, Options, Path};
use crate::yaml::{Kind, NodeId};

/// All definitions of custom resources that are known, by group and kind. Schemas are read when an object is met.
#[derive(Debug, Default)]
pub struct Definitions<'a> {
    by_kind: FxHashMap<(&'a str, &'a str), Definition<'a>>,
}

/// One definition.
#[derive(Debug)]
struct Definition<'a> {
    object: Object<'a>,
    versions: Vec<Version<'a>>,
}

/// A version that a definition has.
#[derive(Debug)]
struct Version<'a> {
    name: &'a str,
    node: NodeId,
    served: bool,
    /// `Some`: what the server warns of; empty for its own words.
    deprecated: Option<&'a str>,
    compiled: OnceLock<Compiled>,
}

/// What an object of a version is judged by.
#[derive(Debug)]
struct Compiled {
    schema: Schema,
    rules: Rules,
    status: bool,
    scale: Option<scale::Paths>,
}

impl<'a> Definitions<'a> {
    /// Indexes the definitions among the objects that are checked, and more; earlier ones count before later ones of
    /// the same kind.
    pub fn new(objects: &'a [Object<'a>], more: &'a [Object<'a>]) -> Definitions<'a> {
        let mut definitions = Definitions::default();
        let is = |object: &&Object<'_>| {
            object.group == "apiextensions.k8s.io" && object.kind == "CustomResourceDefinition"
        };
        objects.iter().chain(more).filter(is).for_each(|object| definitions.add(object));
        definitions
    }

    fn add(&mut self, object: &Object<'a>) {
        let document = object.document;
        let Some(root) = document.try_root() else { return };
        let text =
            |node: NodeId, path: &[&str]| document.at(node, path).map_or("", |node| document.text(node));
        let group = text(root, &["spec", "group"]);
        let kind = text(root, &["spec", "names", "kind"]);
        if group.is_empty() || kind.is_empty() || self.by_kind.contains_key(&(group, kind)) {
            return;
        }
        let mut versions = Vec::new();
        let list = document.at(root, &["spec", "versions"]);
        for node in list
            .into_iter()
            .filter(|n| document.kind(*n) == Kind::Sequence)
            .flat_map(|n| document.children(n))
        {
            let is =
                |name: &str| document.get(node, name).is_some_and(|value| document.text(value) == "true");
            versions.push(Version {
                name: text(node, &["name"]),
                node,
                served: is("served"),
                deprecated: is("deprecated").then(|| text(node, &["deprecationWarning"])),
                compiled: OnceLock::new(),
            });
        }
        self.by_kind.insert((group, kind), Definition { object: *object, versions });
    }

    /// Whether objects of this kind are custom resources whose definition is known.
    pub fn knows(&self, object: &Object<'_>) -> bool {
        !self.by_kind.is_empty()
            && self.by_kind.contains_key(&(object.group, object.kind))
            && !super::schema::knows(object.group, object.version, object.kind)
    }

    /// Checks an object of a kind that is defined; `findings` has what was found in its metadata.
    pub(super) fn check(&self, object: &Object<'a>, options: &Options, findings: &mut Vec<Finding>) {
        let Some(definition) = self.by_kind.get(&(object.group, object.kind)) else { return };
        let version = definition.versions.iter().find(|version| version.name == object.version);
        if options.runs(Family::ApiVersion) {
            check_version(object, definition, version, findings);
        }
        let Some(version) = version else { return };
        if !options.runs(Family::Schema) && !options.runs(Family::Server) {
            return;
        }
        let compiled = version.compiled.get_or_init(|| definition.compile(version));
        let mut found = Vec::new();
        let metadata_blocks = findings.iter().any(|finding| matches!(finding.rule, "required" | "too-long"));
        check_object(object, compiled, metadata_blocks, &mut found);
        found.retain(|finding| options.runs(finding.family));
        findings.append(&mut found);
    }
}

impl Definition<'_> {
    fn compile(&self, version: &Version<'_>) -> Compiled {
        let Object { document, dialect, .. } = self.object;
        // Definitions of before v1 have one schema for all versions.
        let at = |path: &[&str]| {
            document.at(version.node, path).or_else(|| {
                let spec = document.try_root().and_then(|root| document.get(root, "spec"))?;
                let path = if path[0] == "schema" { &["validation", "openAPIV3Schema"] } else { path };
                document.at(spec, path)
            })
        };
        let schema = at(&["schema", "openAPIV3Schema"]).map_or_else(
            || Schema { preserve_unknown: true, ..Schema::default() },
            |node| Reader { document, dialect, lenient: true }.read(node),
        );
        let there = |node: Option<NodeId>| node.filter(|node| !document.is_null(*node));
        let rules = Rules::compile(&schema, true);
        Compiled {
            schema,
            rules,
            status: there(at(&["subresources", "status"])).is_some(),
            scale: there(at(&["subresources", "scale"])).map(|node| scale::Paths::read(document, node)),
        }
    }
}

/// Mirrors `customResourceStrategy.Validate`, `customResourceValidator.Validate`
fn check_object(
    object: &Object<'_>,
    compiled: &Compiled,
    metadata_blocks: bool,
    findings: &mut Vec<Finding>,
) {
    let schema = &compiled.schema;
    let mut telling = Telling { object, findings };
    let Some(item) = decode::decode(object, schema, compiled.status, &mut telling) else { return };
    let mut blocks = metadata_blocks;
    blocks |= values::check(&item, schema, &mut telling);
    if let Some(paths) = &compiled.scale {
        paths.check(&item, &mut telling);
    }
    blocks |= embedded::check(&item, schema, &Path::Root, &mut telling);
    lists::check(&item, schema, &Path::Root, &mut telling);
    if !blocks {
        rules::check(&item, schema, &compiled.rules, &mut telling);
    }
}

fn check_version(
    object: &Object<'_>,
    definition: &Definition<'_>,
    version: Option<&Version<'_>>,
    findings: &mut Vec<Finding>,
) {
    let root = object.at();
    let at = root.field("apiVersion");
    let name = definition.object.name;
    let mut tell = |level: Level, message: String| {
        findings.push(Finding::new("crd-version", Family::ApiVersion, level, &at, message));
    };
    match version {
        None => {
            let known: Vec<String> =
                definition.versions.iter().map(|version| format!("`{}`", version.name)).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            tell(Level::Error, format!("`{name}` has no version `{}`, only {known}", object.version));
        }
        Some(version) if !version.served => {
            tell(Level::Error, format!("version `{}` of `{name}` is not served", version.name));
        }
        Some(Version { name: version, deprecated: Some(warning), .. }) => {
            let warning = if warning.is_empty() { String::new() } else { format!(": {warning}") };
            tell(Level::Warning, format!("version `{version}` of `{name}` is deprecated{warning}"));
        }
        Some(_) => {}
    }
}
