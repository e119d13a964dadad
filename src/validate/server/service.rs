//! Service. What the server allocates (addresses, node ports) is judged before all else: faults there hide the rest.

use std::net::IpAddr;

use super::endpoints::check_endpoint_ip;
use super::labels::check_labels;
use super::report::Report;
use super::seen::Seen;
use super::{address, format};
use crate::validate::{At, Finding};

/// What is said where two annotations of one meaning differ.
pub(super) const TOPOLOGY: &str =
    "must be the same as the annotation `service.kubernetes.io/topology-aware-hints`";

/// What is said of the older name for traffic within a zone.
pub(super) const PREFER_CLOSE: &str = "`PreferClose` is deprecated: use `PreferSameZone`";

/// The fields that decide about others, with the server's defaults.
struct Shape<'a> {
    kind: &'a str,
    /// `clusterIPs`, or `clusterIP` where only that is given.
    addresses: Vec<&'a str>,
    is_headless: bool,
    is_accessible: bool,
    /// Whether the server gives ports on nodes to ports that ask for none.
    has_node_ports: bool,
}

impl<'a> Shape<'a> {
    fn of(spec: &'a At<'a>) -> Shape<'a> {
        let kind = spec.field("type").text_or("ClusterIP");
        let (single, list) = (spec.field("clusterIP").text(), spec.field("clusterIPs"));
        let mut addresses: Vec<&str> = list
            .node
            .map_or_else(Vec::new, |n| list.document.children(n).map(|n| list.document.text(n)).collect());
        if addresses.is_empty() && !single.is_empty() {
            addresses.push(single);
        }
        let is_headless = addresses == ["None"];
        let is_accessible = matches!(kind, "LoadBalancer" | "NodePort")
            || (kind == "ClusterIP" && !spec.field("externalIPs").is_empty());
        let allocates = spec.field("allocateLoadBalancerNodePorts").boolean() != Some(false);
        let has_node_ports = kind == "NodePort" || (kind == "LoadBalancer" && allocates);
        Shape { kind, addresses, is_headless, is_accessible, has_node_ports }
    }
}

/// Mirrors `ValidateServiceCreate`, `validateService`, `allocateCreate`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let shape = Shape::of(&spec);
    if shape.kind != "ExternalName" {
        let mut first = Vec::new();
        check_addresses(&spec, &shape, &mut first);
        if first.is_empty() {
            check_single_stack(&spec, &shape, &mut first);
        }
        if !first.is_empty() {
            *findings = first;
            return;
        }
    }
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    let (mode, hints) = (
        annotations.entry("service.kubernetes.io/topology-mode"),
        annotations.entry("service.kubernetes.io/topology-aware-hints"),
    );
    if mode.is_there() && hints.is_there() && mode.text() != hints.text() {
        findings.invalid(&mode, TOPOLOGY);
    }
    check_type(&spec, &shape, findings);
    check_ports(&spec, &shape, findings);
    check_labels(&spec.field("selector"), findings);
    check_affinity(&spec, findings);
    for ip in spec.field("externalIPs").items() {
        match address::legacy_ip(ip.text()) {
            Err(message) => findings.invalid(&ip, message),
            Ok(()) => check_endpoint_ip(&ip, findings),
        }
    }
    check_source_ranges(&spec, &annotations, shape.kind, findings);
    let allocate = spec.field("allocateLoadBalancerNodePorts");
    if allocate.is_there() && shape.kind != "LoadBalancer" {
        findings.forbidden(&allocate, "only for Services of the type `LoadBalancer`");
    }
    let class = spec.field("loadBalancerClass");
    if class.is_there() {
        if shape.kind == "LoadBalancer" {
            findings.format(&class, format::qualified_name(class.text()));
        } else {
            findings.forbidden(&class, "only for Services of the type `LoadBalancer`");
        }
    }
    check_traffic(&spec, &shape, findings);
    warn(&spec, &shape, &hints, findings);
}

