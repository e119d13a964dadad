//! The schema of a version of a custom resource, as its definition gives it, read once for each kind that is met. What
//! is wrong with a schema is told by the rules for definitions; here what cannot be used is left out.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::Regex;

use super::format::Format;
use super::item::{Item, MAX_DEPTH};
use super::pattern;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId};

/// `type`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Type {
    /// Not given.
    #[default]
    Any,
    /// `object`
    Object,
    /// `array`
    Array,
    /// `string`
    String,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `boolean`
    Boolean,
    /// Some other word: nothing is of that type.
    Unknown,
}

impl Type {
    /// The type with this name.
    pub(crate) fn named(name: &str) -> Type {
        match name {
            "" => Type::Any,
            "object" => Type::Object,
            "array" => Type::Array,
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            _ => Type::Unknown,
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Type::Any => "",
            Type::Object => "object",
            Type::Array => "array",
            Type::String => "string",
            Type::Integer => "integer",
            Type::Number => "number",
            Type::Boolean => "boolean",
            Type::Unknown => "an unknown type",
        }
    }
}

/// `x-kubernetes-list-type`
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum ListType {
    /// A list is one value.
    #[default]
    Atomic,
    /// No item twice.
    Set,
    /// No key twice.
    Map,
}

/// `additionalProperties`
#[derive(Debug, Default)]
pub(crate) enum Additional {
    /// Not given.
    #[default]
    Absent,
    /// `true` or `false`
    Allowed(bool),
    /// The schema of every value.
    Schema(Box<Schema>),
}

/// A `pattern`, compiled when it is first used.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// As it is written.
    pub(crate) text: Box<str>,
    compiled: OnceLock<Option<Regex>>,
    /// Whether everything matches it when it does not compile.
    lenient: bool,
}

impl Pattern {
    /// Whether a text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.compiled
            .get_or_init(|| pattern::compile(&self.text).ok())
            .as_ref()
            .map_or(self.lenient, |regex| regex.is_match(text))
    }
}

/// One of `x-kubernetes-validations`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Rule {
    /// The expression.
    #[expect(clippy::struct_field_names, reason = "its name in definitions")]
    pub(crate) rule: Box<str>,
    /// What it says when it fails.
    pub(crate) message: Box<str>,
    /// An expression for that.
    pub(crate) message_expression: Box<str>,
    /// Which field is to blame.
    pub(crate) field_path: Box<str>,
    /// Whether `oldSelf` is optional.
    pub(crate) optional_old_self: Option<bool>,
}

/// A schema, or a part of one.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    pub(crate) kind: Type,
    pub(crate) nullable: bool,
    pub(crate) int_or_string: bool,
    pub(crate) preserve_unknown: bool,
    pub(crate) embedded: bool,
    pub(crate) format: Option<Format>,
    /// `format` as it is written, also where it is not known.
    pub(crate) format_text: Box<str>,
    /// By name.
    pub(crate) properties: Vec<(Box<str>, Schema)>,
    pub(crate) additional: Additional,
    pub(crate) items: Option<Box<Schema>>,
    /// With the defaults of what lies within.
    pub(crate) default: Option<Item<'static>>,
    pub(crate) required: Vec<Box<str>>,
    pub(crate) values: Vec<Item<'static>>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: bool,
    pub(crate) exclusive_maximum: bool,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) min_length: Option<i64>,
    pub(crate) max_length: Option<i64>,
    pub(crate) min_items: Option<i64>,
    pub(crate) max_items: Option<i64>,
    pub(crate) min_properties: Option<i64>,
    pub(crate) max_properties: Option<i64>,
    pub(crate) unique_items: bool,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) all_of: Vec<Schema>,
    pub(crate) any_of: Vec<Schema>,
    pub(crate) one_of: Vec<Schema>,
    pub(crate) not: Option<Box<Schema>>,
    pub(crate) list_type: Option<ListType>,
    pub(crate) list_map_keys: Vec<Box<str>>,
    pub(crate) rules: Vec<Rule>,
    /// Whether this or anything within says something about lists that are sets or maps.
    pub(crate) has_lists: bool,
    /// Whether this or anything within is an embedded resource.
    pub(crate) has_embedded: bool,
    /// Whether this or anything within has rules.
    pub(crate) has_rules: bool,
    /// Whether this or anything within has defaults.
    pub(crate) has_defaults: bool,
}

/// Reads schemas out of a definition.
pub(crate) struct Reader<'a> {
    /// The definition.
    pub(crate) document: &'a Document,
    /// How its scalars resolve.
    pub(crate) dialect: Dialect,
    /// Whether patterns that do not compile are left out: for objects, since nobody can say what they must be.
    pub(crate) lenient: bool,
}

