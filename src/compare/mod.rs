//! What changes between two sets of objects, and what that does to a cluster. Objects are matched by identity
//! (`matching.rs`), held against each other as the API server would see them (`walk.rs`, `lists.rs`, `inside.rs`), judged
//! by the server's update rules (`update/`) and by what a cluster makes of a change (`impact/`), and told (`format/`).

mod alike;
mod change;
mod custom;
mod defaults;
mod filter;
#[cfg(feature = "git")]
mod git;
mod impact;
mod inside;
mod lines;
mod lists;
mod live;
mod loaded;
mod matching;
mod path;
mod scalar;
mod secret;
mod side;
mod twins;
mod update;
mod walk;

pub mod format;

pub use change::{Change, Verb};
pub use filter::Filter;
pub use impact::Impact;
pub use live::{Live, ask, compare_live};
pub use loaded::{Loaded, Unread};
pub use path::Step;
pub use side::{GIT, revisions};
pub use update::Refusal;

use rayon::prelude::*;

use crate::kubernetes::Type;
use crate::validate::Object;
use alike::Alike;
use custom::Definitions;
use walk::{Mode, Side, Walk};

/// How to compare.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the server sets by itself is the same as said.
    pub ignore_defaults: bool,
    /// Minor version of Kubernetes.
    pub kubernetes_minor: u32,
    /// What is to be told.
    pub filter: Filter,
    /// A server has judged the new objects already: no rules are asked.
    pub judged_by_server: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            ignore_defaults: false,
            kubernetes_minor: crate::validate::NEWEST,
            filter: Filter::default(),
            judged_by_server: false,
        }
    }
}

/// What became of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It has another name, and may say something else.
    Renamed,
}

impl Fate {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Fate::Added => "added",
            Fate::Removed => "removed",
            Fate::Changed => "changed",
            Fate::Renamed => "renamed",
        }
    }
}

/// Something to know about what a change does: one sentence.
#[derive(Clone, Debug)]
pub struct Note {
    /// Which impact it explains.
    pub impact: Impact,
    /// The sentence: lower case, no full stop.
    pub text: String,
    /// A thing to do; empty when there is none.
    pub hint: String,
}

/// An object that differs.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// Its number in the old set.
    pub old: Option<usize>,
    /// Its number in the new set.
    pub new: Option<usize>,
    /// What became of it.
    pub fate: Fate,
    /// What it does to a cluster, each once, in the order of [`Impact`].
    pub impacts: Vec<Impact>,
    /// The differences; none for what came or went whole.
    pub changes: Vec<Change>,
    /// The differences to the letter of the server, once defaults are set.
    pub(crate) effective: Vec<Change>,
    /// Why the server would refuse it.
    pub refusals: Vec<Refusal>,
    /// What there is to say about impacts.
    pub notes: Vec<Note>,
}

/// Compares two sets.
pub fn compare<'a>(old: &'a [Object<'a>], new: &'a [Object<'a>], options: &Options) -> Vec<ObjectChange> {
    compare_with(old, new, &[], options)
}

/// Compares two sets; the definitions of custom resources among some more objects count before those of the sets.
pub fn compare_with<'a>(
    old: &'a [Object<'a>],
    new: &'a [Object<'a>],
    definitions: &'a [Object<'a>],
    options: &Options,
) -> Vec<ObjectChange> {
    let definitions = Definitions::new([definitions, new, old]);
    let matching = matching::matching(old, new);
    let pairs: Vec<(usize, Option<usize>)> = matching.of_new.iter().copied().enumerate().collect();
    let found: Vec<Option<ObjectChange>> = pairs
        .par_iter()
        .map(|(number, before)| match before {
            Some(before) => {
                let fate = if matching.renamed[*number] { Fate::Renamed } else { Fate::Changed };
                changed((old, *before), (new, *number), fate, &definitions, options)
            }
            None => Some(whole(None, Some(*number), Fate::Added)),
        })
        .collect();
    let mut list: Vec<ObjectChange> = found.into_iter().flatten().collect();
    list.extend(matching.gone.into_iter().map(|number| whole(Some(number), None, Fate::Removed)));
    options.filter.differences(&mut list);
    if !list.is_empty() {
        impact::judge(old, new, &mut list);
    }
    options.filter.objects(old, new, &mut list);
    list
}

fn whole(old: Option<usize>, new: Option<usize>, fate: Fate) -> ObjectChange {
    ObjectChange {
        old,
        new,
        fate,
        impacts: Vec::new(),
        changes: Vec::new(),
        effective: Vec::new(),
        refusals: Vec::new(),
        notes: Vec::new(),
    }
}

