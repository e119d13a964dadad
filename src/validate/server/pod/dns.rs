//! Names and addresses of a pod: DNS, aliases of hosts, its own host name.

use super::Context;
use crate::validate::server::report::Report;
use crate::validate::server::{address, format};
use crate::validate::{At, Finding};

/// Mirrors `validatePodDNSConfig`, `validateDNSPolicy`
pub(super) fn check_dns(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let (policy, config) = (spec.field("dnsPolicy"), spec.field("dnsConfig"));
    if !policy.text().is_empty() {
        findings.one_of(&policy, &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]);
    }
    let servers = config.field("nameservers");
    if policy.text() == "None" {
        if !config.is_there() {
            findings.required(&config, "the policy `None` needs it");
            return;
        }
        if servers.is_empty() {
            findings.required(&servers, "the policy `None` needs at least one");
            return;
        }
    }
    if !config.is_there() {
        return;
    }
    if servers.len() > 3 {
        findings.invalid(&servers, "may have at most 3 items");
    }
    for server in servers.items() {
        findings.format(&server, address::legacy_ip(server.text()));
    }
    let searches = config.field("searches");
    if searches.len() > 32 {
        findings.invalid(&searches, "may have at most 32 items");
    }
    let length: usize = searches.items().map(|search| search.text().len() + 1).sum();
    if length > 2048 + 1 {
        findings.invalid(&searches, "may have at most 2048 characters in all");
    }
    for search in searches.items() {
        if search.text() != "." {
            let domain = search.text().strip_suffix('.').unwrap_or(search.text());
            findings.format(&search, format::dns_subdomain_with_underscore(domain));
        }
    }
    for option in config.field("options").items() {
        if option.field("name").text().is_empty() {
            findings.required(&option, "it must have a name");
        }
    }
}

/// Mirrors `ValidateHostAliases`
pub(super) fn check_host_aliases(aliases: &At<'_>, findings: &mut Vec<Finding>) {
    for alias in aliases.items() {
        let address = alias.field("ip");
        findings.format(&address, address::legacy_ip(address.text()));
        for name in alias.field("hostnames").items() {
            findings.format(&name, format::dns_subdomain(name.text()));
        }
    }
}

/// Mirrors `validatePodHostName`
pub(super) fn check_host_name(spec: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let name = spec.field("hostnameOverride");
    if !name.is_there() {
        return;
    }
    if spec.field("setHostnameAsFQDN").boolean() == Some(true) {
        findings.forbidden(&name, "it cannot go with `setHostnameAsFQDN`");
    }
    if context.host_network {
        findings.forbidden(&name, "pods in the node's network may not have it");
    }
    if name.text().len() > 64 {
        findings.too_long(&name, 64);
    }
    findings.format(&name, format::dns_subdomain(name.text()));
}
