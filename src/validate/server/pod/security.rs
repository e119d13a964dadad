//! Security contexts of pods and containers: users, seccomp, AppArmor, sysctls, Windows.

use super::Context;
use super::volume_sources::descending_path;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding};

fn unix_id(at: &At<'_>, findings: &mut Vec<Finding>) {
    if let Some(id) = at.integer() {
        findings.format(at, format::unix_id(id));
    }
}

/// One of a few values, when it is there at all.
fn one_of(at: &At<'_>, known: &[&str], findings: &mut Vec<Finding>) {
    if at.is_there() {
        findings.one_of(at, known);
    }
}

/// Mirrors `validatePodSpecSecurityContext`, `validateFSGroupChangePolicy`, `validateSupplementalGroupsPolicy`,
/// `validateSELinuxChangePolicy`
pub(super) fn check_pod(security: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !security.is_there() {
        return;
    }
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        unix_id(&security.field(field), findings);
    }
    for group in security.field("supplementalGroups").items() {
        unix_id(&group, findings);
    }
    sysctls(&security.field("sysctls"), context, findings);
    one_of(&security.field("fsGroupChangePolicy"), &["Always", "OnRootMismatch"], findings);
    seccomp_profile(&security.field("seccompProfile"), findings);
    windows_options(&security.field("windowsOptions"), findings);
    app_armor_profile(&security.field("appArmorProfile"), findings);
    one_of(&security.field("supplementalGroupsPolicy"), &["Merge", "Strict"], findings);
    one_of(&security.field("seLinuxChangePolicy"), &["MountOption", "Recursive"], findings);
}

/// Mirrors `ValidateSecurityContext`, `ValidateProcMountType`
pub(super) fn check_container(security: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !security.is_there() {
        return;
    }
    unix_id(&security.field("runAsUser"), findings);
    unix_id(&security.field("runAsGroup"), findings);
    let mount = security.field("procMount");
    one_of(&mount, &["Default", "Unmasked"], findings);
    if context.host_users && mount.text() == "Unmasked" {
        findings.invalid(&mount, "only pods with `hostUsers: false` may have it");
    }
    seccomp_profile(&security.field("seccompProfile"), findings);
    if security.field("allowPrivilegeEscalation").boolean() == Some(false) {
        if security.field("privileged").boolean() == Some(true) {
            findings.invalid(security, "privileged containers cannot have `allowPrivilegeEscalation: false`");
        }
        for capability in security.field("capabilities").field("add").items() {
            if capability.text() == "CAP_SYS_ADMIN" {
                findings
                    .invalid(security, "`CAP_SYS_ADMIN` cannot go with `allowPrivilegeEscalation: false`");
            }
        }
    }
    windows_options(&security.field("windowsOptions"), findings);
    app_armor_profile(&security.field("appArmorProfile"), findings);
}

/// Mirrors `validateSeccompProfileField`, `validateSeccompProfileType`
fn seccomp_profile(profile: &At<'_>, findings: &mut Vec<Finding>) {
    if !profile.is_there() {
        return;
    }
    let (kind, file) = (profile.field("type"), profile.field("localhostProfile"));
    if kind.text().is_empty() {
        findings.required(&kind, "");
    } else {
        findings.one_of(&kind, &["Localhost", "RuntimeDefault", "Unconfined"]);
    }
    if kind.text() == "Localhost" {
        if file.is_there() {
            descending_path(&file, findings);
        } else {
            findings.required(&file, "profiles of type `Localhost` need it");
        }
    } else if file.is_there() {
        findings.invalid(&file, "only profiles of type `Localhost` may have it");
    }
}

/// Mirrors `ValidateAppArmorProfileField`
fn app_armor_profile(profile: &At<'_>, findings: &mut Vec<Finding>) {
    if !profile.is_there() {
        return;
    }
    let (kind, file) = (profile.field("type"), profile.field("localhostProfile"));
    match kind.text() {
        "Localhost" => {
            let text = file.text();
            if text.trim() != text {
                findings.invalid(&file, "must not begin or end with white space");
            } else if text.is_empty() {
                findings.required(&file, "profiles of type `Localhost` need it");
            }
            if text.len() > 4095 {
                findings.too_long(&file, 4095);
            }
        }
        "RuntimeDefault" | "Unconfined" => {
            if file.is_there() {
                findings.invalid(&file, "only profiles of type `Localhost` may have it");
            }
        }
        "" => findings.required(&kind, ""),
        _ => findings.not_supported(&kind, &["Localhost", "RuntimeDefault", "Unconfined"]),
    }
}

/// What is said of a sysctl that would be the node's.
pub(in crate::validate::server) const SYSCTL_OF_NODE: &str =
    "pods in that namespace of their node may not have it";

