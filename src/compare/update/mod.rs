//! Which updates kube-apiserver 1.37 refuses: what it compares between the stored and the new object, once defaults are
//! set. One file a kind or family of kinds; each rule names the check that it mirrors. The new object is taken to be
//! applied server-side over the old one by the same applier: what it no longer says is taken out and defaulted anew.

use super::change::Change;
use super::walk::Mode;
use super::{Options, differences};
use crate::validate::{At, Object};

/// Why the server would refuse an update.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The field that the server blames.
    pub path: String,
    /// One sentence: lower case, no full stop.
    pub message: String,
    /// The cure.
    pub hint: String,
}

/// Two versions of one object, and how they differ once defaults are set.
pub(super) struct Update<'a, 'b> {
    pub(super) old: &'b Object<'a>,
    pub(super) new: &'b Object<'a>,
    /// Differences to the letter of the server.
    pub(super) changes: Vec<Change>,
    pub(super) refusals: Vec<Refusal>,
}

/// A kind and the rules for its updates.
type Kind = (&'static str, &'static str, fn(&mut Update<'_, '_>));

const KINDS: &[Kind] = &[];

/// Why the server would refuse to make `new` of `old`.
pub(super) fn check(old: &Object<'_>, new: &Object<'_>, options: &Options) -> Vec<Refusal> {
    let _ = options;
    let Some((_, _, rules)) = KINDS.iter().find(|(group, kind, _)| *group == new.group && *kind == new.kind)
    else {
        return Vec::new();
    };
    let changes = differences(old, new, Mode { defaults: true, meaning: false });
    if changes.is_empty() {
        return Vec::new();
    }
    let mut update = Update { old, new, changes, refusals: Vec::new() };
    rules(&mut update);
    update.refusals
}

impl Update<'_, '_> {
    /// The old object as a field.
    pub(super) fn old(&self) -> At<'_> {
        self.old.at()
    }

    /// The new object as a field.
    pub(super) fn new(&self) -> At<'_> {
        self.new.at()
    }

    /// Whether a value differs.
    pub(super) fn differs(&self, fields: &[&str]) -> bool {
        self.changes.iter().any(|change| change.touches(fields))
    }

    /// Notes a refusal.
    pub(super) fn refuse(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.refusals.push(Refusal { path: path.into(), message: message.into(), hint: hint.into() });
    }

    /// Refuses any difference of a value.
    pub(super) fn immutable(&mut self, fields: &[&str], hint: &str) -> bool {
        let differs = self.differs(fields);
        if differs {
            self.refuse(fields.join("."), "the field cannot be changed once the object is there", hint);
        }
        differs
    }
}
