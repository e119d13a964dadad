//! Pods and templates of pods: what is true of the whole, in the server's order; one file a subject.

pub(super) mod affinity;
mod annotations;
mod containers;
mod dns;
mod env;
mod mounts;
pub(super) mod older_versions;
mod os;
mod port_warnings;
mod ports;
mod probes;
mod projected;
pub(super) mod resources;
pub(super) mod scheduling;
mod security;
pub(super) mod volume_sources;
mod volume_warnings;
mod volumes;
mod warnings;

pub(super) use os::NOT_WITH_OWN_USERS;
pub(super) use security::SYSCTL_OF_NODE;

use super::report::Report;
use super::{format, labels, told};
use crate::validate::{At, Finding, Level, Path};
use volumes::{Volume, check as check_volumes};

/// What a pod belongs to, as far as its rules depend on it.
pub(super) struct Owner<'a> {
    /// Whether it is a pod, not a template of one.
    pub(super) is_pod: bool,
    /// The pod's name; empty for templates and for names that the server makes.
    pub(super) pod_name: &'a str,
    /// `metadata` of the pod or template.
    pub(super) metadata: At<'a>,
    /// Its labels.
    pub(super) labels: At<'a>,
    /// Its annotations, under the path that the server tells.
    pub(super) annotations: At<'a>,
    /// Names of the claim templates of a StatefulSet: volumes of its pods.
    pub(super) claim_templates: &'a [&'a str],
    /// Whether the pods get their names of hosts from a StatefulSet.
    pub(super) is_named_by_set: bool,
}

/// What the parts of a pod must know of the whole.
struct Context<'a> {
    is_pod: bool,
    os: &'a str,
    host_network: bool,
    host_ipc: bool,
    host_users: bool,
    restart_policy: &'a str,
    grace_period: i64,
    labels: At<'a>,
    claims: At<'a>,
    volumes: Vec<Volume<'a>>,
}

impl<'a> Context<'a> {
    /// The volume of this name, when there is a valid one.
    fn volume(&self, name: &str) -> Option<&Volume<'a>> {
        self.volumes.iter().find(|volume| volume.name == name)
    }
}

/// A name that nothing has.
fn not_found(at: &At<'_>, what: &str) -> Finding {
    told::not_found(at, at.text(), what)
}

/// The list that a container is in.
fn list_of<'a>(container: &At<'a>) -> &'a str {
    match container.path {
        Path::Index(Path::Field(_, list), _) => list,
        _ => "",
    }
}

fn is_init(container: &At<'_>) -> bool {
    list_of(container) == "initContainers"
}

fn is_ephemeral(container: &At<'_>) -> bool {
    list_of(container) == "ephemeralContainers"
}

/// Checks a Pod.
///
/// Mirrors `ValidatePodCreate`, `validatePodMetadataAndSpec`, `validateOverhead` of the admission of runtime classes
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    let name = metadata.field("name");
    let owner = Owner {
        is_pod: true,
        pod_name: name.text(),
        metadata,
        labels: metadata.field("labels"),
        annotations: metadata.field("annotations"),
        claim_templates: &[],
        is_named_by_set: false,
    };
    annotations::check(&owner, &spec, findings);
    let context = check_spec(&spec, &owner, findings);
    if service_account(&spec).text().is_empty() {
        for volume in spec.field("volumes").items() {
            let projected = volume.field("projected");
            for source in projected.field("sources").items() {
                let token = source.field("serviceAccountToken");
                if token.is_there() {
                    findings.forbidden(&token, "the pod must have `serviceAccountName`");
                }
            }
        }
    }
    for list in ["containers", "initContainers"] {
        for container in spec.field(list).items() {
            containers::check_image_of_pod(&container, findings);
        }
    }
    let ephemeral = spec.field("ephemeralContainers");
    if !ephemeral.is_empty() {
        findings.forbidden(&ephemeral, "a new pod has none");
    }
    let node = spec.field("nodeName");
    if !node.text().is_empty() && !spec.field("schedulingGates").is_empty() {
        findings.forbidden(&node, "not before all `schedulingGates` are gone");
    }
    annotations::check_agreement(&owner, &spec, &context, findings);
    // What admission finds is told when nothing else is.
    let overhead = spec.field("overhead");
    if overhead.is_there()
        && !spec.field("runtimeClassName").is_there()
        && findings.iter().all(|finding| finding.level != Level::Error)
    {
        findings.forbidden(&overhead, "only pods of a runtime class that has this overhead may have it");
    }
    warnings::check(&spec, &owner, findings);
    if let Err(message) = format::dns_label(name.text())
        && !name.text().is_empty()
    {
        findings.warns(&name, format!("the name is the pod's host name, too, and {message}"));
    }
}

/// Checks the template of pods.
///
/// Mirrors `ValidatePodTemplateSpec`
pub(super) fn check_template(
    template: &At<'_>,
    claim_templates: &[&str],
    is_named_by_set: bool,
    findings: &mut Vec<Finding>,
) {
    let (metadata, spec) = (template.field("metadata"), template.field("spec"));
    // The server leaves `metadata` out of these paths.
    let label = metadata.field("labels").told_at(Path::Field(&template.path, "labels"));
    let annotation = metadata.field("annotations").told_at(Path::Field(&template.path, "annotations"));
    labels::check_labels(&label, findings);
    labels::check_annotations(&annotation, findings);
    let owner = Owner {
        is_pod: false,
        pod_name: "",
        metadata,
        labels: label,
        annotations: annotation,
        claim_templates,
        is_named_by_set,
    };
    annotations::check(&owner, &spec, findings);
    let context = check_spec(&spec, &owner, findings);
    annotations::check_agreement(&owner, &spec, &context, findings);
    let ephemeral = spec.field("ephemeralContainers");
    if !ephemeral.is_empty() {
        findings.forbidden(&ephemeral, "templates have none");
    }
    warnings::check(&spec, &owner, findings);
}

