//! An object of the tree as the generator remembers it: its kind, the names it has had so far, its value.

use super::value::{Path, Value, key};

/// An object that a layer sees.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    /// Name and namespace over time, the first as written, the last as they are now.
    pub(crate) ids: Vec<(String, String)>,
    pub(crate) value: Value,
    /// Made by a configMapGenerator or secretGenerator.
    pub(crate) generated: bool,
    /// Patched in a way the value here does not follow: nothing may rely on what it says.
    pub(crate) uncertain: bool,
}

impl Object {
    /// From its value, which has apiVersion, kind and metadata.
    pub(crate) fn new(value: Value) -> Self {
        let word = |path: &[&str]| {
            let path: Path = path.iter().map(|k| key(k)).collect();
            value.get(&path).and_then(Value::text).unwrap_or_default().to_owned()
        };
        Self {
            api_version: word(&["apiVersion"]),
            kind: word(&["kind"]),
            ids: vec![(word(&["metadata", "name"]), word(&["metadata", "namespace"]))],
            generated: false,
            uncertain: false,
            value,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.ids[self.ids.len() - 1].0
    }

    pub(crate) fn namespace(&self) -> &str {
        &self.ids[self.ids.len() - 1].1
    }

    pub(crate) fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    pub(crate) fn version(&self) -> &str {
        self.api_version.rsplit_once('/').map_or(&self.api_version, |(_, version)| version)
    }

    /// Whether it ever had this id.
    pub(crate) fn answers(&self, name: &str, namespace: &str) -> bool {
        self.ids.iter().any(|(n, ns)| n == name && effective(ns) == effective(namespace))
    }

    pub(crate) fn is_workload(&self) -> bool {
        self.value.get(&pod_path(&self.kind)).is_some()
    }

    /// Where its containers are, if it has any.
    pub(crate) fn containers(&self) -> Option<Path> {
        let mut path = pod_path(&self.kind);
        path.push(key("containers"));
        self.value.get(&path).filter(|v| !v.items().is_empty()).map(|_| path)
    }

    /// Kinds without a namespace.
    pub(crate) fn is_cluster_scoped(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "Namespace"
                | "ClusterRole"
                | "ClusterRoleBinding"
                | "CustomResourceDefinition"
                | "PersistentVolume"
                | "StorageClass"
                | "PriorityClass"
                | "APIService"
                | "ValidatingWebhookConfiguration"
                | "MutatingWebhookConfiguration"
        )
    }

    /// Kinds that keep their name whatever the prefix.
    pub(crate) fn keeps_name(&self) -> bool {
        matches!(self.kind.as_str(), "Namespace" | "CustomResourceDefinition" | "APIService")
    }

    pub(crate) fn rename(&mut self, change: impl Fn(&str) -> String) {
        let (name, namespace) = self.ids[self.ids.len() - 1].clone();
        self.ids.push((change(&name), namespace));
    }

    pub(crate) fn move_to(&mut self, namespace: &str) {
        let name = self.name().to_owned();
        self.ids.push((name, namespace.to_owned()));
    }
}

/// No namespace is the namespace default.
pub(crate) fn effective(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

/// Where a kind keeps the spec of its pods.
pub(crate) fn pod_path(kind: &str) -> Path {
    let words: &[&str] = match kind {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "PodTemplate" => &["template", "spec"],
        _ => &["spec", "template", "spec"],
    };
    words.iter().map(|k| key(k)).collect()
}

/// Whether two objects would have one id.
pub(crate) fn collide(a: &Object, b: &Object) -> bool {
    a.kind == b.kind
        && a.group() == b.group()
        && a.name() == b.name()
        && (effective(a.namespace()) == effective(b.namespace()) || a.is_cluster_scoped())
}

/// Whether any two of them would.
pub(crate) fn any_collide(objects: &[Object]) -> bool {
    objects.iter().enumerate().any(|(i, a)| objects[i + 1..].iter().any(|b| collide(a, b)))
}

/// The one object a name and namespace mean for its kind, or none where they could mean another.
pub(crate) fn is_alone(objects: &[Object], at: usize, name: &str, namespace: &str) -> bool {
    objects
        .iter()
        .enumerate()
        .all(|(i, o)| i == at || o.kind != objects[at].kind || !o.answers(name, namespace))
}
