//! Rules that a version of Kubernetes began to have: those before it take what they refuse, because the field was
//! dropped until its feature was turned on, or because nobody looked.

use crate::validate::{Finding, Level, Object};

/// A rule: the version that began to have it, the kinds of objects (empty: all that have pods, and all others), the path
/// it is told at, and how its message ends (empty: however).
///
/// A path is matched at its end: `[]` is any item, and `.*` at the end takes whatever lies below as well.
type Rule = (u32, &'static [&'static str], &'static str, &'static str);

const ANY: &[&str] = &[];
const JOBS: &[&str] = &["CronJob", "Job"];
const CLAIMS: &[&str] = &["PersistentVolume", "PersistentVolumeClaim"];
const SET: &[&str] = &["StatefulSet"];
const DEVICES: &[&str] = &["ResourceClaim", "ResourceClaimTemplate"];
const SLICE: &[&str] = &["ResourceSlice"];
const SCALER: &[&str] = &["HorizontalPodAutoscaler"];

const RULES: &[Rule] = &[
    // ProbeTerminationGracePeriod
    (25, ANY, "livenessProbe.terminationGracePeriodSeconds", ""),
    (25, ANY, "readinessProbe.terminationGracePeriodSeconds", ""),
    (25, ANY, "startupProbe.terminationGracePeriodSeconds", ""),
    // CronJobTimeZone
    (25, &["CronJob"], "spec.timeZone", ""),
    // CustomResourceValidationExpressions
    (25, &["CustomResourceDefinition"], "x-kubernetes-validations.*", ""),
    // NodeInclusionPolicyInPodTopologySpread
    (26, ANY, "topologySpreadConstraints[].nodeAffinityPolicy", ""),
    (26, ANY, "topologySpreadConstraints[].nodeTaintsPolicy", ""),
    // JobPodFailurePolicy
    (26, JOBS, "podFailurePolicy.*", ""),
    (26, &["NetworkPolicy"], "matchExpressions[].values[]", ""),
    // HPAContainerMetrics
    (27, SCALER, "containerResource.*", ""),
    // MinDomainsInPodTopologySpread, MatchLabelKeysInPodTopologySpread
    (27, ANY, "topologySpreadConstraints[].minDomains", ""),
    (27, ANY, "topologySpreadConstraints[].matchLabelKeys.*", ""),
    (27, ANY, "topologySpreadConstraints[].labelSelector.*", ""),
    // PodSchedulingReadiness
    (27, ANY, "schedulingGates.*", ""),
    // PDBUnhealthyPodEvictionPolicy
    (27, &["PodDisruptionBudget"], "unhealthyPodEvictionPolicy", ""),
    // StatefulSetAutoDeletePVC, StatefulSetStartOrdinal
    (27, SET, "persistentVolumeClaimRetentionPolicy.*", ""),
    (27, SET, "ordinals.*", ""),
    (27, &["Service"], "annotations[]", super::service::TOPOLOGY),
    (29, ANY, "sysctls[].name", super::pod::SYSCTL_OF_NODE),
    (29, ANY, "dataSource.apiGroup", ""),
    (29, ANY, "dataSourceRef.apiGroup", ""),
    // JobBackoffLimitPerIndex, JobPodReplacementPolicy
    (29, JOBS, "backoffLimitPerIndex", ""),
    (29, JOBS, "maxFailedIndexes", ""),
    (29, JOBS, "podReplacementPolicy", ""),
    // PodLifecycleSleepAction
    (30, ANY, "postStart.sleep.*", ""),
    (30, ANY, "preStop.sleep.*", ""),
    (30, ANY, "projected.path", "must not contain `..`"),
    (30, ANY, "projected.path", "must not begin with `..`"),
    (30, ANY, "projected.path", "must be a relative path"),
    // MatchLabelKeysInPodAffinity
    (31, ANY, "podAffinityTerm.matchLabelKeys.*", ""),
    (31, ANY, "podAffinityTerm.mismatchLabelKeys.*", ""),
    (31, ANY, "requiredDuringSchedulingIgnoredDuringExecution[].matchLabelKeys.*", ""),
    (31, ANY, "requiredDuringSchedulingIgnoredDuringExecution[].mismatchLabelKeys.*", ""),
    // RecursiveReadOnlyMounts
    (31, ANY, "recursiveReadOnly", ""),
    // JobSuccessPolicy
    (31, JOBS, "successPolicy.*", ""),
    // ServiceTrafficDistribution
    (31, &["Service"], "trafficDistribution", ""),
    (31, &["ControllerRevision"], "data", ""),
    // CustomResourceFieldSelectors
    (31, &["CustomResourceDefinition"], "selectableFields.*", ""),
    // JobManagedBy
    (32, JOBS, "managedBy", ""),
    (32, ANY, "nodeSelectorTerms[].matchExpressions[].values[]", ""),
    (32, ANY, "preference.matchExpressions[].values[]", ""),
    // SupplementalGroupsPolicy, SELinuxChangePolicy, InPlacePodVerticalScaling, ProcMountType, UserNamespacesSupport
    (33, ANY, "supplementalGroupsPolicy", ""),
    (33, ANY, "seLinuxChangePolicy", ""),
    (33, ANY, "resizePolicy.*", ""),
    (33, ANY, "procMount", ""),
    (33, ANY, "HostPID", ""),
    (33, ANY, "HostIPC", ""),
    (33, ANY, "hostNetwork", super::pod::NOT_WITH_OWN_USERS),
    (34, ANY, "volumeDevices", super::pod::NOT_WITH_OWN_USERS),
    // DynamicResourceAllocation
    (34, ANY, "spec.resourceClaims.*", ""),
    (34, ANY, "resources.claims.*", ""),
    // VolumeAttributesClass
    (34, CLAIMS, "volumeAttributesClassName", ""),
    (34, CLAIMS, "spec.csi", super::persistent_volume::CLASS_WITHOUT_CSI),
    (34, SCALER, "scaleTargetRef.apiVersion", ""),
    (34, SCALER, "describedObject.apiVersion", ""),
    // HPAConfigurableTolerance
    (35, SCALER, "tolerance", ""),
    // MaxUnavailableStatefulSet
    (35, SET, "rollingUpdate.maxUnavailable", ""),
    // HostnameOverride, ContainerRestartRules, ImageVolume, EnvFiles
    (35, ANY, "hostnameOverride", ""),
    (35, ANY, "restartPolicyRules.*", ""),
    (35, ANY, "volumes[].image.*", ""),
    (35, ANY, "fileKeyRef.*", ""),
    // DRAExtendedResource, DRAConsumableCapacity, DRADeviceTaints, DRAPartitionableDevices, DRADeviceBindingConditions
    (36, &["DeviceClass"], "extendedResourceName", ""),
    (36, DEVICES, "distinctAttribute", ""),
    (36, DEVICES, "exactly.capacity.*", ""),
    (36, DEVICES, "firstAvailable[].capacity.*", ""),
    (36, DEVICES, "exactly.tolerations.*", ""),
    (36, DEVICES, "firstAvailable[].tolerations.*", ""),
    (36, SLICE, "sharedCounters.*", ""),
    (36, SLICE, "perDeviceNodeSelection", ""),
    (36, SLICE, "devices[]", "may name nodes only with `perDeviceNodeSelection`"),
    (36, SLICE, "devices[]", "there must be one of `nodeName`, `nodeSelector` and `allNodes`"),
    (36, SLICE, "devices[].nodeName", ""),
    (36, SLICE, "devices[].nodeSelector.*", ""),
    (36, SLICE, "devices[].allNodes", ""),
    (36, SLICE, "devices[].consumesCounters.*", ""),
    (36, SLICE, "devices[].taints.*", ""),
    (36, SLICE, "devices[].bindsToNode", ""),
    (36, SLICE, "devices[].bindingConditions.*", ""),
    (36, SLICE, "devices[].bindingFailureConditions.*", ""),
    (36, SLICE, "devices[].allowMultipleAllocations", ""),
    (36, SLICE, "requestPolicy.*", ""),
    // ClusterTrustBundleProjection, PodCertificateRequest
    (37, ANY, "clusterTrustBundle.*", ""),
    (37, ANY, "podCertificate.*", ""),
    // ManifestBasedAdmissionControlConfig
    (37, ANY, "metadata.name", super::admission_rule::SUFFIX),
];

