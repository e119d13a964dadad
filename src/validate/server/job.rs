//! Jobs, and what they share with the templates of CronJobs.

use super::labels::check_labels;
use super::report::Report;
use super::selector::check_selector;
use super::{format, pod, replica_set, told};
use crate::validate::{At, Finding};

/// What stands for the number that the server will give to a Job: no text of an object can be equal to it.
const UID: &str = "\0";

/// The labels that the server puts on the pods of Jobs, twice each.
const NAME_LABELS: [&str; 2] = ["job-name", "batch.kubernetes.io/job-name"];
const UID_LABELS: [&str; 2] = ["controller-uid", "batch.kubernetes.io/controller-uid"];

/// Checks a Job.
///
/// Mirrors `ValidateJobCreate`, `ValidateJobSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    let name = metadata.field("name");
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    labels_of_template(&metadata, &template, findings);
    let is_manual = spec.field("manualSelector").boolean() == Some(true);
    if !is_manual {
        generated_selector(&name, &selector, &template, findings);
    }
    check_spec(&spec, true, findings);
    if is_manual && !selector.is_there() {
        findings.required(&selector, "a manual selector");
    }
    check_selector(&selector, findings);
    let fits = if is_manual {
        replica_set::picks(&selector, &template)
    } else {
        let metadata = template.field("metadata");
        let labels = metadata.field("labels");
        selects(&selector, |key| match labels.node.and_then(|node| labels.document.get(node, key)) {
            Some(value) if labels.document.is_null(value) => Some(""),
            Some(value) => Some(labels.document.text(value)),
            None => generated(key, name.text()),
        })
    };
    if fits == Some(false) {
        replica_set::mismatch(&selector, &template, findings);
    }
    hosts_of_indexes(&name, &spec, findings);
    replica_set::warn_of_name(object, findings);
    check_warnings(&spec, findings);
}

/// An object without labels gets those of its template.
///
/// Mirrors `SetDefaults_Job`, `SetDefaults_ReplicationController`
pub(super) fn labels_of_template(metadata: &At<'_>, template: &At<'_>, findings: &mut Vec<Finding>) {
    let labels = metadata.field("labels");
    if labels.is_empty() {
        let metadata = template.field("metadata");
        check_labels(&metadata.field("labels").told_at(labels.path), findings);
    }
}

/// The label that the server puts on pods of a Job.
fn generated<'a>(key: &str, name: &'a str) -> Option<&'a str> {
    if NAME_LABELS.contains(&key) { Some(name) } else { UID_LABELS.contains(&key).then_some(UID) }
}

/// Mirrors `validateGeneratedSelector`, `ValidateHasLabel`, `generateSelector`
fn generated_selector(name: &At<'_>, selector: &At<'_>, template: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = template.field("metadata");
    let labels = metadata.field("labels");
    for (key, value) in labels.entries() {
        let is_wrong =
            UID_LABELS.contains(&key) || (NAME_LABELS.contains(&key) && value.text() != name.text());
        if is_wrong {
            findings.invalid(&value, "the server sets this label itself, and differently");
        }
    }
    let fits = selects(selector, |key| generated(key, name.text()));
    if selector.is_there() && fits == Some(false) {
        findings.invalid(selector, "the server makes the selector unless `manualSelector` is true");
    }
}

/// Whether a selector, with what the server adds to it, picks labels. One that is not there is made by the server.
///
/// Mirrors `LabelSelectorAsSelector`
fn selects<'a>(selector: &At<'_>, label: impl Fn(&str) -> Option<&'a str>) -> Option<bool> {
    let mut fits = true;
    for (key, value) in selector.field("matchLabels").entries() {
        if format::qualified_name(key).is_err() || format::label_value(value.text()).is_err() {
            return None;
        }
        fits &= label(key) == Some(value.text());
    }
    for expression in selector.field("matchExpressions").items() {
        let (key, values) = (expression.field("key"), expression.field("values"));
        if format::qualified_name(key.text()).is_err()
            || values.items().any(|value| format::label_value(value.text()).is_err())
        {
            return None;
        }
        let given = label(key.text());
        let is_among = given.is_some_and(|given| values.items().any(|value| value.text() == given));
        fits &= match (expression.field("operator").text(), values.is_empty()) {
            ("In", false) => is_among,
            ("NotIn", false) => !is_among,
            ("Exists", true) => given.is_some(),
            ("DoesNotExist", true) => given.is_none(),
            _ => return None,
        };
    }
    Some(fits)
}

/// The last pod of an indexed Job must have a name that hosts can have.
///
/// Mirrors `validateNameAllowsCompletions`
fn hosts_of_indexes(name: &At<'_>, spec: &At<'_>, findings: &mut Vec<Finding>) {
    let completions = completions(spec, true).unwrap_or(0);
    if spec.field("completionMode").text() != "Indexed" || completions <= 0 || name.text().is_empty() {
        return;
    }
    let host = format!("{}-{}", name.text(), completions - 1);
    if let Err(message) = format::dns_label(&host) {
        findings.invalid(name, format!("the host of the last pod would be `{host}`, which {message}"));
    }
}

