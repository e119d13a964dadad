//! A comparison as other tools read it: the objects that differ as YAML, line by line, in unified format.

use std::fmt::Write as _;

use super::Report;
use super::words::name;
use crate::compare::Fate;
use crate::compare::lines::{Line, hunks, lines};
use crate::provenance::StepId;
use crate::validate::Object;
use crate::yaml::{Kind, Tag, emit};

/// The comparison in unified format.
pub fn unified(report: &Report<'_, '_>) -> String {
    let mut out = String::new();
    for change in report.changes {
        let old = change.old.and_then(|number| report.old.get(number));
        let new = change.new.and_then(|number| report.new.get(number));
        let is_secret = |object: &Object<'_>| object.group.is_empty() && object.kind == "Secret";
        let hide = !report.show_secrets && (old.is_some_and(is_secret) || new.is_some_and(is_secret));
        let (before, after) = (
            old.map(|old| yaml(old, hide, new, "before")).unwrap_or_default(),
            new.map(|new| yaml(new, hide, old, "after")).unwrap_or_default(),
        );
        let list = lines(&before, &after);
        let side = |object: Option<&Object<'_>>, side: &str| match object {
            Some(object) => format!("{side}/{}", name(object)),
            None => "/dev/null".to_owned(),
        };
        let hunks = hunks(&list, 3);
        if hunks.is_empty() && change.fate != Fate::Renamed {
            continue;
        }
        let _ = writeln!(out, "--- {}\n+++ {}", side(old, "old"), side(new, "new"));
        write_hunks(&mut out, hunks);
    }
    out
}

/// Two files in unified format, with the header that git gives them.
pub fn plain(path: &str, old: &[u8], new: &[u8]) -> String {
    let mut out = format!("diff --git a/{path} b/{path}\n");
    let (Ok(old), Ok(new)) = (std::str::from_utf8(old), std::str::from_utf8(new)) else {
        let _ = writeln!(out, "Binary files a/{path} and b/{path} differ");
        return out;
    };
    let list = lines(old, new);
    let name = |text: &str, side: &str| {
        if text.is_empty() { "/dev/null".to_owned() } else { format!("{side}/{path}") }
    };
    let _ = writeln!(out, "--- {}\n+++ {}", name(old, "a"), name(new, "b"));
    write_hunks(&mut out, hunks(&list, 3));
    out
}

fn write_hunks(out: &mut String, hunks: Vec<(usize, usize, &[Line<'_>])>) {
    for (from, to, hunk) in hunks {
        let of_old = hunk.iter().filter(|line| !matches!(line, Line::New(_))).count();
        let of_new = hunk.iter().filter(|line| !matches!(line, Line::Old(_))).count();
        let range = |at: usize, count: usize| match count {
            0 => format!("{},0", at - 1),
            1 => at.to_string(),
            _ => format!("{at},{count}"),
        };
        let _ = writeln!(out, "@@ -{} +{} @@", range(from, of_old), range(to, of_new));
        for line in hunk {
            let _ = match line {
                Line::Same(text) => writeln!(out, " {text}"),
                Line::Old(text) => writeln!(out, "-{text}"),
                Line::New(text) => writeln!(out, "+{text}"),
            };
        }
    }
}

/// An object as YAML. Of a Secret, values are hidden: those that the other version has too are told apart from
/// those that it has not only by a word.
fn yaml(object: &Object<'_>, hide: bool, other: Option<&Object<'_>>, word: &str) -> String {
    let mut document = object.document.clone();
    if let Some(root) = document.try_root().filter(|_| hide) {
        for field in ["data", "stringData"] {
            let Some(data) = document.get(root, field).filter(|data| document.kind(*data) == Kind::Mapping)
            else {
                continue;
            };
            let values: Vec<_> = document.entries(data).collect();
            for (key, value) in values {
                let same = other.and_then(|other| {
                    let there =
                        other.document.at(other.document.try_root()?, &[field, document.text(key)])?;
                    Some(other.document.text(there) == document.text(value))
                });
                let text = match same {
                    Some(true) => "(secret)".to_owned(),
                    _ => format!("(secret, {word})"),
                };
                document.edit(StepId::READ).set_scalar(value, &text, Tag::Str);
            }
        }
        let applied = ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"];
        if let Some(value) = document.at(root, &applied) {
            document.edit(StepId::READ).set_scalar(value, "(secret)", Tag::Str);
        }
    }
    let mut out = Vec::new();
    match document.try_root().map(|root| emit(&document, root, &mut out)) {
        Some(Ok(())) => String::from_utf8_lossy(&out).into_owned(),
        _ => String::new(),
    }
}
