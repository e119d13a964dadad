//! What the schema of a definition may say, field by field, and the rules in CEL that stand in it.

use super::structural::MAX_DEPTH;
use crate::validate::cel::{Compiled, compile_rules, max_cardinality, shape_of, types::Shape};
use crate::validate::custom::field_path;
use crate::validate::custom::schema::{Reader, Schema};
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};

/// What one expression, and all expressions of a definition, may cost at most.
const RULE_LIMIT: u64 = 10_000_000;
const ALL_LIMIT: u64 = 100_000_000;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// What the root may say when the status is a subresource. Mirrors `allowedAtRootSchema`
const AT_ROOT: &[&str] = &[
    "description",
    "type",
    "format",
    "title",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "required",
    "items",
    "properties",
    "externalDocs",
    "example",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-validations",
];

/// Mirrors `validateCustomResourceDefinitionValidation`, for the root.
pub(super) fn check_root(validation: &At<'_>, root: &At<'_>, findings: &mut Vec<Finding>) {
    // The server goes through the fields in the order of its own type, and stops at the first that is wrong.
    let is_zero = |name: &str, value: &At<'_>| {
        let scalar = !value.is_mapping() && !value.is_sequence() && name != "additionalProperties";
        !value.is_there() || (scalar && (value.boolean() == Some(false) || value.text().is_empty()))
    };
    let kind = root.field("type");
    let early = ["id", "$schema", "$ref"].iter().any(|name| !is_zero(name, &root.field(name)));
    if !early && !kind.text().is_empty() && kind.text() != "object" {
        findings.invalid(&kind, "must be `object`: the status is a subresource");
        return;
    }
    if let Some((name, _)) =
        root.entries().find(|(name, value)| !AT_ROOT.contains(name) && !is_zero(name, value))
    {
        let at = validation.field("openAPIV3Schema");
        findings.invalid(&at, format!("must not say `{name}` at its root: the status is a subresource"));
    }
}

/// What holds on the way down a schema.
#[derive(Clone, Copy)]
struct Way<'w> {
    /// Why there may be no default.
    no_default: Option<&'w str>,
    in_metadata: bool,
    /// The first place above that cannot be matched with its older self.
    uncorrelated: Option<&'w Path<'w>>,
    root: bool,
    /// The shape that rules see; only where the schema is sound.
    rules: Option<Scope<'w>>,
    depth: usize,
}

/// What rules of a place see.
#[derive(Clone, Copy)]
struct Scope<'w> {
    schema: &'w Schema,
    shape: Option<&'w Shape>,
    /// How often the place can occur; `None` when nothing bounds it.
    cardinality: Option<u64>,
}

/// What all rules of a schema cost.
#[derive(Default)]
struct Total {
    cost: u64,
    /// The dearest, with their paths and places.
    dearest: Vec<(u64, Finding)>,
}

/// Mirrors `ValidateCustomResourceDefinitionOpenAPISchema`
pub(super) fn check(root: &At<'_>, schema: Option<&Schema>, findings: &mut Vec<Finding>) {
    let shape = schema.filter(|schema| schema.has_rules).and_then(|schema| shape_of(schema, true));
    let rules = schema.map(|schema| Scope { schema, shape: shape.as_ref(), cardinality: Some(1) });
    let way =
        Way { no_default: None, in_metadata: false, uncorrelated: None, root: true, rules, depth: MAX_DEPTH };
    let mut total = Total::default();
    walk(root, way, &mut total, findings);
    if total.cost > ALL_LIMIT {
        total.dearest.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
        total.dearest.truncate(4);
        findings.extend(total.dearest.into_iter().map(|(_, finding)| finding));
        let message = format!("all rules together could cost {}", exceeds(total.cost, ALL_LIMIT));
        findings.push(Finding::server("expression-too-dear", root, message).hint(BOUND));
    }
}

const BOUND: &str =
    "bound lists, maps and texts with `maxItems`, `maxProperties` and `maxLength`, or simplify the rule";

#[allow(clippy::cast_precision_loss)]
fn exceeds(cost: u64, limit: u64) -> String {
    let factor = cost as f64 / limit as f64;
    if factor > 100.0 {
        "more than 100 times what they may".to_owned()
    } else {
        format!("{factor:.1} times what they may")
    }
}

fn is_true(schema: &At<'_>, name: &str) -> bool {
    schema.field(name).boolean() == Some(true)
}

