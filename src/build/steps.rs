//! The transformers of one kustomization, in kustomize's order; then those that `transformers` names.

use super::Run;
use super::accumulate::Accumulator;
use super::layer::Layer;
use super::plugins::{self, Configured, Runnable};
use super::{functions, hash};
use crate::diagnostic::Result;
use crate::kubernetes::TransformerConfig;
use crate::kustomization::{NamespaceTransformer, Patch, Plugin, RoleBindingSubjects, Written};
use crate::resource::{Context, ResourceSet};
use crate::transform::name_prefix::End;
use crate::transform::together::{Local, Together};
use crate::transform::{
    annotations, images, labels, name_prefix, name_suffix, namespace, patches, patches_json6902,
    patches_strategic_merge, replacements, replicas, value_add,
};

/// Runs some of a field's transformers; says how many kustomize makes of them.
type Field = for<'f, 'a> fn(&mut Run<'f>, &'a Layer<'f>, &mut Set<'_, 'a>, Which) -> Result<usize>;

/// What transformers work on.
struct Set<'r, 'a> {
    resources: &'r mut ResourceSet,
    config: &'a TransformerConfig,
    /// Steps that look at one object at a time and are not done yet: those in a row are done together.
    together: Together<'a>,
}

impl<'a> Set<'_, 'a> {
    /// Takes in a step that looks at one object at a time. Where it cannot be made, those before it come first.
    fn add(&mut self, step: Result<Option<impl Local + 'a>>, context: &mut Context) -> Result<()> {
        match step {
            Ok(Some(step)) => self.together.add(step),
            Ok(None) => {}
            Err(fault) => {
                self.catch_up(context)?;
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Does the steps that are not done yet, so that another sort of step can follow.
    fn catch_up(&mut self, context: &mut Context) -> Result<()> {
        self.together.run(self.resources, context)
    }
}

/// Which transformers of those that kustomize makes of a field: all in a row, or one, so that something can be done
/// between them.
#[derive(Clone, Copy)]
enum Which {
    All,
    Nth(usize),
}

impl Which {
    fn of<T>(self, entries: &[T]) -> &[T] {
        match self {
            Which::All => entries,
            Which::Nth(nth) => entries.get(nth..=nth).unwrap_or_default(),
        }
    }

    fn is_first(self) -> bool {
        matches!(self, Which::All | Which::Nth(0))
    }
}

/// kustomize's order: the transformer's name there, and what it does here.
const ORDER: &[(&str, Field)] = &[
    ("PatchStrategicMergeTransformer", patches_strategic_merge),
    ("PatchTransformer", patches),
    ("NamespaceTransformer", namespace),
    ("PrefixTransformer", name_prefix),
    ("SuffixTransformer", name_suffix),
    ("LabelTransformer", labels),
    ("AnnotationsTransformer", annotations),
    ("PatchJson6902Transformer", patches_json6902),
    ("ReplicaCountTransformer", replicas),
    ("ImageTagTransformer", images),
    ("ReplacementTransformer", replacements),
];

/// Runs the kustomization's own transformers in order, then those of `transformers`.
pub(super) fn run_transformers<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    set: &mut Accumulator,
) -> Result<()> {
    run_own(run, layer, set)?;
    for Configured { plugin, trail, at } in
        plugins::configure(run, layer, "transformers", &layer.kustomization.transformers)?
    {
        run_plugin(run, layer, plugin, set)?;
        if let Some(trail) = trail {
            let step = run.context.steps.add("buildMetadata", at);
            trail.note(&mut set.resources, step)?;
        }
        set.resources.drop_empties();
    }
    Ok(())
}

/// Runs the kustomization's own transformers in order.
fn run_own<'f>(run: &mut Run<'f>, layer: &Layer<'f>, so_far: &mut Accumulator) -> Result<()> {
    let Accumulator { resources, config, .. } = so_far;
    let mut set = Set { resources, config, together: Together::default() };
    for (number, (kind, field)) in ORDER.iter().enumerate() {
        let Some(trail) = &layer.trail else {
            let made = field(run, layer, &mut set, Which::All)?;
            // What came in empty goes behind the first step, whether or not that does anything; steps that are done
            // together leave something of every object.
            if set.together.is_empty() && (made > 0 || number == 0) {
                set.resources.drop_empties();
            }
            continue;
        };
        let trail = trail.builtin(&layer.kustomization.file_name, kind);
        let mut nth = 0;
        while field(run, layer, &mut set, Which::Nth(nth))? > 0 {
            nth += 1;
            set.catch_up(&mut run.context)?;
            set.resources.drop_empties();
            let step = run.context.steps.add("buildMetadata", layer.kustomization.at);
            trail.note(set.resources, step)?;
        }
    }
    set.catch_up(&mut run.context)
}

fn patches_strategic_merge<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let entries = &layer.kustomization.patches_strategic_merge;
    let Some(first) = entries.first().filter(|_| which.is_first()) else { return Ok(0) };
    set.catch_up(&mut run.context)?;
    let none = Written::default();
    patches_strategic_merge::apply(first.at, entries, &none, &layer.loader, set.resources, &mut run.context)?;
    Ok(1)
}

