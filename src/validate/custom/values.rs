//! Values against their schema, as kube-openapi's validator judges them (its order, its paths). Two passes: the first
//! only asks whether all is well and allocates nothing; the second, for values that are not, tells why.

#![expect(clippy::float_cmp, reason = "numbers are compared as Go compares them")]

use super::item::Item;
use super::schema::{Additional, Schema, Type};
use super::telling::Telling;
use crate::validate::server::report::shown;
use crate::validate::{Family, Path};

/// What is wrong with a value.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The rule's id.
    pub(crate) rule: &'static str,
    /// Where, as the server writes it.
    pub(crate) path: String,
    /// One sentence.
    pub(crate) message: String,
    /// Whether rules in CEL are left out because of it.
    pub(crate) blocks: bool,
    /// Whether it is about the value as a whole, which the server tells without a path.
    pub(crate) whole: bool,
}

/// Takes what is found.
trait Sink {
    /// Whether it wants to know more than that there is a fault.
    const TELLS: bool;
    fn fault(&mut self, path: &Path<'_>, rule: &'static str, blocks: bool, message: impl FnOnce() -> String);
    fn whole(&mut self, path: &Path<'_>, message: impl FnOnce() -> String);
    fn count(&mut self, checks: u32);
    fn failed(&self) -> bool;
}

/// Only whether there is a fault.
#[derive(Default)]
struct Quiet {
    failed: bool,
}

impl Sink for Quiet {
    const TELLS: bool = false;

    fn fault(&mut self, _: &Path<'_>, _: &'static str, _: bool, _: impl FnOnce() -> String) {
        self.failed = true;
    }

    fn whole(&mut self, _: &Path<'_>, _: impl FnOnce() -> String) {
        self.failed = true;
    }

    fn count(&mut self, _: u32) {}

    fn failed(&self) -> bool {
        self.failed
    }
}

/// All faults, and how many checks were made: of alternatives that all fail, the server tells the one with most.
#[derive(Default)]
struct Full {
    faults: Vec<Fault>,
    checks: u32,
}

impl Sink for Full {
    const TELLS: bool = true;

    fn fault(&mut self, path: &Path<'_>, rule: &'static str, blocks: bool, message: impl FnOnce() -> String) {
        self.faults.push(Fault { rule, path: path.text(), message: message(), blocks, whole: false });
    }

    fn whole(&mut self, path: &Path<'_>, message: impl FnOnce() -> String) {
        let message = message();
        self.faults.push(Fault { rule: "invalid", path: path.text(), message, blocks: false, whole: true });
    }

    fn count(&mut self, checks: u32) {
        self.checks += checks;
    }

