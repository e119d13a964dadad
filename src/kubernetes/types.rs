//! The shapes of Kubernetes' own types as Go has them (`schemas/types.txt`, made by `schemas/types`): which fields there
//! are, where absent and zero are the same, and by which keys the items of a list are known. Of CRDs nothing is known.

use std::sync::OnceLock;

use memchr::{memchr, memmem};
use rustc_hash::{FxBuildHasher, FxHashMap};

const TEXT: &str = include_str!("../../schemas/types.txt");

/// A type: of a whole object, a field, an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Type {
    /// `*[]/v1.Container`, as the file writes it.
    shape: &'static str,
    /// Merge keys, `=` or `!`.
    extra: &'static str,
}

/// What a type is, pointers left aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Text.
    String,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// Any number.
    Float,
    /// `500m`
    Quantity,
    /// A number or text.
    IntOrString,
    /// base64
    Bytes,
    /// A point in time.
    Time,
    /// Anything.
    Any,
    /// Items of one type.
    List,
    /// Any keys, values of one type.
    Map,
    /// Known fields.
    Structure,
}

/// The fields of every structure by its name, as text.
fn structures() -> &'static FxHashMap<&'static str, &'static str> {
    static INDEX: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = FxHashMap::with_capacity_and_hasher(2048, FxBuildHasher);
        let finder = memmem::Finder::new(b"\ntype ");
        let mut at = finder.find(TEXT.as_bytes());
        while let Some(from) = at {
            let from = from + "\ntype ".len();
            let end = finder.find(&TEXT.as_bytes()[from..]).map(|end| from + end);
            let block = &TEXT[from..end.unwrap_or(TEXT.len())];
            let name = memchr(b'\n', block.as_bytes()).unwrap_or(block.len());
            // Each field keeps the line end before it: that is how it is found.
            index.insert(&block[..name], &block[name..]);
            at = end;
        }
        index
    })
}

impl Type {
    /// The type of the objects of a built-in kind.
    pub fn of_kind(group: &str, version: &str, kind: &str) -> Option<Type> {
        let mut name = String::with_capacity(group.len() + version.len() + kind.len() + 2);
        for part in [group, "/", version, ".", kind] {
            name.push_str(part);
        }
        let (name, _) = structures().get_key_value(name.as_str())?;
        Some(Type { shape: name, extra: "" })
    }

    /// The type of a structure by its name (`/v1.PodSpec`).
    pub fn named(name: &str) -> Option<Type> {
        structures().get_key_value(name).map(|(name, _)| Type { shape: name, extra: "" })
    }

    /// Whether absent differs from zero.
    pub fn is_pointer(self) -> bool {
        self.shape.starts_with('*')
    }

    /// What it is.
    pub fn form(self) -> Form {
        match self.inner() {
            "string" => Form::String,
            "int" => Form::Int,
            "bool" => Form::Bool,
            "float" => Form::Float,
            "quantity" => Form::Quantity,
            "intstr" => Form::IntOrString,
            "bytes" => Form::Bytes,
            "time" => Form::Time,
            "any" => Form::Any,
            shape if shape.starts_with("[]") => Form::List,
            shape if shape.starts_with("{}") => Form::Map,
            _ => Form::Structure,
        }
    }

    fn inner(self) -> &'static str {
        self.shape.trim_start_matches('*')
    }

    /// The name of a structure: `apps/v1.DeploymentSpec`; the core group's begin with `/`.
    pub fn name(self) -> &'static str {
        self.inner()
    }

    /// A name without its version: `apps.DeploymentSpec`, `.PodSpec`.
    pub fn is(self, group: &str, name: &str) -> bool {
        let inner = self.inner();
        inner.len() > group.len()
            && inner.starts_with(group)
            && inner[group.len()..].starts_with('/')
            && inner.rsplit_once('.').is_some_and(|(_, last)| last == name)
    }

    /// The type of a field of a structure.
    pub fn field(self, name: &str) -> Option<Type> {
        let fields = structures().get(self.inner())?;
        let mut from = 0;
        // Most of what is found at first is the field itself; a shape may hold the same letters.
        while let Some(at) = memmem::find(fields.as_bytes().get(from..)?, name.as_bytes()) {
            let (begin, end) = (from + at, from + at + name.len());
            if fields[..begin].ends_with("\n ")
                && let Some(rest) = fields[end..].strip_prefix(' ')
            {
                let line = rest.split('\n').next().unwrap_or(rest);
                let (shape, extra) = line.split_once(' ').unwrap_or((line, ""));
                return Some(Type { shape, extra });
            }
            from = end.max(begin + 1);
            if name.is_empty() {
                return None;
            }
        }
        None
    }

    /// The names of a structure's fields.
    pub fn fields(self) -> impl Iterator<Item = &'static str> {
        let fields = structures().get(self.inner()).copied().unwrap_or_default();
        fields.lines().skip(1).map_while(|line| line.strip_prefix(' ')?.split(' ').next())
    }

    /// The type of the items of a list or the values of a map.
    pub fn items(self) -> Option<Type> {
        let inner = self.inner();
        let shape = inner.strip_prefix("[]").or_else(|| inner.strip_prefix("{}"))?;
        Some(Type { shape, extra: "" })
    }

    /// The fields by which the items of a list are known.
    pub fn merge_keys(self) -> Option<impl Iterator<Item = &'static str> + Clone> {
        (!matches!(self.extra, "" | "=" | "!")).then(|| self.extra.split(','))
    }

    /// Whether a list is a set: its order says nothing.
    pub fn is_set(self) -> bool {
        self.extra == "="
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_from_a_kind_to_its_leaves() {
        let deployment = Type::of_kind("apps", "v1", "Deployment").unwrap();
        let spec = deployment.field("spec").unwrap();
        assert!(spec.is("apps", "DeploymentSpec"));
        assert!(spec.field("replicas").unwrap().is_pointer());
        let pod = spec.field("template").unwrap().field("spec").unwrap();
        assert!(pod.is("", "PodSpec"));
        let container = pod.field("containers").unwrap();
        assert_eq!(container.merge_keys().unwrap().collect::<Vec<_>>(), ["name"]);
        let ports = container.items().unwrap().field("ports").unwrap();
        assert_eq!(ports.merge_keys().unwrap().collect::<Vec<_>>(), ["containerPort", "protocol"]);
        let limits = container.items().unwrap().field("resources").unwrap().field("limits").unwrap();
        assert_eq!((limits.form(), limits.items().unwrap().form()), (Form::Map, Form::Quantity));
        assert!(deployment.field("metadata").unwrap().field("finalizers").unwrap().is_set());
        assert_eq!(Type::of_kind("example.com", "v1", "Deployment"), None);
        assert_eq!(spec.field("nothing"), None);
    }
}
