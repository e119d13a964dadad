//! Where versions of Kubernetes before the newest judge otherwise: what they took, and what they refused.

use super::report::Report;
use super::{address, began, format, older_devices, older_expressions, pod};
use crate::validate::{At, Finding, Level, Object};

/// Takes back what an older version did not refuse, and adds what it did.
pub(super) fn check(object: &Object<'_>, minor: u32, findings: &mut Vec<Finding>) {
    if minor < 36 && !matches!(object.kind, "IPAddress" | "ServiceCIDR") {
        // StrictIPCIDRValidation
        weaken(findings, |finding| address::STRICT.iter().any(|fault| finding.message.ends_with(fault)));
    }
    began::take_back(object, minor, findings);
    let at = object.at();
    older_expressions::check(object, &at, minor, findings);
    match (object.group, object.kind) {
        ("", "Service") => service(&at, minor, findings),
        // RelaxedServiceNameValidation
        ("networking.k8s.io", "Ingress") if minor < 36 => {
            let spec = at.field("spec");
            if minor < 27 {
                class_twice(&at, &spec, findings);
            }
            backend(&spec.field("defaultBackend"), findings);
            for rule in spec.field("rules").items() {
                let http = rule.field("http");
                for path in http.field("paths").items() {
                    backend(&path.field("backend"), findings);
                }
            }
        }
        ("autoscaling", "HorizontalPodAutoscaler") => {
            let spec = at.field("spec");
            let minimum = spec.field("minReplicas");
            // HPAScaleToZero
            if minimum.integer() == Some(0) {
                findings.invalid(&minimum, "must be 1 or greater");
            }
            // HPAContainerMetrics
            for metric in spec.field("metrics").items().filter(|_| minor < 27) {
                if metric.field("type").text() == "ContainerResource" {
                    let source = metric.field("containerResource");
                    findings.required(&source, "metrics of containers can be had from Kubernetes 1.27 on");
                }
            }
        }
        // ReadWriteOncePod
        ("", "PersistentVolumeClaim") if minor < 27 => {
            pod::older_versions::access_modes(&at.field("spec"), findings);
        }
        ("", "PersistentVolume") if minor < 27 => {
            let spec = at.field("spec");
            pod::older_versions::access_modes(&spec, findings);
            secrets_of_csi(&spec.field("csi"), findings);
        }
        ("", "ResourceQuota") if minor < 33 => {
            let spec = at.field("spec");
            let scopes = spec.field("scopes");
            // VolumeAttributesClass
            if scopes.items().any(|scope| scope.text() == "VolumeAttributesClass") {
                findings.invalid(&scopes, "there is `VolumeAttributesClass` from Kubernetes 1.33 on");
            }
        }
        ("resource.k8s.io", _) if minor < 36 => older_devices::check(object, &at, findings),
        ("batch", "Job") if minor < 28 => {
            let metadata = at.field("metadata");
            let annotations = metadata.field("annotations");
            let tracking = annotations.entry("batch.kubernetes.io/job-tracking");
            if tracking.is_there() {
                findings.forbidden(&tracking, "only the server may set it");
            }
        }
        ("batch", "CronJob") if minor < 29 => {
            // Beside `timeZone` it was refused before.
            let spec = at.field("spec");
            if minor < 25 || !spec.field("timeZone").is_there() {
                weaken(findings, |finding| finding.message.ends_with(super::cron_job::TIME_ZONE));
            }
        }
        _ => {}
    }
    if minor < 29 {
        disks(object, &at, findings);
    }
    pods(object, &at, minor, findings);
    if minor < 34 && (object.group, object.kind) == ("apps", "StatefulSet") {
        of_set(minor, findings);
    }
}

/// Makes warnings of what an older version takes and warns of.
fn weaken(findings: &mut [Finding], which: impl Fn(&Finding) -> bool) {
    for finding in findings.iter_mut().filter(|finding| which(finding)) {
        finding.level = Level::Warning;
    }
}

/// A `StatefulSet`, of whose pods and claims the server looked at next to nothing.
fn of_set(minor: u32, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.level == Level::Error) {
        let path = finding.path.as_str();
        let is_known = ["restartPolicy", "activeDeadlineSeconds"]
            .iter()
            .any(|field| path.strip_prefix("spec.template.spec.") == Some(*field));
        let is_part = !is_known
            && ["spec.template.spec", "spec.volumeClaimTemplates"].iter().any(|part| path.starts_with(part));
        if is_part || minor < 33 && finding.path == "spec.serviceName" {
            finding.level = Level::Warning;
            finding.hint = format!(
                "a server of 1.{minor} takes the StatefulSet, and refuses its pods, claims and host names later"
            );
        }
    }
}

