//! ConfigMaps and Secrets that change under the pods that use them, which do not start anew.

use rustc_hash::FxHashMap;

use super::{Impact, Sets, called};
use crate::compare::{Fate, ObjectChange};
use crate::validate::{At, Pod};

/// How a pod uses a ConfigMap or Secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    /// As variables: read once.
    Variables,
    /// As a mounted volume, a key at a fixed path: read once.
    SubPath,
    /// As a mounted volume: its files follow after a while.
    Volume,
}

type Name<'a> = (&'a str, &'a str, &'a str);

/// Judges ConfigMaps and Secrets that changed in place.
pub(super) fn judge(sets: &Sets<'_>, list: &mut [ObjectChange]) {
    let changed = |change: &ObjectChange| {
        let object = change.new.and_then(|number| sets.new.get(number))?;
        let is_one = object.group.is_empty() && matches!(object.kind, "ConfigMap" | "Secret");
        let data = change
            .effective
            .iter()
            .any(|one| ["data", "binaryData", "stringData"].iter().any(|field| one.is_below(&[field])));
        (is_one && data && change.fate == Fate::Changed).then_some(object)
    };
    if !list.iter().any(|change| changed(change).is_some()) {
        return;
    }
    let rolling: Vec<usize> = list
        .iter()
        .filter(|change| change.impacts.contains(&Impact::RollsPods) || change.fate == Fate::Added)
        .filter_map(|change| change.new)
        .collect();
    let users = users(sets);
    for change in list.iter_mut() {
        let Some(object) = changed(change) else { continue };
        let key = (space(object.namespace), object.kind, object.name);
        let mut found = Vec::new();
        for (number, how) in users.get(&key).map(Vec::as_slice).unwrap_or_default() {
            if let Some(user) = sets.new.get(*number).filter(|_| !rolling.contains(number)) {
                found.push((user, *how));
            }
        }
        if found.is_empty() {
            continue;
        }
        let names = |which: &dyn Fn(Use) -> bool| -> Option<String> {
            let mut names: Vec<String> =
                found.iter().filter(|(_, how)| which(*how)).map(|(user, _)| called(user)).collect();
            names.dedup();
            let more = names.len().saturating_sub(4);
            names.truncate(4);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            (!names.is_empty()).then(|| format!("{}{rest}", names.join(", ")))
        };
        let hint = "generate it with a content hash (`configMapGenerator`, `secretGenerator`), or restart the workload";
        if let Some(names) = names(&|how| how != Use::Volume) {
            let text =
                format!("running pods of {names} go on with what was before: they read it when they start");
            change.has(Impact::UnnoticedByPods, text, hint);
        }
        if let Some(names) = names(&|how| how == Use::Volume) {
            let text = format!(
                "files in pods of {names} follow after a minute or so; the programs may not read them again"
            );
            change.has(Impact::UnnoticedByPods, text, hint);
        }
        change.mark(Impact::UnnoticedByPods, |one| !one.is_below(&["metadata"]));
    }
}

fn space(namespace: &str) -> &str {
    if namespace == "default" { "" } else { namespace }
}

/// Who uses what: numbers of objects with pods, by namespace, kind and name.
fn users<'a>(sets: &Sets<'a>) -> FxHashMap<Name<'a>, Vec<(usize, Use)>> {
    let mut index: FxHashMap<Name<'a>, Vec<(usize, Use)>> = FxHashMap::default();
    for pod in sets.after.pods() {
        // Jobs end, and the next one reads anew.
        if pod.is_job() {
            continue;
        }
        let namespace = space(pod.object.namespace);
        let mut add = |kind: &'static str, name: &'a str, how: Use| {
            if !name.is_empty() {
                let list = index.entry((namespace, kind, name)).or_default();
                if !list.contains(&(pod.number, how)) {
                    list.push((pod.number, how));
                }
            }
        };
        variables(pod, &mut add);
        volumes(pod, &mut add);
    }
    index
}

fn variables<'a>(pod: &Pod<'a>, add: &mut impl FnMut(&'static str, &'a str, Use)) {
    let document = pod.object.document;
    let text = |at: &At<'_>, path: &[&str]| -> &'a str {
        let node = at.node.and_then(|node| document.at(node, path));
        node.map_or("", |node| document.text(node))
    };
    for container in &pod.containers {
        for from in container.env_from().items() {
            add("ConfigMap", text(&from, &["configMapRef", "name"]), Use::Variables);
            add("Secret", text(&from, &["secretRef", "name"]), Use::Variables);
        }
        for variable in container.env().items() {
            add("ConfigMap", text(&variable, &["valueFrom", "configMapKeyRef", "name"]), Use::Variables);
            add("Secret", text(&variable, &["valueFrom", "secretKeyRef", "name"]), Use::Variables);
        }
    }
}

fn volumes<'a>(pod: &Pod<'a>, add: &mut impl FnMut(&'static str, &'a str, Use)) {
    let document = pod.object.document;
    let by_sub_path = |volume: &str| {
        pod.containers.iter().any(|container| {
            container.volume_mounts().items().any(|mount| {
                mount.field("name").text() == volume
                    && (mount.field("subPath").is_there() || mount.field("subPathExpr").is_there())
            })
        })
    };
    let text = |at: &At<'_>, path: &[&str]| -> &'a str {
        let node = at.node.and_then(|node| document.at(node, path));
        node.map_or("", |node| document.text(node))
    };
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        let how = if by_sub_path(volume.field("name").text()) { Use::SubPath } else { Use::Volume };
        add("ConfigMap", text(&volume, &["configMap", "name"]), how);
        add("Secret", text(&volume, &["secret", "secretName"]), how);
        let projected = volume.field("projected");
        let sources = projected.field("sources");
        for source in sources.items() {
            add("ConfigMap", text(&source, &["configMap", "name"]), how);
            add("Secret", text(&source, &["secret", "name"]), how);
        }
    }
}
