//! What objects say about functions and about where they come from, in annotations that hold YAML of their own: the
//! function to run (read strictly, as kyaml's `GetFunctionSpec` does) and origins (read leniently).

use super::bind::{Binder, Content, Manner};
use super::decode::Fields;
use super::shape::Shape;
use super::shape::function as shape;
use super::types::Written;
use crate::diagnostic::{Diagnostic, Warnings};
use crate::yaml::{Dialect, Document};

/// A function: `config.kubernetes.io/function`.
#[derive(Clone, Debug, Default)]
pub struct FunctionSpec {
    /// `exec`: a program of this machine.
    pub exec: ExecSpec,
    /// `container`: an image.
    pub container: ContainerSpec,
}

/// A function that is a program.
#[derive(Clone, Debug, Default)]
pub struct ExecSpec {
    /// `path`; empty for none.
    pub path: Written<String>,
    /// `args`
    pub args: Vec<Written<String>>,
    /// `envs`: `NAME=value`.
    pub envs: Vec<Written<String>>,
}

/// A function that is a container.
#[derive(Clone, Debug, Default)]
pub struct ContainerSpec {
    /// `image`; empty for none.
    pub image: Written<String>,
    /// `network`: whether it wants one.
    pub network: bool,
    /// `mounts`: what of this machine it wants to see (the `src` of each).
    pub mount_sources: Vec<Written<String>>,
}

/// Decodes a function from a document that yaml.v2 has read; a field that is not known, or written twice, is refused.
///
/// # Errors
/// Everything that does not fit.
pub fn function_spec(document: &Document) -> Result<FunctionSpec, Vec<Diagnostic>> {
    let Some(root) = document.try_root() else { return Ok(FunctionSpec::default()) };
    let mut warnings = Warnings::default();
    let bound = Binder::new(document, Dialect::V2, Manner::Strict, &mut warnings)
        .bind(root, Shape::Struct(&shape::FUNCTION))?;
    let mut function = Fields::new(document, &shape::FUNCTION, bound);
    let exec = |mut exec: Fields<'_>| ExecSpec {
        path: exec.text("path"),
        args: exec.texts("args"),
        envs: exec.texts("envs"),
    };
    let container = |mut container: Fields<'_>| ContainerSpec {
        image: container.text("image"),
        network: container.boolean("network"),
        mount_sources: container.list("mounts", &shape::MOUNT, |mut mount| mount.text("src")),
    };
    Ok(FunctionSpec {
        exec: function.one("exec", &shape::EXEC, exec).unwrap_or_default(),
        container: function.one("container", &shape::CONTAINER, container).unwrap_or_default(),
    })
}

/// What an `origin` annotation says: kustomize's resource.Origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectOrigin {
    /// `path`
    pub path: String,
    /// `repo`
    pub repo: String,
    /// `ref`
    pub reference: String,
    /// `configuredIn`
    pub configured_in: String,
    /// `configuredBy`: apiVersion, kind, name, namespace.
    pub configured_by: [String; 4],
}

/// Decodes the text of an `origin` annotation, which yaml.v2 has read.
///
/// # Errors
/// Everything that does not fit.
pub fn object_origin(document: &Document) -> Result<ObjectOrigin, Vec<Diagnostic>> {
    let Some(root) = document.try_root() else { return Ok(ObjectOrigin::default()) };
    let mut warnings = Warnings::default();
    let bound = Binder::new(document, Dialect::V2, Manner::Lenient, &mut warnings)
        .bind(root, Shape::Struct(&shape::ORIGIN))?;
    Ok(origin(Fields::new(document, &shape::ORIGIN, bound)))
}

/// Decodes the text of a `transformations` annotation, which yaml.v2 has read. An entry may be null.
///
/// # Errors
/// Everything that does not fit.
pub fn object_origins(document: &Document) -> Result<Vec<Option<ObjectOrigin>>, Vec<Diagnostic>> {
    let Some(root) = document.try_root() else { return Ok(Vec::new()) };
    let mut warnings = Warnings::default();
    let bound =
        Binder::new(document, Dialect::V2, Manner::Lenient, &mut warnings).bind(root, shape::ORIGINS)?;
    let Content::List(list) = bound.content else { return Ok(Vec::new()) };
    let one = |bound: super::bind::Bound| {
        matches!(bound.content, Content::Fields(_))
            .then(|| origin(Fields::new(document, &shape::ORIGIN, bound)))
    };
    Ok(list.into_iter().map(one).collect())
}

fn origin(mut fields: Fields<'_>) -> ObjectOrigin {
    ObjectOrigin {
        path: fields.plain("path"),
        repo: fields.plain("repo"),
        reference: fields.plain("ref"),
        configured_in: fields.plain("configuredIn"),
        configured_by: fields
            .one("configuredBy", &shape::CONFIGURED_BY, |mut by| {
                ["apiVersion", "kind", "name", "namespace"].map(|name| by.plain(name))
            })
            .unwrap_or_default(),
    }
}
