//! Lease and LeaseCandidate.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

const STRATEGY: &str = "OldestEmulationVersion";

/// Mirrors `ValidateLease`, `ValidateLeaseSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let duration = spec.field("leaseDurationSeconds");
    if duration.integer().is_some_and(|seconds| seconds <= 0) {
        findings.invalid(&duration, "must be greater than 0");
    }
    findings.non_negative(&spec.field("leaseTransitions"));
    // `strategy` and `preferredHolder` are dropped: CoordinatedLeaderElection is off in all versions.
}

/// Mirrors `ValidateCoordinatedLeaseStrategy`
fn check_strategy(strategy: &At<'_>, findings: &mut Vec<Finding>) {
    // The server names the field twice.
    if !strategy.text().contains('/') {
        if strategy.text() != STRATEGY {
            findings.not_supported(strategy, &[STRATEGY]);
            findings.told_at(strategy.field("strategy").path());
        }
    } else if let Err(message) = format::qualified_name(strategy.text()) {
        findings.invalid(strategy, message);
        findings.told_at(strategy.field("strategy").path());
    }
}

/// Mirrors `ValidateLeaseCandidate`, `ValidateLeaseCandidateSpec`
pub(super) fn check_candidate(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let lease = spec.field("leaseName");
    if lease.text().is_empty() {
        findings.required(&lease, "");
    }
    let (emulated, binary) = (spec.field("emulationVersion"), spec.field("binaryVersion"));
    let emulated_version = semantic(emulated.text());
    if !emulated.text().is_empty() && emulated_version.is_none() {
        findings.invalid(&emulated, "must be a semantic version");
    }
    let binary_version = semantic(binary.text());
    if binary.text().is_empty() {
        findings.required(&binary, "");
    } else if binary_version.is_none() {
        findings.invalid(&binary, "must be a semantic version");
    }
    let zero = (0, 0, 0);
    if !binary.text().is_empty()
        && !emulated.text().is_empty()
        && binary_version.unwrap_or(zero) < emulated_version.unwrap_or(zero)
    {
        findings.invalid(&binary, "must be no less than `emulationVersion`");
    }
    let strategy = spec.field("strategy");
    if strategy.text().is_empty() {
        findings.required(&strategy, "");
        return;
    }
    if strategy.text() == STRATEGY && emulated_version.unwrap_or(zero) == zero {
        findings.required(&emulated, "the strategy is `OldestEmulationVersion`");
    }
    check_strategy(&strategy, findings);
}

/// Major, minor and patch of a semantic version.
pub(super) fn semantic(text: &str) -> Option<(u64, u64, u64)> {
    let (core, build) = text.split_once('+').map_or((text, None), |(core, build)| (core, Some(build)));
    let (core, pre) = core.split_once('-').map_or((core, None), |(core, pre)| (core, Some(pre)));
    let is_list = |list: &str| {
        list.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    };
    if !pre.is_none_or(is_list) || !build.is_none_or(is_list) {
        return None;
    }
    let mut parts = core.split('.').map(|part| {
        let fine = part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
        fine.then(|| part.parse().ok()).flatten()
    });
    let version = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}
