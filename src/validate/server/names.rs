//! What names the kinds take, and whether they have namespaces.

use super::format::{self, Format};
use super::{address, report};
use crate::validate::Object;
use crate::validate::kind_slots::KindSlots;

/// What a name must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Name {
    /// A DNS subdomain.
    Subdomain,
    /// A DNS label.
    Label,
    /// One part of a path of the API.
    Segment,
    /// One part of a path; only looked at when the kind's own checks find nothing, since these leave `metadata` out.
    SegmentLater,
    /// A DNS subdomain; of a name that the server makes, its beginning is not looked at.
    Made,
    /// Anything, and one part of a path of the API where all else is fine.
    PathLater,
    /// A canonical IP.
    Ip,
    /// A key of a ConfigMap.
    ConfigMapKey,
    /// A group, a dot and a resource.
    StorageVersion,
    /// Begins with `spec.signerName`, where there is one.
    SignedBundle,
    /// `spec.version`, a dot and `spec.group`.
    ApiService,
}

use Name::{
    ApiService, ConfigMapKey, Ip, Label, Made, PathLater, Segment, SegmentLater, SignedBundle,
    StorageVersion, Subdomain,
};

/// API group, kind, whether it has namespaces, name.
type Row = (&'static str, &'static str, bool, Name);

/// Where the rows of [`ROWS`] stand.
static SLOTS: KindSlots = {
    let (mut slots, mut row) = (KindSlots::new(), 0);
    while row < ROWS.len() {
        slots = slots.with(ROWS[row].1, row);
        row += 1;
    }
    slots
};

const ROWS: &[Row] = &[
    ("", "Binding", true, SegmentLater),
    ("", "ConfigMap", true, Subdomain),
    ("", "Endpoints", true, Subdomain),
    ("", "Event", true, SegmentLater),
    ("", "LimitRange", true, Subdomain),
    ("", "Namespace", false, Label),
    ("", "Node", false, Subdomain),
    ("", "PersistentVolume", false, Subdomain),
    ("", "PersistentVolumeClaim", true, Subdomain),
    ("", "Pod", true, Subdomain),
    ("", "PodTemplate", true, Subdomain),
    ("", "ReplicationController", true, Made),
    ("", "ResourceQuota", true, Subdomain),
    ("", "Secret", true, Subdomain),
    ("", "Service", true, Label),
    ("", "ServiceAccount", true, Subdomain),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy", false, Subdomain),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", false, Subdomain),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", false, Subdomain),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", false, Subdomain),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", false, Subdomain),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", false, Subdomain),
    ("apiextensions.k8s.io", "CustomResourceDefinition", false, Subdomain),
    ("apiregistration.k8s.io", "APIService", false, ApiService),
    ("apps", "ControllerRevision", true, Subdomain),
    ("apps", "DaemonSet", true, Subdomain),
    ("apps", "Deployment", true, Subdomain),
    ("apps", "ReplicaSet", true, Subdomain),
    ("apps", "StatefulSet", true, Label),
    ("autoscaling", "HorizontalPodAutoscaler", true, Subdomain),
    ("batch", "CronJob", true, Subdomain),
    ("batch", "Job", true, Subdomain),
    ("certificates.k8s.io", "CertificateSigningRequest", false, PathLater),
    ("certificates.k8s.io", "ClusterTrustBundle", false, SignedBundle),
    ("certificates.k8s.io", "PodCertificateRequest", true, Subdomain),
    ("coordination.k8s.io", "Lease", true, Subdomain),
    ("coordination.k8s.io", "LeaseCandidate", true, ConfigMapKey),
    ("discovery.k8s.io", "EndpointSlice", true, Subdomain),
    ("events.k8s.io", "Event", true, Subdomain),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema", false, Subdomain),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", false, Subdomain),
    ("internal.apiserver.k8s.io", "StorageVersion", false, StorageVersion),
    ("networking.k8s.io", "IPAddress", false, Ip),
    ("networking.k8s.io", "Ingress", true, Subdomain),
    ("networking.k8s.io", "IngressClass", false, Subdomain),
    ("networking.k8s.io", "NetworkPolicy", true, Subdomain),
    ("networking.k8s.io", "ServiceCIDR", false, Subdomain),
    ("node.k8s.io", "RuntimeClass", false, Subdomain),
    ("policy", "PodDisruptionBudget", true, SegmentLater),
    ("rbac.authorization.k8s.io", "ClusterRole", false, Segment),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", false, Segment),
    ("rbac.authorization.k8s.io", "Role", true, Segment),
    ("rbac.authorization.k8s.io", "RoleBinding", true, Segment),
    ("resource.k8s.io", "DeviceClass", false, Made),
    ("resource.k8s.io", "DeviceTaintRule", false, Subdomain),
    ("resource.k8s.io", "ResourceClaim", true, Subdomain),
    ("resource.k8s.io", "ResourceClaimTemplate", true, Subdomain),
    ("resource.k8s.io", "ResourcePoolStatusRequest", false, Subdomain),
    ("resource.k8s.io", "ResourceSlice", false, Subdomain),
    ("scheduling.k8s.io", "CompositePodGroup", true, Subdomain),
    ("scheduling.k8s.io", "PodGroup", true, Subdomain),
    ("scheduling.k8s.io", "PriorityClass", false, Subdomain),
    ("scheduling.k8s.io", "Workload", true, Subdomain),
    ("storage.k8s.io", "CSIDriver", false, Subdomain),
    ("storage.k8s.io", "CSINode", false, Subdomain),
    ("storage.k8s.io", "CSIStorageCapacity", true, Subdomain),
    ("storage.k8s.io", "StorageClass", false, Subdomain),
    ("storage.k8s.io", "VolumeAttachment", false, Subdomain),
    ("storage.k8s.io", "VolumeAttributesClass", false, Subdomain),
    ("storagemigration.k8s.io", "StorageVersionMigration", false, Subdomain),
];

