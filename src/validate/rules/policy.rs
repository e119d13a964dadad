//! Rules of the family `policy`.

use super::{Check, NOTE, OFF, Rule, WARNING, rule};
use crate::validate::policy::{
    availability, hygiene, images, jobs, mounts, network, ports, probes, rbac, resources, scheduling,
    secrets, security,
};

const BINDINGS: &[&str] = &["RoleBinding", "ClusterRoleBinding"];
const ROLES: &[&str] = &["Role", "ClusterRole"];
const WORKLOADS_AND_SERVICES: &[&str] = &[
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "Service",
];
const WORKLOADS: &[&str] = &[
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
];

pub(super) static RULES: &[Rule] = &[
    rule!(
        "docker-socket-mount",
        Policy,
        WARNING,
        Check::Container(mounts::docker_socket),
        "a container mounts the socket of the container runtime",
        "the socket is root on the node",
        &["kube-linter:docker-sock"]
    ),
    rule!(
        "sensitive-host-mount",
        Policy,
        WARNING,
        Check::Container(mounts::sensitive),
        "a container mounts a folder of the node's system (`/`, `/boot`, `/dev`, `/etc`, `/lib`, `/proc`, `/sys`, `/usr`, and below)",
        "files of the node reach the container",
        &["kube-linter:sensitive-host-mounts"]
    ),
    rule!(
        "writable-host-mount",
        Policy,
        OFF,
        Check::Container(mounts::writable),
        "a container mounts a path of the node without `readOnly: true`",
        "the container can change the node",
        &["kube-linter:writable-host-mount"]
    ),
    rule!(
        "drop-net-raw",
        Policy,
        NOTE,
        Check::Container(security::drop_net_raw),
        "a container keeps or adds NET_RAW (silent where `drop-all-capabilities` runs)",
        "raw packets allow spoofing",
        &["kube-linter:drop-net-raw-capability"]
    ),
    rule!(
        "default-service-account",
        Policy,
        OFF,
        Check::Pod(security::default_service_account),
        "a pod uses the service account `default` and mounts its token",
        "all pods of the namespace share that identity",
        &["kube-linter:default-service-account"]
    ),
    rule!(
        "automount-service-account-token",
        Policy,
        NOTE,
        Check::Pod(security::automount_service_account_token),
        "a pod mounts a token for the Kubernetes API (unset counts, unless its ServiceAccount in the set says false)",
        "a stolen token speaks to the API",
        &["polaris:automountServiceAccountToken"]
    ),
    rule!(
        "low-user-id",
        Policy,
        OFF,
        Check::Container(security::low_user_id),
        "`runAsUser` or `runAsGroup` is unset or below 10000",
        "the id may be that of a user of the node",
        &["kube-score:container-security-context-user-group-id"]
    ),
    rule!(
        "read-only-root-filesystem",
        Policy,
        WARNING,
        Check::Container(security::read_only_root_filesystem),
        "a container does not set `readOnlyRootFilesystem: true`",
        "an intruder cannot alter an image that is read-only",
        &[
            "kube-linter:no-read-only-root-fs",
            "kube-score:container-security-context-readonlyrootfilesystem",
            "polaris:notReadOnlyRootFilesystem"
        ]
    ),
    rule!(
        "linux-hardening",
        Policy,
        OFF,
        Check::Container(security::linux_hardening),
        "neither AppArmor, seccomp, SELinux nor dropped capabilities confine a container",
        "each of them keeps an intruder in",
        &["polaris:linuxHardening"]
    ),
    rule!(
        "secret-in-env-value",
        Policy,
        WARNING,
        Check::Container(secrets::in_env_value),
        "an environment variable whose name says secret has its value in the manifest, or any value is a private key",
        "whoever reads the manifest has the secret",
        &["kube-linter:env-var-secret", "polaris:sensitiveContainerEnvVar"]
    ),
    rule!(
        "secret-in-config-map",
        Policy,
        WARNING,
        Check::Alone(&["ConfigMap"], secrets::in_config_map),
        "a key of a ConfigMap says secret, or a value is a private key",
        "a ConfigMap is not protected as a Secret is",
        &["polaris:sensitiveConfigmapContent"]
    ),
    rule!(
        "secret-env-reference",
        Policy,
        OFF,
        Check::Container(secrets::env_reference),
        "a secret reaches the application through its environment",
        "files are harder to leak than variables (CIS 5.4.1)",
        &["kube-linter:read-secret-from-env-var"]
    ),
    rule!(
        "ssh-port",
        Policy,
        NOTE,
        Check::Container(ports::ssh),
        "a container listens on TCP port 22",
        "a daemon to log into is rarely needed in a container",
        &["kube-linter:ssh-port"]
    ),
    rule!(
        "privileged-port",
        Policy,
        OFF,
        Check::Container(ports::privileged),
        "a container listens on a port below 1024",
        "that may need a capability",
        &["kube-linter:privileged-ports"]
    ),
    rule!(
        "identical-probes",
        Policy,
        WARNING,
        Check::Container(probes::identical),
        "liveness and readiness of a container ask the same, and liveness gives up no later",
        "the container is restarted where it should only be spared requests",
        &["kube-score:pod-probes-identical"]
    ),
    rule!(
        "probe-port",
        Policy,
        WARNING,
        Check::Container(probes::port),
        "a probe asks a port name that the container does not have (a number that it does not declare is a note)",
        "such a probe can never succeed",
        &["kube-linter:liveness-port", "kube-linter:readiness-port", "kube-linter:startup-port"]
    ),
    rule!(
        "restart-policy",
        Policy,
        OFF,
        Check::Pod(probes::restart_policy),
        "`restartPolicy` of a pod that is no Job's is Never",
        "nothing restarts it",
        &["kube-linter:restart-policy"]
    ),
    rule!(
        "ephemeral-storage-missing",
        Policy,
        OFF,
        Check::Container(resources::ephemeral_storage),
        "a container has no request or limit for ephemeral-storage",
        "logs and scratch files can fill the node",
        &["kube-score:container-ephemeral-storage-request-and-limit"]
    ),
    rule!(
        "cpu-request-equals-limit",
        Policy,
        OFF,
        Check::Container(resources::cpu_equal),
        "request and limit for CPU differ",
        "equal ones make the quality of service guaranteed",
        &[
            "kube-score:container-cpu-requests-equal-limits",
            "kube-score:container-resource-requests-equal-limits"
        ]
    ),
    rule!(
        "memory-request-equals-limit",
        Policy,
        OFF,
        Check::Container(resources::memory_equal),
        "request and limit for memory differ",
        "equal ones keep a pod from being evicted",
        &["kube-score:container-memory-requests-equal-limits"]
    ),
    rule!(
        "ephemeral-storage-request-equals-limit",
        Policy,
        OFF,
        Check::Container(resources::ephemeral_storage_equal),
        "request and limit for ephemeral-storage are both there and differ",
        "equal ones keep a pod from being evicted",
        &["kube-score:container-ephemeral-storage-request-equals-limit"]
    ),
    rule!(
        "priority-class-missing",
        Policy,
        OFF,
        Check::Pod(scheduling::priority_class_missing),
        "a pod has no priority class",
        "it is the first to go when nodes are full",
        &["polaris:priorityClassNotSet"]
    ),
    rule!(
        "priority-class-allowed",
        Policy,
        OFF,
        Check::Pod(scheduling::priority_class_allowed),
        "a pod has a priority class other than the two of the system",
        "which classes may be used is a choice of the site",
        &["kube-linter:priority-class-name"]
    ),
    rule!(
        "dns-config-options",
        Policy,
        OFF,
        Check::Pod(scheduling::dns_config_options),
        "a pod does not set the DNS option `ndots` to 2",
        "names outside the cluster are looked up in every search domain first",
        &["kube-linter:dnsconfig-options"]
    ),
    rule!(
        "node-affinity-missing",
        Policy,
        OFF,
        Check::Pod(scheduling::node_affinity_missing),
        "a pod has no node affinity",
        "which nodes a workload runs on is a choice of the site",
        &["kube-linter:no-node-affinity"]
    ),
    rule!(
        "topology-spread-invalid",
        Policy,
        WARNING,
        Check::Pod(scheduling::topology_spread_invalid),
        "a spread constraint selects none of the pods that it stands in",
        "it spreads nothing",
        &["kube-score:pod-topology-spread-constraints"]
    ),
    rule!(
        "image-pull-policy",
        Policy,
        OFF,
        Check::Container(images::pull_policy),
        "`imagePullPolicy` is not Always (silent with a digest)",
        "the node may run an image from before, and does not ask whether the pod may pull it",
        &["kube-score:container-image-pull-policy", "polaris:pullPolicyNotAlways"]
    ),
    rule!(
        "exposed-service",
        Policy,
        NOTE,
        Check::Object(&["Service"], network::exposed_service),
        "a Service of type NodePort",
        "it opens a port on every node",
        &["kube-linter:exposed-services", "kube-score:service-type"]
    ),
    rule!(
        "ingress-tls-missing",
        Policy,
        WARNING,
        Check::Object(&["Ingress"], network::ingress_tls),
        "a host of an Ingress is in no entry of `tls`",
        "it is served in the clear",
        &["polaris:tlsSettingsMissing"]
    ),
    rule!(
        "cluster-admin-binding",
        Policy,
        WARNING,
        Check::Object(BINDINGS, rbac::cluster_admin_binding),
        "a binding to `cluster-admin`, or to a role in the set that allows everything",
        "its subjects have full control of the cluster",
        &[
            "kube-linter:cluster-admin-role-binding",
            "polaris:clusterrolebindingClusterAdmin",
            "polaris:rolebindingClusterAdminClusterRole",
            "polaris:rolebindingClusterAdminRole"
        ]
    ),
    rule!(
        "pod-exec-access",
        Policy,
        WARNING,
        Check::Alone(ROLES, rbac::pod_exec_access),
        "a role allows to exec into or attach to pods",
        "that is a shell in any pod of its scope",
        &[
            "polaris:clusterrolePodExecAttach",
            "polaris:rolePodExecAttach",
            "polaris:clusterrolebindingPodExecAttach",
            "polaris:rolebindingClusterRolePodExecAttach",
            "polaris:rolebindingRolePodExecAttach"
        ]
    ),
    rule!(
        "wildcard-in-rules",
        Policy,
        NOTE,
        Check::Alone(ROLES, rbac::wildcard),
        "a rule of a role names `*` as API groups, resources or verbs",
        "what is added later is granted as well",
        &["kube-linter:wildcard-in-rules"]
    ),
    rule!(
        "create-pods-access",
        Policy,
        OFF,
        Check::Object(BINDINGS, rbac::create_pods_access),
        "a binding to a role in the set that allows to create pods or workloads",
        "who creates pods can run as any service account of the namespace (CIS 5.1.4)",
        &["kube-linter:access-to-create-pods"]
    ),
    rule!(
        "secrets-access",
        Policy,
        NOTE,
        Check::Object(BINDINGS, rbac::secrets_access),
        "a binding to a role in the set that allows to read or change secrets (silent when `resourceNames` narrow it)",
        "who reads a secret can act as whoever it belongs to (CIS 5.1.2)",
        &["kube-linter:access-to-secrets"]
    ),
    rule!(
        "duplicate-env-var",
        Policy,
        WARNING,
        Check::Container(hygiene::duplicate_env_var),
        "an environment variable is set twice in a container",
        "the last one wins, and nobody sees which that is",
        &["kube-linter:duplicate-env-var", "kube-score:environment-variable-key-duplication"]
    ),
    rule!(
        "default-namespace",
        Policy,
        OFF,
        Check::Object(WORKLOADS_AND_SERVICES, hygiene::default_namespace),
        "a workload or Service is in the namespace `default`",
        "a namespace of its own can be limited and protected (CIS 5.7.4)",
        &["kube-linter:use-namespace"]
    ),
    rule!(
        "required-label",
        Policy,
        OFF,
        Check::Object(WORKLOADS, hygiene::required_label),
        "a workload has no label `owner`",
        "nobody knows whom to ask",
        &["kube-linter:required-label-owner"]
    ),
    rule!(
        "required-annotation",
        Policy,
        OFF,
        Check::Object(WORKLOADS, hygiene::required_annotation),
        "a workload has no annotation `email`",
        "nobody knows whom to write to",
        &["kube-linter:required-annotation-email"]
    ),
    rule!(
        "instance-label",
        Policy,
        OFF,
        Check::Pod(hygiene::instance_label),
        "the label `app.kubernetes.io/instance` of a workload is not its name",
        "tools that group by that label show it elsewhere",
        &["polaris:metadataAndInstanceMismatched"]
    ),
    rule!(
        "sorted-keys",
        Policy,
        OFF,
        Check::Alone(&["*"], hygiene::sorted_keys),
        "keys are not in the order of the alphabet",
        "sorted files are easier to compare",
        &["kube-linter:sorted-keys"]
    ),
    rule!(
        "job-ttl-missing",
        Policy,
        NOTE,
        Check::Object(&["Job"], jobs::ttl_missing),
        "a Job without `ttlSecondsAfterFinished` (hooks of Helm and Argo CD are removed by those)",
        "finished pods pile up",
        &["kube-linter:job-ttl-seconds-after-finished"]
    ),
    rule!(
        "cron-job-ttl",
        Policy,
        OFF,
        Check::Object(&["CronJob"], jobs::cron_job_ttl),
        "the Jobs of a CronJob set `ttlSecondsAfterFinished`",
        "it works against the history limits",
        &[]
    ),
    rule!(
        "cron-job-deadline",
        Policy,
        NOTE,
        Check::Object(&["CronJob"], jobs::cron_job_deadline),
        "a CronJob without `startingDeadlineSeconds`",
        "a run that was missed begins however late",
        &["kube-score:cronjob-has-deadline"]
    ),
    rule!(
        "scc-privileged-container",
        Policy,
        OFF,
        Check::Object(&["SecurityContextConstraints"], jobs::scc_privileged_container),
        "an OpenShift SecurityContextConstraints allows privileged containers",
        "pods under it can be root on the node",
        &["kube-linter:scc-deny-privileged-container"]
    ),
    rule!(
        "minimum-replicas",
        Policy,
        WARNING,
        Check::Pod(availability::minimum_replicas),
        "a Deployment that a Service selects may have a single replica",
        "every drain is an outage",
        &[
            "kube-linter:minimum-three-replicas",
            "kube-score:deployment-replicas",
            "polaris:deploymentMissingReplicas"
        ]
    ),
    rule!(
        "hpa-minimum-replicas",
        Policy,
        WARNING,
        Check::Object(&["HorizontalPodAutoscaler"], availability::hpa_minimum_replicas),
        "`minReplicas` is below 2 (unset counts as 1)",
        "it scales down to one pod, and a drain is an outage",
        &[
            "kube-linter:hpa-minimum-three-replicas",
            "kube-score:horizontalpodautoscaler-replicas",
            "polaris:hpaMinAvailability"
        ]
    ),
    rule!(
        "pdb-unhealthy-eviction",
        Policy,
        NOTE,
        Check::Object(&["PodDisruptionBudget"], availability::unhealthy_eviction),
        "`unhealthyPodEvictionPolicy` is not set",
        "pods that crash block drains",
        &["kube-linter:pdb-unhealthy-pod-eviction-policy"]
    ),
    rule!(
        "replicas-not-spread",
        Policy,
        NOTE,
        Check::Pod(availability::replicas_not_spread),
        "nothing keeps the replicas of a Deployment or StatefulSet apart: no anti-affinity to its own labels, no spread constraint",
        "one node may get all of them",
        &[
            "kube-linter:no-anti-affinity",
            "kube-score:deployment-has-host-podantiaffinity",
            "kube-score:statefulset-has-host-podantiaffinity"
        ]
    ),
    rule!(
        "topology-spread-missing",
        Policy,
        OFF,
        Check::Pod(availability::topology_spread_missing),
        "a Deployment or StatefulSet of two replicas or more has no `topologySpreadConstraints`",
        "the loss of a zone may take all of them",
        &["polaris:topologySpreadConstraint"]
    ),
    rule!(
        "rolling-update",
        Policy,
        WARNING,
        Check::Pod(availability::rolling_update),
        "a Deployment that a Service selects is recreated at each rollout (silent with a claim that one node mounts)",
        "the rollout stops the service",
        &["kube-linter:no-rolling-update-strategy", "kube-score:deployment-strategy"]
    ),
    rule!(
        "network-policy-missing",
        Policy,
        NOTE,
        Check::Pod(network::policy_missing),
        "no NetworkPolicy of the namespace selects a pod, for one direction or both",
        "any pod may connect",
        &["kube-linter:non-isolated-pod", "kube-score:pod-networkpolicy", "polaris:missingNetworkPolicy"]
    ),
];
