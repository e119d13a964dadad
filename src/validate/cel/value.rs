//! Values while an expression runs. Data of an object is not copied: it is seen through its schema.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::OnceLock;

use super::time::Timestamp;
use super::types::Opaque;
use super::url::Url;
use crate::kubernetes::Quantity;
use crate::validate::custom::format::{Format, duration as any_duration};
use crate::validate::custom::item::Item;
use crate::validate::custom::schema::{ListType, Schema, Type};

/// Why an expression gives no value.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    /// Whether nothing more may run.
    pub(crate) cancelled: bool,
    /// Whether the server knows more than is known here.
    pub(crate) unknown: bool,
}

impl Failure {
    /// With a message.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), cancelled: false, unknown: false }
    }

    /// What only the server can tell.
    pub(crate) fn unknown(message: String) -> Failure {
        Failure { message, cancelled: false, unknown: true }
    }

    /// What ends all.
    pub(crate) fn cancelled(message: &str) -> Failure {
        Failure { message: message.to_owned(), cancelled: true, unknown: false }
    }

    /// No function takes such arguments.
    pub(crate) fn overload() -> Failure {
        Failure::new("no such overload")
    }
}

/// What an expression gives.
pub(crate) type Outcome<'v> = Result<Value<'v>, Failure>;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Text<'v>),
    Bytes(Rc<[u8]>),
    /// Nanoseconds.
    Duration(i64),
    Timestamp(Timestamp),
    /// A list of an object.
    Items(&'v [Item<'v>], &'v Schema),
    /// A list that an expression made.
    List(Rc<Vec<Value<'v>>>),
    /// An object, or an object within it.
    Node(Node<'v>),
    /// A map that an expression made.
    Map(Rc<Vec<(Value<'v>, Value<'v>)>>),
    /// A type as a value, by its name.
    Type(&'static str),
    Optional(Option<Rc<Value<'v>>>),
    Special(Rc<Special>),
    /// Data of unknown shape: it can only be compared.
    Unknown(&'v Item<'v>),
}

/// Text.
#[derive(Clone, Debug)]
pub(crate) enum Text<'v> {
    Borrowed(&'v str),
    Made(Rc<str>),
}

/// An object of the data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'v> {
    pub(crate) item: &'v Item<'v>,
    pub(crate) schema: &'v Schema,
    /// Whether it has `apiVersion`, `kind` and `metadata`, whatever its schema says.
    pub(crate) resource: bool,
}

/// Values of Kubernetes' own types.
#[derive(Debug)]
pub(crate) enum Special {
    Url(Url),
    Ip(IpAddr),
    Cidr(IpAddr, u32),
    Quantity(Quantity),
    Format(&'static str),
    Semver(super::semver::Version),
}

impl Special {
    /// The type.
    pub(crate) fn opaque(&self) -> Opaque {
        match self {
            Special::Url(_) => Opaque::Url,
            Special::Ip(_) => Opaque::Ip,
            Special::Cidr(..) => Opaque::Cidr,
            Special::Quantity(_) => Opaque::Quantity,
            Special::Format(_) => Opaque::Format,
            Special::Semver(_) => Opaque::Semver,
        }
    }
}

impl Text<'_> {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Made(text) => text,
        }
    }
}

/// The schema of what every resource has.
fn resource_field(name: &str) -> Option<&'static Schema> {
    static TEXT: OnceLock<Schema> = OnceLock::new();
    static METADATA: OnceLock<Schema> = OnceLock::new();
    match name {
        "apiVersion" | "kind" => Some(TEXT.get_or_init(|| Schema::of(Type::String))),
        "metadata" => Some(METADATA.get_or_init(|| Schema {
            kind: Type::Object,
            properties: vec![
                ("generateName".into(), Schema::of(Type::String)),
                ("name".into(), Schema::of(Type::String)),
            ],
            ..Schema::default()
        })),
        _ => None,
    }
}

