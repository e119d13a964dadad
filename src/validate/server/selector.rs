//! Label selectors: whether one is valid, and whether it picks a set of labels.

use super::format;
use super::labels::check_labels;
use super::report::Report;
use crate::validate::{At, Finding};

/// A selector; one that is not there is fine.
///
/// Mirrors `ValidateLabelSelector`, `ValidateLabelSelectorRequirement`
pub(in crate::validate) fn check_selector(selector: &At<'_>, findings: &mut Vec<Finding>) {
    if !selector.is_there() {
        return;
    }
    check_labels(&selector.field("matchLabels"), findings);
    for expression in selector.field("matchExpressions").items() {
        let (operator, values) = (expression.field("operator"), expression.field("values"));
        match operator.text() {
            "In" | "NotIn" => {
                if values.is_empty() {
                    findings.required(&values, "the operators `In` and `NotIn` need values");
                }
            }
            "Exists" | "DoesNotExist" => {
                if !values.is_empty() {
                    findings.forbidden(&values, "the operators `Exists` and `DoesNotExist` take no values");
                }
            }
            _ => findings.invalid(&operator, "must be `In`, `NotIn`, `Exists` or `DoesNotExist`"),
        }
        let key = expression.field("key");
        findings.format(&key, format::qualified_name(key.text()));
        for value in values.items() {
            findings.format(&value, format::label_value(value.text()));
        }
    }
}

/// Whether a selector has no terms at all: it picks everything (or, where it is not there, nothing).
pub(in crate::validate) fn is_empty_selector(selector: &At<'_>) -> bool {
    selector.field("matchLabels").is_empty() && selector.field("matchExpressions").is_empty()
}

/// Whether a selector picks these labels. A selector that is not there picks nothing; an empty one everything.
/// `None` where the server could not read the selector.
///
/// Mirrors `LabelSelectorAsSelector`
pub(in crate::validate) fn selects(selector: &At<'_>, labels: &At<'_>) -> Option<bool> {
    if !selector.is_there() {
        return Some(false);
    }
    let mut picks = true;
    for (key, value) in selector.field("matchLabels").entries() {
        if format::qualified_name(key).is_err() || format::label_value(value.text()).is_err() {
            return None;
        }
        picks &= has(labels, key, value.text());
    }
    for expression in selector.field("matchExpressions").items() {
        let (key, values) = (expression.field("key").text(), expression.field("values"));
        if format::qualified_name(key).is_err()
            || values.items().any(|value| format::label_value(value.text()).is_err())
        {
            return None;
        }
        let label = labels.entry(key);
        let is_among = || values.items().any(|value| value.text() == label.text());
        let is_there = is_given(labels, key);
        picks &= match expression.field("operator").text() {
            "In" if !values.is_empty() => is_there && is_among(),
            "NotIn" if !values.is_empty() => !is_there || !is_among(),
            "Exists" if values.is_empty() => is_there,
            "DoesNotExist" if values.is_empty() => !is_there,
            _ => return None,
        };
    }
    Some(picks)
}

/// Whether a plain map of labels (as Services have) is part of these labels.
pub(in crate::validate) fn selects_exactly(map: &At<'_>, labels: &At<'_>) -> bool {
    map.entries().all(|(key, value)| has(labels, key, value.text()))
}

/// Whether the key is there, with a value or with null, which is an empty one.
fn is_given(labels: &At<'_>, key: &str) -> bool {
    labels.node.is_some_and(|node| labels.document.get(node, key).is_some())
}

fn has(labels: &At<'_>, key: &str, value: &str) -> bool {
    is_given(labels, key) && labels.entry(key).text() == value
}
