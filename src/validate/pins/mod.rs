//! Family `pins`: what a release must state and not leave to chance, and whether what it states is consistent: replica
//! counts, what scales them, budgets, rollouts, resources, quotas.

mod budget;
pub(super) mod capacity;
mod image;
mod limit_range;
mod probes;
mod quota;
mod quota_scope;
mod replicas;
mod resources;
mod rollout;
mod security;

pub(super) use budget::{pdb_min_available, pdb_missing, pdb_policy_missing, pdb_zero_disruptions};
pub(super) use image::latest_tag;
pub(super) use limit_range::limit_range_violated;
pub(super) use probes::{liveness_probe_missing, readiness_probe_missing, startup_probe_missing};
pub(super) use quota::{quota_exceeded, quota_exceeded_at_maximum, quota_without_request};
pub(super) use replicas::{hpa_and_replicas, hpa_conflict, hpa_range, replicas_missing};
pub(super) use resources::{
    cpu_limit_missing, cpu_request_missing, memory_limit_missing, memory_request_missing,
};
pub(super) use rollout::{rollout_below_budget, rollout_claim};
pub(super) use security::security_context_missing;

use super::At;

/// A share of something: `3`, or `50%`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Share {
    Number(i64),
    Percent(i64),
}

impl Share {
    /// Reads a number or percentage; `None` when it is not there or neither.
    fn read(at: &At<'_>) -> Option<Share> {
        if let Some(percent) = at.text().strip_suffix('%') {
            return percent.parse().ok().map(Share::Percent);
        }
        at.integer().map(Share::Number)
    }

    /// How many of a total, a percentage rounded up.
    fn up(self, total: i64) -> i64 {
        match self {
            Share::Number(number) => number,
            Share::Percent(percent) => {
                let product = i128::from(total) * i128::from(percent);
                i64::try_from((product + 99).div_euclid(100)).unwrap_or(i64::MAX)
            }
        }
    }

    /// How many of a total, a percentage rounded down.
    fn down(self, total: i64) -> i64 {
        match self {
            Share::Number(number) => number,
            Share::Percent(percent) => {
                i64::try_from((i128::from(total) * i128::from(percent)).div_euclid(100)).unwrap_or(i64::MAX)
            }
        }
    }
}