/// How many pods are to succeed.
///
/// Mirrors `SetDefaults_Job`
fn completions(spec: &At<'_>, is_job: bool) -> Option<i64> {
    let given = spec.field("completions");
    if !given.is_there() && is_job && !spec.field("parallelism").is_there() {
        return Some(1);
    }
    given.integer()
}

/// Checks what Jobs and templates of Jobs (`is_job` is false: without defaults) have in common.
///
/// Mirrors `validateJobSpec`, `Validate_JobSpec`
pub(super) fn check_spec(spec: &At<'_>, is_job: bool, findings: &mut Vec<Finding>) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        findings.non_negative(&spec.field(field));
    }
    let (per_index, failed) = (spec.field("backoffLimitPerIndex"), spec.field("maxFailedIndexes"));
    if failed.is_there() && !per_index.is_there() {
        findings.required(&per_index, "`maxFailedIndexes` needs it");
    }
    let manager = spec.field("managedBy");
    if manager.is_there() {
        findings.format(&manager, format::domain_prefixed_path(manager.text()));
        if manager.text().len() > 63 {
            findings.too_long(&manager, 63);
        }
    }
    let mode = spec.field("completionMode");
    let is_indexed = mode.text() == "Indexed";
    if mode.is_there() {
        findings.one_of(&mode, &["NonIndexed", "Indexed"]);
    }
    if is_indexed {
        check_indexed(spec, is_job, findings);
    } else if !mode.is_there() || mode.text() == "NonIndexed" {
        for at in [&per_index, &failed] {
            if at.is_there() {
                findings.invalid(at, "only the completion mode `Indexed` has it");
            }
        }
    }
    let (failure, success) = (spec.field("podFailurePolicy"), spec.field("successPolicy"));
    if failure.is_there() {
        check_failure_policy(spec, &failure, findings);
    }
    if success.is_there() {
        if is_indexed {
            check_success_policy(&success, completions(spec, is_job), findings);
        } else {
            findings.invalid(&success, "only the completion mode `Indexed` has it");
        }
    }
    let replacement = spec.field("podReplacementPolicy");
    if replacement.is_there() {
        let known: &[&str] =
            if failure.is_there() { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
        findings.one_of(&replacement, known);
    }
    let template = spec.field("template");
    pod::check_template(&template, &[], false, findings);
    let pod = template.field("spec");
    let policy = pod.field("restartPolicy");
    match policy.text() {
        "" | "Always" => {
            findings.required(&policy, "pods of Jobs have `OnFailure` or `Never`");
            findings.belongs_to("cron-job-restart-policy");
        }
        "OnFailure" if failure.is_there() => {
            findings.invalid(&policy, "must be `Never` where there is a `podFailurePolicy`");
        }
        _ => {}
    }
}

/// Mirrors `validateJobSpec`
fn check_indexed(spec: &At<'_>, is_job: bool, findings: &mut Vec<Finding>) {
    const MANY: i64 = 100_000;
    const FEW: i64 = 10_000;
    let (parallelism, failed) = (spec.field("parallelism"), spec.field("maxFailedIndexes"));
    let completions = completions(spec, is_job);
    if completions.is_none() {
        findings.required(&spec.field("completions"), "the completion mode `Indexed` needs it");
    }
    let above = |at: &At<'_>, limit: i64| at.integer().is_some_and(|value| value > limit);
    if above(&parallelism, MANY) {
        findings.invalid(&parallelism, "must be at most 100000 where the completion mode is `Indexed`");
    }
    if completions.is_some_and(|completions| above(&failed, completions)) {
        findings.invalid(&failed, "must not be more than `completions`");
    }
    if above(&failed, MANY) {
        findings.invalid(&failed, "must be at most 100000");
    }
    if completions.is_some_and(|completions| completions > MANY)
        && spec.field("backoffLimitPerIndex").is_there()
    {
        if !failed.is_there() {
            findings.required(&failed, "more than 100000 completions need it");
        }
        for at in [&parallelism, &failed] {
            if above(at, FEW) {
                findings.invalid(at, "must be at most 10000 where there are more than 100000 completions");
            }
        }
    }
}

/// Mirrors `validatePodFailurePolicy`, `validatePodFailurePolicyRule`
fn check_failure_policy(spec: &At<'_>, policy: &At<'_>, findings: &mut Vec<Finding>) {
    let rules = policy.field("rules");
    if rules.len() > 20 {
        findings.too_many(&rules, 20);
    }
    for rule in rules.items() {
        let action = rule.field("action");
        match action.text() {
            "" => findings.required(&action, "`Count`, `FailIndex`, `FailJob` or `Ignore`"),
            "FailIndex" => {
                if !spec.field("backoffLimitPerIndex").is_there() {
                    findings.invalid(&action, "it needs `backoffLimitPerIndex`");
                }
            }
            _ => findings.one_of(&action, &["Count", "FailIndex", "FailJob", "Ignore"]),
        }
        let (codes, conditions) = (rule.field("onExitCodes"), rule.field("onPodConditions"));
        if codes.is_there() {
            check_exit_codes(spec, &codes, findings);
        }
        check_conditions(&conditions, findings);
        if codes.is_there() && !conditions.is_empty() {
            findings.invalid(&rule, "either `onExitCodes` or `onPodConditions` may be given, not both");
        }
        if !codes.is_there() && conditions.is_empty() {
            findings.invalid(&rule, "either `onExitCodes` or `onPodConditions` must be given");
        }
    }
}

