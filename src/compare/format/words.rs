//! What the formats for people have in common: values in short, secrets hidden, the summary.

use std::fmt::Write as _;

use super::Report;
use crate::compare::{Change, Fate, Impact, ObjectChange, Verb};
use crate::validate::Object;

/// Values longer than this are cut.
const LONGEST: usize = 100;

/// `Deployment shop/web`.
pub(super) fn name(object: &Object<'_>) -> String {
    let slash = if object.namespace.is_empty() { "" } else { "/" };
    format!("{} {}{slash}{}", object.kind, object.namespace, object.name)
}

/// Whether the values of a difference are nobody's business.
pub fn is_hidden(report: &Report<'_, '_>, object: &Object<'_>, change: &Change) -> bool {
    let is_secret = object.group.is_empty() && object.kind == "Secret";
    !report.show_secrets
        && is_secret
        && (["data", "stringData"].iter().any(|field| change.is_below(&[field]))
            || change.is_below(&[
                "metadata",
                "annotations",
                "kubectl.kubernetes.io/last-applied-configuration",
            ])
            || change.is_below(&["metadata", "annotations"]) && change.steps.len() == 2)
}

/// A value as JSON, short and on one line.
pub(super) fn value(json: &str) -> String {
    let plain = serde_json::from_str::<String>(json).ok().filter(|text| {
        !text.is_empty() && !text.contains(['\n', '\t', '"', '\u{1b}']) && text.trim() == text
    });
    let text = plain.unwrap_or_else(|| json.to_owned());
    let text: String =
        text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A value that is a text of several lines.
pub(super) fn long_text(json: Option<&String>) -> Option<String> {
    let text = serde_json::from_str::<String>(json?).ok()?;
    text.trim_end_matches('\n').contains('\n').then_some(text)
}

/// `~ path: old → new`, without what stands before it.
pub(super) fn line(change: &Change, hidden: bool) -> String {
    let path = change.keyed_path();
    if hidden {
        return format!("{path}: (secret value {})", change.verb.name());
    }
    let show = |json: &Option<String>| json.as_deref().map(value).unwrap_or_default();
    match change.verb {
        Verb::Added => format!("{path}: {}", show(&change.to)),
        Verb::Removed => format!("{path}: {}", show(&change.from)),
        Verb::Changed => format!("{path}: {} → {}", show(&change.from), show(&change.to)),
        Verb::Reordered => format!("{path}: in another order: {}", show(&change.to)),
        Verb::Respelt => format!("{path}: says the same in other words"),
        Verb::Follows => {
            format!("{path}: {} → {} (follows the new name)", show(&change.from), show(&change.to))
        }
    }
}

/// The sign before a line.
pub(super) fn sign(verb: Verb) -> char {
    match verb {
        Verb::Added => '+',
        Verb::Removed => '-',
        Verb::Changed | Verb::Follows | Verb::Respelt | Verb::Reordered => '~',
    }
}

/// At most ten lines for whoever decides on a release.
pub(super) fn summary(report: &Report<'_, '_>) -> Vec<String> {
    if report.changes.is_empty() {
        return vec!["no differences".to_owned()];
    }
    let counts: Vec<String> = [Fate::Added, Fate::Changed, Fate::Renamed, Fate::Removed]
        .into_iter()
        .map(|fate| (fate, report.changes.iter().filter(|change| change.fate == fate).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(fate, count)| format!("{count} {}", fate.name()))
        .collect();
    let objects = if report.changes.len() == 1 { "object differs" } else { "objects differ" };
    let mut lines = vec![format!("{} {objects}: {}", report.changes.len(), counts.join(", "))];
    for impact in Impact::ALL {
        let having: Vec<&ObjectChange> =
            report.changes.iter().filter(|change| change.impacts.contains(&impact)).collect();
        if having.is_empty() {
            continue;
        }
        let names: Vec<String> =
            having.iter().take(4).filter_map(|change| report.object(change)).map(name).collect();
        let mut text = format!("{}: {}", impact.name(), names.join(", "));
        if having.len() > names.len() {
            let _ = write!(text, " and {} more", having.len() - names.len());
        }
        lines.push(text);
    }
    if lines.len() == 1 {
        lines.push("no impact on running pods, data or access was found".to_owned());
    }
    lines
}
