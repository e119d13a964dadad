//! Pods as rules see them: the pod (or pod template) of any workload, and its containers, each with the fields that
//! rules ask for most already found. Found once an object; walks from here know their paths.

use super::set::pairs;
use super::{At, Object, Path};
use crate::yaml::{Document, Kind, NodeId};

/// How to get to the parts of a pod.
#[derive(Debug)]
struct Paths {
    metadata: Path<'static>,
    spec: Path<'static>,
    init_containers: Path<'static>,
    containers: Path<'static>,
    ephemeral_containers: Path<'static>,
}

macro_rules! paths {
    ($name:ident, $holder:expr) => {
        static $name: Paths = {
            const HOLDER: &Path<'static> = $holder;
            const SPEC: &Path<'static> = &Path::Field(HOLDER, "spec");
            Paths {
                metadata: Path::Field(HOLDER, "metadata"),
                spec: Path::Field(HOLDER, "spec"),
                init_containers: Path::Field(SPEC, "initContainers"),
                containers: Path::Field(SPEC, "containers"),
                ephemeral_containers: Path::Field(SPEC, "ephemeralContainers"),
            }
        };
    };
}

paths!(OF_POD, &Path::Root);
paths!(OF_POD_TEMPLATE, &Path::Field(&Path::Root, "template"));
paths!(OF_WORKLOAD, &Path::Field(&Path::Field(&Path::Root, "spec"), "template"));
paths!(
    OF_CRON_JOB,
    &Path::Field(
        &Path::Field(&Path::Field(&Path::Field(&Path::Root, "spec"), "jobTemplate"), "spec"),
        "template"
    )
);

/// Where an object of this kind has its pod: the keys on the way, and the same as paths.
fn paths_of(object: &Object<'_>) -> Option<(&'static [&'static str], &'static Paths)> {
    Some(match (object.group, object.kind) {
        ("", "Pod") => (&[], &OF_POD),
        ("", "PodTemplate") => (&["template"], &OF_POD_TEMPLATE),
        ("", "ReplicationController")
        | ("apps" | "extensions", "Deployment" | "ReplicaSet" | "DaemonSet")
        | ("apps", "StatefulSet")
        | ("batch", "Job")
        | ("apps.openshift.io", "DeploymentConfig")
        | ("argoproj.io", "Rollout") => (&["spec", "template"], &OF_WORKLOAD),
        ("batch", "CronJob") => (&["spec", "jobTemplate", "spec", "template"], &OF_CRON_JOB),
        _ => return None,
    })
}

/// What part a container has in its pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// An init container that ends before the others begin.
    Init,
    /// An init container that is restarted: it runs beside the others.
    Sidecar,
    /// A regular container.
    Main,
    /// An ephemeral container.
    Ephemeral,
}

/// The pod of an object: a Pod itself, or the template of a workload.
#[derive(Clone, Debug)]
pub struct Pod<'a> {
    /// Whose pod it is.
    pub object: Object<'a>,
    /// The number of that object in the set.
    pub number: usize,
    /// The pod's spec.
    pub spec: At<'a>,
    /// The pod's metadata (of a template: the template's).
    pub metadata: At<'a>,
    /// Init containers, then regular ones, then ephemeral ones.
    pub containers: Vec<Container<'a>>,
    /// What it is found by: see [`pairs`].
    pub(super) pairs: Vec<u64>,
    security: Option<NodeId>,
    labels: Option<NodeId>,
}