fn patches<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let entries = which.of(&layer.kustomization.patches);
    if !entries.is_empty() {
        set.catch_up(&mut run.context)?;
        patches::apply(entries, &layer.loader, set.resources, &mut run.context)?;
    }
    Ok(entries.len())
}

fn patches_json6902<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let entries = which.of(&layer.kustomization.patches_json6902);
    if !entries.is_empty() {
        set.catch_up(&mut run.context)?;
        patches_json6902::apply(entries, &layer.loader, set.resources, &mut run.context)?;
    }
    Ok(entries.len())
}

fn replacements<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let entries = &layer.kustomization.replacements;
    if entries.is_empty() || !which.is_first() {
        return Ok(0);
    }
    set.catch_up(&mut run.context)?;
    replacements::apply(entries, &layer.loader, set.resources, &mut run.context)?;
    Ok(1)
}

fn namespace<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let namespace = &layer.kustomization.namespace;
    if namespace.value.is_empty() || !which.is_first() {
        return Ok(0);
    }
    let asked = namespace::Namespace { namespace: namespace.clone(), ..Default::default() };
    let fields = &set.config.namespace;
    set.catch_up(&mut run.context)?;
    if namespace::may_conflict(fields, set.resources, &run.context.schema) {
        namespace::apply(&asked, fields, set.resources, &mut run.context)?;
    } else {
        set.together.add(namespace::prepare(&asked, fields, &mut run.context));
    }
    Ok(1)
}

fn name_prefix<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let prefix = &layer.kustomization.name_prefix;
    if prefix.value.is_empty() || !which.is_first() {
        return Ok(0);
    }
    let step = name_prefix::prepare(End::Front, prefix, &set.config.name_prefix, &mut run.context);
    set.add(Ok(Some(step)), &mut run.context)?;
    Ok(1)
}

fn name_suffix<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let suffix = &layer.kustomization.name_suffix;
    if suffix.value.is_empty() || !which.is_first() {
        return Ok(0);
    }
    let step = name_prefix::prepare(End::Back, suffix, &set.config.name_suffix, &mut run.context);
    set.add(Ok(Some(step)), &mut run.context)?;
    Ok(1)
}

/// `labels`, then `commonLabels`: kustomize makes a transformer for the latter as soon as either is there.
fn labels<'a>(run: &mut Run<'_>, layer: &'a Layer<'_>, set: &mut Set<'_, 'a>, which: Which) -> Result<usize> {
    let (entries, common) = (&layer.kustomization.labels, &layer.kustomization.common_labels);
    if entries.is_empty() && common.is_empty() {
        return Ok(0);
    }
    let context = &mut run.context;
    for label in which.of(entries) {
        let fields = labels::field_specs(label, set.config);
        let step = fields.and_then(|fields| labels::prepare("labels", &label.pairs, &fields, context));
        set.add(step, context)?;
    }
    let made = which.of(entries).len();
    if matches!(which, Which::Nth(nth) if nth != entries.len()) {
        return Ok(made);
    }
    let step = labels::prepare("commonLabels", common, &set.config.common_labels, context);
    set.add(step, context)?;
    Ok(made + 1)
}