fn service(at: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    let spec = at.field("spec");
    if minor < 36 {
        // RelaxedServiceNameValidation
        let metadata = at.field("metadata");
        service_name(&metadata.field("name"), findings);
    }
    if minor < 34 {
        // PreferSameTrafficDistribution
        let distribution = spec.field("trafficDistribution");
        if minor > 30 && matches!(distribution.text(), "PreferSameZone" | "PreferSameNode") {
            findings.not_supported(&distribution, &["PreferClose"]);
        }
        findings.retain(|finding| !finding.message.ends_with(super::service::PREFER_CLOSE));
    }
    if minor < 33 && spec.field("type").text() == "LoadBalancer" {
        for port in spec.field("ports").items() {
            if port.field("port").integer() == Some(10250) {
                findings.invalid(&port, "10250 is the kubelet's: no load balancer may have it before 1.33");
            }
        }
    }
}

/// The class of an Ingress by the annotation and by the field.
fn class_twice(at: &At<'_>, spec: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = at.field("metadata");
    let annotations = metadata.field("annotations");
    let annotation = annotations.entry("kubernetes.io/ingress.class");
    let class = spec.field("ingressClassName");
    if annotation.is_there() && class.is_there() && annotation.text() == class.text() {
        findings.invalid(&annotation, "may not be set beside `ingressClassName` before 1.27");
        findings.told_at("annotations.kubernetes.io/ingress.class");
    }
}

/// Names of the Secrets of a CSI volume, which could have no dots.
fn secrets_of_csi(csi: &At<'_>, findings: &mut Vec<Finding>) {
    for (reference, secret) in csi.entries().filter(|(name, _)| name.ends_with("SecretRef")) {
        let name = secret.field("name");
        if reference != "nodeStageSecretRef" && format::dns_subdomain(name.text()).is_ok() {
            findings.format(&name, format::dns_label(name.text()));
        }
    }
}

/// `SkipReadOnlyValidationGCE`: disks of Google's that many pods would write to.
fn disks(object: &Object<'_>, at: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = at.field("spec");
    let is_shared = match (object.group, object.kind) {
        ("apps", "DaemonSet") => true,
        ("apps", "Deployment" | "ReplicaSet") | ("", "ReplicationController") => {
            spec.field("replicas").integer().unwrap_or(1) > 1
        }
        _ => false,
    };
    if !is_shared {
        return;
    }
    let template = spec.field("template");
    let pod = template.field("spec");
    for volume in pod.field("volumes").items() {
        let disk = volume.field("gcePersistentDisk");
        let read_only = disk.field("readOnly");
        if disk.is_there() && read_only.boolean() != Some(true) {
            findings.invalid(&read_only, "must be `true` where many pods mount it, before 1.29");
        }
    }
}

/// The pod, or the template of pods, of an object that has one.
fn pods(object: &Object<'_>, at: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    let spec = at.field("spec");
    match (object.group, object.kind) {
        ("", "Pod") => pod::older_versions::check(&spec, minor, findings),
        ("", "PodTemplate") => {
            let template = at.field("template");
            pod::older_versions::check(&template.field("spec"), minor, findings);
        }
        ("", "ReplicationController") | ("apps", _) | ("batch", "Job") => {
            let template = spec.field("template");
            pod::older_versions::check(&template.field("spec"), minor, findings);
        }
        ("batch", "CronJob") => {
            let jobs = spec.field("jobTemplate");
            let job = jobs.field("spec");
            let template = job.field("template");
            pod::older_versions::check(&template.field("spec"), minor, findings);
        }
        _ => {}
    }
}

fn backend(backend: &At<'_>, findings: &mut Vec<Finding>) {
    let service = backend.field("service");
    service_name(&service.field("name"), findings);
}

/// The name of a Service, which had to begin with a letter.
fn service_name(name: &At<'_>, findings: &mut Vec<Finding>) {
    if format::dns_label(name.text()).is_ok() {
        findings.format(name, format::dns1035_label(name.text()));
    }
}