impl<'a> Pod<'a> {
    /// The pod of an object; `None` for kinds without one, and where the object says nothing of it.
    pub fn of(object: &Object<'a>, number: usize) -> Option<Pod<'a>> {
        let (way, paths) = paths_of(object)?;
        let document = object.document;
        let holder = document.try_root().and_then(|root| document.at(root, way))?;
        let [metadata, spec] = document.get_each(holder, ["metadata", "spec"]);
        let spec_at = At::new(document, object.dialect, spec, spec.or(Some(holder)), paths.spec);
        let spec = spec_at.node.filter(|node| document.kind(*node) == Kind::Mapping)?;
        let [init, main, ephemeral, security] = document
            .get_each(spec, ["initContainers", "containers", "ephemeralContainers", "securityContext"]);
        let count = [init, main, ephemeral].iter().flatten().map(|list| document.len(*list)).sum();
        let mut containers = Vec::with_capacity(count);
        for (list, role, path) in [
            (init, Role::Init, &paths.init_containers),
            (main, Role::Main, &paths.containers),
            (ephemeral, Role::Ephemeral, &paths.ephemeral_containers),
        ] {
            let Some(list) = list.filter(|list| document.kind(*list) == Kind::Sequence) else { continue };
            containers.extend(document.children(list).enumerate().map(|(index, node)| {
                let at = At::new(document, object.dialect, Some(node), Some(node), Path::Index(path, index));
                Container::new(at, role)
            }));
        }
        let metadata = At::new(document, object.dialect, metadata, metadata.or(Some(holder)), paths.metadata);
        let labels = metadata.node.and_then(|node| document.get(node, "labels"));
        let pairs = pairs(document, object.namespace, object.name, labels);
        Some(Pod { object: *object, number, spec: spec_at, metadata, containers, pairs, security, labels })
    }

    /// The pod's security context.
    pub fn security(&self) -> At<'_> {
        self.spec.found("securityContext", self.security)
    }

    /// The pod's labels.
    pub fn labels(&self) -> At<'_> {
        self.metadata.found("labels", self.labels)
    }

    /// The containers that run for as long as the pod does: regular ones and sidecars.
    pub fn lasting(&self) -> impl Iterator<Item = &Container<'a>> {
        self.containers.iter().filter(|container| matches!(container.role, Role::Main | Role::Sidecar))
    }

    /// Whether the pod says that it runs on Windows.
    pub fn is_windows(&self) -> bool {
        let os = self.spec.field("os");
        os.field("name").text() == "windows"
    }

    /// Whether the pod has user ids of its own (`hostUsers: false`): root inside is nobody outside.
    pub fn has_own_users(&self) -> bool {
        self.spec.field("hostUsers").boolean() == Some(false)
    }

    /// Whether the pod runs until its work is done: that of a Job or `CronJob`.
    pub fn is_job(&self) -> bool {
        self.object.group == "batch"
    }

    /// The name of the pod's service account.
    pub fn service_account(&self) -> At<'_> {
        let name = self.spec.field("serviceAccountName");
        if name.text().is_empty() { self.spec.field("serviceAccount") } else { name }
    }
}

/// A container and the fields of it that rules ask for.
#[derive(Clone, Debug)]
pub struct Container<'a> {
    /// The container itself.
    pub at: At<'a>,
    /// Its name.
    pub name: &'a str,
    /// Its part in the pod.
    pub role: Role,
    fields: [Option<NodeId>; 11],
}

const FIELDS: [&str; 13] = [
    "name",
    "restartPolicy",
    "image",
    "securityContext",
    "resources",
    "ports",
    "env",
    "envFrom",
    "volumeMounts",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
];

macro_rules! container_fields {
    ($($number:literal $method:ident $name:literal,)*) => {
        impl Container<'_> {
            $(
                #[doc = concat!("The field `", $name, "`.")]
                pub fn $method(&self) -> At<'_> {
                    self.at.found($name, self.fields[$number])
                }
            )*
        }
    };
}

container_fields! {
    0 image "image",
    1 security "securityContext",
    2 resources "resources",
    3 ports "ports",
    4 env "env",
    5 env_from "envFrom",
    6 volume_mounts "volumeMounts",
    7 liveness_probe "livenessProbe",
    8 readiness_probe "readinessProbe",
    9 startup_probe "startupProbe",
    10 lifecycle "lifecycle",
}

impl<'a> Container<'a> {
    fn new(at: At<'a>, role: Role) -> Container<'a> {
        let document: &'a Document = at.document;
        let found = at.node.map_or([None; 13], |node| document.get_each(node, FIELDS));
        let text = |node: Option<NodeId>| node.map_or("", |node| document.text(node));
        let role = if role == Role::Init && text(found[1]) == "Always" { Role::Sidecar } else { role };
        let mut fields = [None; 11];
        fields.copy_from_slice(&found[2..]);
        Container { at, name: text(found[0]), role, fields }
    }
}
