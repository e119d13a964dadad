//! What a change does to a cluster.

use super::ObjectChange;
use crate::validate::Object;

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

/// Finds out what each change does.
pub(super) fn judge(old: &[Object<'_>], new: &[Object<'_>], list: &mut [ObjectChange]) {
    let _ = (old, new);
    for change in list.iter_mut() {
        if !change.refusals.is_empty() {
            change.impacts.push(Impact::CannotApply);
        }
        change.impacts.sort_unstable();
        change.impacts.dedup();
    }
}