/// Mirrors `validatePodFailurePolicyRuleOnPodConditions`, `SetDefaults_PodFailurePolicyOnPodConditionsPattern`
fn check_conditions(conditions: &At<'_>, findings: &mut Vec<Finding>) {
    if conditions.len() > 20 {
        findings.too_many(conditions, 20);
    }
    for condition in conditions.items() {
        let (kind, status) = (condition.field("type"), condition.field("status"));
        findings.format(&kind, format::qualified_name(kind.text()));
        if !status.text().is_empty() {
            findings.one_of(&status, &["False", "True", "Unknown"]);
        }
    }
}

/// Mirrors `validatePodFailurePolicyRuleOnExitCodes`
fn check_exit_codes(spec: &At<'_>, codes: &At<'_>, findings: &mut Vec<Finding>) {
    let operator = codes.field("operator");
    if operator.text().is_empty() {
        findings.required(&operator, "`In` or `NotIn`");
    } else {
        findings.one_of(&operator, &["In", "NotIn"]);
    }
    let name = codes.field("containerName");
    if name.is_there() {
        let template = spec.field("template");
        let pod = template.field("spec");
        let is_known = ["containers", "initContainers"].iter().any(|list| {
            pod.field(list).items().any(|container| container.field("name").text() == name.text())
        });
        if !is_known {
            findings.invalid(&name, "must be a container of the template");
        }
    }
    let values = codes.field("values");
    if values.is_empty() {
        findings.invalid(&values, "must have at least one value");
    } else if values.len() > 255 {
        findings.too_many(&values, 255);
    }
    let (mut last, mut is_ordered, mut seen) = (i64::MIN, true, Vec::new());
    for value in values.items() {
        let code = value.integer().unwrap_or(0);
        if operator.text() == "In" && code == 0 {
            findings.invalid(&value, "must not be 0, which is success, for the operator `In`");
        }
        if seen.contains(&code) {
            findings.push(told::duplicate(&value, value.text()));
        }
        is_ordered &= last <= code;
        last = code;
        seen.push(code);
    }
    if !is_ordered {
        findings.invalid(&values, "must be in ascending order");
    }
}

/// Mirrors `validateSuccessPolicy`, `validateSuccessPolicyRule`
fn check_success_policy(policy: &At<'_>, completions: Option<i64>, findings: &mut Vec<Finding>) {
    let rules = policy.field("rules");
    if rules.is_empty() {
        findings.required(&rules, "at least one");
    }
    if rules.len() > 20 {
        findings.too_many(&rules, 20);
    }
    let completions = completions.unwrap_or(i64::MAX);
    for rule in rules.items() {
        let (count, indexes) = (rule.field("succeededCount"), rule.field("succeededIndexes"));
        if !count.is_there() && !indexes.is_there() {
            findings.required(&rule, "`succeededCount` or `succeededIndexes`");
        }
        let mut total = 0;
        if indexes.is_there() {
            if indexes.text().len() > 64 * 1024 {
                findings.too_long(&indexes, 64 * 1024);
            }
            match count_indexes(indexes.text(), completions) {
                Some(count) => total = count,
                None => findings.invalid(
                    &indexes,
                    "must be numbers and ranges, ascending, with commas between them, below `completions`",
                ),
            }
        }
        findings.non_negative(&count);
        if let Some(wanted) = count.integer() {
            if wanted > completions {
                findings.invalid(&count, "must not be more than `completions`");
            }
            if indexes.is_there() && wanted > total {
                findings.invalid(&count, "must not be more than there are `succeededIndexes`");
            }
        }
    }
}

/// How many indexes there are in `1,3-5`.
///
/// Mirrors `validateIndexesFormat`, `parseIndexInterval`
fn count_indexes(text: &str, completions: i64) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number < completions);
    let (mut total, mut last) = (0, None);
    for part in text.split(',') {
        let mut limits = part.split('-');
        let first = number(limits.next()?)?;
        let end = match limits.next() {
            Some(end) => number(end).filter(|end| first < *end)?,
            None => first,
        };
        if limits.next().is_some() || last.is_some_and(|last| last >= first) {
            return None;
        }
        total += end - first + 1;
        last = Some(end);
    }
    Some(total)
}

/// Mirrors `WarningsForJobSpec`
pub(super) fn check_warnings(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let above =
        |field: &'static str, limit: i64| spec.field(field).integer().is_some_and(|value| value > limit);
    if spec.field("completionMode").text() == "Indexed"
        && above("completions", 100_000)
        && above("parallelism", 10_000)
    {
        findings.warns(spec, "with so many completions side by side, failed indexes may get lost");
    }
}
