//! What happens once, at the root: content hashes → name references → vars → local-config objects dropped → sorted →
//! labelled → the build's own annotations taken away.

use super::build_metadata::{self, Trail};
use super::layer::Layer;
use super::{Run, accumulate::Accumulator, hash, local_config, name_reference, vars};
use crate::build::Reorder;
use crate::diagnostic::Result;
use crate::kustomization::SortOptions;
use crate::load::Loader;
use crate::order;
use crate::resource::ResourceSet;

/// Builds the kustomization at a loader's root and finishes it.
pub(super) fn build<'f>(run: &mut Run<'f>, loader: Loader<'f>) -> Result<ResourceSet> {
    let root = Layer::load(run, loader, None, 0)?;
    let wanted = root.kustomization.build_metadata.clone();
    let asks_for = |what: &str| wanted.iter().any(|option| option.value == what);
    let root = if wanted.is_empty() { root } else { root.with_trail(Trail::default()) };
    let mut built = root.accumulate(run, Accumulator::default())?;
    let kinds = built.resources.iter().map(|object| (object.api_version(), object.kind()));
    run.context.schema.ask_for_scopes(kinds);
    run.context.schema.check()?;
    hash::apply(&mut built.resources, &mut run.context)?;
    name_reference::apply(&mut built.resources, &built.config.name_reference, &mut run.context)?;
    vars::resolve(&mut built.resources, &built.vars, &built.config.var_reference, &mut run.context)?;
    local_config::drop(&mut built.resources, &run.context.schema)?;
    let mut resources = built.resources;
    sort(run, root.kustomization.sort_options.as_ref(), &mut resources)?;
    if run.options.enable_managed_by_label || asks_for("managedByLabel") {
        build_metadata::add_managed_by_label(&mut resources, run)?;
    }
    build_metadata::strip(
        &mut resources,
        asks_for("originAnnotations"),
        asks_for("transformerAnnotations"),
        run,
    )?;
    Ok(resources)
}

/// `sortOptions` win over `--reorder`; without either the order is `legacy`.
fn sort(run: &mut Run<'_>, options: Option<&SortOptions>, resources: &mut ResourceSet) -> Result<()> {
    match (options, run.options.reorder) {
        (Some(options), reorder) => {
            if reorder != Reorder::Unspecified {
                run.context.warnings.kustomize.push(
                    "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag \
                     ('--reorder'). Using the kustomization file over the CLI flag."
                        .to_owned(),
                );
            }
            order::apply(options, resources, &run.context.schema)
        }
        (None, Reorder::None) => Ok(()),
        (None, Reorder::Legacy | Reorder::Unspecified) => order::legacy(resources, &run.context.schema),
    }
}
