//! Profiles that confine containers: seccomp, `SELinux`, `AppArmor`.

use super::{Case, Standard};
use crate::validate::At;
use crate::validate::pod::Pod;

const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APPARMOR_CONTAINER: &str = "container.apparmor.security.beta.kubernetes.io/";

fn is_confining(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

/// Mirrors `seccompProfileBaseline_1_0`, `seccompProfileBaseline_1_19`.
pub(in crate::validate) fn seccomp_unconfined(pod: &Pod<'_>, case: &mut Case<'_>) {
    if case.minor < 19 {
        return seccomp_annotations(pod, case);
    }
    let security = pod.security();
    seccomp_explicit(&security, "the pod", case);
    for container in &pod.containers {
        let security = container.security();
        if security.is_there() {
            seccomp_explicit(&security, &format!("container `{}`", container.name), case);
        }
    }
}

fn seccomp_explicit(security: &At<'_>, who: &str, case: &mut Case<'_>) {
    let profile = security.field("seccompProfile");
    let kind = profile.field("type");
    if profile.is_there() && !is_confining(kind.text()) {
        case.tell(&kind, format!("{who} runs with the seccomp profile `{}`", kind.text())).hint =
            "use `RuntimeDefault`, or `Localhost` with a profile of your own".into();
    }
}

fn seccomp_annotations(pod: &Pod<'_>, case: &mut Case<'_>) {
    let annotations = pod.metadata.field("annotations");
    for (key, value) in annotations.entries() {
        let meant = key == SECCOMP_POD
            || key
                .strip_prefix(SECCOMP_CONTAINER)
                .is_some_and(|name| pod.containers.iter().any(|container| container.name == name));
        let profile = value.text();
        let confining =
            matches!(profile, "runtime/default" | "docker/default") || profile.starts_with("localhost/");
        if meant && !confining {
            case.tell(&value, format!("the annotation `{key}` asks for the seccomp profile `{profile}`"));
        }
    }
}

/// Mirrors `seccompProfileRestricted_1_19`, `seccompProfileRestricted_1_25`. Speaking for itself, it leaves profiles
/// that confine nothing to `seccomp-unconfined`.
pub(in crate::validate) fn seccomp_profile(pod: &Pod<'_>, case: &mut Case<'_>) {
    if case.minor >= 25 && pod.is_windows() {
        return;
    }
    if case.demanded == Some(Standard::Restricted) {
        seccomp_unconfined(pod, case);
    }
    let security = pod.security();
    let of_pod = security.field("seccompProfile");
    if of_pod.is_there() && (is_confining(of_pod.field("type").text()) || case.demanded.is_none()) {
        return;
    }
    for container in &pod.containers {
        let security = container.security();
        let profile = security.field("seccompProfile");
        if !profile.is_there() {
            case.tell(&profile, format!("container `{}` has no seccomp profile", container.name)).hint =
                "set `seccompProfile: {type: RuntimeDefault}` in the `securityContext` of the pod".into();
        }
    }
}

/// Mirrors `seLinuxOptions1_0`, `seLinuxOptions1_31`, `seLinuxOptions`.
pub(in crate::validate) fn selinux_options(pod: &Pod<'_>, case: &mut Case<'_>) {
    let security = pod.security();
    selinux(&security, "the pod", case);
    for container in &pod.containers {
        let security = container.security();
        if security.is_there() {
            selinux(&security, &format!("container `{}`", container.name), case);
        }
    }
}

fn selinux(security: &At<'_>, who: &str, case: &mut Case<'_>) {
    let options = security.field("seLinuxOptions");
    if !options.is_there() {
        return;
    }
    let kind = options.field("type");
    let allowed = match kind.text() {
        "" | "container_t" | "container_init_t" | "container_kvm_t" => true,
        "container_engine_t" => case.minor >= 31,
        _ => false,
    };
    if !allowed {
        case.tell(&kind, format!("{who} runs with the SELinux type `{}`", kind.text()));
    }
    for name in ["user", "role"] {
        let field = options.field(name);
        if !field.text().is_empty() {
            case.tell(&field, format!("{who} sets the SELinux {name} `{}`", field.text()));
        }
    }
}

/// Mirrors `appArmorProfile_1_0`, `allowedAnnotationValue`, `allowedProfileType`.
pub(in crate::validate) fn apparmor_profile(pod: &Pod<'_>, case: &mut Case<'_>) {
    let security = pod.security();
    apparmor(&security, "the pod", case);
    for container in &pod.containers {
        let security = container.security();
        if security.is_there() {
            apparmor(&security, &format!("container `{}`", container.name), case);
        }
    }
    let annotations = pod.metadata.field("annotations");
    for (key, value) in annotations.entries() {
        let profile = value.text();
        let confining = matches!(profile, "" | "runtime/default") || profile.starts_with("localhost/");
        if key.starts_with(APPARMOR_CONTAINER) && !confining {
            case.tell(&value, format!("the annotation `{key}` asks for the AppArmor profile `{profile}`"));
        }
    }
}

fn apparmor(security: &At<'_>, who: &str, case: &mut Case<'_>) {
    let profile = security.field("appArmorProfile");
    let kind = profile.field("type");
    if profile.is_there() && !is_confining(kind.text()) {
        case.tell(&kind, format!("{who} runs with the AppArmor profile `{}`", kind.text()));
    }
}
