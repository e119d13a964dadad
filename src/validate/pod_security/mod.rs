//! Family `pod-security`: the Pod Security Standards baseline and restricted, with the variants of all versions. A rule
//! speaks at its own level (a warning at most), and louder where a standard is demanded: an error where the namespace
//! enforces it or it was asked for, a warning where the namespace warns or audits.

mod capabilities;
mod host;
mod privilege;
mod profiles;
mod sysctls;
mod users;
mod volumes;

pub(super) use capabilities::{added_capability, drop_all_capabilities};
pub(super) use host::{
    host_ipc, host_network, host_path_volume, host_pid, host_port, probe_host, windows_host_process,
};
pub(super) use privilege::{privilege_escalation, privileged_container, proc_mount};
pub(super) use profiles::{apparmor_profile, seccomp_profile, seccomp_unconfined, selinux_options};
pub(super) use sysctls::unsafe_sysctls;
pub(super) use users::{root_group, run_as_non_root, run_as_user_root};
pub(super) use volumes::volume_type;

use super::pod::Pod;
use super::rules::Rule;
use super::set::Set;
use super::{At, Finding, Level, Options};

/// A Pod Security Standard that forbids something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standard {
    /// Known ways to break out.
    Baseline,
    /// All of baseline, and the hardening that is good practice.
    Restricted,
}

/// A standard in one of its versions, as `--pod-security restricted:v1.30` asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The standard; `None` for `privileged`, which forbids nothing.
    pub standard: Option<Standard>,
    /// Its minor version; `None` for `latest`.
    pub minor: Option<u32>,
}

impl Asked {
    /// Reads `LEVEL` or `LEVEL:VERSION`; the refusal says what is wrong.
    pub fn read(text: &str) -> Result<Asked, String> {
        let (level, version) = text.split_once(':').unwrap_or((text, "latest"));
        let standard = level_of(level).map_err(|()| {
            format!("`{level}` is no Pod Security Standard: `privileged`, `baseline` or `restricted`")
        })?;
        let minor = minor_of(version)
            .map_err(|()| format!("`{version}` is no version of it: `latest`, or one like `v1.30`"))?;
        Ok(Asked { standard, minor })
    }
}

/// The standard of a level, `None` for `privileged`; an error for what is no level.
fn level_of(text: &str) -> Result<Option<Standard>, ()> {
    match text {
        "privileged" => Ok(None),
        "baseline" => Ok(Some(Standard::Baseline)),
        "restricted" => Ok(Some(Standard::Restricted)),
        _ => Err(()),
    }
}

/// The minor version, `None` for `latest`; an error for what is no version.
fn minor_of(text: &str) -> Result<Option<u32>, ()> {
    if text == "latest" {
        return Ok(None);
    }
    let digits = text.strip_prefix("v1.").ok_or(())?;
    let plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain { digits.parse().map(Some).map_err(|_| ()) } else { Err(()) }
}

/// A control: what it belongs to and what it looks at.
#[derive(Clone, Copy)]
pub struct Control {
    /// The standard that it is part of; `None` for a rule of ours that no standard has.
    pub(super) standard: Option<Standard>,
    /// The minor version that brought it.
    pub(super) since: u32,
    /// The minor version from which a restricted control speaks in its stead.
    pub(super) overridden: Option<u32>,
    /// The function that looks.
    pub(super) check: fn(&Pod<'_>, &mut Case<'_>),
}

/// What a control is judged by, and where it tells.
pub(super) struct Case<'c> {
    /// The minor version of the standard.
    pub(super) minor: u32,
    /// The standard that is demanded; `None` when the rule speaks for itself.
    pub(super) demanded: Option<Standard>,
    rule: &'static Rule,
    level: Level,
    findings: &'c mut Vec<Finding>,
}

impl Case<'_> {
    /// Tells what is forbidden.
    pub(super) fn tell(&mut self, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        self.findings.push(Finding::new(self.rule.id, self.rule.family, self.level, at, message));
        self.findings.last_mut().expect("what was just pushed")
    }
}

/// What the namespace of a pod, or the command, demands.
struct Demand<'d> {
    standard: Standard,
    minor: u32,
    level: Level,
    /// `namespace `shop` enforces`, for the hint.
    who: Option<(&'d str, &'static str)>,
}

