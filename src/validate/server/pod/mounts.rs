//! Mounts of volumes and block devices in containers.

use super::Context;
use super::volume_sources::descending_path;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};

/// Whether any item of a list has this text in a field.
fn has(list: &At<'_>, field: &str, text: &str) -> bool {
    list.items().any(|item| item.field(field).text() == text)
}

/// Whether the device or mount that counts for a name (the last one of it) has this text in a field.
fn has_last(list: &At<'_>, field: &str, text: &str) -> bool {
    list.items().enumerate().any(|(index, item)| {
        let name = item.field("name");
        item.field(field).text() == text
            && !list.items().skip(index + 1).any(|later| later.field("name").text() == name.text())
    })
}

/// Mirrors `ValidateVolumeMounts`
pub(super) fn check_mounts(
    mounts: &At<'_>,
    devices: &At<'_>,
    container: &At<'_>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    for (index, mount) in mounts.items().enumerate() {
        let (name, path) = (mount.field("name"), mount.field("mountPath"));
        if name.text().is_empty() {
            findings.required(&name, "");
        }
        let volume = context.volume(name.text());
        if volume.is_none() {
            findings.push(super::not_found(&name, "volume"));
            findings.belongs_to("mount-without-volume");
        }
        if path.text().is_empty() {
            findings.required(&path, "");
        }
        if mounts.items().take(index).any(|other| other.field("mountPath").text() == path.text()) {
            findings.invalid(&path, "another volume is mounted there already");
        }
        if !devices.is_empty() {
            if has(devices, "name", name.text()) {
                findings.invalid(&name, "it is in `volumeDevices` already");
            }
            if has_last(devices, "devicePath", path.text()) {
                findings.invalid(&path, "a device is there already");
            }
        }
        // The server leaves the number of the item out of these paths.
        let (sub, expression) = (mount.field("subPath"), mount.field("subPathExpr"));
        descending_path(&sub.told_at(Path::Field(&mounts.path, "subPath")), findings);
        if !expression.text().is_empty() {
            if !sub.text().is_empty() {
                findings.invalid(&expression, "either `subPath` or `subPathExpr` may be given, not both");
            }
            descending_path(&expression.told_at(Path::Field(&mounts.path, "subPathExpr")), findings);
        }
        propagation(&mount, mounts, container, findings);
    }
}

/// Mirrors `validateMountPropagation`, `validateMountRecursiveReadOnly`
fn propagation(mount: &At<'_>, mounts: &At<'_>, container: &At<'_>, findings: &mut Vec<Finding>) {
    let propagation = mount.field("mountPropagation");
    if propagation.is_there() {
        let at = propagation.told_at(Path::Field(&mounts.path, "mountPropagation"));
        findings.one_of(&at, &["Bidirectional", "HostToContainer", "None"]);
        let security = container.field("securityContext");
        let is_privileged = security.field("privileged").boolean() == Some(true);
        if propagation.text() == "Bidirectional" && !is_privileged {
            findings.forbidden(&at, "only privileged containers may have `Bidirectional`");
        }
    }
    let recursive = mount.field("recursiveReadOnly");
    if recursive.is_there() {
        let at = recursive.told_at(Path::Field(&mounts.path, "recursiveReadOnly"));
        match recursive.text() {
            "Disabled" => {}
            "Enabled" | "IfPossible" => {
                if mount.field("readOnly").boolean() != Some(true) {
                    findings.forbidden(&at, "only mounts with `readOnly: true` may have it");
                }
                if propagation.is_there() && propagation.text() != "None" {
                    findings.forbidden(&at, "only mounts without propagation may have it");
                }
            }
            _ => findings.not_supported(&at, &["Disabled", "Enabled", "IfPossible"]),
        }
    }
}

/// Mirrors `ValidateVolumeDevices`
pub(super) fn check_devices(
    devices: &At<'_>,
    mounts: &At<'_>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    for (index, device) in devices.items().enumerate() {
        let (name, path) = (device.field("name"), device.field("devicePath"));
        let earlier = |field: &str, text: &str| {
            devices.items().take(index).any(|other| {
                let other = other.field(field);
                other.text() == text && (field == "name" || format::no_backsteps(other.text()).is_ok())
            })
        };
        if name.text().is_empty() {
            findings.required(&name, "");
        } else if earlier("name", name.text()) {
            findings.invalid(&name, "it is a device already");
        }
        match context.volume(name.text()) {
            None => {
                findings.push(super::not_found(&name, "volume"));
                findings.belongs_to("mount-without-volume");
            }
            Some(volume) if !volume.is_claim => {
                findings.invalid(&name, "only claims and ephemeral volumes can be block devices");
            }
            Some(_) => {}
        }
        if path.text().is_empty() {
            findings.required(&path, "");
        }
        if earlier("devicePath", path.text()) {
            findings.invalid(&path, "another device is there already");
        }
        findings.format(&path, format::no_backsteps(path.text()));
        if has(mounts, "name", name.text()) {
            findings.invalid(&name, "it is in `volumeMounts` already");
        }
        if has_last(mounts, "mountPath", path.text()) {
            findings.invalid(&path, "a volume is mounted there already");
        }
    }
}
