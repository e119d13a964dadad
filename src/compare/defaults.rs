//! What the API server sets where an object says nothing: Kubernetes' defaulting functions, as a table of plain values
//! and a function for those that depend on what stands beside them.

use crate::kubernetes::Type;
use crate::yaml::{Document, Kind, NodeId};

/// API group, structure, field, value; `{}` is a structure that has its own defaults, `[a,b]` a list.
type Row = (&'static str, &'static str, &'static str, &'static str);

const TABLE: &[Row] = &[
    ("", "AzureDiskVolumeSource", "cachingMode", "ReadWrite"),
    ("", "AzureDiskVolumeSource", "fsType", "ext4"),
    ("", "AzureDiskVolumeSource", "kind", "Shared"),
    ("", "AzureDiskVolumeSource", "readOnly", "false"),
    ("", "ClientIPConfig", "timeoutSeconds", "10800"),
    ("", "ConfigMapProjection", "optional", ""),
    ("", "ConfigMapVolumeSource", "defaultMode", "420"),
    ("", "Container", "terminationMessagePath", "/dev/termination-log"),
    ("", "Container", "terminationMessagePolicy", "File"),
    ("", "ContainerPort", "protocol", "TCP"),
    ("", "DownwardAPIVolumeSource", "defaultMode", "420"),
    ("", "EndpointPort", "protocol", "TCP"),
    ("", "EphemeralContainer", "terminationMessagePath", "/dev/termination-log"),
    ("", "EphemeralContainer", "terminationMessagePolicy", "File"),
    ("", "GRPCAction", "service", ""),
    ("", "HTTPGetAction", "path", "/"),
    ("", "HTTPGetAction", "scheme", "HTTP"),
    ("", "HostPathVolumeSource", "type", ""),
    ("", "ISCSIPersistentVolumeSource", "iscsiInterface", "default"),
    ("", "ISCSIVolumeSource", "iscsiInterface", "default"),
    ("", "ObjectFieldSelector", "apiVersion", "v1"),
    ("", "PersistentVolumeClaimSpec", "volumeMode", "Filesystem"),
    ("", "PersistentVolumeSpec", "persistentVolumeReclaimPolicy", "Retain"),
    ("", "PersistentVolumeSpec", "volumeMode", "Filesystem"),
    ("", "PodSpec", "dnsPolicy", "ClusterFirst"),
    ("", "PodSpec", "enableServiceLinks", "true"),
    ("", "PodSpec", "restartPolicy", "Always"),
    ("", "PodSpec", "schedulerName", "default-scheduler"),
    ("", "PodSpec", "securityContext", "{}"),
    ("", "PodSpec", "terminationGracePeriodSeconds", "30"),
    ("", "Probe", "failureThreshold", "3"),
    ("", "Probe", "periodSeconds", "10"),
    ("", "Probe", "successThreshold", "1"),
    ("", "Probe", "timeoutSeconds", "1"),
    ("", "ProjectedVolumeSource", "defaultMode", "420"),
    ("", "RBDPersistentVolumeSource", "keyring", "/etc/ceph/keyring"),
    ("", "RBDPersistentVolumeSource", "pool", "rbd"),
    ("", "RBDPersistentVolumeSource", "user", "admin"),
    ("", "RBDVolumeSource", "keyring", "/etc/ceph/keyring"),
    ("", "RBDVolumeSource", "pool", "rbd"),
    ("", "RBDVolumeSource", "user", "admin"),
    ("", "ReplicationControllerSpec", "replicas", "1"),
    ("", "ResourceFieldSelector", "divisor", "0"),
    ("", "ScaleIOPersistentVolumeSource", "fsType", "xfs"),
    ("", "ScaleIOPersistentVolumeSource", "storageMode", "ThinProvisioned"),
    ("", "ScaleIOVolumeSource", "fsType", "xfs"),
    ("", "ScaleIOVolumeSource", "storageMode", "ThinProvisioned"),
    ("", "Secret", "type", "Opaque"),
    ("", "SecretVolumeSource", "defaultMode", "420"),
    ("", "ServiceAccountTokenProjection", "expirationSeconds", "3600"),
    ("", "ServicePort", "protocol", "TCP"),
    ("", "ServiceSpec", "sessionAffinity", "None"),
    ("", "ServiceSpec", "type", "ClusterIP"),
    ("", "SessionAffinityConfig", "clientIP", "{}"),
    ("", "ImageVolumeSource", "pullPolicy", "IfNotPresent"),
    ("admissionregistration.k8s.io", "MatchResources", "matchPolicy", "Equivalent"),
    ("admissionregistration.k8s.io", "MatchResources", "namespaceSelector", "{}"),
    ("admissionregistration.k8s.io", "MatchResources", "objectSelector", "{}"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicySpec", "failurePolicy", "Fail"),
    ("admissionregistration.k8s.io", "MutatingWebhook", "failurePolicy", "Fail"),
    ("admissionregistration.k8s.io", "MutatingWebhook", "matchPolicy", "Equivalent"),
    ("admissionregistration.k8s.io", "MutatingWebhook", "namespaceSelector", "{}"),
    ("admissionregistration.k8s.io", "MutatingWebhook", "objectSelector", "{}"),
    ("admissionregistration.k8s.io", "MutatingWebhook", "reinvocationPolicy", "Never"),
    ("admissionregistration.k8s.io", "MutatingWebhook", "timeoutSeconds", "10"),
    ("admissionregistration.k8s.io", "Rule", "scope", "*"),
    ("admissionregistration.k8s.io", "RuleWithOperations", "scope", "*"),
    ("admissionregistration.k8s.io", "NamedRuleWithOperations", "scope", "*"),
    ("admissionregistration.k8s.io", "ServiceReference", "port", "443"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicySpec", "failurePolicy", "Fail"),
    ("admissionregistration.k8s.io", "ValidatingWebhook", "failurePolicy", "Fail"),
    ("admissionregistration.k8s.io", "ValidatingWebhook", "matchPolicy", "Equivalent"),
    ("admissionregistration.k8s.io", "ValidatingWebhook", "namespaceSelector", "{}"),
    ("admissionregistration.k8s.io", "ValidatingWebhook", "objectSelector", "{}"),
    ("admissionregistration.k8s.io", "ValidatingWebhook", "timeoutSeconds", "10"),
    ("apiextensions.k8s.io", "CustomResourceConversion", "strategy", "None"),
    ("apiextensions.k8s.io", "CustomResourceDefinitionSpec", "conversion", "{}"),
    ("apiextensions.k8s.io", "ServiceReference", "port", "443"),
    ("apiregistration.k8s.io", "ServiceReference", "port", "443"),
    ("apps", "DaemonSetSpec", "revisionHistoryLimit", "10"),
    ("apps", "DaemonSetUpdateStrategy", "type", "RollingUpdate"),
    ("apps", "DeploymentSpec", "progressDeadlineSeconds", "600"),
    ("apps", "DeploymentSpec", "replicas", "1"),
    ("apps", "DeploymentSpec", "revisionHistoryLimit", "10"),
    ("apps", "DeploymentStrategy", "type", "RollingUpdate"),
    ("apps", "ReplicaSetSpec", "replicas", "1"),
    ("apps", "RollingUpdateDaemonSet", "maxSurge", "0"),
    ("apps", "RollingUpdateDaemonSet", "maxUnavailable", "1"),
    ("apps", "RollingUpdateDeployment", "maxSurge", "25%"),
    ("apps", "RollingUpdateDeployment", "maxUnavailable", "25%"),
    ("apps", "RollingUpdateStatefulSetStrategy", "maxUnavailable", "1"),
    ("apps", "RollingUpdateStatefulSetStrategy", "partition", "0"),
    ("apps", "StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted", "Retain"),
    ("apps", "StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled", "Retain"),
    ("apps", "StatefulSetSpec", "persistentVolumeClaimRetentionPolicy", "{}"),
    ("apps", "StatefulSetSpec", "podManagementPolicy", "OrderedReady"),
    ("apps", "StatefulSetSpec", "replicas", "1"),
    ("apps", "StatefulSetSpec", "revisionHistoryLimit", "10"),
    ("apps", "StatefulSetUpdateStrategy", "type", "RollingUpdate"),
    ("autoscaling", "HorizontalPodAutoscalerSpec", "minReplicas", "1"),
    ("autoscaling", "HPAScalingRules", "selectPolicy", "Max"),
    ("batch", "CronJobSpec", "concurrencyPolicy", "Allow"),
    ("batch", "CronJobSpec", "failedJobsHistoryLimit", "1"),
    ("batch", "CronJobSpec", "successfulJobsHistoryLimit", "3"),
    ("batch", "CronJobSpec", "suspend", "false"),
    ("batch", "JobSpec", "completionMode", "NonIndexed"),
    ("batch", "JobSpec", "manualSelector", "false"),
    ("batch", "JobSpec", "parallelism", "1"),
    ("batch", "JobSpec", "suspend", "false"),
    ("batch", "PodFailurePolicyOnPodConditionsPattern", "status", "True"),
    ("discovery.k8s.io", "EndpointPort", "name", ""),
    ("discovery.k8s.io", "EndpointPort", "protocol", "TCP"),
    ("flowcontrol.apiserver.k8s.io", "ExemptPriorityLevelConfiguration", "lendablePercent", "0"),
    ("flowcontrol.apiserver.k8s.io", "ExemptPriorityLevelConfiguration", "nominalConcurrencyShares", "0"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchemaSpec", "matchingPrecedence", "1000"),
    ("flowcontrol.apiserver.k8s.io", "LimitedPriorityLevelConfiguration", "lendablePercent", "0"),
    ("flowcontrol.apiserver.k8s.io", "LimitedPriorityLevelConfiguration", "nominalConcurrencyShares", "30"),
    ("flowcontrol.apiserver.k8s.io", "QueuingConfiguration", "handSize", "8"),
    ("flowcontrol.apiserver.k8s.io", "QueuingConfiguration", "queueLengthLimit", "50"),
    ("flowcontrol.apiserver.k8s.io", "QueuingConfiguration", "queues", "64"),
    ("networking.k8s.io", "IngressClassParametersReference", "scope", "Cluster"),
    ("networking.k8s.io", "NetworkPolicyPort", "protocol", "TCP"),
    ("rbac.authorization.k8s.io", "RoleRef", "apiGroup", "rbac.authorization.k8s.io"),
    ("scheduling.k8s.io", "PriorityClass", "preemptionPolicy", "PreemptLowerPriority"),
    ("storage.k8s.io", "CSIDriverSpec", "attachRequired", "true"),
    ("storage.k8s.io", "CSIDriverSpec", "fsGroupPolicy", "ReadWriteOnceWithFSType"),
    ("storage.k8s.io", "CSIDriverSpec", "podInfoOnMount", "false"),
    ("storage.k8s.io", "CSIDriverSpec", "requiresRepublish", "false"),
    ("storage.k8s.io", "CSIDriverSpec", "seLinuxMount", "false"),
    ("storage.k8s.io", "CSIDriverSpec", "storageCapacity", "false"),
    ("storage.k8s.io", "CSIDriverSpec", "volumeLifecycleModes", "[Persistent]"),
    ("storage.k8s.io", "StorageClass", "reclaimPolicy", "Delete"),
    ("storage.k8s.io", "StorageClass", "volumeBindingMode", "Immediate"),
];

/// What the server sets for a field of a structure when it is absent; `beside` is the structure that lacks it.
pub(super) fn of<'a>(
    structure: Type,
    field: &str,
    document: &'a Document,
    beside: Option<NodeId>,
) -> Option<&'a str> {
    let sibling = |name: &str| {
        let node = beside.and_then(|beside| document.get(beside, name));
        node.filter(|node| !document.is_null(*node))
    };
    let text = |name: &str| sibling(name).map_or("", |node| document.text(node));
    let is = |group: &str, name: &str| structure.is(group, name);
    match field {
        "imagePullPolicy" if is("", "Container") || is("", "EphemeralContainer") => {
            return Some(if is_latest(text("image")) { "Always" } else { "IfNotPresent" });
        }
        "serviceAccount" if is("", "PodSpec") => return Some(text("serviceAccountName")),
        "serviceAccountName" if is("", "PodSpec") => return Some(text("serviceAccount")),
        "targetPort" if is("", "ServicePort") => return Some(text("port")),
        "externalTrafficPolicy" if is("", "ServiceSpec") => {
            return matches!(text("type"), "NodePort" | "LoadBalancer").then_some("Cluster");
        }
        "internalTrafficPolicy" if is("", "ServiceSpec") => {
            return (text("type") != "ExternalName").then_some("Cluster");
        }
        "allocateLoadBalancerNodePorts" if is("", "ServiceSpec") => {
            return (text("type") == "LoadBalancer").then_some("true");
        }
        "sessionAffinityConfig" if is("", "ServiceSpec") => {
            return (text("sessionAffinity") == "ClientIP").then_some("{}");
        }
        "rollingUpdate" if structure.name().starts_with("apps/") => {
            return matches!(text("type"), "" | "RollingUpdate").then_some("{}");
        }
        "backoffLimit" if is("batch", "JobSpec") => {
            return Some(if sibling("backoffLimitPerIndex").is_some() { "2147483647" } else { "6" });
        }
        "completions" if is("batch", "JobSpec") => return sibling("parallelism").is_none().then_some("1"),
        "podReplacementPolicy" if is("batch", "JobSpec") => {
            let failed = sibling("podFailurePolicy").is_some();
            return Some(if failed { "Failed" } else { "TerminatingOrFailed" });
        }
        "policyTypes" if is("networking.k8s.io", "NetworkPolicySpec") => {
            let egress = sibling("egress").is_some_and(|egress| !document.is_empty(egress));
            return Some(if egress { "[Ingress,Egress]" } else { "[Ingress]" });
        }
        "apiGroup" if is("rbac.authorization.k8s.io", "Subject") => {
            let own = matches!(text("kind"), "User" | "Group");
            return Some(if own { "rbac.authorization.k8s.io" } else { "" });
        }
        "singular" if is("apiextensions.k8s.io", "CustomResourceDefinitionNames") => {
            // The kind in lower case: equal only where it already is.
            return Some(text("kind")).filter(|kind| kind.bytes().all(|byte| !byte.is_ascii_uppercase()));
        }
        "emptyDir" if is("", "Volume") => {
            let others = beside.map_or(0, |beside| {
                document
                    .entries(beside)
                    .filter(|(key, value)| document.text(*key) != "name" && !document.is_null(*value))
                    .count()
            });
            return (others == 0).then_some("{}");
        }
        _ => {}
    }
    let rows = TABLE.iter().find(|(group, name, of, _)| *of == field && structure.is(group, name));
    rows.map(|(_, _, _, value)| *value)
}

/// Whether an image is pulled always unless somebody says otherwise: no tag, or `latest`, and no digest.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let last = image.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        None => true,
        Some((_, tag)) => tag == "latest",
    }
}

/// Whether a node is the list that a default writes as `[a,b]`.
pub(super) fn is_list(document: &Document, node: NodeId, default: &str) -> bool {
    let Some(items) = default.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    document.kind(node) == Kind::Sequence
        && document.children(node).map(|item| document.text(item)).eq(items.split(','))
}