/// Mirrors `ValidateServiceClusterIPsRelatedFields`
fn check_addresses(spec: &At<'_>, shape: &Shape<'_>, findings: &mut Vec<Finding>) {
    let (single, list) = (spec.field("clusterIP"), spec.field("clusterIPs"));
    let is_first = !single.text().is_empty() && shape.addresses.first() == Some(&single.text());
    if !list.is_empty() && !is_first {
        let fault = if single.text().is_empty() {
            "must be empty when `clusterIP` is not given"
        } else {
            "must begin with what `clusterIP` says"
        };
        findings.invalid(&list, fault);
    }
    let families = spec.field("ipFamilies");
    for (number, family) in families.items().enumerate() {
        findings.one_of(&family, &["IPv4", "IPv6"]);
        if families.items().take(number).any(|before| before.text() == family.text()) {
            findings.duplicate(&family);
        }
    }
    let policy = spec.field("ipFamilyPolicy");
    if policy.is_there() {
        findings.one_of(&policy, &["PreferDualStack", "RequireDualStack", "SingleStack"]);
    }
    let mut is_bad = false;
    for (number, ip) in shape.addresses.iter().enumerate() {
        if number == 0 && *ip == "None" {
            if shape.addresses.len() > 1 {
                is_bad = true;
                findings.invalid(&list, "`None` must be alone");
            }
        } else if let Err(message) = address::legacy_ip(ip) {
            is_bad = true;
            let at = if list.is_empty() { single } else { list.items().nth(number).unwrap_or(list) };
            findings.invalid(&at, message);
            findings.told_at(format!("spec.clusterIPs[{number}]"));
        }
    }
    if shape.addresses.len() > 2 {
        findings.invalid(&list, "may have at most 2 addresses");
    }
    if is_bad {
        return;
    }
    let is_v6 = |ip: &str| matches!(address::sloppy_ip(ip), Some(IpAddr::V6(_)));
    if shape.addresses.len() > 1 {
        let v6 = shape.addresses.iter().filter(|ip| is_v6(ip)).count();
        if v6 == 0 || v6 == shape.addresses.len() {
            findings.invalid(&list, "may have one address of each family");
        }
    }
    if shape.is_headless {
        return;
    }
    for (number, (ip, family)) in shape.addresses.iter().zip(families.items()).enumerate() {
        if (family.text() == "IPv4" && is_v6(ip)) || (family.text() == "IPv6" && !is_v6(ip)) {
            let at = if list.is_empty() { single } else { list.items().nth(number).unwrap_or(list) };
            findings.invalid(&at, "must be of the family that `ipFamilies` says");
            findings.told_at(format!("spec.clusterIPs[{number}]"));
        }
    }
}

/// Mirrors `initIPFamilyFields`
fn check_single_stack(spec: &At<'_>, shape: &Shape<'_>, findings: &mut Vec<Finding>) {
    let policy = spec.field("ipFamilyPolicy");
    let without_selector = shape.is_headless && spec.field("selector").is_empty();
    let is_single = match policy.text() {
        "SingleStack" => true,
        "" => !without_selector,
        _ => false,
    };
    if is_single && (shape.addresses.len() == 2 || spec.field("ipFamilies").len() == 2) {
        findings.invalid(&policy, "must be `RequireDualStack` or `PreferDualStack` for two families");
    }
}

