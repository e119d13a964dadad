//! How the findings of decoding are told: what was found, what was meant.

use crate::diagnostic;
use crate::kubernetes::go_types::{KnownKind, Type, TypeField};
use crate::validate::{At, Path};
use crate::yaml::{Kind, Value};

/// What a value is called: its field, or the list or map that it is an item of.
pub(super) fn name(at: &At<'_>) -> String {
    match at.path {
        Path::Root => "the object".to_owned(),
        Path::Field(_, name) | Path::Key(_, name) => format!("`{}`", clip(name)),
        Path::Index(Path::Field(_, name) | Path::Key(_, name), _) => format!("an item of `{}`", clip(name)),
        Path::Index(..) => "an item".to_owned(),
    }
}

/// A value in a few words.
pub(super) fn what(at: &At<'_>) -> String {
    let Some(node) = at.node else { return "null".to_owned() };
    match at.document.kind(node) {
        Kind::Mapping => "a map".to_owned(),
        Kind::Sequence => "a list".to_owned(),
        Kind::Alias => "an alias".to_owned(),
        Kind::Scalar => {
            let text = clip(at.text());
            match at.value() {
                Some(Value::Text(_) | Value::Timestamp(_)) => format!("the text `{text}`"),
                Some(Value::Bool(_)) => format!("the truth value `{text}`"),
                Some(Value::Int(_) | Value::Unsigned(_) | Value::Float(_)) => format!("the number `{text}`"),
                _ => format!("`{text}`"),
            }
        }
    }
}

/// The beginning of a text, for messages.
pub(super) fn clip(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What may have been meant by a field that a structure does not have.
pub(super) fn field_hint(of: Type, name: &str, minor: u8) -> String {
    let known = || of.fields().filter(|field| field.is_in(minor)).map(TypeField::name);
    if let Some(meant) = diagnostic::nearest(name, known()) {
        return format!("did you mean `{meant}`?");
    }
    // A field that stands one level too high.
    for field in of.fields().filter(|field| field.is_in(minor)) {
        if field.of().field(name, minor).is_some() {
            return format!("`{name}` is a field of `{}`", field.name());
        }
        if field.of().of() != field.of() && field.of().of().field(name, minor).is_some() {
            return format!("`{name}` is a field of the items of `{}`", field.name());
        }
    }
    String::new()
}

/// The versions in which a kind is served.
pub(super) fn version_hint(kind: &str, minor: u8) -> String {
    let mut served: Vec<String> = KnownKind::of_name(kind)
        .filter(|known| known.is_served(minor))
        .map(|known| format!("`{}`", api_version(known)))
        .collect();
    // The versions without alpha and beta are the ones to use.
    if served.iter().any(|version| !version.contains("alpha") && !version.contains("beta")) {
        served.retain(|version| !version.contains("alpha") && !version.contains("beta"));
    }
    if served.is_empty() { String::new() } else { format!("use `apiVersion`: {}", served.join(" or ")) }
}

/// What may have been meant by a kind that nobody knows.
pub(super) fn kind_hint(kind: &str, minor: u8) -> String {
    let known = KnownKind::all().filter(|known| known.is_served(minor)).map(KnownKind::kind);
    diagnostic::nearest(kind, known).map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default()
}

/// `apps/v1`
pub(super) fn api_version(known: KnownKind) -> String {
    if known.group().is_empty() {
        known.version().to_owned()
    } else {
        format!("{}/{}", known.group(), known.version())
    }
}
