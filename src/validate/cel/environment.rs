//! Expressions that stand in other objects than definitions: admission policies, webhooks, device selectors.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fault;
use super::check::{Names, authorizer};
use super::program::Program;
use super::types::{Fields, Opaque, Shape, Type};

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
    /// A truth value, or what is known only when it runs.
    BoolOrUnknown,
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
    let condition = object(
        "kubernetes.NamespaceCondition",
        vec![
            ("status", text()),
            ("type", text()),
            ("lastTransitionTime", Type::Timestamp),
            ("message", text()),
            ("reason", text()),
        ],
    );
    let status =
        object("kubernetes.NamespaceStatus", vec![("conditions", Type::list(condition)), ("phase", text())]);
    object("kubernetes.Namespace", vec![("metadata", metadata), ("spec", spec), ("status", status)])
}

impl Environment {
    /// What admission policies and webhooks see: `object`, `oldObject`, `request`, `namespaceObject`; `params` when
    /// there are parameters, `authorizer` where it is allowed.
    pub fn admission(params: bool, authorizer_too: bool) -> Environment {
        let mut environment = Environment::default();
        environment.add("object", Type::Dyn);
        environment.add("oldObject", Type::Dyn);
        environment.add("request", request());
        environment.add("namespaceObject", namespace());
        if params {
            environment.add("params", Type::Dyn);
        }
        if authorizer_too {
            environment.add("authorizer", authorizer());
            environment.add("authorizer.requestResource", Type::Opaque(Opaque::ResourceCheck));
        }
        environment
    }

    /// With the types that mutations make: `Object` and `JSONPatch`.
    pub fn with_patches(mut self) -> Environment {
        let message = |name: &str, open| Fields { name: name.to_owned(), fields: BTreeMap::new(), open };
        self.names.messages.push(Arc::new(message("Object", true)));
        let mut patch = message("JSONPatch", false);
        for (name, kind) in
            [("op", Type::Text), ("path", Type::Text), ("from", Type::Text), ("value", Type::Dyn)]
        {
            patch.fields.insert(name.into(), Shape::scalar(kind, 0));
        }
        self.names.messages.push(Arc::new(patch));
        self
    }

    /// What selectors of devices see: `device`.
    pub fn device() -> Environment {
        let mut environment = Environment::default();
        environment.names.bind = true;
        let capacity = Type::map(Type::Text, Type::Opaque(Opaque::Quantity));
        let device = object(
            "kubernetes.DRADevice",
            vec![
                ("driver", Type::Text),
                ("attributes", Type::map(Type::Text, Type::map(Type::Text, Type::Dyn))),
                ("capacity", Type::map(Type::Text, capacity)),
                ("allowMultipleAllocations", Type::Bool),
            ],
        );
        environment.add("device", device);
        environment
    }

    /// Compiles a variable of a policy and makes it known as `variables.NAME` to the expressions after it.
    pub fn define(&mut self, name: &str, text: &str) {
        let kind = Program::compile(text, &self.names).map_or(Type::Dyn, |program| program.result().clone());
        let known = self.names.variables.iter().position(|(name, _)| &**name == "variables");
        let mut fields = BTreeMap::new();
        if let Some(at) = known
            && let (_, Type::Object(before)) = self.names.variables.remove(at)
        {
            fields.clone_from(&before.fields);
        }
        fields.insert(Box::from(name), Shape::scalar(kind, 0));
        let kind = Fields { name: "kubernetes.variables".to_owned(), fields, open: false };
        self.add("variables", Type::Object(Arc::new(kind)));
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
        Wanted::BoolOrUnknown => (matches!(kind, Type::Bool | Type::Dyn), "bool"),
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
