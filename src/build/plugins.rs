//! Generators, transformers and validators: those of the kustomization's own fields, and those that `generators`,
//! `transformers` and `validators` name as objects (inline, in a file, or accumulated from a directory).

use super::Run;
use super::accumulate::Accumulator;
use super::build_metadata::Trail;
use super::functions::{self, Function};
use super::layer::Layer;
use super::read;
use crate::diagnostic::{Diagnostic, Result};
use crate::generate::{self, FileContent, FileReader};
use crate::kubernetes::Gvk;
use crate::kustomization::{self, GeneratorArgs, Plugin, Written};
use crate::resource::{Resource, ResourceSet};
use crate::source::{Place, Source};
use crate::yaml;

/// A plugin, configured, with what it leaves in `buildMetadata`.
pub(super) struct Configured {
    pub(super) plugin: Runnable,
    pub(super) trail: Option<Trail>,
    /// Where its configuration begins.
    pub(super) at: Place,
}

/// What can be run.
pub(super) enum Runnable {
    /// One of kustomize's own.
    Builtin(Box<Plugin>),
    /// A program.
    Function(Box<Function>),
}

/// Runs `configMapGenerator`, `secretGenerator`, then `generators`.
pub(super) fn run_generators<'f>(run: &mut Run<'f>, layer: &Layer<'f>, into: &mut Accumulator) -> Result<()> {
    let kustomization = &layer.kustomization;
    let global = kustomization.generator_options.as_ref();
    let fields: [(&'static str, &str, &[GeneratorArgs]); 2] = [
        ("configMapGenerator", "ConfigMapGenerator", &kustomization.config_map_generator),
        ("secretGenerator", "SecretGenerator", &kustomization.secret_generator),
    ];
    let mut generated: Vec<(ResourceSet, Option<Trail>, &'static str, Place)> = Vec::new();
    for (field, kind, entries) in fields {
        for args in entries {
            let step = run.context.steps.add(field, args.at);
            let mut files = Reader { layer };
            let object = if field == "configMapGenerator" {
                generate::config_map::generate(args, global, step, &mut run.context, &mut files)?
            } else {
                generate::secret::generate(args, global, step, &mut run.context, &mut files)?
            };
            let trail = layer.trail.as_ref().map(|t| t.builtin(&kustomization.file_name, kind));
            generated.push((ResourceSet::from_list(vec![object]), trail, field, args.at));
        }
    }
    if let Some(at) = kustomization.helm {
        return no_helm(at);
    }
    let plugins = configure(run, layer, "generators", &kustomization.generators)?;
    for Configured { plugin, trail, .. } in plugins {
        let (objects, at) = match plugin {
            Runnable::Builtin(plugin) => generate_builtin(run, layer, *plugin)?,
            Runnable::Function(function) => (functions::generate(run, layer, &function)?, function.at),
        };
        generated.push((objects, trail, "generators", at));
    }
    for (mut objects, trail, field, at) in generated {
        let step = run.context.steps.add(field, at);
        run.keep_values(&mut objects);
        if let Some(trail) = trail {
            trail.annotate_new(&mut objects, step)?;
        }
        into.resources.absorb_all(objects, &run.context.schema, step)?;
    }
    Ok(())
}

fn generate_builtin<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    plugin: Plugin,
) -> Result<(ResourceSet, Place)> {
    let mut files = Reader { layer };
    let (object, at) = match plugin {
        Plugin::ConfigMap(args) => {
            let step = run.context.steps.add("generators", args.at);
            (generate::config_map::generate(&args, None, step, &mut run.context, &mut files)?, args.at)
        }
        Plugin::Secret(args) => {
            let step = run.context.steps.add("generators", args.at);
            (generate::secret::generate(&args, None, step, &mut run.context, &mut files)?, args.at)
        }
        Plugin::IamPolicy(args) => {
            let step = run.context.steps.add("generators", args.at);
            (generate::iam_policy::generate(&args, step)?, args.at)
        }
        Plugin::Helm(at) => return no_helm(at),
        _ => return Ok((ResourceSet::default(), Place::NONE)),
    };
    Ok((ResourceSet::from_list(vec![object]), at))
}