/// The name of a field as data has it. Mirrors `Unescape`.
pub(crate) fn unescape(name: &str) -> Option<std::borrow::Cow<'_, str>> {
    if !name.contains("__") {
        return Some(name.into());
    }
    let mut out = String::new();
    let mut rest = name;
    while let Some(start) = rest.find("__") {
        let after = &rest[start + 2..];
        let end = after.find('_').unwrap_or(after.len());
        if end == 0 || !after[end..].starts_with("__") {
            // Two underscores that begin no escape: go on behind the first.
            out.push_str(&rest[..=start]);
            rest = &rest[start + 1..];
            continue;
        }
        out.push_str(&rest[..start]);
        match &after[..end] {
            "underscores" => out.push_str("__"),
            "dot" => out.push('.'),
            "dash" => out.push('-'),
            "slash" => out.push('/'),
            word if super::shape::RESERVED.contains(&word) && start == 0 && after.len() == end + 2 => {
                out.push_str(word);
            }
            _ => return None,
        }
        rest = &after[end + 2..];
    }
    out.push_str(rest);
    Some(out.into())
}

impl<'v> Node<'v> {
    fn map(&self) -> &'v [(std::borrow::Cow<'v, str>, Item<'v>)] {
        match self.item {
            Item::Map(map) => map,
            _ => &[],
        }
    }

    /// Whether it has fields, not keys.
    fn is_object(&self) -> bool {
        !self.schema.properties.is_empty() || self.resource
    }

    fn schema_of(&self, key: &str) -> Option<&'v Schema> {
        if self.resource
            && let Some(schema) = resource_field(key)
        {
            return Some(schema);
        }
        self.schema.for_key(key)
    }

    /// The value of a key as expressions write it; `None` when it is not there.
    pub(crate) fn find(&self, key: &str) -> Option<Outcome<'v>> {
        let is_object = self.is_object();
        let name = if is_object { unescape(key)? } else { key.into() };
        let (_, item) = self.map().iter().find(|(known, _)| *known == name)?;
        if is_object && *item == Item::Null {
            return None;
        }
        let schema = self.schema_of(&name)?;
        Some(Value::of(item, schema, schema.embedded))
    }

    /// The keys as expressions see them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Value<'v>> + use<'v, '_> {
        let is_object = self.is_object();
        self.map().iter().filter(|(key, _)| self.schema_of(key).is_some()).map(
            move |(key, _)| match is_object.then(|| super::shape::escape(key)).flatten() {
                Some(std::borrow::Cow::Owned(name)) => Value::made(name),
                _ => Value::Text(Text::Borrowed(key)),
            },
        )
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.map().len()
    }
}

