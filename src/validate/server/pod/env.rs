//! Environment variables: names, values and where they come from.

use super::Owner;
use super::projected::{field_selector, resource_selector};
use super::volume_sources::need;
use crate::validate::server::report::Report;
use crate::validate::server::{format, names};
use crate::validate::{At, Finding};

/// Mirrors `ValidateEnv`
pub(super) fn check_env(variables: &At<'_>, findings: &mut Vec<Finding>) {
    for variable in variables.items() {
        let name = variable.field("name");
        if name.text().is_empty() {
            findings.required(&name, "");
        } else {
            findings.format(&name, format::env_name(name.text()));
        }
        let from = variable.field("valueFrom");
        if from.is_there() {
            value_from(&from, !variable.field("value").text().is_empty(), findings);
        }
    }
}

/// What is said of variables with several sources.
pub(super) const ONE_SOURCE: &str = "only one source may be given";

/// Mirrors `validateEnvVarValueFrom`
fn value_from(from: &At<'_>, has_value: bool, findings: &mut Vec<Finding>) {
    const FIELDS: &[&str] = &[
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    ];
    let mut count = 0;
    let field = from.field("fieldRef");
    if field.is_there() {
        count += 1;
        field_selector(&field, FIELDS, findings);
    }
    let resource = from.field("resourceFieldRef");
    if resource.is_there() {
        count += 1;
        resource_selector(&resource, false, findings);
    }
    for name in ["configMapKeyRef", "secretKeyRef"] {
        let keyed = from.field(name);
        if keyed.is_there() {
            count += 1;
            key_selector(&keyed, findings);
        }
    }
    let file = from.field("fileKeyRef");
    if file.is_there() {
        count += 1;
        file_key_selector(&file, findings);
    }
    if count == 0 {
        findings.invalid(
            from,
            "one of `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` and `fileKeyRef` must be given",
        );
    } else if has_value {
        findings.invalid(from, "may not be given where `value` is");
    } else if count > 1 {
        findings.invalid(from, ONE_SOURCE);
    }
}

/// Mirrors `validateConfigMapKeySelector`, `validateSecretKeySelector`
fn key_selector(selector: &At<'_>, findings: &mut Vec<Finding>) {
    let (name, key) = (selector.field("name"), selector.field("key"));
    findings.format(&name, format::dns_subdomain(name.text()));
    if key.text().is_empty() {
        findings.required(&key, "");
    } else {
        findings.format(&key, format::config_map_key(key.text()));
    }
}

/// Mirrors `validateFileKeySelector`
fn file_key_selector(selector: &At<'_>, findings: &mut Vec<Finding>) {
    let (key, volume, path) = (selector.field("key"), selector.field("volumeName"), selector.field("path"));
    need(selector, "key", findings);
    if !key.text().is_empty() {
        findings.format(&key, format::env_name(key.text()));
    }
    need(selector, "volumeName", findings);
    if !volume.text().is_empty() {
        findings.format(&volume, format::dns_label(volume.text()));
    }
    need(selector, "path", findings);
    findings.format(&path, format::no_backsteps(path.text()));
}

/// Mirrors `ValidateEnvFrom`, `validateConfigMapEnvSource`, `validateSecretEnvSource`
pub(super) fn check_env_from(sources: &At<'_>, findings: &mut Vec<Finding>) {
    for source in sources.items() {
        let prefix = source.field("prefix");
        if !prefix.text().is_empty() {
            findings.format(&prefix, format::env_name(prefix.text()));
        }
        let mut count = 0;
        for field in ["configMapRef", "secretRef"] {
            let named = source.field(field);
            if named.is_there() {
                count += 1;
                let name = named.field("name");
                if name.text().is_empty() {
                    findings.required(&name, "");
                } else {
                    findings.format(&name, names::with_dash(name.text(), true, format::dns_subdomain));
                }
            }
        }
        // The server blames the list, not its item.
        if count == 0 {
            findings.invalid(sources, "every item must have `configMapRef` or `secretRef`");
        } else if count > 1 {
            findings.invalid(sources, "every item may have one source only");
        }
    }
}

/// Files with environment variables must be in volumes of the kind `emptyDir`.
///
/// Mirrors `validateFileKeyRefVolumes`, `SetDefaults_Volume`
pub(super) fn check_file_volumes(spec: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.field(list).items() {
            for variable in container.field("env").items() {
                let from = variable.field("valueFrom");
                let file = from.field("fileKeyRef");
                if file.is_there() {
                    file_volume(spec, owner, &file.field("volumeName"), findings);
                }
            }
        }
    }
}

fn file_volume(spec: &At<'_>, owner: &Owner<'_>, name: &At<'_>, findings: &mut Vec<Finding>) {
    let volumes = spec.field("volumes");
    if owner.claim_templates.contains(&name.text()) {
        findings.invalid(name, "must be a volume of the kind `emptyDir`");
        return;
    }
    let Some(volume) = volumes.items().filter(|volume| volume.field("name").text() == name.text()).last()
    else {
        findings.push(super::not_found(name, "volume"));
        return;
    };
    let has_other = volume.entries().any(|(key, source)| key != "name" && source.is_there());
    if !volume.field("emptyDir").is_there() && has_other {
        findings.invalid(name, "must be a volume of the kind `emptyDir`");
    }
}