/// What is known of a kind: whether it has namespaces and what its names are; nothing for custom resources.
pub(super) fn of(group: &str, kind: &str) -> Option<(bool, Name)> {
    let found = SLOTS.find(kind, |row| ROWS[row].1 == kind && ROWS[row].0 == group)?;
    let (_, _, namespaced, name) = ROWS[found];
    Some((namespaced, name))
}

/// Checks a name, or (`prefix`) the beginning of one that the server completes.
///
/// Mirrors `NameIsDNSSubdomain`, `NameIsDNSLabel`, `ValidateRBACName`, `ValidatePathSegmentName`,
/// `ValidateIPAddressName`, `ValidLeaseCandidateName`, `ValidateStorageVersionName`, `ValidateClusterTrustBundleName`
pub(super) fn check(object: &Object<'_>, rule: Name, name: &str, prefix: bool) -> Result<(), String> {
    let at = object.at();
    let spec = at.field("spec");
    let fine = |result: Format| result.map_err(str::to_owned);
    match rule {
        PathLater => Ok(()),
        Made if prefix => Ok(()),
        Made => fine(format::dns_subdomain(name)),
        Subdomain => fine(with_dash(name, prefix, format::dns_subdomain)),
        Label => fine(with_dash(name, prefix, format::dns_label)),
        Segment | SegmentLater if prefix && matches!(name, "." | "..") && rule == SegmentLater => Ok(()),
        Segment | SegmentLater => fine(format::path_segment(name)),
        Ip => fine(address::ip(name)),
        ConfigMapKey => fine(format::config_map_key(name)),
        StorageVersion => match name.rsplit_once('.') {
            None => Err("must be a group, a dot and a resource".to_owned()),
            Some((group, resource)) => {
                fine(format::dns_subdomain(group))?;
                fine(format::dns1035_label(resource))
            }
        },
        SignedBundle => {
            let signer = spec.field("signerName");
            if signer.text().is_empty() {
                if name.contains(':') {
                    return Err("must not contain `:` without a signer".to_owned());
                }
                return fine(with_dash(name, prefix, format::dns_subdomain));
            }
            let required = signer.text().replace('/', ":") + ":";
            match name.strip_prefix(&required) {
                Some(rest) => fine(with_dash(rest, prefix, format::dns_subdomain)),
                None => Err(format!("must begin with {}", report::shown(&required))),
            }
        }
        ApiService => {
            let (group, version) = (spec.field("group"), spec.field("version"));
            let required = format!("{}.{}", version.text(), group.text());
            if name == required { Ok(()) } else { Err(format!("must be {}", report::shown(&required))) }
        }
    }
}

/// A beginning may end with a dash.
///
/// Mirrors `maskTrailingDash`
pub(super) fn with_dash(name: &str, prefix: bool, check: impl Fn(&str) -> Format) -> Format {
    if prefix && name.len() > 1 && name.ends_with('-') {
        let mut cut = name.len() - 2;
        while !name.is_char_boundary(cut) {
            cut -= 1;
        }
        return check(&format!("{}a", &name[..cut]));
    }
    check(name)
}

#[cfg(test)]
mod tests {
    use super::ROWS;

    #[test]
    fn rows_are_sorted() {
        assert!(ROWS.windows(2).all(|pair| (pair[0].0, pair[0].1) < (pair[1].0, pair[1].1)));
    }
}