fn annotations<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let pairs = &layer.kustomization.common_annotations;
    if pairs.is_empty() || !which.is_first() {
        return Ok(0);
    }
    let step = annotations::prepare(pairs, &set.config.common_annotations, &mut run.context);
    set.add(step, &mut run.context)?;
    Ok(1)
}

fn replicas<'a>(
    run: &mut Run<'_>,
    layer: &'a Layer<'_>,
    set: &mut Set<'_, 'a>,
    which: Which,
) -> Result<usize> {
    let entries = which.of(&layer.kustomization.replicas);
    for replica in entries {
        set.catch_up(&mut run.context)?;
        replicas::apply(replica, &set.config.replicas, set.resources, &mut run.context)?;
    }
    Ok(entries.len())
}

fn images<'a>(run: &mut Run<'_>, layer: &'a Layer<'_>, set: &mut Set<'_, 'a>, which: Which) -> Result<usize> {
    let entries = which.of(&layer.kustomization.images);
    let step = images::prepare(entries, &set.config.images, &mut run.context);
    set.add(step, &mut run.context)?;
    Ok(entries.len())
}

/// Runs one entry of `transformers` (or `validators`).
pub(super) fn run_plugin<'f>(
    run: &mut Run<'f>,
    layer: &Layer<'f>,
    plugin: Runnable,
    set: &mut Accumulator,
) -> Result<()> {
    let plugin = match plugin {
        Runnable::Function(function) => return functions::transform(run, layer, &function, set),
        Runnable::Builtin(plugin) => *plugin,
    };
    let (resources, context) = (&mut set.resources, &mut run.context);
    match plugin {
        Plugin::Annotations(it) => annotations::apply(&it.pairs, &it.field_specs, resources, context),
        Plugin::Label(it) => labels::apply("transformers", &it.pairs, &it.field_specs, resources, context),
        Plugin::Namespace(it) => namespace_plugin(it, resources, context),
        Plugin::Prefix(it) => name_prefix::apply(&it.affix, &it.field_specs, resources, context),
        Plugin::Suffix(it) => name_suffix::apply(&it.affix, &it.field_specs, resources, context),
        Plugin::PrefixSuffix(prefix, suffix) => {
            name_prefix::apply(&prefix.affix, &prefix.field_specs, resources, context)?;
            name_suffix::apply(&suffix.affix, &suffix.field_specs, resources, context)
        }
        Plugin::ImageTag(it) => {
            images::apply(std::slice::from_ref(&it.image_tag), &it.field_specs, resources, context)
        }
        Plugin::ReplicaCount(it) => replicas::apply(&it.replica, &it.field_specs, resources, context),
        Plugin::Patch(patch) => patches::apply(&[patch], &layer.loader, resources, context),
        Plugin::PatchStrategicMerge(it) => {
            patches_strategic_merge::apply(it.at, &it.paths, &it.patches, &layer.loader, resources, context)
        }
        Plugin::PatchJson6902(it) => {
            let (path, patch, target) = (it.path, it.json_op, it.target);
            let patch = Patch { at: it.at, path, patch, target, ..Patch::default() };
            patches_json6902::apply(&[patch], &layer.loader, resources, context)
        }
        Plugin::Replacement(fields) => replacements::apply(&fields, &layer.loader, resources, context),
        Plugin::ValueAdd(it) => value_add::apply(&it, &layer.loader, resources, context),
        Plugin::Hash(_) => hash::apply(resources, context),
        _ => Ok(()),
    }
}

fn namespace_plugin(
    it: NamespaceTransformer,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let subjects = match it.set_role_binding_subjects {
        RoleBindingSubjects::DefaultOnly => namespace::Subjects::DefaultOnly,
        RoleBindingSubjects::AllServiceAccounts => namespace::Subjects::AllServiceAccounts,
        RoleBindingSubjects::None => namespace::Subjects::None,
    };
    let asked = namespace::Namespace { namespace: it.namespace, unset_only: it.unset_only, subjects };
    namespace::apply(&asked, &it.field_specs, resources, context)
}
