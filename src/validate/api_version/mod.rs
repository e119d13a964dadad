//! Removed and deprecated APIs for the version of Kubernetes that is asked for: what, since when, what instead. Kinds and
//! their lives are distilled from Kubernetes' own types (`kubernetes/go_types`); kinds that vanished before the oldest
//! of them, and those of other projects, stand in `vanished.rs`.

mod service_account;
mod vanished;

pub(super) use service_account::deprecated_service_account_field;

use super::{Family, Finding, Level, Object, Options};
use crate::kubernetes::go_types::KnownKind;
use vanished::Vanished;

/// Checks the `apiVersion` of one object. `is_custom`: a definition says what there is.
pub(super) fn check(object: &Object<'_>, options: &Options, is_custom: bool, findings: &mut Vec<Finding>) {
    let minor = options.kubernetes_minor as u8;
    let found = match KnownKind::find(object.group, object.version, object.kind) {
        Some(known) => judge(known, minor),
        None if is_custom => None,
        None => vanished::find(object.group, object.version, object.kind).map(|gone| told(gone, object.kind)),
    };
    if let Some(Judgement { rule, level, message, hint }) = found {
        let root = object.at();
        let finding = Finding::new(rule, Family::ApiVersion, level, &root.field("apiVersion"), message);
        findings.push(finding.hint(hint));
    }
}

/// Whether a kind is one that vanished: there is something to say of it, though nothing of its fields.
pub(super) fn has_vanished(object: &Object<'_>) -> bool {
    vanished::find(object.group, object.version, object.kind).is_some()
}

struct Judgement {
    rule: &'static str,
    level: Level,
    message: String,
    hint: String,
}

/// What there is to say of a kind in a minor version; nothing for most.
fn judge(known: KnownKind, minor: u8) -> Option<Judgement> {
    let (kind, version) = (known.kind(), api_version(known.group(), known.version()));
    let deprecated = known.deprecated();
    if known.is_served(minor) {
        if deprecated == 0 || minor < deprecated {
            return None;
        }
        let end = match known.end() {
            255 => String::new(),
            end => format!(", and gone from 1.{end} on"),
        };
        return Some(Judgement {
            rule: "deprecated-api",
            level: Level::Warning,
            message: format!("`{kind}` of `{version}` is deprecated since Kubernetes 1.{deprecated}{end}"),
            hint: instead(known, minor),
        });
    }
    let begin = known.begin();
    if minor < begin {
        return Some(Judgement {
            rule: "future-api",
            level: Level::Error,
            message: format!(
                "`{kind}` of `{version}` is there from Kubernetes 1.{begin} on; the target is 1.{minor}"
            ),
            hint: instead(known, minor),
        });
    }
    let since = if deprecated == 0 { String::new() } else { format!(", deprecated since 1.{deprecated}") };
    Some(Judgement {
        rule: "removed-api",
        level: Level::Error,
        message: format!("`{kind}` of `{version}` is gone since Kubernetes 1.{}{since}", known.end()),
        hint: instead(known, minor),
    })
}

/// What to write instead: the best version of the same kind that is served, in the same group where there is one.
fn instead(known: KnownKind, minor: u8) -> String {
    let grade = |version: &str| match version {
        version if version.contains("alpha") => 0,
        version if version.contains("beta") => 1,
        _ => 2,
    };
    let replacement = known.replacement();
    if let Some((group, version, kind)) = replacement
        && kind != known.kind()
    {
        return format!("use `{kind}` of `{}`", api_version(group, version));
    }
    let wanted = replacement.map_or(known.group(), |(group, _, _)| group);
    let lasts = |other: &KnownKind| {
        other.is_served(minor) && (other.deprecated() == 0 || minor < other.deprecated()) && *other != known
    };
    let best = KnownKind::of_name(known.kind())
        .filter(lasts)
        // Kinds that share a name are not the same, unless Kubernetes says that the one replaces the other.
        .filter(|other| other.group() == wanted)
        .max_by_key(|other| grade(other.version()));
    match best {
        Some(best) => format!("use `{}`", api_version(best.group(), best.version())),
        None if known.kind() == "PodSecurityPolicy" => {
            "label namespaces with `pod-security.kubernetes.io/enforce`, or use a policy engine".to_owned()
        }
        None => String::new(),
    }
}

