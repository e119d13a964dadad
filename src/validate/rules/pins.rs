//! Rules of the family `pins`.

use super::{Check, ERROR, NOTE, OFF, Rule, WARNING, rule};
use crate::validate::pins;

pub(super) static RULES: &[Rule] = &[
    rule!(
        "replicas-missing",
        Pins,
        WARNING,
        Check::Object(
            &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"],
            pins::replicas_missing
        ),
        "neither `replicas` nor a HorizontalPodAutoscaler or ScaledObject says how many there are",
        "there will be one, and every drain is an outage",
        &[]
    ),
    rule!(
        "hpa-and-replicas",
        Pins,
        NOTE,
        Check::Object(
            &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"],
            pins::hpa_and_replicas
        ),
        "`replicas` is stated beside something that scales the same object (a warning where it lies outside of that range)",
        "every release sets the count back",
        &["kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured"]
    ),
    rule!(
        "hpa-conflict",
        Pins,
        ERROR,
        Check::Object(
            &["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"],
            pins::hpa_conflict
        ),
        "more than one HorizontalPodAutoscaler or ScaledObject scales the same object",
        "they work against each other",
        &[]
    ),
    rule!(
        "hpa-range",
        Pins,
        WARNING,
        Check::Object(&["HorizontalPodAutoscaler"], pins::hpa_range),
        "maxReplicas is not above minReplicas",
        "there is nothing to scale",
        &["polaris:hpaMaxAvailability"]
    ),
    rule!(
        "readiness-probe-missing",
        Pins,
        WARNING,
        Check::Pod(pins::readiness_probe_missing),
        "a Service selects pods of which no container has a readiness probe (not those of Jobs)",
        "traffic arrives before the application is up",
        &["kube-linter:no-readiness-probe", "kube-score:pod-probes", "polaris:readinessProbeMissing"]
    ),
    rule!(
        "liveness-probe-missing",
        Pins,
        NOTE,
        Check::Pod(pins::liveness_probe_missing),
        "no container of a pod has a liveness probe (not those of Jobs)",
        "one that hangs is never restarted",
        &["kube-linter:no-liveness-probe", "kube-score:pod-probes", "polaris:livenessProbeMissing"]
    ),
    rule!(
        "startup-probe-missing",
        Pins,
        NOTE,
        Check::Container(pins::startup_probe_missing),
        "a container has a liveness probe and no startup probe",
        "a slow start is killed, and started again, and killed",
        &[]
    ),
    rule!(
        "security-context-missing",
        Pins,
        NOTE,
        Check::Container(pins::security_context_missing),
        "neither a container nor its pod states a security context",
        "who it runs as and what it may do is left to the image and the node",
        &[]
    ),
    rule!(
        "latest-tag",
        Pins,
        WARNING,
        Check::Container(pins::latest_tag),
        "an image without a tag, or with the tag `latest` (a digest passes)",
        "what runs is unknown, and changes by itself",
        &["kube-linter:latest-tag", "kube-score:container-image-tag", "polaris:tagNotSpecified"]
    ),
    rule!(
        "cpu-request-missing",
        Pins,
        WARNING,
        Check::Container(pins::cpu_request_missing),
        "a container requests no CPU: not by a limit, not for the whole pod, not by a LimitRange",
        "the scheduler and the HPA are blind",
        &[
            "kube-linter:unset-cpu-requirements",
            "kube-score:container-resources",
            "polaris:cpuRequestsMissing"
        ]
    ),
    rule!(
        "memory-request-missing",
        Pins,
        WARNING,
        Check::Container(pins::memory_request_missing),
        "a container requests no memory: not by a limit, not for the whole pod, not by a LimitRange",
        "the scheduler is blind, and the pod goes first when memory is short",
        &["kube-score:container-resources", "polaris:memoryRequestsMissing"]
    ),
    rule!(
        "memory-limit-missing",
        Pins,
        WARNING,
        Check::Container(pins::memory_limit_missing),
        "a container has no limit of memory: not its own, not the pod's, not by a LimitRange",
        "one leak starves the node",
        &[
            "kube-linter:unset-memory-requirements",
            "kube-score:container-resources",
            "polaris:memoryLimitsMissing"
        ]
    ),
    rule!(
        "cpu-limit-missing",
        Pins,
        OFF,
        Check::Container(pins::cpu_limit_missing),
        "a container has no limit of CPU: not its own, not the pod's, not by a LimitRange",
        "a busy one slows its neighbours (contested: limits throttle)",
        &["kube-score:container-resources", "polaris:cpuLimitsMissing"]
    ),
    rule!(
        "pdb-missing",
        Pins,
        NOTE,
        Check::Object(&["Deployment", "StatefulSet"], pins::pdb_missing),
        "no PodDisruptionBudget selects the pods of a Deployment or StatefulSet that always has two or more",
        "a drain may take all of them at once",
        &[
            "kube-score:deployment-has-poddisruptionbudget",
            "kube-score:statefulset-has-poddisruptionbudget",
            "polaris:missingPodDisruptionBudget"
        ]
    ),
    rule!(
        "pdb-zero-disruptions",
        Pins,
        WARNING,
        Check::Object(&["PodDisruptionBudget"], pins::pdb_zero_disruptions),
        "maxUnavailable is 0 or 0%, or minAvailable 100%",
        "nodes cannot be drained",
        &["kube-linter:pdb-max-unavailable", "polaris:pdbDisruptionsIsZero"]
    ),
    rule!(
        "pdb-min-available",
        Pins,
        WARNING,
        Check::Object(&["PodDisruptionBudget"], pins::pdb_min_available),
        "minAvailable (a percentage rounded up) is as many as the selected workloads have at the least",
        "nodes cannot be drained",
        &["kube-linter:pdb-min-available", "polaris:pdbMinAvailableGreaterThanHPAMinReplicas"]
    ),
    rule!(
        "pdb-policy-missing",
        Pins,
        WARNING,
        Check::Object(&["PodDisruptionBudget"], pins::pdb_policy_missing),
        "a PodDisruptionBudget says neither minAvailable nor maxUnavailable",
        "no eviction is allowed",
        &["kube-score:poddisruptionbudget-has-policy"]
    ),
    rule!(
        "rollout-below-budget",
        Pins,
        WARNING,
        Check::Object(&["Deployment"], pins::rollout_below_budget),
        "a rollout takes more pods away at once than the PodDisruptionBudget wants to stay",
        "rollouts do not heed budgets",
        &[]
    ),
    rule!(
        "rollout-claim",
        Pins,
        WARNING,
        Check::Pod(pins::rollout_claim),
        "a Deployment with a rolling update mounts a claim that only one node can hold",
        "new pods wait for what the old ones hold",
        &[]
    ),
    rule!(
        "limit-range-violated",
        Pins,
        ERROR,
        Check::Object(
            &[
                "Pod",
                "PodTemplate",
                "ReplicationController",
                "Deployment",
                "ReplicaSet",
                "StatefulSet",
                "DaemonSet",
                "Job",
                "CronJob",
                "DeploymentConfig",
                "Rollout",
                "PersistentVolumeClaim"
            ],
            pins::limit_range_violated
        ),
        "a container, pod or claim is outside of what a LimitRange of its namespace allows, after its defaults",
        "pods and claims are refused",
        &[]
    ),
    rule!(
        "quota-exceeded",
        Pins,
        ERROR,
        Check::Object(&["ResourceQuota"], pins::quota_exceeded),
        "the workloads of a namespace ask for more than its ResourceQuota holds, even with the fewest replicas",
        "pods are refused",
        &[]
    ),
    rule!(
        "quota-exceeded-at-maximum",
        Pins,
        WARNING,
        Check::Object(&["ResourceQuota"], pins::quota_exceeded_at_maximum),
        "with every HorizontalPodAutoscaler at its maximum, the workloads of a namespace ask for more than its ResourceQuota holds",
        "under load, pods are refused",
        &[]
    ),
    rule!(
        "quota-without-request",
        Pins,
        ERROR,
        Check::Pod(pins::quota_without_request),
        "a container does not state an amount that a ResourceQuota of its namespace counts, and no LimitRange fills it in",
        "pods are refused",
        &[]
    ),
];
