//! Rules of the family `reference`. The level is that of a partner that is merely absent; what the set itself disproves
//! is an error.

use super::{Check, ERROR, NOTE, Rule, WARNING, rule};
use crate::validate::reference;

pub(super) static RULES: &[Rule] = &[
    rule!(
        "service-without-pods",
        Reference,
        WARNING,
        Check::Object(&["Service"], reference::service_without_pods),
        "the selector of a Service matches no pod of its namespace (pods that controllers label, and hand-written Endpoints, count)",
        "traffic goes nowhere",
        &["kube-linter:dangling-service", "kube-score:service-targets-pod"]
    ),
    rule!(
        "service-port-missing",
        Reference,
        ERROR,
        Check::Object(&["Service"], reference::service_port_missing),
        "a named targetPort of a Service that no container of the selected pods has",
        "the port of the Service leads nowhere",
        &["kube-linter:dangling-service"]
    ),
    rule!(
        "ingress-backend-missing",
        Reference,
        WARNING,
        Check::Object(&["Ingress"], reference::ingress_backend_missing),
        "a backend of an Ingress names a Service that is not there, or a port that the Service has not",
        "requests are answered with 503",
        &["kube-linter:dangling-ingress", "kube-score:ingress-targets-service"]
    ),
    rule!(
        "ingress-tls-secret-missing",
        Reference,
        WARNING,
        Check::Object(&["Ingress"], reference::ingress_tls_secret_missing),
        "`tls.secretName` of an Ingress names a Secret that nothing among the objects is or makes",
        "clients are shown another certificate",
        &[]
    ),
    rule!(
        "hpa-target-missing",
        Reference,
        WARNING,
        Check::Object(&["HorizontalPodAutoscaler", "ScaledObject"], reference::hpa_target_missing),
        "a HorizontalPodAutoscaler or ScaledObject is aimed at an object that is not there",
        "nothing is scaled",
        &["kube-linter:dangling-horizontalpodautoscaler", "kube-score:horizontalpodautoscaler-has-target"]
    ),
    rule!(
        "hpa-target-disabled",
        Reference,
        WARNING,
        Check::Object(&["HorizontalPodAutoscaler"], reference::hpa_target_disabled),
        "a HorizontalPodAutoscaler is aimed at an object whose replicas are 0",
        "such an object is left alone until it has replicas",
        &[]
    ),
    rule!(
        "hpa-metric-container",
        Reference,
        ERROR,
        Check::Object(&["HorizontalPodAutoscaler"], reference::hpa_metric_container),
        "a metric of a HorizontalPodAutoscaler names a container that its target has not",
        "the metric has no value, and nothing is scaled by it",
        &[]
    ),
    rule!(
        "hpa-metric-request",
        Reference,
        ERROR,
        Check::Object(&["HorizontalPodAutoscaler"], reference::hpa_metric_request),
        "a HorizontalPodAutoscaler measures a share of what is requested, and a container of its target requests nothing",
        "the share cannot be computed, and nothing is scaled by it",
        &[]
    ),
    rule!(
        "hpa-metric-object",
        Reference,
        WARNING,
        Check::Object(&["HorizontalPodAutoscaler"], reference::hpa_metric_object),
        "a metric of a HorizontalPodAutoscaler describes an object that is not there",
        "the metric has no value",
        &[]
    ),
    rule!(
        "network-policy-without-pods",
        Reference,
        NOTE,
        Check::Object(&["NetworkPolicy"], reference::network_policy_without_pods),
        "the podSelector of a NetworkPolicy matches no pod of its namespace (`{}` passes)",
        "the policy protects nothing",
        &["kube-linter:dangling-networkpolicy", "kube-score:networkpolicy-targets-pod"]
    ),
    rule!(
        "network-policy-peer-without-pods",
        Reference,
        NOTE,
        Check::Object(&["NetworkPolicy"], reference::network_policy_peer_without_pods),
        "a peer of a NetworkPolicy, given by a podSelector alone, matches no pod of the namespace",
        "the rule allows nobody",
        &["kube-linter:dangling-networkpolicypeer-podselector"]
    ),
    rule!(
        "network-policy-port-missing",
        Reference,
        ERROR,
        Check::Object(&["NetworkPolicy"], reference::network_policy_port_missing),
        "an ingress rule of a NetworkPolicy names a port that no container of the selected pods has",
        "the rule allows nothing",
        &[]
    ),
    rule!(
        "service-monitor-without-service",
        Reference,
        WARNING,
        Check::Object(&["ServiceMonitor"], reference::service_monitor_without_service),
        "a ServiceMonitor selects no Service, or a port that no selected Service has",
        "nothing is scraped",
        &["kube-linter:dangling-servicemonitor"]
    ),
    rule!(
        "pod-monitor-without-pods",
        Reference,
        WARNING,
        Check::Object(&["PodMonitor"], reference::pod_monitor_without_pods),
        "a PodMonitor selects no pod, or a port that no selected pod has",
        "nothing is scraped",
        &[]
    ),
    rule!(
        "service-account-missing",
        Reference,
        WARNING,
        Check::Pod(reference::service_account_missing),
        "the service account of a pod is not there (`default` is always)",
        "pods are not made without it",
        &["kube-linter:non-existent-service-account"]
    ),
    rule!(
        "pull-secret-missing",
        Reference,
        WARNING,
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
                "ServiceAccount"
            ],
            reference::pull_secret_missing
        ),
        "`imagePullSecrets` of a pod or service account name a Secret that is not there",
        "images of private registries cannot be pulled",
        &[]
    ),
    rule!(
        "env-reference-missing",
        Reference,
        WARNING,
        Check::Pod(reference::env_reference_missing),
        "env, envFrom or a volume names a ConfigMap or Secret, or a key of one, that is not there and not optional (what External Secrets, Sealed Secrets, cert-manager and others make counts)",
        "the container cannot start",
        &["kube-linter:env-value-from"]
    ),
    rule!(
        "statefulset-service-missing",
        Reference,
        WARNING,
        Check::Object(&["StatefulSet"], reference::statefulset_service_missing),
        "`serviceName` of a StatefulSet names no headless Service that selects its pods",
        "the pods get no names in DNS",
        &["kube-score:statefulset-has-servicename"]
    ),
    rule!(
        "pdb-without-pods",
        Reference,
        WARNING,
        Check::Object(&["PodDisruptionBudget"], reference::pdb_without_pods),
        "the selector of a PodDisruptionBudget matches no pod of its namespace",
        "nothing is protected",
        &[]
    ),
    rule!(
        "pdb-overlap",
        Reference,
        ERROR,
        Check::Pod(reference::pdb_overlap),
        "more than one PodDisruptionBudget selects the same pods",
        "the eviction API refuses to evict such pods: their nodes cannot be drained",
        &[]
    ),
    rule!(
        "role-missing",
        Reference,
        WARNING,
        Check::Object(&["RoleBinding", "ClusterRoleBinding"], reference::role_missing),
        "`roleRef` of a binding names a Role or ClusterRole that is not there (the ones of Kubernetes itself are)",
        "the binding grants nothing",
        &[]
    ),
    rule!(
        "subject-missing",
        Reference,
        WARNING,
        Check::Object(&["RoleBinding", "ClusterRoleBinding"], reference::subject_missing),
        "a binding is for a ServiceAccount that is not there",
        "nobody is granted the role",
        &[]
    ),
    rule!(
        "claim-missing",
        Reference,
        WARNING,
        Check::Pod(reference::claim_missing),
        "a volume claims a PersistentVolumeClaim that is not there (those of StatefulSets are)",
        "the pod waits until there is one",
        &[]
    ),
    rule!(
        "storage-class-unknown",
        Reference,
        WARNING,
        Check::Object(&["PersistentVolumeClaim", "StatefulSet"], reference::storage_class_unknown),
        "a claim asks for a StorageClass that is not there",
        "the claim waits until there is one",
        &[]
    ),
    rule!(
        "priority-class-unknown",
        Reference,
        WARNING,
        Check::Pod(reference::priority_class_unknown),
        "`priorityClassName` names a PriorityClass that is not there",
        "pods are refused without it",
        &[]
    ),
    rule!(
        "runtime-class-unknown",
        Reference,
        WARNING,
        Check::Pod(reference::runtime_class_unknown),
        "`runtimeClassName` names a RuntimeClass that is not there",
        "pods are refused without it",
        &[]
    ),
    rule!(
        "ingress-class-unknown",
        Reference,
        WARNING,
        Check::Object(&["Ingress"], reference::ingress_class_unknown),
        "`ingressClassName` names an IngressClass that is not there",
        "no controller serves the Ingress",
        &[]
    ),
    rule!(
        "webhook-service-missing",
        Reference,
        WARNING,
        Check::Object(
            &[
                "ValidatingWebhookConfiguration",
                "MutatingWebhookConfiguration",
                "APIService",
                "CustomResourceDefinition"
            ],
            reference::webhook_service_missing
        ),
        "the Service that the API server is to call (webhook, APIService, conversion) is not there or has not that port",
        "the API server's calls fail, and with them what they guard",
        &[]
    ),
    rule!(
        "affinity-without-pods",
        Reference,
        WARNING,
        Check::Pod(reference::affinity_without_pods),
        "affinity, anti-affinity or spreading names pods that are not among the objects (a warning where affinity is required, else a note)",
        "with required affinity the pod is scheduled nowhere",
        &[]
    ),
    rule!(
        "route-parent-missing",
        Reference,
        WARNING,
        Check::Object(
            &["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"],
            reference::route_parent_missing
        ),
        "a route of the Gateway API belongs to a Gateway that is not there",
        "the route serves nothing",
        &[]
    ),
    rule!(
        "route-backend-missing",
        Reference,
        WARNING,
        Check::Object(
            &["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"],
            reference::route_backend_missing
        ),
        "a route of the Gateway API sends traffic to a Service or port that is not there, or to another namespace without a ReferenceGrant",
        "requests are answered with 500",
        &[]
    ),
    rule!(
        "secret-store-missing",
        Reference,
        WARNING,
        Check::Object(&["ExternalSecret"], reference::secret_store_missing),
        "an ExternalSecret reads from a SecretStore that is not there",
        "no Secret is made",
        &[]
    ),
    rule!(
        "issuer-missing",
        Reference,
        WARNING,
        Check::Object(
            &["Certificate", "CertificateRequest", "Ingress", "Gateway"],
            reference::issuer_missing
        ),
        "a certificate is asked of an Issuer or ClusterIssuer that is not there",
        "no certificate is issued",
        &[]
    ),
    rule!(
        "namespace-missing",
        Reference,
        WARNING,
        Check::Object(&["*"], reference::namespace_missing),
        "an object is put into a namespace that is nearly called as one of the set",
        "the object goes elsewhere, or is refused",
        &[]
    ),
    rule!(
        "duplicate-object",
        Reference,
        ERROR,
        Check::Object(&["*"], reference::duplicate_object),
        "the same kind, namespace and name is there more than once",
        "the last one applied wins, whichever that is",
        &[]
    ),
];
