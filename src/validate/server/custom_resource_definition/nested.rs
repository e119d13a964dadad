//! Alternatives of structural schemas (`allOf`, `anyOf`, `oneOf`, `not`): they restrict values, and say nothing of types
//! or defaults; what they speak of is there outside of them as well.

use super::structural::check_pattern;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding};

/// Whether this is `anyOf: [{type: integer}, {type: string}]`.
///
/// Mirrors `isIntOrStringAnyOfPattern`, `isIntOrStringAllOfPattern`
pub(super) fn is_int_or_string(any_of: &At<'_>) -> bool {
    let is = |schema: Option<At<'_>>, kind: &str| {
        schema.is_some_and(|schema| {
            schema.field("type").text() == kind
                && schema.entries().all(|(name, value)| name == "type" || is_nothing(name, &value))
        })
    };
    let mut items = any_of.items();
    any_of.len() == 2 && is(items.next(), "integer") && is(items.next(), "string")
}

/// Whether a field says nothing once Go has read it into a structural schema.
pub(super) fn is_nothing(name: &str, value: &At<'_>) -> bool {
    match name {
        "additionalProperties" => value.boolean() == Some(false),
        // Structural schemas do not have them.
        "definitions" | "patternProperties" | "dependencies" => value.is_empty(),
        "required" | "x-kubernetes-list-map-keys" => !value.is_there(),
        _ if value.is_mapping() => value.is_empty() && name == "properties",
        _ if value.is_sequence() => value.is_empty(),
        _ => !value.is_there() || value.boolean() == Some(false) || value.text().is_empty(),
    }
}

/// Mirrors `validateValueValidation`
pub(super) fn check_values(
    schema: &At<'_>,
    skip_any_of: bool,
    skip_first_all_of: bool,
    depth: usize,
    findings: &mut Vec<Finding>,
) {
    if depth == 0 {
        return;
    }
    if !skip_any_of {
        for alternative in schema.field("anyOf").items() {
            check_nested(&alternative, false, depth, findings);
        }
    }
    for (number, alternative) in schema.field("allOf").items().enumerate() {
        check_nested(&alternative, skip_first_all_of && number == 0, depth, findings);
    }
    for alternative in schema.field("oneOf").items() {
        check_nested(&alternative, false, depth, findings);
    }
    check_nested(&schema.field("not"), false, depth, findings);
    check_pattern(schema, findings);
}

/// Mirrors `validateNestedValueValidation`
fn check_nested(schema: &At<'_>, skip_any_of: bool, depth: usize, findings: &mut Vec<Finding>) {
    if !schema.is_mapping() || depth == 0 {
        return;
    }
    check_values(schema, skip_any_of, false, depth - 1, findings);
    check_nested(&schema.field("items"), false, depth - 1, findings);
    let properties = schema.field("properties");
    for (_, property) in properties.entries() {
        check_nested(&property, false, depth - 1, findings);
    }
    let additional = schema.field("additionalProperties");
    if additional.is_mapping() || additional.boolean() == Some(true) {
        findings.forbidden(&additional, "it must be outside of alternatives");
    }
    for name in ["type", "title", "description"] {
        let field = schema.field(name);
        if !field.text().is_empty() {
            findings.forbidden(&field, "it must be outside of alternatives");
        }
    }
    for name in [
        "nullable",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
    ] {
        let field = schema.field(name);
        if field.boolean() == Some(true) {
            findings.forbidden(&field, "it must be outside of alternatives");
        }
    }
    for name in ["default", "x-kubernetes-list-type", "x-kubernetes-map-type"] {
        let field = schema.field(name);
        if field.is_there() {
            findings.forbidden(&field, "it must be outside of alternatives");
        }
    }
    for name in ["x-kubernetes-list-map-keys", "x-kubernetes-validations"] {
        let field = schema.field(name);
        if !field.is_empty() {
            findings.forbidden(&field, "it must be outside of alternatives");
        }
    }
    let metadata = properties.entry("metadata");
    if metadata.is_there() {
        findings.forbidden(&metadata, "alternatives cannot speak of metadata");
    }
}

/// Whether all that alternatives speak of is there in the schema around them: `values` has alternatives that speak of
/// `schema`.
///
/// Mirrors `validateValueValidationCompleteness`, `validateNestedValueValidationCompleteness`
pub(super) fn check_completeness(
    values: &At<'_>,
    schema: &At<'_>,
    depth: usize,
    findings: &mut Vec<Finding>,
) {
    if depth == 0 {
        return;
    }
    check_nested_completeness(&values.field("not"), schema, depth - 1, findings);
    for name in ["allOf", "anyOf", "oneOf"] {
        for alternative in values.field(name).items() {
            check_nested_completeness(&alternative, schema, depth - 1, findings);
        }
    }
}

fn check_nested_completeness(values: &At<'_>, schema: &At<'_>, depth: usize, findings: &mut Vec<Finding>) {
    if !values.is_mapping() || depth == 0 {
        return;
    }
    if !schema.is_mapping() {
        findings.required(schema, &format!("`{}` speaks of it", values.path()));
        return;
    }
    check_completeness(values, schema, depth - 1, findings);
    check_nested_completeness(&values.field("items"), &schema.field("items"), depth - 1, findings);
    let (spoken, there) = (values.field("properties"), schema.field("properties"));
    for (name, property) in spoken.entries() {
        let found = there.entry(name);
        if found.is_there() {
            check_nested_completeness(&property, &found, depth - 1, findings);
        } else {
            findings.required(&found, &format!("`{}` speaks of it", property.path()));
        }
    }
}
