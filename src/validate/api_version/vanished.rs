//! Kinds that no Kubernetes version since 1.24 has types for, and those that other projects took away.

/// Something that is gone.
pub(super) struct Vanished {
    /// The group.
    pub(super) group: &'static str,
    /// The version within it.
    pub(super) version: &'static str,
    /// The kind; empty: all of them.
    kind: &'static str,
    /// Since which release of what.
    pub(super) since: &'static str,
    /// What to do.
    pub(super) instead: &'static str,
    /// Whether no server of the versions that are known can have it: not so where another project serves it.
    pub(super) is_certain: bool,
}

const fn kubernetes(
    (group, version, kind): (&'static str, &'static str, &'static str),
    since: &'static str,
    instead: &'static str,
) -> Vanished {
    Vanished { group, version, kind, since, instead, is_certain: true }
}

const fn other(
    (group, version): (&'static str, &'static str),
    since: &'static str,
    instead: &'static str,
) -> Vanished {
    Vanished { group, version, kind: "", since, instead, is_certain: false }
}

static VANISHED: &[Vanished] = &[
    kubernetes(
        ("apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition"),
        "Kubernetes 1.22",
        "use `apiextensions.k8s.io/v1`; each version needs a schema there",
    ),
    kubernetes(
        ("apiregistration.k8s.io", "v1beta1", "APIService"),
        "Kubernetes 1.22",
        "use `apiregistration.k8s.io/v1`",
    ),
    kubernetes(
        ("admissionregistration.k8s.io", "v1alpha1", "InitializerConfiguration"),
        "Kubernetes 1.14",
        "use a `MutatingWebhookConfiguration`",
    ),
    kubernetes(
        ("auditregistration.k8s.io", "v1alpha1", "AuditSink"),
        "Kubernetes 1.19",
        "configure audit webhooks where the API server is started",
    ),
    kubernetes(
        ("autoscaling", "v2alpha1", "HorizontalPodAutoscaler"),
        "Kubernetes 1.9",
        "use `autoscaling/v2`",
    ),
    kubernetes(("batch", "v2alpha1", "CronJob"), "Kubernetes 1.21", "use `batch/v1`"),
    kubernetes(("batch", "v2alpha1", "ScheduledJob"), "Kubernetes 1.8", "use `CronJob` of `batch/v1`"),
    kubernetes(
        ("discovery.k8s.io", "v1alpha1", "EndpointSlice"),
        "Kubernetes 1.17",
        "use `discovery.k8s.io/v1`",
    ),
    kubernetes(
        ("extensions", "v1beta1", "HorizontalPodAutoscaler"),
        "Kubernetes 1.6",
        "use `autoscaling/v2`",
    ),
    kubernetes(("extensions", "v1beta1", "Job"), "Kubernetes 1.6", "use `batch/v1`"),
    kubernetes(
        ("extensions", "v1beta1", "ThirdPartyResource"),
        "Kubernetes 1.8",
        "use a `CustomResourceDefinition`",
    ),
    kubernetes(
        ("settings.k8s.io", "v1alpha1", "PodPreset"),
        "Kubernetes 1.20",
        "use a `MutatingAdmissionPolicy` or a webhook",
    ),
    other(("certmanager.k8s.io", "v1alpha1"), "cert-manager 0.11", "use `cert-manager.io/v1`"),
    other(("cert-manager.io", "v1alpha2"), "cert-manager 1.6", "use `cert-manager.io/v1`"),
    other(("cert-manager.io", "v1alpha3"), "cert-manager 1.6", "use `cert-manager.io/v1`"),
    other(("cert-manager.io", "v1beta1"), "cert-manager 1.6", "use `cert-manager.io/v1`"),
    other(("acme.cert-manager.io", "v1alpha2"), "cert-manager 1.6", "use `acme.cert-manager.io/v1`"),
    other(("acme.cert-manager.io", "v1alpha3"), "cert-manager 1.6", "use `acme.cert-manager.io/v1`"),
    other(("acme.cert-manager.io", "v1beta1"), "cert-manager 1.6", "use `acme.cert-manager.io/v1`"),
    other(("rbac.istio.io", "v1alpha1"), "Istio 1.6", "use `AuthorizationPolicy` of `security.istio.io/v1`"),
    other(
        ("authentication.istio.io", "v1alpha1"),
        "Istio 1.6",
        "use `PeerAuthentication` and `RequestAuthentication` of `security.istio.io/v1`",
    ),
];

/// What is known of a kind that vanished.
pub(super) fn find(group: &str, version: &str, kind: &str) -> Option<&'static Vanished> {
    VANISHED.iter().find(|gone| {
        gone.version == version && gone.group == group && (gone.kind.is_empty() || gone.kind == kind)
    })
}
