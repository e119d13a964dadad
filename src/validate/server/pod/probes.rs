//! Probes and lifecycle hooks, and what they do.

use super::Context;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::server::told::non_negative;
use crate::validate::{At, Finding};
use crate::yaml::resolve::Value;

/// Liveness and startup: one success is enough.
///
/// Mirrors `validateLivenessProbe`, `validateStartupProbe`, `SetDefaults_Probe`
pub(super) fn check_liveness(probe: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !probe.is_there() {
        return;
    }
    check(probe, context, findings);
    let threshold = probe.field("successThreshold");
    if threshold.integer().is_some_and(|value| value != 0 && value != 1) {
        findings.invalid(&threshold, "must be 1");
    }
}

/// Mirrors `validateReadinessProbe`
pub(super) fn check_readiness(probe: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !probe.is_there() {
        return;
    }
    check(probe, context, findings);
    let grace = probe.field("terminationGracePeriodSeconds");
    if grace.is_there() {
        findings.invalid(&grace, "readiness probes end no container");
    }
}

/// Mirrors `validateProbe`, `handlerFromProbe`
fn check(probe: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    check_handler(probe, &["exec", "httpGet", "tcpSocket", "grpc"], context, findings);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        non_negative(&probe.field(field), findings);
    }
    let grace = probe.field("terminationGracePeriodSeconds");
    if grace.integer().is_some_and(|value| value <= 0) {
        findings.invalid(&grace, "must be greater than 0");
    }
}

/// Whether there is a lifecycle once the server has dropped what it does not take yet, the stop signal.
///
/// Mirrors `dropContainerStopSignals`
pub(super) fn has_lifecycle(lifecycle: &At<'_>) -> bool {
    lifecycle.is_there()
        && (!lifecycle.field("stopSignal").is_there()
            || lifecycle.field("postStart").is_there()
            || lifecycle.field("preStop").is_there())
}

/// Mirrors `validateLifecycle`, `handlerFromLifecycle`
pub(super) fn check_lifecycle(lifecycle: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !lifecycle.is_there() {
        return;
    }
    for field in ["postStart", "preStop"] {
        let hook = lifecycle.field(field);
        if hook.is_there() {
            check_handler(&hook, &["exec", "httpGet", "tcpSocket", "sleep"], context, findings);
        }
    }
}

/// Mirrors `validateHandler`
fn check_handler(at: &At<'_>, kinds: &[&str], context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut is_first = true;
    for kind in kinds {
        let handler = at.field(kind);
        if !handler.is_there() {
            continue;
        }
        if !is_first {
            findings.forbidden(&handler, "only one of its kind may be given");
            continue;
        }
        is_first = false;
        match *kind {
            "exec" => exec(&handler, findings),
            "httpGet" => http_get(&handler, findings),
            "tcpSocket" => port_number_or_name(&handler.field("port"), findings),
            "grpc" => {
                let port = handler.field("port");
                findings.format(&port, format::port_number(port.integer().unwrap_or(0)));
            }
            _ => sleep(&handler, context, findings),
        }
    }
    if is_first {
        findings.required(at, "it must say what is to be done");
    }
}

/// Mirrors `validateExecAction`
fn exec(exec: &At<'_>, findings: &mut Vec<Finding>) {
    let command = exec.field("command");
    if command.is_empty() {
        findings.required(&command, "");
    }
}

/// Mirrors `validateHTTPGetAction`, `SetDefaults_HTTPGetAction`
fn http_get(get: &At<'_>, findings: &mut Vec<Finding>) {
    port_number_or_name(&get.field("port"), findings);
    let scheme = get.field("scheme");
    if !scheme.text().is_empty() {
        findings.one_of(&scheme, &["HTTP", "HTTPS"]);
    }
    let headers = get.field("httpHeaders");
    for header in headers.items() {
        let name = header.field("name");
        // The server blames the list, not its item.
        findings.format(&name.told_at(headers.path), format::http_header_name(name.text()));
    }
}

/// A port by number or by name.
///
/// Mirrors `ValidatePortNumOrName`
pub(in crate::validate::server) fn port_number_or_name(port: &At<'_>, findings: &mut Vec<Finding>) {
    match port.value() {
        Some(Value::Text(name)) => findings.format(port, format::port_name(&name)),
        _ => findings.format(port, format::port_number(port.integer().unwrap_or(0))),
    }
}

/// Mirrors `validateGRPCAction`, `validateTCPSocketAction`, `validateSleepAction`
fn sleep(sleep: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let seconds = sleep.field("seconds").integer().unwrap_or(0);
    if seconds < 0 || seconds > context.grace_period {
        findings.invalid(
            sleep,
            format!("must be between 0 and the pod's grace period, which is {}", context.grace_period),
        );
    }
}