fn walk(at: &At<'_>, way: Way<'_>, total: &mut Total, findings: &mut Vec<Finding>) {
    if !at.is_mapping() {
        return;
    }
    if way.depth == 0 {
        findings.invalid(at, "is nested too deeply to be checked");
        return;
    }
    let before = findings.len();
    check_own(at, &way, findings);
    let way = Way { depth: way.depth - 1, ..way };
    let none = Way { rules: None, root: false, ..way };
    let additional = at.field("additionalProperties");
    if additional.is_there() {
        let empty = at.field("properties").is_empty();
        if !empty && additional.boolean() != Some(true) {
            findings.forbidden(&additional, "it excludes `properties`");
        }
        let no_default = if way.in_metadata { Some("within metadata") } else { way.no_default };
        let rules = way.rules.and_then(|rules| {
            let schema = rules.schema.additional_schema()?;
            Some(rules.into_element(schema))
        });
        walk(&additional, Way { no_default, rules, ..none }, total, findings);
    }
    let granular = matches!(at.field("x-kubernetes-map-type").text(), "" | "granular" | "atomic");
    let is_resource = way.root || is_true(at, "x-kubernetes-embedded-resource");
    let properties = at.field("properties");
    for (name, property) in properties.entries() {
        let mut on = none;
        if !granular {
            on.uncorrelated = on.uncorrelated.or(Some(&at.path));
        }
        if is_resource && matches!(name, "metadata" | "kind" | "apiVersion") {
            on.in_metadata = true;
            if way.root {
                on.no_default = Some("in what every resource has");
            }
        }
        let made;
        on.rules = None;
        if let Some(rules) = way.rules
            && let Some(schema) = rules.schema.property(name)
        {
            let own = rules.shape.and_then(|shape| {
                let escaped = crate::validate::cel::escape(name)?;
                shape.field(&escaped)
            });
            made = if own.is_none() && schema.has_rules { shape_of(schema, schema.embedded) } else { None };
            on.rules = Some(Scope { schema, shape: own.or(made.as_ref()), cardinality: rules.cardinality });
            walk(&property, on, total, findings);
            continue;
        }
        walk(&property, on, total, findings);
    }
    walk(&at.field("not"), none, total, findings);
    for name in ["allOf", "oneOf", "anyOf"] {
        for schema in at.field(name).items() {
            walk(&schema, none, total, findings);
        }
    }
    let items = at.field("items");
    let mut on = none;
    if at.field("x-kubernetes-list-type").text() != "map" {
        on.uncorrelated = on.uncorrelated.or(Some(&at.path));
    }
    on.rules = way.rules.and_then(|rules| Some(rules.into_element(rules.schema.items.as_deref()?)));
    walk(&items, on, total, findings);
    for item in items.items() {
        walk(&item, none, total, findings);
    }
    check_extensions(at, findings);
    check_list(at, findings);
    check_rules(at, &way, findings.len() == before, total, findings);
}

