//! Rules of the family `server`: told by its walk, listed here so that they can be looked up, silenced and given levels.
//! What users look for by name has a rule of its own (`Report::belongs_to`); the rest is told by how a value is refused.

use super::{Check, ERROR, Rule, WARNING, rule};
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
    row(
        "invalid",
        Family::Server,
        ERROR,
        "a value that the server's own validation refuses: a name, a port, a combination of fields",
        "the server refuses the object",
    ),
    row(
        "unsupported-value",
        Family::Server,
        ERROR,
        "a value that is none of those a field may have",
        "the server refuses the object",
    ),
    rule!(
        "selector-mismatch",
        Server,
        ERROR,
        Check::Family,
        "a workload whose selector does not pick the pods of its own template",
        "it would make pods for ever and never find them: the server refuses it",
        &[
            "kube-linter:mismatching-selector",
            "kube-score:deployment-pod-selector-labels-match-template-metadata-labels",
            "kube-score:statefulset-pod-selector-labels-match-template-metadata-labels"
        ]
    ),
    rule!(
        "invalid-port",
        Server,
        ERROR,
        Check::Family,
        "a port outside of 1 to 65535, or a name of one that is not up to 15 lower-case letters, digits and dashes, with a letter",
        "the server refuses the object",
        &["kube-linter:invalid-target-ports", "kube-score:container-ports-check"]
    ),
    rule!(
        "invalid-label-value",
        Server,
        ERROR,
        Check::Family,
        "a label whose key or value is not made of up to 63 letters, digits, dashes, dots and underscores",
        "the server refuses the object",
        &["kube-score:label-values"]
    ),
    rule!(
        "invalid-annotation",
        Server,
        ERROR,
        Check::Family,
        "an annotation whose key is no name, with or without a domain before it",
        "the server refuses the object",
        &[]
    ),
    rule!(
        "invalid-name",
        Server,
        ERROR,
        Check::Family,
        "a name of an object, or of something that it points at, that is not made as such names are",
        "the server refuses the object",
        &[]
    ),
    rule!(
        "invalid-address",
        Server,
        ERROR,
        Check::Family,
        "an address or CIDR that is none, or is not in the form that all readers understand alike",
        "the server refuses the object",
        &[]
    ),
    rule!(
        "cron-job-restart-policy",
        Server,
        ERROR,
        Check::Family,
        "a Job or CronJob whose pods have no `restartPolicy` of `OnFailure` or `Never`",
        "jobs end, and pods that always begin again do not: the server refuses it",
        &["kube-score:cronjob-restartpolicy"]
    ),
    rule!(
        "invalid-schedule",
        Server,
        ERROR,
        Check::Family,
        "a schedule that no CronJob understands, or a time zone that nobody knows",
        "the server refuses the object",
        &[]
    ),
    rule!(
        "mount-without-volume",
        Server,
        ERROR,
        Check::Family,
        "a container that mounts a volume which its pod does not have",
        "the server refuses the object",
        &[]
    ),
    rule!(
        "request-above-limit",
        Server,
        ERROR,
        Check::Family,
        "a request of resources above its limit, or one that must equal it and does not",
        "no container could ever use what it asks for: the server refuses it",
        &[]
    ),
    rule!(
        "rollout-without-room",
        Server,
        ERROR,
        Check::Family,
        "a rolling update that may neither take a pod away nor add one",
        "it could never begin: the server refuses it",
        &[]
    ),
    rule!(
        "invalid-expression",
        Server,
        ERROR,
        Check::Family,
        "an expression in CEL that does not compile or gives another type than is wanted, in a policy, a webhook or a device claim",
        "the server refuses the object",
        &[]
    ),
    rule!(
        "expression-too-dear",
        Server,
        ERROR,
        Check::Family,
        "a rule in CEL of a CustomResourceDefinition that could cost the server more than it spends on one",
        "the server refuses the definition; bounds on lists, maps and texts bring the cost down",
        &[]
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
