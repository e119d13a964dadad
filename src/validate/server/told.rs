//! The ways in which the server refuses a value, each told alike wherever it occurs: required, invalid, not one of a few
//! values, forbidden, a duplicate, not found, too long, too many, negative.

use super::format;
use crate::validate::{At, Finding, Path};

/// The field's own name, for messages: `name` of `spec.containers[0].name`.
pub(super) fn name<'a>(at: &At<'a>) -> std::borrow::Cow<'a, str> {
    match at.path {
        Path::Root => "object".into(),
        Path::Field(_, name) | Path::Key(_, name) => name.into(),
        Path::Index(above, index) => match above {
            Path::Field(_, name) | Path::Key(_, name) => format!("{name}[{index}]").into(),
            _ => format!("[{index}]").into(),
        },
    }
}

/// A field that must be there and be more than empty.
pub(super) fn required(at: &At<'_>) -> Finding {
    Finding::server("required", at, format!("`{}` is required", name(at)))
}

/// A field that must be there for a reason.
pub(super) fn required_because(at: &At<'_>, why: &str) -> Finding {
    Finding::server("required", at, format!("`{}` is required: {why}", name(at)))
}

/// A value that is not what it must be; `what` says what it must be: `must be 1`.
pub(super) fn invalid(at: &At<'_>, what: &str) -> Finding {
    let (text, rule) = (at.text(), format::rule_of(what));
    if text.is_empty() || text.len() > 120 {
        Finding::server(rule, at, format!("`{}` is invalid: {what}", name(at)))
    } else {
        Finding::server(rule, at, format!("`{text}` is no valid `{}`: {what}", name(at)))
    }
}

/// A value that is none of those that are known.
pub(super) fn not_supported(at: &At<'_>, known: &[&str]) -> Finding {
    let known: Vec<String> = known.iter().map(|value| format!("`{value}`")).collect();
    let known = known.join(", ");
    let found = at.text();
    let message = if found.is_empty() {
        format!("`{}` must be one of {known}", name(at))
    } else {
        format!("`{found}` is no `{}` that the server knows: {known}", name(at))
    };
    Finding::server("unsupported-value", at, message)
}

/// A field that may not be set here.
pub(super) fn forbidden(at: &At<'_>, why: &str) -> Finding {
    Finding::server("forbidden", at, format!("`{}` may not be set: {why}", name(at)))
}

/// A value that is there twice where it may be there once.
pub(super) fn duplicate(at: &At<'_>, value: &str) -> Finding {
    Finding::server("duplicate", at, format!("`{value}` is there twice"))
}

/// A name that nothing has.
pub(super) fn not_found(at: &At<'_>, value: &str, what: &str) -> Finding {
    Finding::server("not-found", at, format!("there is no {what} `{value}`"))
}

/// A text above its greatest length in bytes.
pub(super) fn too_long(at: &At<'_>, limit: usize) -> Finding {
    Finding::server("too-long", at, format!("`{}` may have at most {limit} bytes", name(at)))
}

/// A list above its greatest length.
pub(super) fn too_many(at: &At<'_>, limit: usize) -> Finding {
    Finding::server(
        "too-many",
        at,
        format!("`{}` may have at most {limit} items, it has {}", name(at), at.len()),
    )
}

/// Tells a number below zero. Mirrors `ValidateNonnegativeField`.
pub(super) fn non_negative(at: &At<'_>, findings: &mut Vec<Finding>) {
    if at.integer().is_some_and(|value| value < 0) {
        findings.push(invalid(at, "must be 0 or greater"));
    }
}