/// A control that runs, its rule and that rule's level.
pub(super) type ControlRun = (&'static Rule, Level, Control);

/// Checks one pod by all controls.
pub(super) fn check(
    pod: &Pod<'_>,
    runs: &[ControlRun],
    set: &Set<'_>,
    options: &Options,
    findings: &mut Vec<Finding>,
) {
    let demands = demands(pod, set, options);
    for (rule, level, control) in runs {
        let start = findings.len();
        let mut case = Case {
            minor: options.kubernetes_minor,
            demanded: None,
            rule,
            level: *level,
            findings: &mut *findings,
        };
        (control.check)(pod, &mut case);
        for demand in &demands {
            let covers = control.standard.is_some_and(|standard| standard <= demand.standard)
                && control.since <= demand.minor
                && !(demand.standard == Standard::Restricted
                    && control.overridden.is_some_and(|since| since <= demand.minor));
            if covers {
                raise(pod, rule, control, demand, start, findings);
            }
        }
    }
}

/// Finds what a demand forbids, and raises what is already told of it.
fn raise(
    pod: &Pod<'_>,
    rule: &'static Rule,
    control: &Control,
    demand: &Demand<'_>,
    start: usize,
    findings: &mut Vec<Finding>,
) {
    let mut forbidden = Vec::new();
    let mut case = Case {
        minor: demand.minor,
        demanded: Some(demand.standard),
        rule,
        level: demand.level,
        findings: &mut forbidden,
    };
    (control.check)(pod, &mut case);
    for mut finding in forbidden {
        if let Some((namespace, verb)) = demand.who {
            let standard = if demand.standard == Standard::Baseline { "baseline" } else { "restricted" };
            let outcome = if demand.level == Level::Error { ": its pods are refused" } else { "" };
            finding.hint = format!("namespace `{namespace}` {verb} `{standard}`{outcome}");
        }
        let told = findings[start..]
            .iter_mut()
            .find(|told| told.path == finding.path && told.message == finding.message);
        match told {
            Some(told) if told.level >= finding.level => {}
            Some(told) => *told = finding,
            None => findings.push(finding),
        }
    }
}

/// What is demanded of a pod. Labels that cannot be read count as the server counts them: `restricted` to enforce,
/// nothing to warn and audit, the newest version.
fn demands<'d>(pod: &Pod<'d>, set: &Set<'d>, options: &Options) -> Vec<Demand<'d>> {
    let mut demands = Vec::new();
    if let Some(Asked { standard: Some(standard), minor }) = options.pod_security {
        let minor = minor.unwrap_or(options.kubernetes_minor).min(options.kubernetes_minor);
        demands.push(Demand { standard, minor, level: Level::Error, who: None });
    }
    let name = if pod.object.namespace.is_empty() { "default" } else { pod.object.namespace };
    let Some(namespace) = set.find("", "Namespace", "", name) else { return demands };
    let root = namespace.at();
    let metadata = root.field("metadata");
    let labels = metadata.field("labels");
    for (level_label, version_label, level, verb) in [
        (
            "pod-security.kubernetes.io/enforce",
            "pod-security.kubernetes.io/enforce-version",
            Level::Error,
            "enforces",
        ),
        (
            "pod-security.kubernetes.io/warn",
            "pod-security.kubernetes.io/warn-version",
            Level::Warning,
            "warns of",
        ),
        (
            "pod-security.kubernetes.io/audit",
            "pod-security.kubernetes.io/audit-version",
            Level::Warning,
            "audits",
        ),
    ] {
        let written = labels.entry(level_label);
        if !written.is_there() {
            continue;
        }
        let fallback = if level == Level::Error { Some(Standard::Restricted) } else { None };
        let Some(standard) = level_of(written.text()).unwrap_or(fallback) else { continue };
        let version = labels.entry(version_label);
        let minor = minor_of(version.text()).ok().flatten().unwrap_or(options.kubernetes_minor);
        let minor = minor.min(options.kubernetes_minor);
        demands.push(Demand { standard, minor, level, who: Some((namespace.name, verb)) });
    }
    demands
}
