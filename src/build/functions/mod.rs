//! KRM functions: programs that get objects on standard input and give objects back, asked for by an object with the
//! annotation `config.kubernetes.io/function` under `generators`, `transformers` or `validators`.
//!
//! Follows kustomize's fnplugin and kyaml's runfn. What is not an exec function (containers, starlark, exec and Go
//! plugins of a plugin home) is recognised and refused. What a function does to the set is `update.rs`.

mod invoke;
mod plugin_home;
mod sign;
mod stream;
mod sync;
mod update;

use std::sync::Arc;

use super::Run;
use super::accumulate::Accumulator;
use super::layer::Layer;
use super::read;
use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::{self, FunctionSpec, Written};
use crate::output;
use crate::resource::{Resource, ResourceSet, projection};
use crate::source::{Place, Source, SourceText};
use crate::yaml::{self, Document, Kind, NodeId};

/// Annotations that may hold a function, the one that counts first.
const ANNOTATIONS: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];
/// An annotation that holds nothing but an image.
const CONTAINER: &str = "config.kubernetes.io/container";

/// A function, configured by an object.
pub(super) struct Function {
    /// Where its configuration begins.
    pub(super) at: Place,
    /// How kustomize calls it in its words.
    name: String,
    spec: FunctionSpec,
    /// Its configuration as it is handed to the program.
    config: Arc<str>,
}

/// What an object that is no built-in plugin asks for.
pub(super) fn configure(run: &mut Run<'_>, mut object: Resource) -> Result<Function> {
    let at = object.place();
    if !run.options.enable_plugins {
        return Diagnostic::error(
            "plugins-disabled",
            format!("external plugins disabled; unable to load external plugin `{}`", object.kind()),
        )
        .at(at, "this object is no built-in generator or transformer")
        .hint(
            "pass --enable-alpha-plugins (and --enable-exec for functions that are programs) if you trust it",
        )
        .fail();
    }
    let Some(spec) = spec(run, &object)? else {
        return plugin_home::refuse(run.host, &object);
    };
    check(run, &spec, &object)?;
    let name = format!("{} `{}`", object.kind(), object.name());
    let step = run.context.steps.add("functionConfig", at);
    projection::show(&mut object, step);
    let text = output::print(&ResourceSet::from_list(vec![object]))?;
    let config = Arc::from(String::from_utf8_lossy(&text));
    Ok(Function { at, name, spec, config })
}

/// The function that an object describes.
fn spec(run: &mut Run<'_>, object: &Resource) -> Result<Option<FunctionSpec>> {
    let document = &object.document;
    let Some(root) = document.try_root() else { return Ok(None) };
    let annotation = |name: &str| {
        let node = document.at(root, &["metadata", "annotations", name])?;
        (!document.is_null(node) && !document.text(node).is_empty()).then_some(node)
    };
    if let Some(node) = ANNOTATIONS.into_iter().find_map(annotation) {
        return decode(run, document.text(node), document.place(node)).map(Some);
    }
    if let Some(node) = document.at(root, &["metadata", "configFn"])
        && !document.is_null(node)
    {
        let mut text = Vec::new();
        // kustomize prints the object before it looks for a function in it.
        yaml::emit(document, node, &mut text)?;
        return decode(run, &String::from_utf8_lossy(&text), document.place(node)).map(Some);
    }
    Ok(annotation(CONTAINER).map(|node| {
        let mut spec = FunctionSpec::default();
        spec.container.image = Written { value: document.text(node).to_owned(), at: document.place(node) };
        spec
    }))
}

/// Decodes the text of an annotation; `at` is where the text begins.
fn decode(run: &mut Run<'_>, text: &str, at: Place) -> Result<FunctionSpec> {
    let sources = &mut run.context.sources;
    let name =
        if sources.holds(at) { Arc::clone(&sources.get(at.source).name) } else { Arc::from("a function") };
    let text = SourceText::from(text);
    let inside = at.is_some().then_some(at);
    let source = sources.add(Source { name, text: text.clone(), inside });
    let mut repeated = Vec::new();
    let document = yaml::read_v2(source, &text, &mut repeated)?;
    if let Some(fault) = repeated.into_iter().next() {
        return Diagnostic { severity: crate::diagnostic::Severity::Error, ..fault }.fail();
    }
    if let Some(node) = starlark(&document) {
        return Diagnostic::error("starlark-not-supported", "starlark functions cannot be run")
            .at(document.place(node), "asks for one")
            .hint("kustomize dropped them, too: make the script a program of its own and name it under `exec.path`")
            .fail();
    }
    kustomization::function_spec(&document).map_err(|faults| read::first_fault(run, faults))
}