/// Mirrors `validateSysctls`
fn sysctls(sysctls: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, sysctl) in sysctls.items().enumerate() {
        let name = sysctl.field("name");
        let text = name.text();
        if text.is_empty() {
            findings.required(&name, "");
        } else if !is_sysctl(text) {
            findings.invalid(
                &name,
                "must be parts of small letters, digits, `-` or `_` with `.` or `/` between them",
            );
        } else if sysctls.items().take(index).any(|other| other.field("name").text() == text) {
            findings.duplicate(&name);
        }
        match namespace_of(text) {
            Namespace::Net if context.host_network => {
                findings.invalid(&name, SYSCTL_OF_NODE);
            }
            Namespace::Ipc if context.host_ipc => {
                findings.invalid(&name, SYSCTL_OF_NODE);
            }
            _ => {}
        }
    }
}

/// Mirrors `IsValidSysctlName`
fn is_sysctl(name: &str) -> bool {
    let is_edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= 253
        && name.as_bytes().split(|byte| matches!(byte, b'.' | b'/')).all(|part| {
            part.first().is_some_and(is_edge)
                && part.last().is_some_and(is_edge)
                && part.iter().all(|byte| is_edge(byte) || matches!(byte, b'-' | b'_'))
        })
}

/// The namespace of the kernel that a sysctl belongs to.
enum Namespace {
    Net,
    Ipc,
    Other,
}

/// Mirrors `ValidateHostSysctl`, `GetNamespace`, `NormalizeName`
fn namespace_of(name: &str) -> Namespace {
    let separator = name.bytes().find(|byte| matches!(byte, b'.' | b'/')).unwrap_or(b'.');
    let Some((first, rest)) = name.split_once(char::from(separator)) else { return Namespace::Other };
    let rest = rest.split('*').next().unwrap_or_default();
    match first {
        "net" => Namespace::Net,
        "fs" if rest
            .strip_prefix("mqueue")
            .is_some_and(|rest| rest.as_bytes().first() == Some(&separator)) =>
        {
            Namespace::Ipc
        }
        "kernel" => match rest {
            "sem" | "shmall" | "shmmax" | "shmmni" | "shm_rmid_forced" | "shm" | "msgmax" | "msgmnb"
            | "msgmni" | "msg" => Namespace::Ipc,
            _ => Namespace::Other,
        },
        _ => Namespace::Other,
    }
}

/// Mirrors `validateWindowsSecurityContextOptions`
fn windows_options(options: &At<'_>, findings: &mut Vec<Finding>) {
    if !options.is_there() {
        return;
    }
    let name = options.field("gmsaCredentialSpecName");
    if name.is_there() {
        findings.format(&name, format::dns_subdomain(name.text()));
    }
    let spec = options.field("gmsaCredentialSpec");
    if spec.is_there() {
        if spec.text().is_empty() {
            findings.invalid(&spec, "must not be empty");
        } else if spec.text().len() > 64 * 1024 {
            findings.invalid(&spec, "must be no more than 64 KiB");
        }
    }
    let user = options.field("runAsUserName");
    if user.is_there() {
        for message in windows_user(user.text()) {
            findings.invalid(&user, message);
        }
    }
}

/// What is wrong with a name of a Windows user, `DOMAIN\user`.
fn windows_user(text: &str) -> Vec<&'static str> {
    if text.is_empty() {
        return vec!["must not be empty"];
    }
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return vec!["must not have control characters"];
    }
    if text.matches('\\').count() > 1 {
        return vec!["must not have more than one backslash"];
    }
    let (domain, user) = text.split_once('\\').map_or((None, text), |(domain, user)| (Some(domain), user));
    let mut wrong = Vec::new();
    if let Some(domain) = domain {
        if domain.len() >= 256 {
            wrong.push("its domain must be less than 256 bytes");
        }
        if !is_net_bios(domain) && !is_windows_domain(domain) {
            wrong.push("its domain must be one of NetBIOS or DNS");
        }
    }
    if user.is_empty() {
        wrong.push("its user must not be empty");
    } else if user.len() > 104 {
        wrong.push("its user must be no more than 104 bytes");
    }
    if !user.is_empty() && user.bytes().all(|byte| matches!(byte, b'.' | b' ')) {
        wrong.push("its user must not be dots or spaces alone");
    }
    if user.bytes().any(|byte| br#""/\:;|=,+*?<>@[]"#.contains(&byte)) {
        wrong.push(r#"its user must have none of `"/\:;|=,+*?<>@[]`"#);
    }
    wrong
}

fn is_net_bios(domain: &str) -> bool {
    let length = domain.chars().count();
    (1..=15).contains(&length)
        && !domain.starts_with('.')
        && !domain.bytes().any(|byte| br#"\/:*?"<>|"#.contains(&byte))
}

fn is_windows_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = label.as_bytes();
        bytes.len() <= 63
            && edge(bytes.first())
            && edge(bytes.last())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    })
}
