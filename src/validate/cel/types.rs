//! Types of expressions, and what is known of the shape and size of data.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::shape::RESERVED;

/// Types that only their own functions can look into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opaque {
    Url,
    Ip,
    Cidr,
    Quantity,
    Format,
    Semver,
    Authorizer,
    PathCheck,
    GroupCheck,
    ResourceCheck,
    Decision,
}

impl Opaque {
    /// The name of the type.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Opaque::Url => "kubernetes.URL",
            Opaque::Ip => "net.IP",
            Opaque::Cidr => "net.CIDR",
            Opaque::Quantity => "kubernetes.Quantity",
            Opaque::Format => "kubernetes.NamedFormat",
            Opaque::Semver => "kubernetes.Semver",
            Opaque::Authorizer => "kubernetes.authorization.Authorizer",
            Opaque::PathCheck => "kubernetes.authorization.PathCheck",
            Opaque::GroupCheck => "kubernetes.authorization.GroupCheck",
            Opaque::ResourceCheck => "kubernetes.authorization.ResourceCheck",
            Opaque::Decision => "kubernetes.authorization.Decision",
        }
    }
}

/// The type of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Type {
    Dyn,
    Error,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Duration,
    Timestamp,
    /// A type as a value.
    #[expect(clippy::enum_variant_names, reason = "its name in CEL")]
    Type,
    List(Arc<Type>),
    Map(Arc<Type>, Arc<Type>),
    Optional(Arc<Type>),
    Object(Arc<Fields>),
    Opaque(Opaque),
    /// A type that is still to be found.
    Param(u32),
}

/// A type with fields. It is the same as itself only.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// For messages.
    pub(crate) name: String,
    /// By name as expressions write it.
    #[expect(clippy::struct_field_names, reason = "they are the fields")]
    pub(crate) fields: BTreeMap<Box<str>, Shape>,
    /// Whether any field may be asked for: the type is made elsewhere.
    pub(crate) open: bool,
}

impl Fields {
    /// The field that an expression names. A reserved word stands for the field whose escaped name it is.
    /// Mirrors `FindStructFieldType`.
    pub(crate) fn named(&self, field: &str) -> Option<&Shape> {
        let reserved =
            || RESERVED.contains(&field).then(|| self.fields.get(&*format!("__{field}__"))).flatten();
        self.fields.get(field).or_else(reserved)
    }
}

/// What is known of data: its type, how many elements it has at most, how few bytes it takes.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) kind: Type,
    pub(crate) max_elements: u64,
    pub(crate) min_size: i64,
    /// Of items, or of a map's values.
    pub(crate) element: Option<Arc<Shape>>,
}

impl Shape {
    /// A scalar.
    pub(crate) fn scalar(kind: Type, min_size: i64) -> Shape {
        Shape { kind, max_elements: 0, min_size, element: None }
    }

    /// A list.
    pub(crate) fn list(element: Shape, max_elements: u64) -> Shape {
        let kind = Type::list(element.kind.clone());
        Shape { kind, max_elements, min_size: 2, element: Some(Arc::new(element)) }
    }

    /// A map with texts as keys.
    pub(crate) fn map(element: Shape, max_elements: u64) -> Shape {
        let kind = Type::map(Type::Text, element.kind.clone());
        Shape { kind, max_elements, min_size: 2, element: Some(Arc::new(element)) }
    }

    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&Shape> {
        match &self.kind {
            Type::Object(fields) => fields.fields.get(name),
            _ => None,
        }
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => a == b,
            (Type::Map(a, b), Type::Map(c, d)) => a == c && b == d,
            (Type::Object(a), Type::Object(b)) => Arc::ptr_eq(a, b),
            (Type::Opaque(a), Type::Opaque(b)) => a == b,
            (Type::Param(a), Type::Param(b)) => a == b,
            _ => !self.has_parts() && std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Type {
    /// A list of these.
    pub(crate) fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    /// A map of these.
    pub(crate) fn map(key: Type, value: Type) -> Type {
        Type::Map(Arc::new(key), Arc::new(value))
    }

    /// One of these or none.
    pub(crate) fn optional(of: Type) -> Type {
        Type::Optional(Arc::new(of))
    }

    fn has_parts(&self) -> bool {
        matches!(
            self,
            Type::List(_)
                | Type::Map(..)
                | Type::Optional(_)
                | Type::Object(_)
                | Type::Opaque(_)
                | Type::Param(_)
        )
    }

    /// Whether nothing is known of it.
    pub(crate) fn is_dyn(&self) -> bool {
        matches!(self, Type::Dyn)
    }

    /// Whether nothing is known of it, or it is wrong already.
    pub(crate) fn is_dyn_or_error(&self) -> bool {
        matches!(self, Type::Dyn | Type::Error)
    }

    /// What an optional holds, and whether this is one.
    pub(crate) fn unwrap_optional(&self) -> (Type, bool) {
        match self {
            Type::Optional(of) => ((**of).clone(), true),
            other => (other.clone(), false),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Dyn | Type::Param(_) => f.write_str("dyn"),
            Type::Error => f.write_str("error"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Uint => f.write_str("uint"),
            Type::Double => f.write_str("double"),
            Type::Text => f.write_str("string"),
            Type::Bytes => f.write_str("bytes"),
            Type::Duration => f.write_str("duration"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::Type => f.write_str("type"),
            Type::List(of) => write!(f, "list({of})"),
            Type::Map(key, value) => write!(f, "map({key}, {value})"),
            Type::Optional(of) => write!(f, "optional({of})"),
            Type::Object(fields) => f.write_str(&fields.name),
            Type::Opaque(opaque) => f.write_str(opaque.name()),
        }
    }
}
