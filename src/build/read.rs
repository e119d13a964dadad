//! What a layer reads: its kustomization file, the schema, configurations and CRDs it names, and files of objects.

use rayon::prelude::*;

use super::Run;
use crate::diagnostic::Result;
use crate::kubernetes::TransformerConfig;
use crate::kustomization::{self, Kustomization, Written};
use crate::load::{Found, Loader};
use crate::resource::{self, ResourceSet};
use crate::source::SourceId;

/// Bytes from which it pays to parse files side by side.
const WORTH_THREADS: usize = 64 << 10;

/// The kustomization at a root, decoded.
pub(super) fn kustomization(run: &mut Run<'_>, loader: &Loader<'_>) -> Result<Kustomization> {
    let (source, name) = loader.kustomization(&mut run.context.sources)?;
    kustomization::decode(source, name, &mut run.context)
}

/// Sets the schema that a kustomization asks for with `openapi`. In kustomize the first one wins for the whole
/// process, and the root may reset it; here the same holds for one build.
pub(super) fn schema(
    run: &mut Run<'_>,
    loader: &Loader<'_>,
    kustomization: &Kustomization,
    is_root: bool,
) -> Result<()> {
    let mut source = None;
    if let Some(path) = kustomization.openapi.iter().find(|pair| pair.key.value == "path") {
        source = Some(loader.read(&mut run.context.sources, &path.value.value, path.value.at)?);
    }
    let text = source.map(|id| (id, run.context.sources.get(id).text.clone()));
    run.context.schema.set(&kustomization.openapi, text, is_root)
}

/// Merges the files of `configurations` into a configuration.
pub(super) fn configurations(
    run: &mut Run<'_>,
    loader: &Loader<'_>,
    kustomization: &Kustomization,
    config: &mut TransformerConfig,
) -> Result<()> {
    let mut merged = TransformerConfig::default();
    for entry in &kustomization.configurations {
        let source = loader.read(&mut run.context.sources, &entry.value, entry.at)?;
        let text = run.context.sources.get(source).text.clone();
        merged.merge(&TransformerConfig::decode(source, &text)?)?;
    }
    config.merge(&merged)
}

/// Merges what the files of `crds` say into a configuration.
pub(super) fn crds(
    run: &mut Run<'_>,
    loader: &Loader<'_>,
    kustomization: &Kustomization,
    config: &mut TransformerConfig,
) -> Result<()> {
    let mut merged = TransformerConfig::default();
    for entry in &kustomization.crds {
        let source = loader.read(&mut run.context.sources, &entry.value, entry.at)?;
        let text = run.context.sources.get(source).text.clone();
        merged.merge(&TransformerConfig::from_crds(source, &text)?)?;
    }
    config.merge(&merged)
}

/// The objects that entries name: files are parsed side by side where that pays, roots are left to the caller.
pub(super) fn entries<'f>(
    run: &mut Run<'f>,
    loader: &Loader<'f>,
    entries: &[Written<String>],
) -> Vec<Result<Entry<'f>>> {
    if entries.len() > 8 {
        let paths: Vec<&str> = entries.iter().map(|entry| entry.value.as_str()).collect();
        loader.read_ahead(&paths);
    }
    let sources = &mut run.context.sources;
    let found: Vec<Result<Found<'f>>> =
        entries.iter().map(|entry| loader.find(sources, &entry.value, entry.at)).collect();
    let sources = &run.context.sources;
    let bytes: usize = found
        .iter()
        .map(|found| match found {
            Ok(Found::File(id)) => sources.get(*id).text.len(),
            _ => 0,
        })
        .sum();
    let parse = |found: Result<Found<'f>>| match found? {
        Found::File(id) => resource::read(id, &sources.get(id).text).map(Entry::Objects),
        Found::Directory(loader) => Ok(Entry::Root(loader)),
    };
    if bytes > WORTH_THREADS {
        found.into_par_iter().map(parse).collect()
    } else {
        found.into_iter().map(parse).collect()
    }
}

/// What an entry of `resources` names.
pub(super) enum Entry<'f> {
    /// Objects of a file.
    Objects(ResourceSet),
    /// The root of another kustomization.
    Root(Loader<'f>),
}

/// The objects of one text.
pub(super) fn objects(run: &Run<'_>, source: SourceId) -> Result<ResourceSet> {
    resource::read(source, &run.context.sources.get(source).text)
}