/// Compares two objects; `None` when they say the same.
fn changed(
    (old, before): (&[Object<'_>], usize),
    (new, number): (&[Object<'_>], usize),
    fate: Fate,
    definitions: &Definitions<'_>,
    options: &Options,
) -> Option<ObjectChange> {
    let (a, b) = (&old[before], &new[number]);
    // The same bytes were read but once.
    if fate == Fate::Changed && std::ptr::eq(a.document, b.document) {
        return None;
    }
    let (x, y) = sides(a, b);
    let (Some(a_root), Some(b_root)) = (a.document.try_root(), b.document.try_root()) else { return None };
    let alike = Alike::of(x, a_root, y, b_root);
    if fate == Fate::Changed && alike.are(a_root, b_root) {
        return None;
    }
    let known = Known { custom: definitions, alike: Some(&alike) };
    let differences = |mode| differences(a, b, known, mode);
    let changes = differences(Mode { defaults: options.ignore_defaults, meaning: true, letters: false });
    let mut change = ObjectChange { changes, ..whole(Some(before), Some(number), fate) };
    change.effective = differences(Mode { defaults: true, meaning: false, letters: false });
    if fate == Fate::Changed && !options.judged_by_server {
        (change.effective, change.refusals) = update::check(a, b, change.effective, options);
    }
    (fate == Fate::Renamed || !change.changes.is_empty() || !change.refusals.is_empty()).then_some(change)
}

fn sides<'a>(a: &Object<'a>, b: &Object<'a>) -> (Side<'a>, Side<'a>) {
    (Side { document: a.document, dialect: a.dialect }, Side { document: b.document, dialect: b.dialect })
}

/// What differs in the letter where the meaning is the same: `1000m` for `1`, sets in another order, what the server
/// writes over.
pub fn compare_letters<'a>(old: &'a [Object<'a>], new: &'a [Object<'a>]) -> Vec<ObjectChange> {
    let definitions = Definitions::new([&[], new, old]);
    let matching = matching::matching(old, new);
    let pairs: Vec<(usize, Option<usize>)> = matching.of_new.iter().copied().enumerate().collect();
    let found: Vec<Option<ObjectChange>> = pairs
        .par_iter()
        .map(|(number, before)| {
            let (a, b) = (&old[(*before)?], &new[*number]);
            let of = Type::of_kind(b.group, b.version, b.kind);
            let known = Known { custom: &definitions, alike: None };
            let changes = walked(a, b, of, known, Mode { defaults: false, meaning: false, letters: true });
            let change = ObjectChange { changes, ..whole(*before, Some(*number), Fate::Changed) };
            (!change.changes.is_empty()).then_some(change)
        })
        .collect();
    found.into_iter().flatten().collect()
}

/// What is known of two objects beforehand.
#[derive(Clone, Copy)]
struct Known<'k, 'a> {
    /// What definitions say.
    custom: &'k Definitions<'a>,
    /// What need not be looked at.
    alike: Option<&'k Alike>,
}

/// All that differs between two objects.
fn walked(a: &Object<'_>, b: &Object<'_>, of: Option<Type>, known: Known<'_, '_>, mode: Mode) -> Vec<Change> {
    let (old, new) = sides(a, b);
    let is_pod = b.group.is_empty() && b.kind == "Pod";
    let custom = if of.is_none() { known.custom.of(b) } else { None };
    let mut walk = Walk { old, new, mode, is_pod, custom, alike: known.alike, changes: Vec::new() };
    walk.nodes(a.document.try_root(), b.document.try_root(), of, &path::Path::Root);
    walk.changes
}

/// The differences between two objects.
fn differences(a: &Object<'_>, b: &Object<'_>, known: Known<'_, '_>, mode: Mode) -> Vec<Change> {
    let of = Type::of_kind(b.group, b.version, b.kind);
    let mut changes = walked(a, b, of, known, mode);
    changes.retain(|change| !is_the_servers(change, of.is_some()));
    if matching::namespace(a) == matching::namespace(b) {
        changes.retain(|change| !change.is_below(&["metadata", "namespace"]));
    }
    if b.group.is_empty() && b.kind == "Secret" {
        secret::values(a, b, &mut changes);
    }
    changes
}

/// Whether a field is written by the server, which passes over what appliers say of it.
fn is_the_servers(change: &Change, is_built_in: bool) -> bool {
    const METADATA: [&str; 6] =
        ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
    const ANNOTATIONS: [&str; 3] = [
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "deprecated.daemonset.template.generation",
    ];
    METADATA.iter().any(|field| change.is_below(&["metadata", field]))
        || ANNOTATIONS.iter().any(|key| change.is_below(&["metadata", "annotations", key]))
        || is_built_in && change.is_below(&["status"])
}