    fn failed(&self) -> bool {
        !self.faults.is_empty()
    }
}

/// Validates a value; whether rules in CEL are left out because of what was found.
///
/// Mirrors `ValidateCustomResource`, `kubeOpenAPIResultToFieldErrors`, `hasBlockingErr`
pub(super) fn check(item: &Item<'_>, schema: &Schema, telling: &mut Telling<'_, '_>) -> bool {
    let faults = faults(item, schema, &Path::Root);
    let mut blocks = false;
    for fault in faults {
        blocks |= fault.blocks;
        if fault.whole {
            // Alternatives are also told one by one, with their paths.
            let at =
                if fault.path.is_empty() { "the object".to_owned() } else { format!("`{}`", fault.path) };
            telling.whole(&fault.path, format!("{at} {}", fault.message));
        } else {
            let path = Path::Field(&Path::Root, &fault.path);
            let family = if fault.rule == "invalid-type" { Family::Schema } else { Family::Server };
            telling.tell(family, fault.rule, &path, fault.message);
        }
    }
    blocks
}

/// What is wrong with a value; empty, without allocating, when nothing is.
pub(crate) fn faults(item: &Item<'_>, schema: &Schema, path: &Path<'_>) -> Vec<Fault> {
    let mut quiet = Quiet::default();
    validate(item, schema, &Path::Root, &mut quiet);
    if !quiet.failed {
        return Vec::new();
    }
    let mut full = Full::default();
    validate(item, schema, path, &mut full);
    full.faults
}

fn conforms(item: &Item<'_>, schema: &Schema) -> bool {
    let mut quiet = Quiet::default();
    validate(item, schema, &Path::Root, &mut quiet);
    !quiet.failed
}

fn validate<S: Sink>(item: &Item<'_>, schema: &Schema, path: &Path<'_>, sink: &mut S) {
    if !S::TELLS && sink.failed() {
        return;
    }
    check_type(item, schema, path, sink);
    if *item == Item::Null {
        check_enum(item, schema, path, sink);
        return;
    }
    // The validators that apply, and one more.
    sink.count(4);
    check_alternatives(item, schema, path, sink);
    match item {
        Item::Text(text) => check_text(text, schema, path, sink),
        Item::Int(_) | Item::Float(_) => check_number(item, schema, path, sink),
        Item::List(items) => check_list(items, schema, path, sink),
        _ => {}
    }
    check_enum(item, schema, path, sink);
    if let Item::Map(map) = item {
        check_map(map, schema, path, sink);
    }
}

fn check_type<S: Sink>(item: &Item<'_>, schema: &Schema, path: &Path<'_>, sink: &mut S) {
    let any = schema.kind == Type::Any && !schema.int_or_string;
    if any && schema.format.is_none() {
        return;
    }
    let numeric = schema.int_or_string || matches!(schema.kind, Type::Integer | Type::Number);
    let right = if schema.int_or_string {
        match item {
            Item::Int(_) | Item::Text(_) => true,
            Item::Float(value) => value.fract() == 0.0,
            Item::Null => schema.nullable,
            _ => false,
        }
    } else {
        match item {
            Item::Null => any || schema.nullable,
            Item::Bool(_) => schema.kind == Type::Boolean,
            Item::Int(_) => matches!(schema.kind, Type::Integer | Type::Number),
            Item::Float(value) => {
                schema.kind == Type::Number || (schema.kind == Type::Integer && value.fract() == 0.0)
            }
            Item::Text(_) => schema.kind == Type::String,
            Item::List(_) => schema.kind == Type::Array,
            Item::Map(_) => schema.kind == Type::Object,
        }
    };
    // With a format, texts and lists pass here whatever the type.
    if right || (schema.format.is_some() && !numeric && matches!(item, Item::Text(_) | Item::List(_))) {
        sink.count(1);
        return;
    }
    sink.fault(path, "invalid-type", true, || {
        let wanted = if schema.int_or_string { "integer or string" } else { schema.kind.name() };
        format!("must be of type {wanted}, not {}", item.type_name())
    });
}

fn check_enum<S: Sink>(item: &Item<'_>, schema: &Schema, path: &Path<'_>, sink: &mut S) {
    if schema.values.is_empty() || schema.values.iter().any(|value| is_value(item, value)) {
        return;
    }
    sink.fault(path, "unsupported-value", true, || {
        let known: Vec<String> = schema.values.iter().map(|value| shown(&plain(value))).collect();
        format!("{} is none of the values that are known: {}", shown(&plain(item)), known.join(", "))
    });
}

/// Go converts the value to the type of the one it compares with.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn is_value(item: &Item<'_>, value: &Item<'_>) -> bool {
    match (item, value) {
        (Item::Null, _) | (_, Item::Null) => false,
        (Item::Int(a), Item::Float(b)) => *a as f64 == *b,
        (Item::Float(a), Item::Int(b)) => *a as i64 == *b,
        _ => item.same(value),
    }
}

/// A value as messages show it.
pub(super) fn plain(item: &Item<'_>) -> String {
    match item {
        Item::Null => "null".to_owned(),
        Item::Bool(value) => value.to_string(),
        Item::Int(value) => value.to_string(),
        Item::Float(value) => value.to_string(),
        Item::Text(text) => text.clone().into_owned(),
        Item::List(_) => "[…]".to_owned(),
        Item::Map(_) => "{…}".to_owned(),
    }
}

