//! What becomes of texts that kustomize hands to its built-in plugins: it writes each configuration as JSON and lets
//! yaml.v2 read that, which folds U+0085 like a line break and stops at control characters beyond ASCII.

use super::Plugin;
use super::types::{GeneratorArgs, GeneratorOptions, Kustomization, Pair, Patch, Written};
use crate::diagnostic::{Diagnostic, Result};
use crate::yaml;

impl Kustomization {
    /// Sends the texts of all fields that become configurations of plugins through JSON.
    ///
    /// # Errors
    /// When a text holds a character that yaml.v2 does not read.
    pub fn marshal(&mut self) -> Result<()> {
        for args in self.config_map_generator.iter_mut().chain(&mut self.secret_generator) {
            generator(args)?;
        }
        self.generator_options.as_mut().map_or(Ok(()), options)?;
        for label in &mut self.labels {
            pairs(&mut label.pairs)?;
        }
        pairs(&mut self.common_labels)?;
        pairs(&mut self.common_annotations)?;
        self.patches.iter_mut().chain(&mut self.patches_json6902).try_for_each(patch)?;
        for image in &mut self.images {
            for text in [&mut image.name, &mut image.new_name, &mut image.new_tag, &mut image.digest] {
                written(text)?;
            }
        }
        self.patches_strategic_merge.iter_mut().try_for_each(written)?;
        [&mut self.name_prefix, &mut self.name_suffix, &mut self.namespace].into_iter().try_for_each(written)
    }
}

impl Plugin {
    /// The same for the texts of a plugin's own configuration.
    ///
    /// # Errors
    /// When a text holds a character that yaml.v2 does not read.
    pub fn marshal(&mut self) -> Result<()> {
        match self {
            Plugin::ConfigMap(args) | Plugin::Secret(args) => generator(args),
            Plugin::Annotations(it) | Plugin::Label(it) => pairs(&mut it.pairs),
            Plugin::Patch(it) => patch(it),
            _ => Ok(()),
        }
    }
}

fn generator(args: &mut GeneratorArgs) -> Result<()> {
    for text in [&mut args.name, &mut args.namespace, &mut args.secret_type] {
        written(text)?;
    }
    args.literals.iter_mut().chain(&mut args.files).chain(&mut args.envs).try_for_each(written)?;
    args.options.as_mut().map_or(Ok(()), options)
}

fn options(options: &mut GeneratorOptions) -> Result<()> {
    pairs(&mut options.labels)?;
    pairs(&mut options.annotations)
}

fn pairs(pairs: &mut [Pair]) -> Result<()> {
    pairs.iter_mut().try_for_each(|pair| written(&mut pair.value))
}

fn patch(patch: &mut Patch) -> Result<()> {
    written(&mut patch.patch)
}

fn written(text: &mut Written<String>) -> Result<()> {
    // Control characters beyond ASCII are two bytes, the first of which is this.
    if !text.value.as_bytes().contains(&0xc2) {
        return Ok(());
    }
    match yaml::fold_through_json(&text.value) {
        Ok(std::borrow::Cow::Borrowed(_)) => Ok(()),
        Ok(std::borrow::Cow::Owned(folded)) => {
            text.value = folded;
            Ok(())
        }
        Err(_) => Diagnostic::error("control-character", "a text holds a control character beyond ASCII")
            .at(text.at, "kustomize cannot hand it to the plugin of this field")
            .fail(),
    }
}