fn told(gone: &Vanished, kind: &str) -> Judgement {
    let version = api_version(gone.group, gone.version);
    Judgement {
        rule: if gone.is_certain { "removed-api" } else { "deprecated-api" },
        level: if gone.is_certain { Level::Error } else { Level::Warning },
        message: format!("`{kind}` of `{version}` is gone since {}", gone.since),
        hint: gone.instead.to_owned(),
    }
}

fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(group: &str, version: &str, kind: &str, minor: u8) -> String {
        let found = match KnownKind::find(group, version, kind) {
            Some(known) => judge(known, minor),
            None => vanished::find(group, version, kind).map(|gone| told(gone, kind)),
        };
        found.map_or(String::new(), |found| format!("{}: {} ({})", found.rule, found.message, found.hint))
    }

    #[test]
    fn says_what_since_when_and_what_instead() {
        for (group, version, kind, minor, said) in [
            ("apps", "v1", "Deployment", 37, ""),
            (
                "batch",
                "v1beta1",
                "CronJob",
                24,
                "deprecated-api: `CronJob` of `batch/v1beta1` is deprecated since Kubernetes 1.21, and gone from 1.25 on (use `batch/v1`)",
            ),
            (
                "extensions",
                "v1beta1",
                "Ingress",
                37,
                "removed-api: `Ingress` of `extensions/v1beta1` is gone since Kubernetes 1.22, deprecated since 1.14 (use `networking.k8s.io/v1`)",
            ),
            (
                "flowcontrol.apiserver.k8s.io",
                "v1beta1",
                "FlowSchema",
                28,
                "removed-api: `FlowSchema` of `flowcontrol.apiserver.k8s.io/v1beta1` is gone since Kubernetes 1.26, deprecated since 1.23 (use `flowcontrol.apiserver.k8s.io/v1beta3`)",
            ),
            (
                "resource.k8s.io",
                "v1",
                "ResourceClaim",
                33,
                "future-api: `ResourceClaim` of `resource.k8s.io/v1` is there from Kubernetes 1.34 on; the target is 1.33 (use `resource.k8s.io/v1beta2`)",
            ),
            (
                "policy",
                "v1beta1",
                "PodSecurityPolicy",
                30,
                "removed-api: `PodSecurityPolicy` of `policy/v1beta1` is gone since Kubernetes 1.25, deprecated since 1.21 (label namespaces with `pod-security.kubernetes.io/enforce`, or use a policy engine)",
            ),
            (
                "",
                "v1",
                "Endpoints",
                37,
                "deprecated-api: `Endpoints` of `v1` is deprecated since Kubernetes 1.33 (use `EndpointSlice` of `discovery.k8s.io/v1`)",
            ),
            (
                "networking.k8s.io",
                "v1beta1",
                "IngressClass",
                37,
                "removed-api: `IngressClass` of `networking.k8s.io/v1beta1` is gone since Kubernetes 1.22, deprecated since 1.19 (use `networking.k8s.io/v1`)",
            ),
            (
                "apiextensions.k8s.io",
                "v1beta1",
                "CustomResourceDefinition",
                37,
                "removed-api: `CustomResourceDefinition` of `apiextensions.k8s.io/v1beta1` is gone since Kubernetes 1.22 (use `apiextensions.k8s.io/v1`; each version needs a schema there)",
            ),
            (
                "cert-manager.io",
                "v1alpha2",
                "Certificate",
                37,
                "deprecated-api: `Certificate` of `cert-manager.io/v1alpha2` is gone since cert-manager 1.6 (use `cert-manager.io/v1`)",
            ),
        ] {
            assert_eq!(say(group, version, kind, minor), said);
        }
    }

    #[test]
    fn every_removed_kind_is_told_in_every_version() {
        for known in KnownKind::all() {
            for minor in 24..=37 {
                let said = say(known.group(), known.version(), known.kind(), minor);
                let lives = said.is_empty() || said.starts_with("deprecated-api");
                assert_eq!(known.is_served(minor), lives, "{said}");
            }
        }
    }
}
