//! Rules of the family `server`: told by its walk, listed here so that they can be looked up, silenced and given levels.

use super::{Check, ERROR, Rule, WARNING};
use crate::validate::{Family, Level};

/// A row without examples: the API server's own validation is the reference.
const fn row(
    id: &'static str,
    family: Family,
    level: Option<Level>,
    checks: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, family, level, checks, why, old_names: &[], fails: "", passes: "", check: Check::Family }
}

/// The same, with what it is called elsewhere.
const fn called(mut rule: Rule, old_names: &'static [&'static str]) -> Rule {
    rule.old_names = old_names;
    rule
}

pub(super) static RULES: &[Rule] = &[
    row(
        "required",
        Family::Server,
        ERROR,
        "a field that the kind must have is missing or empty",
        "the server refuses the object",
    ),
    row(
        "failed-rule",
        Family::Server,
        ERROR,
        "a custom resource that breaks a rule in CEL of its definition (`x-kubernetes-validations`)",
        "the server refuses the object",
    ),
    called(
        row(
            "invalid",
            Family::Server,
            ERROR,
            "a value that the server's own validation refuses: a name, a port, a combination of fields",
            "the server refuses the object",
        ),
        &[
            "kube-linter:mismatching-selector",
            "kube-score:deployment-pod-selector-labels-match-template-metadata-labels",
            "kube-score:statefulset-pod-selector-labels-match-template-metadata-labels",
            "kube-linter:invalid-target-ports",
            "kube-score:container-ports-check",
            "kube-score:label-values",
        ],
    ),
    called(
        row(
            "unsupported-value",
            Family::Server,
            ERROR,
            "a value that is none of those a field may have",
            "the server refuses the object",
        ),
        &["kube-score:cronjob-restartpolicy"],
    ),
    row(
        "forbidden",
        Family::Server,
        ERROR,
        "a field that may not be set here, or not together with another one",
        "the server refuses the object",
    ),
    row(
        "duplicate",
        Family::Server,
        ERROR,
        "a value that stands twice where each must be there once",
        "the server refuses the object",
    ),
    row(
        "not-found",
        Family::Server,
        ERROR,
        "a name that the same object does not define",
        "the server refuses the object",
    ),
    row(
        "too-long",
        Family::Server,
        ERROR,
        "a text with more bytes than the server takes",
        "the server refuses the object",
    ),
    row(
        "too-many",
        Family::Server,
        ERROR,
        "more items than the server takes",
        "the server refuses the object",
    ),
    row(
        "server-warning",
        Family::Server,
        WARNING,
        "what the server takes and warns of: deprecated fields, settings without effect, ports and names that stand twice",
        "it does not do what it seems to, or a later version will refuse it",
    ),
];
