//! What the server refuses while it decodes (`fieldValidation=Strict`): wrong types, unknown and duplicate fields, numbers
//! out of range, malformed quantities, times and base64. The types are distilled from Kubernetes' own (`kubernetes/go_types`);
//! what a type merely documents as required is not enforced by decoding and is left to the server's rules.

mod decode;
mod scalar;
mod tell;

use super::{At, Family, Finding, Level, Object, Options, api_version};
use crate::kubernetes::go_types::{KnownKind, Type, is_known_group};

/// Whether a kind is one of Kubernetes' own, in any version of Kubernetes that is known.
pub fn knows(group: &str, version: &str, kind: &str) -> bool {
    KnownKind::find(group, version, kind).is_some()
}

/// Checks one object against the schema of its kind. `is_custom`: a definition says what the kind is, and whoever reads
/// it checks all of the object; Kubernetes' own kinds are checked here whatever definitions say.
pub(super) fn check(object: &Object<'_>, options: &Options, is_custom: bool, findings: &mut Vec<Finding>) {
    let at = object.at();
    let minor = options.kubernetes_minor as u8;
    let Some(root) = at.node else { return };
    if !at.is_mapping() {
        let message = format!("an object must be a map, not {}", tell::what(&at));
        findings
            .push(Finding::schema("invalid-type", &at, message).hint("begin with `apiVersion` and `kind`"));
        return;
    }
    let mut walk = decode::Walk::new(object.document, object.dialect, minor, findings);
    if let Some(known) = KnownKind::find(object.group, object.version, object.kind) {
        walk.object(root, known);
        return;
    }
    if !is_custom {
        walk.unknown(root);
        unknown(object, &at, options, findings);
    }
}

/// Whether a group is named as groups are: a DNS subdomain.
fn is_possible_group(group: &str) -> bool {
    crate::validate::server::format::dns_subdomain(group).is_ok()
}

/// Whether one of Kubernetes' own kinds stands in a group without a domain, which no definition can have (`core/v1`).
fn is_misplaced(object: &Object<'_>, minor: u8) -> bool {
    !object.group.contains('.') && !tell::version_hint(object.kind, minor).is_empty()
}

/// The type of every object's `metadata`.
fn object_meta() -> Option<Type> {
    Some(KnownKind::find("", "v1", "ConfigMap")?.of().any_field("metadata")?.of())
}

/// Tells that an object does not say what it is, or that nobody knows its kind.
fn unknown(object: &Object<'_>, at: &At<'_>, options: &Options, findings: &mut Vec<Finding>) {
    let mut silent = false;
    if !at.field("apiVersion").is_there() && !at.field("kind").is_there() {
        let message = "this is no object of Kubernetes: it has neither `apiVersion` nor `kind`";
        let hint = "leave the file out with `--ignore-path`, or give it both";
        findings.push(Finding::schema("missing-kind", at, message).hint(hint));
        return;
    }
    for (name, rule) in [("apiVersion", "missing-api-version"), ("kind", "missing-kind")] {
        let field = at.field(name);
        if field.is_mapping() || field.is_sequence() {
            silent = true;
            let message = format!("`{name}` must be a text, not {}", tell::what(&field));
            findings.push(Finding::schema("invalid-type", &field, message));
        } else if field.text().is_empty() {
            silent = true;
            let finding = Finding::schema(rule, &field, format!("the object has no `{name}`"));
            findings.push(match name {
                "kind" => finding,
                _ => finding.hint(tell::version_hint(object.kind, options.kubernetes_minor as u8)),
            });
        }
    }
    // What has vanished is told as that.
    let vanished = options.runs(Family::ApiVersion) && api_version::has_vanished(object);
    if silent || object.kind.is_empty() || vanished {
        return;
    }
    let minor = options.kubernetes_minor as u8;
    let api_version = object.api_version();
    if is_known_group(object.group) {
        let (kind, version) = (at.field("kind"), at.field("apiVersion"));
        let hint = tell::version_hint(object.kind, minor);
        let message = format!("Kubernetes has no kind `{}` in `{api_version}`", object.kind);
        findings.push(if hint.is_empty() {
            let hint = tell::kind_hint(object.kind, minor);
            Finding::schema("unknown-kind", &kind, message).hint(hint)
        } else {
            Finding::schema("unknown-kind", &version, message).hint(hint)
        });
        return;
    }
    if !is_possible_group(object.group) || is_misplaced(object, minor) {
        let message = format!("no server has the kind `{}` in `{api_version}`", object.kind);
        let hint = tell::version_hint(object.kind, minor);
        findings.push(Finding::schema("unknown-kind", &at.field("apiVersion"), message).hint(hint));
        return;
    }
    let level = if options.strict { Level::Error } else { Level::Note };
    let message = format!("nothing is known of the kind `{}` in `{api_version}`", object.kind);
    let finding = Finding::new("unknown-kind", Family::Schema, level, &at.field("kind"), message);
    findings.push(finding.hint("hand over the CustomResourceDefinition with `--crds FOLDER`"));
}