/// Takes back what a version before the newest does not refuse.
pub(super) fn take_back(object: &Object<'_>, minor: u32, findings: &mut Vec<Finding>) {
    findings.retain(|finding| {
        finding.level != Level::Error
            || !RULES.iter().any(|(since, kinds, path, message)| {
                minor < *since
                    && (kinds.is_empty() || kinds.contains(&object.kind))
                    && finding.message.ends_with(message)
                    && leads_to(&finding.path, path)
            })
    });
}

/// Whether a path ends as a pattern says.
fn leads_to(path: &str, pattern: &str) -> bool {
    let steps: Vec<(&str, bool)> = steps(path).collect();
    let (wanted, below) = match pattern.strip_suffix(".*") {
        Some(wanted) => (wanted, true),
        None => (pattern, false),
    };
    let wanted: Vec<(&str, bool)> = wanted
        .split('.')
        .map(|step| step.strip_suffix("[]").map_or((step, false), |name| (name, true)))
        .collect();
    let is_it = |window: &[(&str, bool)], is_open: bool| {
        let last = wanted.len() - 1;
        wanted.iter().enumerate().all(|(at, (name, is_item))| {
            window[at].0 == *name && (window[at].1 == *is_item || (is_open && at == last))
        })
    };
    if below {
        return steps.windows(wanted.len()).any(|window| is_it(window, true));
    }
    steps.len() >= wanted.len() && is_it(&steps[steps.len() - wanted.len()..], false)
}

/// The steps of a path: names, and whether an item or entry of them is meant. Keys of maps may have dots.
fn steps(path: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut depth = 0usize;
        let end = rest.bytes().position(|byte| {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            byte == b'.' && depth == 0
        });
        let (step, after) = end.map_or((rest, ""), |end| (&rest[..end], &rest[end + 1..]));
        rest = after;
        Some(step.split_once('[').map_or((step, false), |(name, _)| (name, true)))
    })
}

#[cfg(test)]
mod tests {
    use super::leads_to;

    #[test]
    fn paths_are_matched_at_their_end() {
        assert!(leads_to("spec.template.spec.schedulingGates[1].name", "schedulingGates.*"));
        assert!(leads_to("spec.volumes[0].image.reference", "volumes[].image.*"));
        assert!(!leads_to("spec.containers[0].image", "volumes[].image.*"));
        assert!(leads_to("metadata.annotations[a.b/c.d]", "annotations[]"));
        assert!(!leads_to("spec.x.matchExpressions[0].values", "matchExpressions[].values[]"));
        assert!(leads_to("a.matchExpressions[0].values[2]", "matchExpressions[].values[]"));
        assert!(!leads_to("", "data") && leads_to("data", "data"));
    }
}
