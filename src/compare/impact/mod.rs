//! What a change does to a cluster.

mod data;
mod follow;
mod opens;
mod pods;
mod quota;
mod scales;
mod unnoticed;

use rustc_hash::FxHashMap;

use super::{Change, Note, ObjectChange};
use crate::validate::{Object, Set};

/// What a change does to a cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Impact {
    /// The API server refuses it.
    CannotApply,
    /// Data goes with it.
    DeletesData,
    /// Something has to be deleted and made anew.
    Recreates,
    /// Something is allowed that was not.
    Opens,
    /// More is asked for than a quota gives.
    ExceedsQuota,
    /// Pods are replaced.
    RollsPods,
    /// More or fewer pods.
    Scales,
    /// Running pods go on with what was before.
    UnnoticedByPods,
}

impl Impact {
    /// All of them.
    pub const ALL: [Impact; 8] = [
        Impact::CannotApply,
        Impact::DeletesData,
        Impact::Recreates,
        Impact::Opens,
        Impact::ExceedsQuota,
        Impact::RollsPods,
        Impact::Scales,
        Impact::UnnoticedByPods,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Impact::CannotApply => "cannot-apply",
            Impact::DeletesData => "deletes-data",
            Impact::Recreates => "recreates",
            Impact::Opens => "opens",
            Impact::ExceedsQuota => "exceeds-quota",
            Impact::RollsPods => "rolls-pods",
            Impact::Scales => "scales",
            Impact::UnnoticedByPods => "unnoticed-by-pods",
        }
    }
}

/// Two sets, indexed, for those who judge.
struct Sets<'a> {
    old: &'a [Object<'a>],
    new: &'a [Object<'a>],
    /// The old objects by name, labels and the like.
    before: Set<'a>,
    /// The new ones.
    after: Set<'a>,
    /// How many old and new objects there are of a group, kind and name, in whatever namespace.
    names: FxHashMap<(&'a str, &'a str, &'a str), [u32; 2]>,
}

/// Finds out what each change does.
pub(super) fn judge<'a>(old: &'a [Object<'a>], new: &'a [Object<'a>], list: &mut [ObjectChange]) {
    let mut names: FxHashMap<_, [u32; 2]> = FxHashMap::default();
    for (side, objects) in [old, new].into_iter().enumerate() {
        for object in objects {
            names.entry((object.group, object.kind, object.name)).or_default()[side] += 1;
        }
    }
    let sets = Sets { old, new, before: Set::new(old), after: Set::new(new), names };
    follow::references(&sets, list);
    for change in list.iter_mut() {
        if !change.refusals.is_empty() {
            change.impacts.push(Impact::CannotApply);
            mark_refused(change);
        }
        data::judge(&sets, change);
        opens::judge(&sets, change);
        pods::rolls(&sets, change);
        scales::judge(&sets, change);
    }
    unnoticed::judge(&sets, list);
    quota::judge(&sets, list);
    for change in list.iter_mut() {
        change.impacts.sort_unstable();
        change.impacts.dedup();
        for one in &mut change.changes {
            one.impacts.sort_unstable();
            one.impacts.dedup();
        }
    }
}

/// Marks the differences that a refusal blames: those at its path, or below or above it.
fn mark_refused(change: &mut ObjectChange) {
    let paths: Vec<&str> = change.refusals.iter().map(|refusal| refusal.path.as_str()).collect();
    for one in &mut change.changes {
        let path = one.path();
        let near = |blamed: &&str| {
            let blamed: &str = blamed;
            path.starts_with(blamed) || blamed.starts_with(path.as_str())
        };
        if paths.iter().any(near) {
            one.impacts.push(Impact::CannotApply);
        }
    }
}

impl ObjectChange {
    /// Says what the change does, and why.
    fn has(&mut self, impact: Impact, text: impl Into<String>, hint: impl Into<String>) {
        self.impacts.push(impact);
        self.notes.push(Note { impact, text: text.into(), hint: hint.into() });
    }

    /// Marks differences that have an impact.
    fn mark(&mut self, impact: Impact, which: impl Fn(&Change) -> bool) {
        for change in self.changes.iter_mut().filter(|change| which(change)) {
            change.impacts.push(impact);
        }
    }
}

/// `Deployment web`.
fn called(object: &Object<'_>) -> String {
    format!("{} `{}`", object.kind, object.name)
}

/// `1 pod`, `3 pods`.
fn count(number: i64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
