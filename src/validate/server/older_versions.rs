//! Where versions of Kubernetes before the newest judge otherwise: what they took, and what they refused.

use super::report::Report;
use super::{address, format, pod};
use crate::validate::{At, Finding, Level, Object};

/// Takes back what an older version did not refuse, and adds what it did.
pub(super) fn check(object: &Object<'_>, minor: u32, findings: &mut Vec<Finding>) {
    if minor < 36 {
        // StrictIPCIDRValidation
        for finding in findings.iter_mut() {
            if address::STRICT.iter().any(|fault| finding.message.ends_with(fault)) {
                finding.level = Level::Warning;
            }
        }
    }
    if minor < 37 {
        // ManifestBasedAdmissionControlConfig
        findings.retain(|finding| !finding.message.ends_with(super::admission_rule::SUFFIX));
    }
    let at = object.at();
    match (object.group, object.kind) {
        // RelaxedServiceNameValidation
        ("", "Service") if minor < 36 => {
            let metadata = at.field("metadata");
            service_name(&metadata.field("name"), findings);
            // PreferSameTrafficDistribution
            let spec = at.field("spec");
            let distribution = spec.field("trafficDistribution");
            if minor < 34 && matches!(distribution.text(), "PreferSameZone" | "PreferSameNode") {
                findings.not_supported(&distribution, &["PreferClose"]);
            }
            findings
                .retain(|finding| minor >= 34 || !finding.message.ends_with(super::service::PREFER_CLOSE));
        }
        ("networking.k8s.io", "Ingress") if minor < 36 => {
            let spec = at.field("spec");
            backend(&spec.field("defaultBackend"), findings);
            for rule in spec.field("rules").items() {
                let http = rule.field("http");
                for path in http.field("paths").items() {
                    backend(&path.field("backend"), findings);
                }
            }
        }
        // HPAScaleToZero
        ("autoscaling", "HorizontalPodAutoscaler") if minor < 37 => {
            let spec = at.field("spec");
            let minimum = spec.field("minReplicas");
            if minimum.integer() == Some(0) {
                findings.invalid(&minimum, "must be 1 or greater");
            }
        }
        ("apps", "StatefulSet") => {
            // MaxUnavailableStatefulSet
            findings.retain(|finding| finding.path != "spec.updateStrategy.rollingUpdate.maxUnavailable");
        }
        ("batch", "CronJob") if minor < 29 => {
            for finding in
                findings.iter_mut().filter(|finding| finding.message.ends_with(super::cron_job::TIME_ZONE))
            {
                finding.level = Level::Warning;
            }
        }
        _ => {}
    }
    pods(object, &at, minor, findings);
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