fn check_text<S: Sink>(text: &str, schema: &Schema, path: &Path<'_>, sink: &mut S) {
    if let Some(format) = schema.format {
        sink.count(1);
        if !format.accepts(text) {
            // The server calls this a wrong type.
            sink.fault(path, "invalid", true, || {
                format!("{} is no value of the format {}", shown(text), format.name())
            });
        }
    }
    if schema.max_length.is_none() && schema.min_length.is_none() && schema.pattern.is_none() {
        return;
    }
    let length = || text.chars().count() as i64;
    if let Some(most) = schema.max_length
        && text.len() as i64 > most
        && length() > most
    {
        sink.fault(path, "too-long", true, || {
            format!("may have at most {most} characters, it has {}", length())
        });
        return;
    }
    if let Some(least) = schema.min_length
        && length() < least
    {
        sink.fault(path, "invalid", false, || {
            format!("must have at least {least} characters, it has {}", length())
        });
        return;
    }
    if let Some(pattern) = &schema.pattern
        && !pattern.matches(text)
    {
        sink.fault(path, "invalid", false, || format!("{} does not match `{}`", shown(text), pattern.text));
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn check_number<S: Sink>(item: &Item<'_>, schema: &Schema, path: &Path<'_>, sink: &mut S) {
    sink.count(1);
    if let Some(factor) = schema.multiple_of {
        let right = match item {
            Item::Int(value) => factor as i64 > 0 && value % (factor as i64) == 0,
            Item::Float(value) => {
                let times = if factor < 1.0 { 1.0 / factor * value } else { value / factor };
                factor > 0.0 && is_whole(times)
            }
            _ => true,
        };
        if !right {
            sink.fault(path, "invalid", false, || format!("must be a multiple of {factor}"));
        }
    }
    let compare = |limit: f64| match item {
        Item::Int(value) => value.cmp(&(limit as i64)),
        Item::Float(value) => value.partial_cmp(&limit).unwrap_or(std::cmp::Ordering::Equal),
        _ => std::cmp::Ordering::Equal,
    };
    if let Some(least) = schema.minimum {
        let order = compare(least);
        if order.is_lt() || (schema.exclusive_minimum && order.is_eq()) {
            let word = if schema.exclusive_minimum { "greater than" } else { "at least" };
            sink.fault(path, "invalid", false, || format!("must be {word} {least}, it is {}", plain(item)));
        }
    }
    if let Some(most) = schema.maximum {
        let order = compare(most);
        if order.is_gt() || (schema.exclusive_maximum && order.is_eq()) {
            let word = if schema.exclusive_maximum { "less than" } else { "at most" };
            sink.fault(path, "invalid", false, || format!("must be {word} {most}, it is {}", plain(item)));
        }
    }
}

/// Whether a quotient is as good as whole, as go-openapi sees it.
fn is_whole(value: f64) -> bool {
    const EPSILON: f64 = 1e-9;
    if !value.is_finite() || value.abs() > 9_007_199_254_740_991.0 {
        return false;
    }
    let truncated = value.trunc();
    let difference = (value - truncated).abs();
    value == truncated
        || difference < f64::MIN_POSITIVE
        || difference / value.abs().max(f64::MIN_POSITIVE) < EPSILON
}

fn check_list<S: Sink>(items: &[Item<'_>], schema: &Schema, path: &Path<'_>, sink: &mut S) {
    sink.count(2);
    if let Some(within) = &schema.items {
        for (index, item) in items.iter().enumerate() {
            validate(item, within, &Path::Index(path, index), sink);
        }
    }
    let size = items.len() as i64;
    if let Some(least) = schema.min_items
        && size < least
    {
        sink.fault(path, "invalid", false, || format!("must have at least {least} items, it has {size}"));
    }
    if let Some(most) = schema.max_items
        && size > most
    {
        sink.fault(path, "too-many", true, || format!("may have at most {most} items, it has {size}"));
    }
    if schema.unique_items
        && items.iter().enumerate().any(|(at, item)| items[..at].iter().any(|other| other.same(item)))
    {
        sink.fault(path, "duplicate", false, || "may not have an item twice".to_owned());
    }
}

fn check_map<S: Sink>(
    map: &[(std::borrow::Cow<'_, str>, Item<'_>)],
    schema: &Schema,
    path: &Path<'_>,
    sink: &mut S,
) {
    sink.count(1);
    let size = map.len() as i64;
    if let Some(least) = schema.min_properties
        && size < least
    {
        sink.fault(path, "invalid", false, || format!("must have at least {least} entries, it has {size}"));
    }
    if let Some(most) = schema.max_properties
        && size > most
    {
        sink.fault(path, "too-many", true, || format!("may have at most {most} entries, it has {size}"));
    }
    for (key, value) in map {
        let property = schema.property(key);
        match (&schema.additional, property) {
            (_, Some(property)) => validate(value, property, &Path::Field(path, key), sink),
            (Additional::Allowed(false), None) => {
                sink.fault(path, "invalid", false, || format!("may not have the field {}", shown(key)));
            }
            (Additional::Schema(within), None) => validate(value, within, &Path::Field(path, key), sink),
            _ => {}
        }
    }
    for name in &schema.required {
        if !map.iter().any(|(key, _)| **key == **name) {
            let path = Path::Field(path, name);
            sink.fault(&path, "required", true, || format!("`{name}` is required"));
        }
    }
}

/// `anyOf`, `oneOf`, `allOf`, `not`.
fn check_alternatives<S: Sink>(item: &Item<'_>, schema: &Schema, path: &Path<'_>, sink: &mut S) {
    if !schema.any_of.is_empty() && !schema.any_of.iter().any(|schema| conforms(item, schema)) {
        sink.whole(path, || "must validate at least one schema of `anyOf`".to_owned());
        tell_best(item, &schema.any_of, path, sink);
    }
    if !schema.one_of.is_empty() {
        let valid = schema.one_of.iter().filter(|schema| conforms(item, schema)).count();
        if valid != 1 {
            sink.whole(path, || match valid {
                0 => "must validate one schema of `oneOf`, it validates none".to_owned(),
                _ => format!("must validate one schema of `oneOf` only, it validates {valid}"),
            });
            if valid == 0 {
                tell_best(item, &schema.one_of, path, sink);
            }
        }
    }
    if !schema.all_of.is_empty() {
        let failed = schema.all_of.iter().filter(|schema| !conforms(item, schema)).count();
        if failed > 0 {
            if S::TELLS {
                for schema in &schema.all_of {
                    validate(item, schema, path, sink);
                }
            }
            sink.whole(path, || "must validate all schemas of `allOf`".to_owned());
        }
    }
    if let Some(not) = &schema.not
        && conforms(item, not)
    {
        sink.whole(path, || "must not validate the schema of `not`".to_owned());
    }
}

/// Of alternatives that all fail, tells the faults of the one in which most was checked.
fn tell_best<S: Sink>(item: &Item<'_>, schemas: &[Schema], path: &Path<'_>, sink: &mut S) {
    if !S::TELLS {
        return;
    }
    let mut best: Option<Full> = None;
    for schema in schemas {
        let mut full = Full::default();
        validate(item, schema, path, &mut full);
        if best.as_ref().is_none_or(|best| full.checks > best.checks) {
            best = Some(full);
        }
    }
    for fault in best.into_iter().flat_map(|best| best.faults) {
        let (rule, message) = (fault.rule, fault.message);
        if fault.whole {
            sink.whole(path, || message);
        } else {
            sink.fault(&Path::Field(&Path::Root, &fault.path), rule, fault.blocks, || message);
        }
    }
}
