//! Defaults in schemas: they have no unknown fields and are valid themselves.

use super::structural::MAX_DEPTH;
use crate::validate::cel::{Rules, Run};
use crate::validate::custom::item::Item;
use crate::validate::custom::schema::{Additional, Schema};
use crate::validate::custom::{self, values};
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};

/// Checks the defaults within a schema; `at` and `schema` are the same place.
///
/// Mirrors `ValidateDefaults`
pub(super) fn check(at: &At<'_>, schema: &Schema, findings: &mut Vec<Finding>) {
    if schema.has_defaults {
        walk(at, schema, false, MAX_DEPTH, findings);
    }
}

/// `in_metadata`: within the metadata of a resource.
fn walk(at: &At<'_>, schema: &Schema, in_metadata: bool, depth: usize, findings: &mut Vec<Finding>) {
    if depth == 0 || !schema.has_defaults {
        return;
    }
    let in_metadata = in_metadata && !schema.embedded;
    let default = at.field("default");
    if let Some(node) = default.node
        && schema.default.is_some()
    {
        let item = Item::read(default.document, node, default.dialect());
        check_one(&default, &item, schema, in_metadata, findings);
    }
    if let Some(items) = &schema.items {
        walk(&at.field("items"), items, in_metadata, depth - 1, findings);
    }
    let properties = at.field("properties");
    for (name, property) in properties.entries() {
        let Some(schema_of) = schema.property(name) else { continue };
        let is_meta =
            (schema.embedded || depth == MAX_DEPTH) && matches!(name, "metadata" | "apiVersion" | "kind");
        walk(&property, schema_of, in_metadata || is_meta, depth - 1, findings);
    }
}

fn check_one(at: &At<'_>, item: &Item<'_>, schema: &Schema, in_metadata: bool, findings: &mut Vec<Finding>) {
    if !in_metadata && has_unknown(item, Some(schema), schema.preserve_unknown, schema.embedded) {
        findings.invalid(at, "must not have unknown fields");
    }
    let mut faults = values::faults(item, schema, &at.path);
    if schema.int_or_string {
        // The server's structural schema has no type here.
        let path = at.path();
        faults.retain(|fault| fault.rule != "invalid-type" || fault.path != path);
    }
    if !faults.is_empty() {
        for fault in faults {
            // The server names the default itself where the value as a whole is wrong.
            let path = if fault.whole {
                Path::Field(&Path::Root, "")
            } else {
                Path::Field(&Path::Root, &fault.path)
            };
            let mut finding =
                Finding::server("invalid", at, format!("the default is invalid: {}", fault.message));
            if !fault.whole {
                finding.path = path.text();
            }
            findings.push(finding);
        }
        return;
    }
    if schema.has_rules {
        let rules = Rules::compile(schema, false);
        for with_old in [true, false] {
            let mut run = Run::of_default(with_old);
            let broken = custom::run_rules(item, schema, &rules, &at.path, &mut run);
            let failed = !broken.is_empty();
            for broken in broken {
                let message = format!("the default breaks a rule: {}", broken.message);
                let mut finding = Finding::server("invalid", at, message);
                finding.path = broken.path;
                findings.push(finding);
            }
            if failed {
                return;
            }
        }
    }
}

/// Whether pruning would take something away. Mirrors `Prune`
fn has_unknown(item: &Item<'_>, schema: Option<&Schema>, keep: bool, resource: bool) -> bool {
    match item {
        Item::List(items) => {
            let within = schema.and_then(|schema| schema.items.as_deref());
            let keep = keep || within.is_some_and(|schema| schema.preserve_unknown);
            let resource = within.is_some_and(|schema| schema.embedded);
            items.iter().any(|item| has_unknown(item, within, keep, resource))
        }
        Item::Map(map) => map.iter().any(|(key, value)| {
            if resource && matches!(&**key, "apiVersion" | "kind" | "metadata") {
                return false;
            }
            let property = schema.and_then(|schema| schema.property(key));
            match (property, schema.map(|schema| &schema.additional)) {
                (Some(property), _) => {
                    has_unknown(value, Some(property), property.preserve_unknown, property.embedded)
                }
                (None, Some(Additional::Schema(within))) => {
                    has_unknown(value, Some(within), within.preserve_unknown, within.embedded)
                }
                (None, Some(Additional::Allowed(_))) => has_unknown(value, None, false, false),
                (None, _) => !keep,
            }
        }),
        _ => false,
    }
}