impl<'v> Value<'v> {
    /// Data as an expression sees it. Mirrors `UnstructuredToVal`.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn of(item: &'v Item<'v>, schema: &'v Schema, resource: bool) -> Outcome<'v> {
        let wrong = |wanted: &str| Err(Failure::new(format!("invalid data, expected {wanted}")));
        if *item == Item::Null {
            return if schema.nullable { Ok(Value::Null) } else { wrong("no null") };
        }
        if schema.int_or_string {
            return match item {
                Item::Text(text) => Ok(Value::Text(Text::Borrowed(text))),
                Item::Int(value) => Ok(Value::Int(*value)),
                _ => wrong("a string or an integer"),
            };
        }
        match (schema.kind, item) {
            (Type::Object, Item::Map(_)) => Ok(Value::Node(Node { item, schema, resource })),
            (Type::Array, Item::List(items)) => Ok(Value::Items(items, schema)),
            (Type::String, Item::Text(text)) => Value::of_text(text, schema),
            (Type::Number, Item::Int(value)) => Ok(Value::Double(*value as f64)),
            (Type::Number, Item::Float(value)) => Ok(Value::Double(*value)),
            (Type::Integer, Item::Int(value)) => Ok(Value::Int(*value)),
            (Type::Boolean, Item::Bool(value)) => Ok(Value::Bool(*value)),
            (Type::Any, _) if schema.preserve_unknown => Ok(Value::Unknown(item)),
            (kind, _) => wrong(kind.name()),
        }
    }

    fn of_text(text: &'v str, schema: &'v Schema) -> Outcome<'v> {
        let wrong = |what: &str| Failure::new(format!("invalid {what}: {text}"));
        match schema.format {
            Some(Format::Duration) => {
                any_duration(text).map(Value::Duration).ok_or_else(|| wrong("duration"))
            }
            Some(Format::Date) => super::time::date(text)
                .map(|day| Value::Timestamp(Timestamp { seconds: day * 86_400, nanos: 0 }))
                .ok_or_else(|| wrong("date")),
            Some(Format::DateTime) if text.is_empty() => {
                Ok(Value::Timestamp(Timestamp { seconds: 0, nanos: 0 }))
            }
            Some(Format::DateTime) => super::time::timestamp(text)
                .or_else(|| super::time::timestamp(&format!("{text}Z")))
                .map(Value::Timestamp)
                .ok_or_else(|| wrong("date-time")),
            Some(Format::Byte) => {
                use base64::Engine as _;
                let decoded = base64::engine::general_purpose::URL_SAFE.decode(text);
                decoded.map(|bytes| Value::Bytes(bytes.into())).map_err(|_| wrong("base64"))
            }
            _ => Ok(Value::Text(Text::Borrowed(text))),
        }
    }

    /// Text that was made.
    pub(crate) fn made(text: impl AsRef<str>) -> Value<'v> {
        Value::Text(Text::Made(text.as_ref().into()))
    }

    /// A list that was made.
    pub(crate) fn list(values: Vec<Value<'v>>) -> Value<'v> {
        Value::List(Rc::new(values))
    }

    /// A value of one of Kubernetes' own types.
    pub(crate) fn special(special: Special) -> Value<'v> {
        Value::Special(Rc::new(special))
    }

    /// An optional with a value.
    pub(crate) fn some(value: Value<'v>) -> Value<'v> {
        Value::Optional(Some(Rc::new(value)))
    }

    /// How many characters, bytes, items or entries it has.
    pub(crate) fn size(&self) -> Option<usize> {
        Some(match self {
            Value::Text(text) => text.as_str().chars().count(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Items(items, _) => items.len(),
            Value::List(list) => list.len(),
            Value::Node(node) => node.len(),
            Value::Map(map) => map.len(),
            _ => return None,
        })
    }

    /// The size that costs are reckoned by.
    pub(crate) fn cost_size(&self) -> u64 {
        match self {
            Value::Optional(Some(value)) => value.cost_size(),
            Value::Special(special) => match &**special {
                Special::Ip(ip) | Special::Cidr(ip, _) => {
                    if ip.is_ipv4() {
                        4
                    } else {
                        16
                    }
                }
                _ => 1,
            },
            other => other.size().map_or(1, |size| size as u64),
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Option<Vec<Outcome<'v>>> {
        match self {
            Value::List(list) => Some(list.iter().cloned().map(Ok).collect()),
            Value::Items(items, schema) => Some(items.iter().map(|item| item_of(item, schema)).collect()),
            _ => None,
        }
    }

    /// The item at a position.
    pub(crate) fn item(&self, index: i64) -> Outcome<'v> {
        let found = usize::try_from(index).ok().and_then(|at| match self {
            Value::List(list) => list.get(at).cloned().map(Ok),
            Value::Items(items, schema) => items.get(at).map(|item| item_of(item, schema)),
            _ => None,
        });
        found.unwrap_or_else(|| Err(Failure::new(format!("index out of bounds: {index}"))))
    }

    /// The value of a key; `None` when it is not there.
    pub(crate) fn find(&self, key: &Value<'v>) -> Option<Outcome<'v>> {
        match self {
            Value::Node(node) => match key {
                Value::Text(text) => node.find(text.as_str()),
                _ => Some(Err(Failure::overload())),
            },
            Value::Map(map) => {
                map.iter().find(|(known, _)| known.equals(key)).map(|(_, value)| Ok(value.clone()))
            }
            _ => None,
        }
    }

    /// The keys of a map.
    pub(crate) fn keys(&self) -> Option<Vec<Value<'v>>> {
        match self {
            Value::Node(node) => Some(node.keys().collect()),
            Value::Map(map) => Some(map.iter().map(|(key, _)| key.clone()).collect()),
            _ => None,
        }
    }

    /// The name of its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::Text(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::Items(..) | Value::List(_) => "list",
            Value::Node(_) | Value::Map(_) => "map",
            Value::Type(_) => "type",
            Value::Optional(_) => "optional_type",
            Value::Special(special) => special.opaque().name(),
            Value::Unknown(_) => "unknown",
        }
    }

    /// Whether two values are equal; numbers of different kinds can be.
    pub(crate) fn equals(&self, other: &Value<'v>) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a.as_str() == b.as_str(),
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Duration(a), Value::Duration(b)) => a == b,
            (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
            (Value::Type(a), Value::Type(b)) => a == b,
            (Value::Optional(a), Value::Optional(b)) => match (a, b) {
                (None, None) => true,
                (Some(a), Some(b)) => a.equals(b),
                _ => false,
            },
            (Value::Special(a), Value::Special(b)) => same_special(a, b),
            (Value::Unknown(a), Value::Unknown(b)) => a.same(b),
            (
                Value::Int(_) | Value::Uint(_) | Value::Double(_),
                Value::Int(_) | Value::Uint(_) | Value::Double(_),
            ) => self.order(other) == Some(Ordering::Equal),
            (Value::Items(..) | Value::List(_), Value::Items(..) | Value::List(_)) => self.same_list(other),
            (Value::Node(_) | Value::Map(_), Value::Node(_) | Value::Map(_)) => self.same_map(other),
            _ => false,
        }
    }

    fn same_list(&self, other: &Value<'v>) -> bool {
        if self.size() != other.size() {
            return false;
        }
        let (Some(a), Some(b)) = (self.items(), other.items()) else { return false };
        let equal = |a: &Outcome<'v>, b: &Outcome<'v>| matches!((a, b), (Ok(a), Ok(b)) if a.equals(b));
        // The order of sets and maps does not count.
        let unordered = matches!(self, Value::Items(_, schema) if matches!(schema.list_type, Some(ListType::Set | ListType::Map)));
        if unordered {
            return a.iter().all(|a| b.iter().any(|b| equal(a, b)))
                && b.iter().all(|b| a.iter().any(|a| equal(a, b)));
        }
        a.iter().zip(&b).all(|(a, b)| equal(a, b))
    }

    fn same_map(&self, other: &Value<'v>) -> bool {
        if self.size() != other.size() {
            return false;
        }
        if let (Value::Node(a), Value::Node(b)) = (self, other)
            && std::ptr::eq(a.schema, b.schema)
        {
            return a.item.same(b.item);
        }
        self.keys().unwrap_or_default().iter().all(|key| match (self.find(key), other.find(key)) {
            (Some(Ok(a)), Some(Ok(b))) => a.equals(&b),
            (None, None) => true,
            _ => false,
        })
    }

    /// How two values compare.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn order(&self, other: &Value<'v>) -> Option<Ordering> {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (Value::Uint(a), Value::Uint(b)) => Some(a.cmp(b)),
            (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
            (Value::Int(a), Value::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
            (Value::Uint(a), Value::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
            (Value::Int(a), Value::Double(b)) => order_int(i128::from(*a), *b),
            (Value::Uint(a), Value::Double(b)) => order_int(i128::from(*a), *b),
            (Value::Double(a), Value::Int(b)) => order_int(i128::from(*b), *a).map(Ordering::reverse),
            (Value::Double(a), Value::Uint(b)) => order_int(i128::from(*b), *a).map(Ordering::reverse),
            (Value::Text(a), Value::Text(b)) => Some(a.as_str().cmp(b.as_str())),
            (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
            (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
            (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

fn item_of<'v>(item: &'v Item<'v>, schema: &'v Schema) -> Outcome<'v> {
    match &schema.items {
        Some(within) => Value::of(item, within, within.embedded),
        None => Err(Failure::new("invalid data, a list without a schema of its items")),
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn order_int(a: i128, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b >= 1e30 {
        return Some(Ordering::Less);
    }
    if b <= -1e30 {
        return Some(Ordering::Greater);
    }
    Some(a.cmp(&(b.floor() as i128)).then(if b.fract() == 0.0 { Ordering::Equal } else { Ordering::Less }))
}

fn same_special(a: &Special, b: &Special) -> bool {
    match (a, b) {
        (Special::Url(a), Special::Url(b)) => a == b,
        (Special::Ip(a), Special::Ip(b)) => a == b,
        (Special::Cidr(a, n), Special::Cidr(b, m)) => a == b && n == m,
        (Special::Quantity(a), Special::Quantity(b)) => a == b,
        (Special::Format(a), Special::Format(b)) => a == b,
        (Special::Semver(a), Special::Semver(b)) => a.order(b).is_eq(),
        _ => false,
    }
}