/// Mirrors `SetDefaults_PodSpec`
fn service_account<'a>(spec: &'a At<'a>) -> At<'a> {
    let account = spec.field("serviceAccountName");
    if account.text().is_empty() { spec.field("serviceAccount").told_at(account.path) } else { account }
}

/// Mirrors `ValidatePodSpec`, `validateShareProcessNamespace`, `validateRestartPolicy`, `ValidatePreemptionPolicy`,
/// `ValidateRuntimeClassName`, `SetDefaults_Pod`
fn check_spec<'a>(spec: &'a At<'a>, owner: &Owner<'a>, findings: &mut Vec<Finding>) -> Context<'a> {
    let is_true = |field: &'static str| spec.field(field).boolean() == Some(true);
    let grace_period = match spec.field("terminationGracePeriodSeconds").integer() {
        None => 30,
        Some(seconds) if seconds < 0 && owner.is_pod => 1,
        Some(seconds) => seconds,
    };
    let document = spec.document;
    let text_at = |path: &[&str]| {
        let node = spec.node.and_then(|node| document.at(node, path));
        node.filter(|node| !document.is_null(*node)).map_or("", |node| document.text(node))
    };
    let restart_policy = match text_at(&["restartPolicy"]) {
        "" => "Always",
        policy => policy,
    };
    let mut context = Context {
        is_pod: owner.is_pod,
        os: text_at(&["os", "name"]),
        host_network: is_true("hostNetwork"),
        host_ipc: is_true("hostIPC"),
        host_users: spec.field("hostUsers").boolean() != Some(false),
        restart_policy,
        grace_period,
        labels: owner.labels,
        claims: spec.field("resourceClaims"),
        volumes: Vec::new(),
    };
    let volumes = spec.field("volumes");
    context.volumes = check_volumes(&volumes, spec.document, owner, findings);
    scheduling::check_claims(&context.claims, owner, findings);
    let (regular, init, ephemeral) =
        (spec.field("containers"), spec.field("initContainers"), spec.field("ephemeralContainers"));
    containers::check(&regular, &context, findings);
    containers::check_init(&init, &regular, &context, findings);
    containers::check_ephemeral(&ephemeral, [&regular, &init], &context, findings);
    resources::check_pod(spec, &context, findings);
    ports::check_host_network(&regular, &context, findings);
    let policy = spec.field("restartPolicy");
    if !policy.text().is_empty() {
        findings.one_of(&policy, &["Always", "OnFailure", "Never"]);
    }
    labels::check_labels(&spec.field("nodeSelector"), findings);
    security::check_pod(&spec.field("securityContext"), &context, findings);
    let shared = spec.field("shareProcessNamespace");
    if shared.boolean() == Some(true) && is_true("hostPID") {
        findings.invalid(&shared, "it cannot go with `hostPID`");
    }
    affinity::check(&spec.field("affinity"), &context, findings);
    dns::check_dns(spec, findings);
    scheduling::check_gates(spec, findings);
    scheduling::check_spreading(&spec.field("topologySpreadConstraints"), &context, findings);
    os::check_host_process(spec, &context, findings);
    os::check_host_users(spec, &context, findings);
    dns::check_host_name(spec, &context, findings);
    check_names(spec, owner, findings);
    let deadline = spec.field("activeDeadlineSeconds");
    if deadline.integer().is_some_and(|seconds| !(1..=i64::from(i32::MAX)).contains(&seconds)) {
        findings.invalid(&deadline, "must be between 1 and 2147483647");
    }
    scheduling::check_tolerations(&spec.field("tolerations"), findings);
    dns::check_host_aliases(&spec.field("hostAliases"), findings);
    let preemption = spec.field("preemptionPolicy");
    if preemption.is_there() {
        if preemption.text().is_empty() {
            findings.required(&preemption, "");
        } else {
            findings.one_of(&preemption, &["PreemptLowerPriority", "Never"]);
        }
    }
    resources::check_overhead(&spec.field("overhead"), findings);
    os::check(spec, findings);
    env::check_file_volumes(spec, owner, findings);
    context
}

/// Names of other objects, and of the pod itself.
fn check_names(spec: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    let runtime = spec.field("runtimeClassName");
    if runtime.is_there() {
        findings.format(&runtime, format::dns_subdomain(runtime.text()));
    }
    let (account, node, priority) =
        (service_account(spec), spec.field("nodeName"), spec.field("priorityClassName"));
    for name in [&account, &node, &priority] {
        if !name.text().is_empty() {
            findings.format(name, format::dns_subdomain(name.text()));
        }
    }
    if owner.is_named_by_set {
        return;
    }
    for field in ["hostname", "subdomain"] {
        let name = spec.field(field);
        if !name.text().is_empty() {
            findings.format(&name, format::dns_label(name.text()));
        }
    }
}