impl<'w> Scope<'w> {
    /// Of the elements of a list or map. Mirrors `childContext`, `extractMaxElements`
    fn into_element(self, schema: &'w Schema) -> Scope<'w> {
        let of = self.schema;
        let most =
            if of.items.is_some() && of.kind.name() == "array" { of.max_items } else { of.max_properties };
        let most = most.map(|most| u64::try_from(most).unwrap_or(0));
        let cardinality = self.cardinality.and_then(|known| Some(known.saturating_mul(most?)));
        Scope { schema, shape: self.shape.and_then(|shape| shape.element.as_deref()), cardinality }
    }
}

/// Mirrors `specStandardValidatorV3.validate`
fn check_own(at: &At<'_>, way: &Way<'_>, findings: &mut Vec<Finding>) {
    let kind = at.field("type");
    if !kind.text().is_empty() {
        findings.one_of(&kind, &TYPES);
    }
    let default = at.field("default");
    if default.is_there()
        && let Some(why) = way.no_default
    {
        findings.forbidden(&default, why);
    }
    if !at.field("id").text().is_empty() {
        findings.forbidden(&at.field("id"), "it is not supported");
    }
    for name in ["additionalItems", "dependencies", "$ref"] {
        let field = at.field(name);
        if field.is_there() {
            findings.forbidden(&field, "it is not supported");
        }
    }
    for name in ["patternProperties", "definitions"] {
        let field = at.field(name);
        if !field.is_empty() {
            findings.forbidden(&field, "it is not supported");
        }
    }
    if kind.text() == "null" {
        findings.forbidden(&kind, "use `nullable` instead of the type `null`");
    }
    let items = at.field("items");
    if items.is_sequence() && !items.is_empty() {
        findings.forbidden(&items, "it is one schema, not a list of them");
    }
    if way.in_metadata && is_true(at, "x-kubernetes-embedded-resource") {
        findings.forbidden(&at.field("x-kubernetes-embedded-resource"), "metadata has no resources within");
    }
    if is_true(at, "uniqueItems") {
        findings.forbidden(&at.field("uniqueItems"), "it takes too long; use `x-kubernetes-list-type: set`");
    }
}

fn check_extensions(at: &At<'_>, findings: &mut Vec<Finding>) {
    let preserve = at.field("x-kubernetes-preserve-unknown-fields");
    if preserve.boolean() == Some(false) {
        findings.invalid(&preserve, "must be true, or not there");
    }
    let (kind, map_type) = (at.field("type"), at.field("x-kubernetes-map-type"));
    if map_type.is_there() && kind.text() != "object" {
        if kind.text().is_empty() {
            findings.required(&kind, "`x-kubernetes-map-type` is for objects");
        } else {
            findings.invalid(&kind, "must be `object` for `x-kubernetes-map-type`");
        }
    }
    if map_type.is_there() {
        findings.one_of(&map_type, &["atomic", "granular"]);
    }
    let list_type = at.field("x-kubernetes-list-type");
    if list_type.is_there() && kind.text() != "array" {
        if kind.text().is_empty() {
            findings.required(&kind, "`x-kubernetes-list-type` is for lists");
        } else {
            findings.invalid(&kind, "must be `array` for `x-kubernetes-list-type`");
        }
    } else if list_type.text() == "set" {
        let items = at.field("items");
        let (inner_list, inner_map) =
            (items.field("x-kubernetes-list-type"), items.field("x-kubernetes-map-type"));
        match items.field("type").text() {
            "array" if inner_list.is_there() && inner_list.text() != "atomic" => {
                findings.invalid(&inner_list, "must be `atomic` for items of a set");
            }
            "object" if inner_map.text() != "atomic" => {
                findings.invalid(&inner_map, "must be `atomic` for items of a set");
            }
            _ => {}
        }
    }
    if list_type.is_there() {
        findings.one_of(&list_type, &["atomic", "set", "map"]);
    }
}

fn check_list(at: &At<'_>, findings: &mut Vec<Finding>) {
    let (list_type, keys) = (at.field("x-kubernetes-list-type"), at.field("x-kubernetes-list-map-keys"));
    if !keys.is_empty() && list_type.text() != "map" {
        if list_type.is_there() {
            findings.invalid(&list_type, "must be `map` where `x-kubernetes-list-map-keys` is there");
        } else {
            findings.required(&list_type, "`x-kubernetes-list-map-keys` is for lists of the type `map`");
        }
    }
    let items = at.field("items");
    if list_type.text() == "map" {
        check_map_list(&keys, &items, findings);
    }
    if !items.is_mapping() || !matches!(list_type.text(), "set" | "map") {
        return;
    }
    // Mirrors `validateMapListKeysMapSet`
    let nullable = items.field("nullable");
    if nullable.boolean() == Some(true) {
        findings.forbidden(&nullable, "items of a set or map cannot be null");
    }
    if list_type.text() != "map" {
        return;
    }
    let properties = items.field("properties");
    for key in keys.items() {
        let property = properties.entry(key.text());
        if !property.is_there() {
            continue;
        }
        let required = items.field("required").items().any(|name| name.text() == key.text());
        let default = property.field("default");
        if !required && !default.is_there() {
            findings.required(&default, "a key of the list must have a default or be required");
        }
        let nullable = property.field("nullable");
        if nullable.boolean() == Some(true) {
            findings.forbidden(&nullable, "a key of the list cannot be null");
        }
    }
}

fn check_map_list(keys: &At<'_>, items: &At<'_>, findings: &mut Vec<Finding>) {
    if keys.is_empty() {
        findings.required(keys, "a list of the type `map` has keys");
    }
    if !items.is_there() {
        findings.required(items, "a list of the type `map` has a schema of its items");
        return;
    }
    if !items.is_mapping() {
        findings.invalid(items, "must be one schema for a list of the type `map`");
        return;
    }
    let kind = items.field("type");
    if kind.text() != "object" {
        findings.invalid(&kind, "must be `object` for items of a list of the type `map`");
        return;
    }
    let properties = items.field("properties");
    for (number, key) in keys.items().enumerate() {
        let property = properties.entry(key.text());
        let kind = property.field("type");
        if !property.is_there() {
            findings.invalid(keys, format!("has `{}`, which is no property of the items", key.text()));
        } else if matches!(kind.text(), "array" | "object") {
            findings.invalid(&kind, "must be a scalar type for a key of the list");
        }
        if keys.items().take(number).any(|before| before.text() == key.text()) {
            findings.invalid(keys, format!("has `{}` twice", key.text()));
        }
    }
}

/// Rules in CEL: their texts, then, where the schema is sound, what they mean and cost.
fn check_rules(at: &At<'_>, way: &Way<'_>, sound: bool, total: &mut Total, findings: &mut Vec<Finding>) {
    let rules = at.field("x-kubernetes-validations");
    if rules.is_empty() {
        return;
    }
    let before = findings.len();
    for rule in rules.items() {
        check_texts(at, &rule, findings);
    }
    let Some(scope) = way.rules.filter(|_| sound && findings.len() == before) else { return };
    let Some(shape) = scope.shape else { return };
    let compiled = compile_rules(scope.schema, shape);
    for (rule, compiled) in rules.items().zip(&compiled) {
        check_compiled(
            &rule,
            compiled,
            way,
            scope.cardinality.unwrap_or(max_cardinality(shape)),
            total,
            findings,
        );
    }
}

fn check_texts(at: &At<'_>, rule: &At<'_>, findings: &mut Vec<Finding>) {
    let broken = |text: &str| text.contains(['\n', '\r']);
    let (text, message) = (rule.field("rule"), rule.field("message"));
    if text.text().trim().is_empty() {
        findings.required(&text, "");
    } else if !message.text().is_empty() && message.text().trim().is_empty() {
        findings.invalid(&message, "must not be blank");
    } else if broken(message.text().trim()) {
        findings.invalid(&message, "must not have line breaks");
    } else if broken(text.text().trim()) && message.text().trim().is_empty() {
        findings.required(&message, "a rule with line breaks needs one");
    }
    let expression = rule.field("messageExpression");
    if !expression.text().is_empty() && expression.text().trim().is_empty() {
        findings.required(&expression, "it must not be blank");
    }
    let reason = rule.field("reason");
    if reason.is_there() {
        let known = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
        findings.one_of(&reason, &known);
    }
    let path = rule.field("fieldPath");
    let written = path.text();
    if written.is_empty() {
        return;
    }
    if written.trim().is_empty() {
        findings.invalid(&path, "must not be blank");
    }
    if broken(written) {
        findings.invalid(&path, "must not have line breaks");
    }
    if let Some(node) = at.node {
        let schema = Reader { document: at.document, dialect: at.dialect(), lenient: false }.read(node);
        if let Err(message) = field_path::read(written, &schema, true) {
            findings.invalid(&path, message);
        }
    }
}

fn check_compiled(
    rule: &At<'_>,
    compiled: &Compiled,
    way: &Way<'_>,
    cardinality: u64,
    total: &mut Total,
    findings: &mut Vec<Finding>,
) {
    let (text, message) = (rule.field("rule"), rule.field("messageExpression"));
    let cost = compiled.cost.saturating_mul(cardinality);
    let observe = |at: &At<'_>, cost: u64, total: &mut Total, findings: &mut Vec<Finding>| {
        if cost > RULE_LIMIT {
            let message = format!("it could cost {}", exceeds(cost, RULE_LIMIT));
            findings.push(Finding::server("expression-too-dear", at, message).hint(BOUND));
        }
        total.cost = total.cost.saturating_add(cost);
        if cost >= ALL_LIMIT / 100 {
            let message = "one of the dearest of all rules, which together cost more than they may";
            total.dearest.push((cost, Finding::server("expression-too-dear", at, message)));
        }
    };
    observe(&text, cost, total, findings);
    match &compiled.program {
        Some(Err(fault)) => findings.invalid(&text, &fault.message),
        _ => {
            let optional = rule.field("optionalOldSelf");
            if compiled.uses_old_self {
                if let Some(path) = way.uncorrelated {
                    let message =
                        format!("cannot use `oldSelf`: items of `{}` have no older selves", path.text());
                    findings.invalid(&text, message);
                }
            } else if optional.is_there() {
                findings.invalid(&optional, "may not be set: the rule does not use `oldSelf`");
            }
        }
    }
    match &compiled.message {
        Some(Err(fault)) => findings.invalid(&message, &fault.message),
        Some(Ok(_)) => observe(&message, compiled.message_cost, total, findings),
        None => {}
    }
}