/// The plugins that entries name, in order: inline objects first (as kustomize has it), then files and directories.
pub(super) fn configure<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    field: &'static str,
    entries: &[Written<String>],
) -> Result<Vec<Configured>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut gathered = Accumulator::default();
    let mut paths = Vec::new();
    for entry in entries {
        match inline(run, entry)? {
            Some(mut objects) => {
                if let Some(trail) = &layer.trail {
                    let step = run.context.steps.add("buildMetadata", entry.at);
                    trail.append(&layer.kustomization.file_name).annotate_all(&mut objects, step)?;
                }
                gathered.resources.append_all(objects, &run.context.schema)?;
            }
            None => paths.push(entry.clone()),
        }
    }
    layer.resources(run, &mut gathered, &paths)?;
    gathered
        .resources
        .into_list()
        .into_iter()
        .map(|object| {
            let trail = Trail::of_plugin(&object)?;
            let at = object.place();
            run.context.schema.ask_for_scopes(std::iter::once((object.api_version(), object.kind())));
            Ok(Configured { plugin: runnable(run, object, field)?, trail, at })
        })
        .collect()
}

/// An entry that holds objects rather than naming them: anything that kustomize can read as objects, even none.
///
/// # Errors
/// When it can be neither: it cannot be read, and has more than one line.
fn inline(run: &mut Run<'_>, entry: &Written<String>) -> Result<Option<ResourceSet>> {
    if is_surely_a_path(&entry.value) {
        return Ok(None);
    }
    let name = std::sync::Arc::clone(&run.context.sources.get(entry.at.source).name);
    let text = entry.value.replace("\r\n", "\n").into();
    let source = run.context.sources.add(Source { name, text, inside: Some(entry.at) });
    let mut objects = ResourceSet::default();
    let read = read::objects(run, source).and_then(|read| objects.append_all(read, &run.context.schema));
    match read {
        Ok(()) => Ok(Some(objects)),
        Err(fault) if entry.value.trim_end().contains('\n') => Err(fault),
        Err(_) => Ok(None),
    }
}

/// Whether YAML would take an entry for a text, and so never for objects.
fn is_surely_a_path(entry: &str) -> bool {
    !entry.contains(['\n', ':', '{', '[', '#', '&', '*', '!', '"', '\''])
        && entry.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_'))
        && !matches!(entry.trim(), "null" | "Null" | "NULL")
}

fn runnable(run: &mut Run<'_>, object: Resource, field: &'static str) -> Result<Runnable> {
    let kind = object.kind().to_owned();
    if Gvk::split_api_version(object.api_version()) != ("", "builtin") {
        return functions::configure(run, object).map(|function| Runnable::Function(Box::new(function)));
    }
    let document = &object.document;
    let place = object.place();
    let unknown = |message: String| {
        Diagnostic::error("plugin-not-usable", message)
            .at(place, "this plugin")
            .hint("see the manual for the built-in generators and transformers")
    };
    // kustomize prints the configuration and reads it again: what cannot be printed is refused.
    yaml::emit(document, document.root(), &mut Vec::new())?;
    let mut plugin = kustomization::plugin(document, document.root(), &kind, &mut run.context.warnings)
        .map_err(|faults| read::first_fault(run, faults))?;
    plugin.as_mut().map_or(Ok(()), kustomization::Plugin::marshal)?;
    match plugin {
        None => unknown(format!("there is no built-in plugin `{kind}`")).fail(),
        Some(plugin) if plugin.is_generator() != (field == "generators") => {
            let role = if field == "generators" { "generator" } else { "transformer" };
            unknown(format!("plugin `{kind}` is not a {role}")).fail()
        }
        Some(plugin) => Ok(Runnable::Builtin(Box::new(plugin))),
    }
}

fn no_helm<T>(at: Place) -> Result<T> {
    Diagnostic::error("helm-not-supported", "charts cannot be inflated yet")
        .at(at, "asks for a chart")
        .hint("inflate the chart with `helm template` and name its output under `resources`")
        .fail()
}

/// Reads files for generators through the layer's root.
struct Reader<'l, 'f> {
    layer: &'l Layer<'f>,
}

impl FileReader for Reader<'_, '_> {
    fn read(&mut self, path: &str, at: Place) -> Result<FileContent> {
        let bytes = self.layer.loader.read_bytes(path, at)?;
        Ok(FileContent { name: self.layer.loader.display_path(path).into(), bytes })
    }
}