fn starlark(document: &Document) -> Option<NodeId> {
    let root = document.try_root()?;
    document.get(root, "starlark").and_then(|node| document.key(node))
}

/// What has to hold before a function may be configured.
fn check(run: &Run<'_>, spec: &FunctionSpec, object: &Resource) -> Result<()> {
    for mount in &spec.container.mount_sources {
        let path = crate::host::clean(std::path::Path::new(&mount.value));
        if path.is_absolute() || path.to_string_lossy().starts_with("..") {
            return Diagnostic::error(
                "function-mount-outside",
                format!("the function mounts `{}`, which is outside its kustomization", mount.value),
            )
            .at(mount.at, "must be a path in or below the directory of the kustomization")
            .fail();
        }
    }
    let (image, path) = (&spec.container.image, &spec.exec.path);
    if spec.container.network && !run.options.functions.network {
        return Diagnostic::error("function-needs-network", "the function wants the network")
            .at(object.place(), "`container.network` is true in this function")
            .hint("pass --network if you trust it")
            .fail();
    }
    if !image.value.is_empty() {
        return Diagnostic::error(
            "container-function-not-supported",
            format!("the function is a container (`{}`): citadel does not run containers yet", image.value),
        )
        .at(image.at, "asks for an image")
        .hint("run the function as a program: give its path as `exec.path` and pass --enable-exec")
        .fail();
    }
    // Under its own name, kustomize leaves the function out without a word.
    if !path.value.is_empty() && !run.options.functions.enable_exec && !run.options.as_kustomize {
        return Diagnostic::error(
            "exec-disabled",
            format!("the program `{}` is not allowed to run", path.value),
        )
        .at(path.at, "asks for a program")
        .hint("pass --enable-exec if you trust it (kustomize would leave the function out without a word)")
        .fail();
    }
    Ok(())
}

/// Runs a function that makes objects.
pub(super) fn generate(run: &mut Run<'_>, layer: &Layer<'_>, function: &Function) -> Result<ResourceSet> {
    let step = run.context.steps.add("generators", function.at);
    let output = invoke::run(run, layer, function, Vec::new(), step)?;
    let mut objects = ResourceSet::default();
    objects.append_all(read::objects(run, output)?, &run.context.schema)?;
    update::take_options(&mut objects, function, step)?;
    for object in objects.list_mut_keeping_ids() {
        sign::sign(object, None, step);
    }
    Ok(objects)
}

/// Runs a function that changes objects.
pub(super) fn transform(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    function: &Function,
    set: &mut Accumulator,
) -> Result<()> {
    let step = run.context.steps.add("transformers", function.at);
    let input = output::print(&update::with_ids(&set.resources, step)?)?;
    let output = invoke::run(run, layer, function, input, step)?;
    let mut returned = read::objects(run, output)?;
    run.keep_values(&mut returned);
    update::apply(&mut set.resources, returned, function, &run.context.schema, step)
}

/// Runs a function that only looks: what it adds or drops counts for nothing. Gives the first object of the set that it
/// gave back, which kustomize takes for a change.
pub(super) fn validate<'s>(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    function: &Function,
    set: &'s ResourceSet,
) -> Result<Option<&'s Resource>> {
    let step = run.context.steps.add("validators", function.at);
    let input = output::print(&update::with_ids(set, step)?)?;
    let output = invoke::run(run, layer, function, input, step)?;
    let returned = read::objects(run, output)?;
    update::first_given_back(set, returned, function, &run.context.schema, step)
}

impl Function {
    /// Whether it names a program that may run; kustomize lets the others pass.
    fn has_program(&self, run: &Run<'_>) -> bool {
        !self.spec.exec.path.value.is_empty() && run.options.functions.enable_exec
    }

    /// The configuration as kustomize hands it on: marked as nothing that belongs into the result.
    fn config(&self, run: &mut Run<'_>, step: crate::provenance::StepId) -> Result<Document> {
        let name = format!("the configuration of {}", self.name);
        let bytes = self.config.as_bytes().to_vec();
        let source = stream::register(&mut run.context.sources, name, bytes, self.at)?;
        let text = &run.context.sources.get(source).text;
        let document = yaml::read_document_v3(source, text)?;
        let unusable = || {
            Diagnostic::error(
                "function-config-unusable",
                "the configuration of the function cannot be annotated",
            )
            .at(self.at, "its `metadata.annotations` should be a mapping")
        };
        let Some(mut document) = document else { return unusable().fail() };
        let Some(root) = document.try_root() else { return unusable().fail() };
        let mark = "config.kubernetes.io/local-config";
        if document.kind(root) != Kind::Mapping || !stream::annotate(&mut document, root, mark, "true", step)
        {
            return unusable().fail();
        }
        Ok(document)
    }
}
