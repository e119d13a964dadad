//! One kustomization, recursively: resources → field specs → generators → components → transformers → validators →
//! vars. What happens once, at the root, is `finish.rs`.
//!
//! Follows kustomize's KustTarget.accumulateTarget. Directories named in `generators`, `transformers`, `validators` are
//! accumulated by the same recursion and never finished.

use super::Run;
use super::accumulate::Accumulator;
use super::build_metadata::Trail;
use super::read::Entry;
use super::{plugins, read, steps, validators};
use crate::diagnostic::{Diagnostic, Result, Trace};
use crate::kustomization::{Kustomization, Written};
use crate::load::Loader;
use crate::resource::ResourceSet;
use crate::source::Place;

/// Layers that are built on one stack; deeper ones go on with a fresh one.
const LAYERS_PER_STACK: usize = 64;
/// Room for [`LAYERS_PER_STACK`] layers.
const STACK: usize = 16 << 20;

/// One kustomization with what it inherits.
pub(super) struct Layer<'f> {
    pub(super) loader: Loader<'f>,
    pub(super) kustomization: Kustomization,
    /// Where the build is, when any `buildMetadata` is asked for by the root.
    pub(super) trail: Option<Trail>,
    /// How many layers stand above.
    depth: usize,
}

/// By which door a kustomization is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// The root, or an entry of `resources`, `generators`, `transformers`, `validators`.
    Resource,
    /// An entry of `components`.
    Component,
}

impl<'f> Layer<'f> {
    /// Reads the kustomization at the loader's root. The schema that it names is set, unless one is set already.
    pub(super) fn load(
        run: &mut Run<'f>,
        loader: Loader<'f>,
        trail: Option<Trail>,
        depth: usize,
    ) -> Result<Layer<'f>> {
        let kustomization = read::kustomization(run, &loader)?;
        let layer = Layer { loader, kustomization, trail, depth };
        read::schema(run, &layer.loader, &layer.kustomization)?;
        Ok(layer)
    }

    /// The same layer at the beginning of a trail.
    pub(super) fn with_trail(self, trail: Trail) -> Layer<'f> {
        Layer { trail: Some(trail), ..self }
    }

    /// Runs everything but the finish on what was gathered so far (nothing, or for a component its parent's objects).
    pub(super) fn accumulate(&self, run: &mut Run<'f>, mut so_far: Accumulator) -> Result<Accumulator> {
        self.resources(run, &mut so_far, &self.kustomization.resources)?;
        so_far.config.merge(&read::configurations(run, &self.loader, &self.kustomization)?)?;
        so_far.config.merge(&read::crds(run, &self.loader, &self.kustomization)?)?;
        plugins::run_generators(run, self, &mut so_far)?;
        for entry in &self.kustomization.components {
            let loader = self.loader.enter(&entry.value, entry.at)?;
            so_far = self.descend(run, loader, entry, Door::Component, so_far)?;
        }
        steps::run_transformers(run, self, &mut so_far)?;
        validators::run_validators(run, self, &mut so_far)?;
        so_far.vars.add(&self.kustomization.vars, &mut so_far.resources, &run.context.schema)?;
        Ok(so_far)
    }

    /// Gathers what entries name: files, or roots of other kustomizations.
    pub(super) fn resources(
        &self,
        run: &mut Run<'f>,
        into: &mut Accumulator,
        entries: &[Written<String>],
    ) -> Result<()> {
        let found = read::entries(run, &self.loader, entries);
        for (entry, found) in entries.iter().zip(found) {
            match found? {
                Entry::Objects(objects) => self.file(run, into, entry, *objects)?,
                Entry::Root(loader) => {
                    let gathered = std::mem::take(into);
                    *into = self.descend(run, loader, entry, Door::Resource, gathered)?;
                }
            }
        }
        Ok(())
    }

    fn file(
        &self,
        run: &mut Run<'f>,
        into: &mut Accumulator,
        entry: &Written<String>,
        mut objects: ResourceSet,
    ) -> Result<()> {
        run.keep_values(&mut objects);
        if let Some(trail) = &self.trail {
            trail.append(&entry.value).annotate_file(run, &mut objects, entry.at)?;
        }
        let kinds = objects.iter().map(|object| (object.api_version(), object.kind()));
        run.context.schema.ask_for_scopes(kinds);
        into.resources.append_all(objects, &run.context.schema)
    }

    /// Builds another kustomization and takes in what it gathered.
    fn descend(
        &self,
        run: &mut Run<'f>,
        loader: Loader<'f>,
        entry: &Written<String>,
        door: Door,
        mut so_far: Accumulator,
    ) -> Result<Accumulator> {
        if self.depth % LAYERS_PER_STACK == LAYERS_PER_STACK - 1 {
            return std::thread::scope(|scope| {
                let builder = std::thread::Builder::new().stack_size(STACK);
                let thread =
                    builder.spawn_scoped(scope, || self.descend_here(run, loader, entry, door, so_far));
                match thread.map(std::thread::ScopedJoinHandle::join) {
                    Ok(Ok(result)) => result,
                    _ => Diagnostic::error("too-many-layers", "kustomizations are nested too deeply")
                        .at(entry.at, "the next one is named here")
                        .fail(),
                }
            });
        }
        self.descend_here(run, loader, entry, door, std::mem::take(&mut so_far))
    }

    fn descend_here(
        &self,
        run: &mut Run<'f>,
        loader: Loader<'f>,
        entry: &Written<String>,
        door: Door,
        mut so_far: Accumulator,
    ) -> Result<Accumulator> {
        let root = loader.display_root();
        let trail = self.trail.as_ref().map(|trail| trail.append(&entry.value));
        let below = Layer::load(run, loader, trail, self.depth + 1)
            .while_doing(|| format!("while reading the kustomization in `{root}`"))?;
        below.check_kind(door, entry.at, &root)?;
        let doing = || format!("while building `{root}`");
        match door {
            Door::Component => {
                // kustomize appends what the component left to an empty set: ids that became equal are refused.
                let built = below.accumulate(run, so_far).while_doing(doing)?;
                let mut merged = Accumulator::default();
                merged.merge(built, &run.context.schema)?;
                Ok(merged)
            }
            Door::Resource => {
                let built = below.accumulate(run, Accumulator::default()).while_doing(doing)?;
                so_far
                    .merge(built, &run.context.schema)
                    .while_doing(|| format!("while adding what `{root}` builds"))?;
                Ok(so_far)
            }
        }
    }

    fn check_kind(&self, door: Door, at: Place, root: &str) -> Result<()> {
        match (door, self.kustomization.is_component) {
            (Door::Component, false) => {
                Diagnostic::error("not-a-component", format!("`{root}` is a Kustomization, not a Component"))
                    .at(at, "named under `components`")
                    .hint("name it under `resources`, or give it `kind: Component`")
                    .fail()
            }
            (Door::Resource, true) => Diagnostic::error(
                "component-as-resource",
                format!("`{root}` is a Component, not a Kustomization"),
            )
            .at(at, "named here")
            .hint("name it under `components`")
            .fail(),
            _ => Ok(()),
        }
    }
}
