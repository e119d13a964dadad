//! Random kustomize trees and mutated YAML texts, for comparing citadel with kustomize where nobody thought to
//! look. A seed names a tree; most trees build (about 85 in 100), some hold one mistake. `tree` and `mutate` are
//! all that tests need; the modules below them follow kustomize's own fields.

mod cast;
mod configuration;
mod features;
mod fields;
mod forest;
mod generated;
mod kinds;
mod layer;
mod mistake;
mod mutate;
mod object;
mod oddities;
mod patch;
mod plugin;
mod random;
mod replacement;
mod style;
mod value;
mod words;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use features::feature_tree;
pub(crate) use mutate::{document, mutate};
pub(crate) use random::Random;

/// Folders and files, ready to build.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// Texts by path, relative to the tree.
    pub(crate) files: BTreeMap<String, String>,
    /// The folder to build.
    pub(crate) root: String,
    /// Flags to build with, as on the command line; mostly none.
    pub(crate) arguments: Vec<&'static str>,
    #[allow(dead_code)] // for measuring what the generator covers
    /// What the tree uses: names of fields, with a dot before a variant.
    pub(crate) uses: BTreeSet<&'static str>,
    #[allow(dead_code)] // for measuring what the generator covers
    /// The one mistake in it, if it has one.
    pub(crate) mistake: Option<&'static str>,
}

/// The tree of a seed.
pub(crate) fn tree(seed: u64) -> Tree {
    let mut random = Random::new(seed);
    // neighbouring seeds begin alike: let them part
    random.next();
    let mistaken = random.chance(9);
    let mut forest = forest::Forest::new(random);
    let root = layer::root(&mut forest);
    let arguments = match forest.random.below(40) {
        0 => vec!["--reorder", "none"],
        1 => vec!["--reorder", "legacy"],
        2 => vec!["--enable-managedby-label"],
        3 => vec!["--load-restrictor", "LoadRestrictionsNone"],
        _ => vec![],
    };
    let mistake = if mistaken { mistake::make(&mut forest, &root) } else { None };
    Tree { files: forest.files, root, arguments, uses: forest.uses, mistake }
}
