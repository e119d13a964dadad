//! Paths of the node that containers mount.

use crate::validate::At;
use crate::validate::pod::{Container, Pod};
use crate::validate::told::Told;

/// Sockets that are root on the node.
const SOCKETS: [&str; 3] = ["docker.sock", "containerd.sock", "crio.sock"];
/// Folders of the node that hold its system.
const SENSITIVE: [&str; 7] = ["/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"];

/// Tells of the mounts of volumes that are paths of the node: `find` gets the path and the mount.
fn each(pod: &Pod<'_>, container: &Container<'_>, mut find: impl FnMut(&str, &At<'_>)) {
    let mounts = container.volume_mounts();
    if mounts.is_empty() {
        return;
    }
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        let host_path = volume.field("hostPath");
        if !host_path.is_there() {
            continue;
        }
        let path = host_path.field("path");
        let name = volume.field("name").text();
        for mount in mounts.items() {
            if mount.field("name").text() == name {
                find(path.text(), &mount);
            }
        }
    }
}

/// A mounted socket of the container runtime.
pub(in crate::validate) fn docker_socket(pod: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    each(pod, container, |path, mount| {
        if SOCKETS.iter().any(|socket| path.trim_end_matches('/').ends_with(socket)) {
            told.tell(mount, format!("`{path}` of the node is mounted: who can write to it is root there"));
        }
    });
}

/// A mounted folder of the node's system.
pub(in crate::validate) fn sensitive(pod: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    each(pod, container, |path, mount| {
        let plain = path.trim_end_matches('/');
        let below = |folder: &&str| {
            plain.strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if path.starts_with('/') && plain.is_empty() || SENSITIVE.iter().any(below) {
            told.tell(mount, format!("`{path}` of the node is mounted"));
        }
    });
}

/// A path of the node that is mounted writable.
pub(in crate::validate) fn writable(pod: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    each(pod, container, |path, mount| {
        let read_only = mount.field("readOnly");
        if read_only.boolean() != Some(true) {
            told.tell(&read_only, format!("`{path}` of the node is mounted writable")).hint =
                "set `readOnly: true`".into();
        }
    });
}
