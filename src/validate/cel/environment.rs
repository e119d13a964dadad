//! Expressions that stand in other objects than definitions: admission policies, webhooks, device selectors.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fault;
use super::check::{Names, authorizer};
use super::program::Program;
use super::types::{Fields, Shape, Type};

/// Where an expression stands, which says what it may ask for.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    names: Names,
}

/// What an expression must give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// A truth value.
    Bool,
    /// Text.
    Text,
    /// Text, or nothing.
    TextOrNull,
    /// An object as `ApplyConfiguration` takes it.
    Object,
    /// A list of changes.
    JsonPatch,
    /// Whatever it is.
    Any,
}

fn object(name: &str, fields: Vec<(&str, Type)>) -> Type {
    let fields: BTreeMap<Box<str>, Shape> =
        fields.into_iter().map(|(name, kind)| (Box::from(name), Shape::scalar(kind, 0))).collect();
    Type::Object(Arc::new(Fields { name: name.to_owned(), fields, open: false }))
}

/// What an admission request says.
fn request() -> Type {
    let text = || Type::Text;
    let gvk = || {
        object("kubernetes.GroupVersionKind", vec![("group", text()), ("version", text()), ("kind", text())])
    };
    let gvr = || {
        object(
            "kubernetes.GroupVersionResource",
            vec![("group", text()), ("version", text()), ("resource", text())],
        )
    };
    let user = object(
        "kubernetes.UserInfo",
        vec![
            ("username", text()),
            ("uid", text()),
            ("groups", Type::list(text())),
            ("extra", Type::map(text(), Type::list(text()))),
        ],
    );
    object(
        "kubernetes.AdmissionRequest",
        vec![
            ("kind", gvk()),
            ("resource", gvr()),
            ("subResource", text()),
            ("requestKind", gvk()),
            ("requestResource", gvr()),
            ("requestSubResource", text()),
            ("name", text()),
            ("namespace", text()),
            ("operation", text()),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    )
}

/// What is known of a namespace.
fn namespace() -> Type {
    let text = || Type::Text;
    let map = || Type::map(text(), text());
    let metadata = object(
        "kubernetes.NamespaceMetadata",
        vec![
            ("name", text()),
            ("generateName", text()),
            ("namespace", text()),
            ("labels", map()),
            ("annotations", map()),
            ("UID", text()),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", text()),
            ("finalizers", Type::list(text())),
        ],
    );
    let spec = object("kubernetes.NamespaceSpec", vec![("finalizers", Type::list(text()))]);
    let status = object("kubernetes.NamespaceStatus", vec![("phase", text())]);
    object("kubernetes.Namespace", vec![("metadata", metadata), ("spec", spec), ("status", status)])
}

impl Environment {
    /// An environment in which only CEL itself is known.
    pub fn empty() -> Environment {
        Environment::default()
    }

    /// What admission policies and webhooks see: `object`, `oldObject`, `request`, `namespaceObject` and `authorizer`;
    /// `params` when the policy has parameters.
    pub fn admission(params: bool) -> Environment {
        let mut environment = Environment::match_condition();
        environment.add("namespaceObject", namespace());
        if params {
            environment.add("params", Type::Dyn);
        }
        environment
    }

    /// What conditions of webhooks see: no namespace, no parameters.
    pub fn match_condition() -> Environment {
        let mut environment = Environment::default();
        environment.add("object", Type::Dyn);
        environment.add("oldObject", Type::Dyn);
        environment.add("request", request());
        environment.add("authorizer", authorizer());
        environment.add("authorizer.requestResource", Type::Opaque(super::types::Opaque::ResourceCheck));
        environment
    }

    /// What mutations see beside: the types `Object` and `JSONPatch`.
    pub fn mutation(params: bool) -> Environment {
        let mut environment = Environment::admission(params);
        let open =
            |name: &str| Arc::new(Fields { name: name.to_owned(), fields: BTreeMap::new(), open: true });
        environment.names.messages.push(open("Object"));
        let Type::Object(patch) = object(
            "JSONPatch",
            vec![("op", Type::Text), ("path", Type::Text), ("from", Type::Text), ("value", Type::Dyn)],
        ) else {
            return environment;
        };
        environment.names.messages.push(patch);
        environment
    }

    /// What selectors of devices see: `device`.
    pub fn device() -> Environment {
        let mut environment = Environment::default();
        let device = object(
            "kubernetes.DRADevice",
            vec![
                ("driver", Type::Text),
                ("attributes", Type::map(Type::Text, Type::map(Type::Text, Type::Dyn))),
                (
                    "capacity",
                    Type::map(
                        Type::Text,
                        Type::map(Type::Text, Type::Opaque(super::types::Opaque::Quantity)),
                    ),
                ),
                ("allowMultipleAllocations", Type::Bool),
            ],
        );
        environment.add("device", device);
        environment
    }

    /// With a variable that an expression before this one gave: `variables.name`.
    pub fn with_variable(&mut self, name: &str, kind: Option<&str>) {
        let kind = match kind {
            Some("bool") => Type::Bool,
            Some("int") => Type::Int,
            Some("string") => Type::Text,
            _ => Type::Dyn,
        };
        self.add(&format!("variables.{name}"), kind);
    }

    /// Compiles a variable of a policy and makes it known to the expressions after it.
    pub fn define(&mut self, name: &str, text: &str) -> Result<(), Fault> {
        let program = Program::compile(text, &self.names)?;
        let kind = program.result().clone();
        self.add(&format!("variables.{name}"), kind);
        Ok(())
    }

    fn add(&mut self, name: &str, kind: Type) {
        self.names.variables.push((name.into(), kind));
    }
}

/// Whether an expression compiles where it stands, and gives what it must.
pub fn check_expression(environment: &Environment, text: &str, wanted: Wanted) -> Result<(), Fault> {
    let program = Program::compile(text, &environment.names)?;
    let kind = program.result();
    let (fits, name) = match wanted {
        Wanted::Any => (true, ""),
        Wanted::Bool => (matches!(kind, Type::Bool), "bool"),
        Wanted::Text => (matches!(kind, Type::Text), "string"),
        Wanted::TextOrNull => (matches!(kind, Type::Text | Type::Null), "string or null"),
        Wanted::Object => (matches!(kind, Type::Object(fields) if fields.name == "Object"), "Object"),
        Wanted::JsonPatch => (
            matches!(kind, Type::List(of) if matches!(&**of, Type::Object(fields) if fields.name == "JSONPatch")),
            "list(JSONPatch)",
        ),
    };
    if fits {
        return Ok(());
    }
    Err(Fault::at(0, format!("the expression must give a {name}, it gives a {kind}")))
}