impl Reader<'_> {
    /// Reads the schema at a node.
    pub(crate) fn read(&self, node: NodeId) -> Schema {
        self.read_within(node, MAX_DEPTH)
    }

    fn value(&self, node: NodeId) -> Option<Value<'_>> {
        (self.document.kind(node) == Kind::Scalar)
            .then(|| resolve::scalar(self.document, node, self.dialect).ok())
            .flatten()
    }

    fn boolean(&self, node: NodeId) -> bool {
        matches!(self.value(node), Some(Value::Bool(true)))
    }

    #[allow(clippy::cast_possible_truncation)]
    fn integer(&self, node: NodeId) -> Option<i64> {
        match self.value(node)? {
            Value::Int(value) => Some(value),
            Value::Float(value) if value.fract() == 0.0 => Some(value as i64),
            _ => None,
        }
    }

    #[allow(clippy::cast_precision_loss)]
    fn number(&self, node: NodeId) -> Option<f64> {
        match self.value(node)? {
            Value::Int(value) => Some(value as f64),
            Value::Unsigned(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    fn text(&self, node: NodeId) -> Box<str> {
        if self.document.is_null(node) { Box::default() } else { Box::from(self.document.text(node)) }
    }

    fn texts(&self, node: NodeId) -> Vec<Box<str>> {
        match self.document.kind(node) {
            Kind::Sequence => self.document.children(node).map(|item| self.text(item)).collect(),
            _ => Vec::new(),
        }
    }

    fn schemas(&self, node: NodeId, depth: usize) -> Vec<Schema> {
        match self.document.kind(node) {
            Kind::Sequence => {
                self.document.children(node).map(|item| self.read_within(item, depth - 1)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn read_within(&self, node: NodeId, depth: usize) -> Schema {
        let mut schema = Schema::default();
        if depth == 0 || self.document.kind(node) != Kind::Mapping {
            return schema;
        }
        for (key, value) in self.document.entries(node) {
            if !self.document.is_null(value) {
                self.field(&mut schema, self.document.text(key), value, depth);
            }
        }
        schema.settle();
        schema
    }

    fn field(&self, schema: &mut Schema, name: &str, value: NodeId, depth: usize) {
        match name {
            "type" if self.document.kind(value) == Kind::Sequence => {
                // As JSON schemas have it, not definitions.
                let types = self.texts(value);
                schema.nullable |= types.iter().any(|name| &**name == "null");
                let types: Vec<Type> =
                    types.iter().filter(|name| &***name != "null").map(|name| Type::named(name)).collect();
                match types[..] {
                    [one] => schema.kind = one,
                    [Type::Integer | Type::String, Type::Integer | Type::String] => {
                        schema.int_or_string = true;
                    }
                    _ => {}
                }
            }
            "type" => schema.kind = Type::named(self.document.text(value)),
            "const" => schema.values = vec![Item::read(self.document, value, self.dialect).into_owned()],
            "nullable" => schema.nullable = self.boolean(value),
            "x-kubernetes-int-or-string" => schema.int_or_string = self.boolean(value),
            "x-kubernetes-preserve-unknown-fields" => schema.preserve_unknown = self.boolean(value),
            "x-kubernetes-embedded-resource" => schema.embedded = self.boolean(value),
            "format" => schema.format_text = self.text(value),
            "properties" if self.document.kind(value) == Kind::Mapping => {
                schema.properties = self
                    .document
                    .entries(value)
                    .map(|(key, value)| {
                        (Box::from(self.document.text(key)), self.read_within(value, depth - 1))
                    })
                    .collect();
                schema.properties.sort_by(|a, b| a.0.cmp(&b.0));
                schema.properties.dedup_by(|a, b| a.0 == b.0);
            }
            "additionalProperties" => {
                schema.additional = match self.document.kind(value) {
                    Kind::Mapping => Additional::Schema(Box::new(self.read_within(value, depth - 1))),
                    _ => Additional::Allowed(self.boolean(value)),
                }
            }
            "items" => schema.items = Some(Box::new(self.read_within(value, depth - 1))),
            "default" => {
                schema.default = Some(Item::read(self.document, value, self.dialect).into_owned());
            }
            "required" => schema.required = self.texts(value),
            "enum" if self.document.kind(value) == Kind::Sequence => {
                schema.values = self
                    .document
                    .children(value)
                    .map(|item| Item::read(self.document, item, self.dialect).into_owned())
                    .collect();
            }
            "minimum" => schema.minimum = self.number(value),
            "maximum" => schema.maximum = self.number(value),
            "exclusiveMinimum" => schema.exclusive_minimum = self.boolean(value),
            "exclusiveMaximum" => schema.exclusive_maximum = self.boolean(value),
            "multipleOf" => schema.multiple_of = self.number(value),
            "minLength" => schema.min_length = self.integer(value),
            "maxLength" => schema.max_length = self.integer(value),
            "minItems" => schema.min_items = self.integer(value),
            "maxItems" => schema.max_items = self.integer(value),
            "minProperties" => schema.min_properties = self.integer(value),
            "maxProperties" => schema.max_properties = self.integer(value),
            "uniqueItems" => schema.unique_items = self.boolean(value),
            "pattern" => {
                let text = self.text(value);
                schema.pattern = (!text.is_empty()).then(|| Pattern {
                    text,
                    compiled: OnceLock::new(),
                    lenient: self.lenient,
                });
            }
            "allOf" => schema.all_of = self.schemas(value, depth),
            "anyOf" => schema.any_of = self.schemas(value, depth),
            "oneOf" => schema.one_of = self.schemas(value, depth),
            "not" => schema.not = Some(Box::new(self.read_within(value, depth - 1))),
            "x-kubernetes-list-type" => {
                schema.list_type = match self.document.text(value) {
                    "set" => Some(ListType::Set),
                    "map" => Some(ListType::Map),
                    _ => Some(ListType::Atomic),
                }
            }
            "x-kubernetes-list-map-keys" => schema.list_map_keys = self.texts(value),
            "x-kubernetes-validations" if self.document.kind(value) == Kind::Sequence => {
                schema.rules = self.document.children(value).map(|rule| self.rule(rule)).collect();
            }
            _ => {}
        }
    }

    fn rule(&self, node: NodeId) -> Rule {
        let text =
            |name: &str| self.document.get(node, name).map_or_else(Box::default, |value| self.text(value));
        Rule {
            rule: text("rule"),
            message: text("message"),
            message_expression: text("messageExpression"),
            field_path: text("fieldPath"),
            optional_old_self: self.document.get(node, "optionalOldSelf").map(|value| self.boolean(value)),
        }
    }
}

impl Schema {
    /// A schema of this type that says nothing else.
    pub(crate) fn of(kind: Type) -> Schema {
        Schema { kind, ..Schema::default() }
    }

    /// The property of this name.
    pub(crate) fn property(&self, name: &str) -> Option<&Schema> {
        let found = self.properties.binary_search_by(|(key, _)| (**key).cmp(name)).ok()?;
        Some(&self.properties[found].1)
    }

    /// The schema that applies to the value of a key: its property, else the one for all others.
    pub(crate) fn for_key(&self, name: &str) -> Option<&Schema> {
        self.property(name).or_else(|| self.additional_schema())
    }

    /// The schema of `additionalProperties`.
    pub(crate) fn additional_schema(&self) -> Option<&Schema> {
        match &self.additional {
            Additional::Schema(schema) => Some(schema),
            _ => None,
        }
    }

    /// Works out what follows from the fields, once they are read.
    fn settle(&mut self) {
        self.format = Format::named(&self.format_text, self.kind, self.int_or_string);
        let lists = matches!(self.list_type, Some(ListType::Set | ListType::Map));
        let mut has = (lists, self.embedded, !self.rules.is_empty(), self.default.is_some());
        let mut add = |schema: &Schema| {
            has.0 |= schema.has_lists;
            has.1 |= schema.has_embedded;
            has.2 |= schema.has_rules;
            has.3 |= schema.has_defaults;
        };
        self.properties.iter().for_each(|(_, schema)| add(schema));
        self.items.iter().for_each(|schema| add(schema));
        self.additional_schema().into_iter().for_each(&mut add);
        (self.has_lists, self.has_embedded, self.has_rules, self.has_defaults) = has;
        if let Some(default) = self.default.take() {
            let mut filled = default.share();
            self.set_defaults(&mut filled);
            let filled = filled.into_owned();
            self.default = Some(filled);
        }
    }

    /// Sets the defaults within a value. Mirrors `defaulting.Default`.
    pub(crate) fn set_defaults<'a>(&'a self, item: &mut Item<'a>) {
        if !self.has_defaults {
            return;
        }
        match item {
            Item::Map(map) => {
                for (name, property) in &self.properties {
                    let Some(default) = &property.default else { continue };
                    match map.iter_mut().find(|(key, _)| **key == **name) {
                        None => map.push((Cow::Borrowed(&**name), default.share())),
                        Some((_, value)) if *value == Item::Null && !property.nullable => {
                            *value = default.share();
                        }
                        Some(_) => {}
                    }
                }
                for (key, value) in map.iter_mut() {
                    let Some(schema) = self.for_key(key) else { continue };
                    if self.property(key).is_none() && *value == Item::Null && !schema.nullable {
                        *value = schema.default.as_ref().map_or(Item::Null, Item::share);
                    }
                    schema.set_defaults(value);
                }
            }
            Item::List(items) => {
                let Some(schema) = &self.items else { return };
                for item in items {
                    if *item == Item::Null && !schema.nullable {
                        *item = schema.default.as_ref().map_or(Item::Null, Item::share);
                    }
                    schema.set_defaults(item);
                }
            }
            _ => {}
        }
    }
}