fn check_type(spec: &At<'_>, shape: &Shape<'_>, findings: &mut Vec<Finding>) {
    let kind = spec.field("type");
    match shape.kind {
        "LoadBalancer" | "NodePort" if shape.is_headless => {
            findings.invalid(&spec.field("clusterIP"), "must not be `None` for Services of this type");
            findings.told_at("spec.clusterIPs[0]");
        }
        "ExternalName" => {
            if !shape.addresses.is_empty() {
                let list = spec.field("clusterIPs");
                let at = if list.is_empty() { spec.field("clusterIP") } else { list };
                findings.forbidden(&at, "Services of the type `ExternalName` have no addresses");
                findings.told_at("spec.clusterIPs");
            }
            let (families, policy) = (spec.field("ipFamilies"), spec.field("ipFamilyPolicy"));
            if !families.is_empty() {
                findings.forbidden(&families, "Services of the type `ExternalName` have no addresses");
            }
            if policy.is_there() {
                findings.forbidden(&policy, "Services of the type `ExternalName` have no addresses");
            }
            let name = spec.field("externalName");
            let text = name.text().strip_suffix('.').unwrap_or(name.text());
            if text.is_empty() {
                findings.required(&name, "the type is `ExternalName`");
            } else {
                findings.format(&name, format::dns_subdomain(text));
            }
        }
        "ClusterIP" | "LoadBalancer" | "NodePort" => {}
        _ => findings.not_supported(&kind, &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    }
}

/// Mirrors `validateServicePort`
fn check_ports(spec: &At<'_>, shape: &Shape<'_>, findings: &mut Vec<Finding>) {
    let ports = spec.field("ports");
    if ports.is_empty() && !shape.is_headless && shape.kind != "ExternalName" {
        findings.required(&ports, "there must be at least one port");
    }
    let several = ports.len() > 1;
    let (mut names, mut on_ports, mut on_nodes) = (Seen::new(), Seen::new(), Seen::new());
    for port in ports.items() {
        let name = port.field("name");
        let (value, protocol) = (port.field("port"), port.field("protocol"));
        if !name.text().is_empty() {
            findings.format(&name, format::dns_label(name.text()));
            if names.had(port.text_of("name")) {
                findings.duplicate(&name);
            }
        } else if several {
            findings.required(&name, "with several ports each has a name");
        }
        let of_port = format::port_number(value.integer().unwrap_or(0));
        findings.format(&value, of_port);
        if !protocol.text().is_empty() {
            findings.one_of(&protocol, &["SCTP", "TCP", "UDP"]);
        }
        let target = port.field("targetPort");
        if target.is_text() && !target.text().is_empty() {
            findings.format(&target, format::port_name(target.text()));
        } else {
            let number = target.integer().unwrap_or(0);
            // A port of the wrong type is told where it stands.
            let of_port = if value.is_there() && value.integer().is_none() { Ok(()) } else { of_port };
            findings.format(&target, if number == 0 { of_port } else { format::port_number(number) });
        }
        let application = port.field("appProtocol");
        if application.is_there() {
            findings.format(&application, format::qualified_name(application.text()));
        }
        let node = port.field("nodePort");
        let on_node = node.integer().unwrap_or(0);
        if on_node != 0 && shape.kind == "ClusterIP" {
            findings.forbidden(&node, "Services of the type `ClusterIP` have no node ports");
        }
        let kind = match port.text_of("protocol") {
            "" => "TCP",
            protocol => protocol,
        };
        let is_again = on_ports.had((kind, value.integer().unwrap_or(0)));
        // What is left to the server is the same for the same port.
        let again_on_node =
            if on_node == 0 { is_again && shape.has_node_ports } else { on_nodes.had((kind, on_node)) };
        if again_on_node {
            findings.duplicate(&node);
        }
        if is_again {
            findings.duplicate(&port);
        }
    }
}

/// Mirrors `validateClientIPAffinityConfig`, `validateAffinityTimeout`
fn check_affinity(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let affinity = spec.field("sessionAffinity");
    match affinity.text_or("None") {
        "None" => {}
        "ClientIP" => {
            let config = spec.field("sessionAffinityConfig");
            let client = config.field("clientIP");
            let timeout = client.field("timeoutSeconds");
            if timeout.integer().is_some_and(|seconds| !(1..=86400).contains(&seconds)) {
                findings.invalid(&timeout, "must be between 1 and 86400");
            }
        }
        _ => findings.not_supported(&affinity, &["ClientIP", "None"]),
    }
}

fn check_source_ranges(spec: &At<'_>, annotations: &At<'_>, kind: &str, findings: &mut Vec<Finding>) {
    const PATH: &str = "spec.LoadBalancerSourceRanges";
    let ranges = spec.field("loadBalancerSourceRanges");
    let annotation = annotations.entry("service.beta.kubernetes.io/load-balancer-source-ranges");
    if !ranges.is_empty() {
        if kind != "LoadBalancer" {
            findings.forbidden(&ranges, "only for Services of the type `LoadBalancer`");
            findings.told_at(PATH);
        }
        for (number, range) in ranges.items().enumerate() {
            if let Err(message) = address::legacy_cidr(range.text().trim()) {
                findings.invalid(&range, message);
                findings.told_at(format!("{PATH}[{number}]"));
            } else if let Some(warning) = address::cidr_warning(range.text().trim()) {
                findings.warns(&range, warning);
            }
        }
    } else if annotation.is_there() {
        if kind != "LoadBalancer" {
            findings.forbidden(&annotation, "only for Services of the type `LoadBalancer`");
        }
        let text = annotation.text().trim();
        if !text.is_empty() {
            for range in text.split(',') {
                findings.format(&annotation, address::legacy_cidr(range.trim()));
            }
        }
    }
}

/// Mirrors `validateServiceExternalTrafficPolicy`, `validateServiceInternalTrafficFieldsValue`,
/// `validateServiceTrafficDistribution`
fn check_traffic(spec: &At<'_>, shape: &Shape<'_>, findings: &mut Vec<Finding>) {
    let external = spec.field("externalTrafficPolicy");
    if !shape.is_accessible {
        if !external.text().is_empty() {
            findings.invalid(&external, "only for Services that are reached from outside");
        }
    } else if !external.text().is_empty() {
        findings.one_of(&external, &["Cluster", "Local"]);
    }
    let health = spec.field("healthCheckNodePort");
    let port = health.integer().unwrap_or(0);
    if shape.kind == "LoadBalancer" && external.text() == "Local" {
        if port != 0 {
            findings.format(&health, format::port_number(port));
        }
    } else if port != 0 {
        findings.invalid(&health, "only for `LoadBalancer` with the `externalTrafficPolicy` `Local`");
    }
    let internal = spec.field("internalTrafficPolicy");
    if internal.is_there() {
        findings.one_of(&internal, &["Cluster", "Local"]);
    }
    let distribution = spec.field("trafficDistribution");
    if distribution.is_there() {
        findings.one_of(&distribution, &["PreferClose", "PreferSameZone", "PreferSameNode"]);
    }
}

/// Mirrors `GetWarningsForService`
fn warn(spec: &At<'_>, shape: &Shape<'_>, hints: &At<'_>, findings: &mut Vec<Finding>) {
    if hints.is_there() {
        findings.warns(hints, "the annotation is deprecated: use `service.kubernetes.io/topology-mode`");
    }
    let (external, ip, name) =
        (spec.field("externalIPs"), spec.field("loadBalancerIP"), spec.field("externalName"));
    let is_headless = shape.is_headless && shape.kind == "ClusterIP";
    if is_headless {
        if !ip.text().is_empty() {
            findings.warns(&ip, "`loadBalancerIP` is ignored for headless Services");
        }
        if !external.is_empty() {
            findings.warns(&external, "`externalIPs` is ignored for headless Services");
        }
        let affinity = spec.field("sessionAffinity");
        if affinity.text_or("None") != "None" {
            findings.warns(&affinity, "`sessionAffinity` is ignored for headless Services");
        }
    } else {
        for (number, text) in shape.addresses.iter().enumerate() {
            if let Some(warning) = address::ip_warning(text) {
                findings.warns(&spec.field("clusterIP"), warning);
                findings.told_at(format!("spec.clusterIPs[{number}]"));
            }
        }
    }
    for at in external.items().chain(Some(ip)) {
        if let Some(warning) = address::ip_warning(at.text()) {
            findings.warns(&at, warning);
        }
    }
    if address::sloppy_ip(ip.text()).is_some()
        && let Err(message) = address::legacy_ip(ip.text())
    {
        // Nobody judges it, so that it is taken as it is.
        findings.warns(&ip, format!("`{}` {message}", ip.text()));
    }
    if !external.is_empty() && shape.kind == "ExternalName" {
        findings.warns(&external, "`externalIPs` is ignored for Services of the type `ExternalName`");
    } else if !external.is_empty() && !is_headless {
        findings.warns(&external, "`externalIPs` is deprecated");
    }
    if shape.kind != "ExternalName" && !name.text().is_empty() {
        findings.warns(&name, "`externalName` is ignored unless the type is `ExternalName`");
    }
    let distribution = spec.field("trafficDistribution");
    if distribution.text() == "PreferClose" {
        findings.warns(&distribution, PREFER_CLOSE);
    }
}
