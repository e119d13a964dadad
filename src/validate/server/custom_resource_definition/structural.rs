//! Whether a schema is structural: it says what type everything has, and its alternatives only restrict.

use super::nested;
use crate::validate::custom::pattern;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding};

/// Deeper than this no schema goes that a server would have taken.
pub(super) const MAX_DEPTH: usize = 150;

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Root,
    Item,
    Field,
}

/// Whether a schema has what no structural schema has, so that the server does not even try.
///
/// Mirrors `validateUnsupportedFields`, `NewStructural`
pub(super) fn has_unsupported(schema: &At<'_>) -> bool {
    any(schema, MAX_DEPTH, &|schema| {
        let texts = ["id", "$schema", "$ref"].iter().any(|name| !schema.field(name).text().is_empty());
        let maps = ["patternProperties", "dependencies", "definitions"]
            .iter()
            .any(|name| !schema.field(name).is_empty());
        texts
            || maps
            || schema.field("additionalItems").is_there()
            || schema.field("items").is_sequence()
            || schema.field("x-kubernetes-preserve-unknown-fields").boolean() == Some(false)
    })
}

/// Whether a schema or one within it is like this.
fn any(schema: &At<'_>, depth: usize, is: &dyn Fn(&At<'_>) -> bool) -> bool {
    if !schema.is_mapping() {
        return false;
    }
    if depth == 0 || is(schema) {
        return true;
    }
    ["items", "not", "additionalProperties"].iter().any(|name| any(&schema.field(name), depth - 1, is))
        || schema.field("properties").entries().any(|(_, property)| any(&property, depth - 1, is))
        || ["allOf", "anyOf", "oneOf"]
            .iter()
            .any(|name| schema.field(name).items().any(|schema| any(&schema, depth - 1, is)))
}

/// Mirrors `ValidateStructural`, `validateStructuralInvariants`, `validateStructuralCompleteness`
pub(super) fn check(schema: &At<'_>, findings: &mut Vec<Finding>) {
    check_invariants(schema, Level::Root, MAX_DEPTH, findings);
    nested::check_completeness(schema, schema, MAX_DEPTH, findings);
}

fn is_true(schema: &At<'_>, name: &str) -> bool {
    schema.field(name).boolean() == Some(true)
}

fn check_invariants(schema: &At<'_>, level: Level, depth: usize, findings: &mut Vec<Finding>) {
    if depth == 0 {
        return;
    }
    let (kind, items) = (schema.field("type"), schema.field("items"));
    if kind.text() == "array" && !items.is_there() {
        findings.required(&items, "a list needs a schema of its items");
    }
    if items.is_mapping() {
        check_invariants(&items, Level::Item, depth - 1, findings);
    }
    let properties = schema.field("properties");
    for (_, property) in properties.entries() {
        // Null is a schema that says nothing.
        if property.is_mapping() || !property.is_there() {
            check_invariants(&property, Level::Field, depth - 1, findings);
        }
    }
    let additional = schema.field("additionalProperties");
    if additional.is_there() {
        if level == Level::Root {
            findings.forbidden(&additional, "it cannot be used at the root");
        }
        if additional.is_mapping() {
            check_invariants(&additional, Level::Field, depth - 1, findings);
        }
    }
    let (int_or_string, preserve, embedded) = (
        is_true(schema, "x-kubernetes-int-or-string"),
        is_true(schema, "x-kubernetes-preserve-unknown-fields"),
        is_true(schema, "x-kubernetes-embedded-resource"),
    );
    if int_or_string && preserve {
        let field = schema.field("x-kubernetes-preserve-unknown-fields");
        findings.invalid(&field, "must be false where `x-kubernetes-int-or-string` is true");
    }
    if int_or_string && embedded {
        let field = schema.field("x-kubernetes-embedded-resource");
        findings.invalid(&field, "must be false where `x-kubernetes-int-or-string` is true");
    }
    let (any_of, all_of) = (schema.field("anyOf"), schema.field("allOf"));
    let skip_any_of = nested::is_int_or_string(&any_of);
    let skip_first =
        all_of.items().next().is_some_and(|first| nested::is_int_or_string(&first.field("anyOf")));
    nested::check_values(schema, skip_any_of, skip_first, depth - 1, findings);
    check_type(&kind, level, embedded, int_or_string || preserve, findings);
    if embedded && additional.is_there() {
        findings.forbidden(&additional, "it cannot be used with `x-kubernetes-embedded-resource`");
    }
    let is_resource = level == Level::Root || embedded;
    for name in ["kind", "apiVersion"] {
        let property = properties.entry(name);
        let field = property.field("type");
        if is_resource && property.is_there() && field.text() != "string" {
            findings.invalid(&field, "must be `string`");
        }
    }
    let metadata = properties.entry("metadata");
    if metadata.is_there() {
        check_metadata(&metadata, is_resource, level, findings);
    }
    if embedded && !preserve && properties.is_empty() {
        findings.required(&properties, "an embedded resource has them, or keeps unknown fields");
    }
}

fn check_type(kind: &At<'_>, level: Level, embedded: bool, may_miss: bool, findings: &mut Vec<Finding>) {
    let text = kind.text();
    if embedded && text != "object" {
        if text.is_empty() {
            findings.required(kind, "an embedded resource is an object");
        } else {
            findings.invalid(kind, "must be `object`: it is an embedded resource");
        }
    } else if text.is_empty() && !may_miss {
        findings.required(
            kind,
            match level {
                Level::Root => "the root has a type",
                Level::Item => "items have a type",
                Level::Field => "fields have a type",
            },
        );
    }
    if level == Level::Root && !text.is_empty() && text != "object" {
        findings.invalid(kind, "must be `object` at the root");
    }
}

/// Mirrors `validateStructuralMetadataInvariants`
fn check_metadata(metadata: &At<'_>, is_resource: bool, level: Level, findings: &mut Vec<Finding>) {
    let kind = metadata.field("type");
    if is_resource && kind.text() != "object" {
        findings.invalid(&kind, "must be `object`");
    }
    if level != Level::Root {
        return;
    }
    let says_more = metadata.entries().any(|(name, value)| match name {
        "type" | "default" => false,
        "properties" => !value.entries().all(|(name, _)| matches!(name, "name" | "generateName")),
        "additionalProperties" => value.is_there(),
        _ => !nested::is_nothing(name, &value),
    });
    if says_more {
        findings.forbidden(metadata, "only `name` and `generateName` can be restricted");
    }
}

/// Mirrors `validateValueValidation`, for a pattern.
pub(super) fn check_pattern(schema: &At<'_>, findings: &mut Vec<Finding>) {
    let field = schema.field("pattern");
    if !field.text().is_empty()
        && let Err(error) = pattern::compile(field.text())
    {
        findings.invalid(&field, format!("must be a regular expression as Go reads them: {error}"));
    }
}
