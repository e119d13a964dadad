//! Requests and limits of containers and of whole pods, and the claims on devices that they name.

use super::{Context, containers};
use crate::kubernetes::Quantity;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::server::resource_names::{
    check_amount, check_container_resource_name, check_resource_name, is_huge_page, may_overcommit,
};
use crate::validate::server::told;
use crate::validate::{At, Finding, Path};

/// Checks the name of a resource.
type CheckName = fn(&str, &At<'_>, &mut Vec<Finding>);

/// Mirrors `ValidateContainerResourceRequirements`, `SetDefaults_Pod`
pub(super) fn check_container(container: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let resources = container.field("resources");
    if !resources.is_there() {
        return;
    }
    let (limits, requests) = (resources.field("limits"), resources.field("requests"));
    let basics = check_requirements(&limits, &requests, check_container_resource_name, true, findings);
    huge_pages_alone(&resources, basics, findings);
    // Containers of pods request their limits where they request nothing.
    if context.is_pod && !super::is_ephemeral(container) {
        for (name, limit) in limits.entries() {
            if !has(&requests, name) {
                let request = limit.told_at(Path::Key(&requests.path, name));
                check_entry(name, &request, check_container_resource_name, findings);
            }
        }
    }
    claims(&resources.field("claims"), context, findings);
}

/// Mirrors `validateOverhead`
pub(in crate::validate::server) fn check_overhead(overhead: &At<'_>, findings: &mut Vec<Finding>) {
    if overhead.is_there() {
        let limits = overhead.told_at(Path::Field(&overhead.path, "limits"));
        let requests = overhead.with(None);
        let basics = check_requirements(&limits, &requests, check_container_resource_name, true, findings);
        huge_pages_alone(overhead, basics, findings);
    }
}

/// Whether a map has a key, even one with null.
fn has(map: &At<'_>, key: &str) -> bool {
    map.node.is_some_and(|node| map.document.get(node, key).is_some())
}

/// An amount as the server keeps it, in whole thousandths.
///
/// Mirrors `SetDefaults_ResourceList`
fn amount(at: &At<'_>) -> Quantity {
    match at.quantity() {
        Some(amount) if amount.is_whole_milli() => amount,
        Some(amount) => Quantity::from_milli(amount.milli()),
        None => Quantity::ZERO,
    }
}

/// Name and amount of a resource.
fn check_entry(name: &str, at: &At<'_>, check_name: CheckName, findings: &mut Vec<Finding>) {
    check_name(name, at, findings);
    check_amount(name, at, findings);
    if is_huge_page(name) && !is_divisible(name, amount(at)) {
        findings.invalid(at, "must be a multiple of the size of its pages");
    }
}

/// Mirrors `validateResourceQuantityHugePageValue`, `IsHugePageResourceValueDivisible`, `HugePageSizeFromResourceName`
fn is_divisible(name: &str, amount: Quantity) -> bool {
    let size = name.strip_prefix("hugepages-").and_then(Quantity::parse);
    size.is_some_and(|size| {
        size > Quantity::ZERO && size.milli() % 1000 == 0 && amount.value() % size.value().max(1) == 0
    })
}

/// Whether there are huge pages, and whether there are the basic resources that they need.
type Basics = (bool, bool);

/// Mirrors `validateResourceRequirements`
fn check_requirements(
    limits: &At<'_>,
    requests: &At<'_>,
    check_name: CheckName,
    must_be_limited: bool,
    findings: &mut Vec<Finding>,
) -> Basics {
    let mut basics = (false, false);
    for (name, limit) in limits.entries() {
        note(&mut basics, name);
        check_entry(name, &limit, check_name, findings);
    }
    for (name, request) in requests.entries() {
        note(&mut basics, name);
        check_entry(name, &request, check_name, findings);
        if has(limits, name) {
            compare(name, amount(&request), amount(&limits.entry(name)), requests, findings);
        } else if must_be_limited && !may_overcommit(name) {
            limit_missing(name, limits, findings);
        }
    }
    basics
}

fn limit_missing(name: &str, limits: &At<'_>, findings: &mut Vec<Finding>) {
    findings.required(limits, &format!("`{name}` is requested, and must have a limit"));
}

fn note(basics: &mut Basics, name: &str) {
    basics.0 |= is_huge_page(name);
    basics.1 |= matches!(name, "cpu" | "memory");
}

fn huge_pages_alone(resources: &At<'_>, (has_huge_pages, has_basics): Basics, findings: &mut Vec<Finding>) {
    if has_huge_pages && !has_basics {
        findings.forbidden(resources, "huge pages need `cpu` or `memory` beside them");
    }
}

/// Whether a request fits below its limit.
fn compare(name: &str, request: Quantity, limit: Quantity, requests: &At<'_>, findings: &mut Vec<Finding>) {
    if may_overcommit(name) {
        if request > limit {
            findings.invalid(requests, format!("the request of `{name}` must not be above its limit"));
            findings.belongs_to("request-above-limit");
        }
    } else if request != limit {
        findings.invalid(requests, format!("the request of `{name}` must equal its limit"));
        findings.belongs_to("request-above-limit");
    }
}

/// Mirrors `validateResourceClaimNames`
fn claims(claims: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    // The whole claim as `(name, "")`, a request of it as `(name, request)`.
    let mut seen: Vec<(String, String)> = Vec::new();
    for claim in claims.items() {
        let (name, request) = (claim.field("name"), claim.field("request"));
        let (name, request_text) = (name.text(), request.text());
        if name.is_empty() {
            findings.required(&claim, "it must name a claim");
            continue;
        }
        if seen.iter().any(|(n, r)| n == name && r.is_empty()) {
            findings.push(told::duplicate(&claim, name));
        } else {
            if !request_text.is_empty() {
                findings.format(&request, format::dns_label(request_text));
            }
            if seen.iter().any(|(n, r)| n == name && (r == request_text || request_text.is_empty())) {
                findings.push(told::duplicate(&claim, name));
            }
            seen.push((name.to_owned(), request_text.to_owned()));
        }
        if !context.claims.items().any(|claim| claim.field("name").text() == name) {
            findings.push(told::not_found(&claim, name, "claim in `resourceClaims` named"));
        }
    }
}

/// Amounts by name.
type Amounts<'a> = Vec<(&'a str, Quantity)>;

fn amounts<'a>(map: &At<'a>) -> Amounts<'a> {
    let Some(node) = map.node else { return Vec::new() };
    map.document
        .entries(node)
        .map(|(key, _)| {
            let name = map.document.text(key);
            (name, amount(&map.entry(name)))
        })
        .collect()
}

fn get(amounts: &Amounts<'_>, name: &str) -> Option<Quantity> {
    amounts.iter().find(|(n, _)| *n == name).map(|(_, amount)| *amount)
}

fn add<'a>(sum: &mut Amounts<'a>, more: &Amounts<'a>) {
    for (name, amount) in more {
        match sum.iter_mut().find(|(n, _)| n == name) {
            Some((_, sum)) => *sum = sum.plus(*amount),
            None => sum.push((name, *amount)),
        }
    }
}

fn raise<'a>(greatest: &mut Amounts<'a>, more: &Amounts<'a>) {
    for (name, amount) in more {
        match greatest.iter_mut().find(|(n, _)| n == name) {
            Some((_, greatest)) => *greatest = (*greatest).max(*amount),
            None => greatest.push((name, *amount)),
        }
    }
}

/// What all containers of a pod take together.
///
/// Mirrors `AggregateContainerRequests`, `AggregateContainerLimits`
fn aggregate<'a>(spec: &At<'a>, of: impl Fn(&At<'a>) -> Amounts<'a>) -> Amounts<'a> {
    let mut sum = Amounts::new();
    for container in nodes(spec, "containers") {
        add(&mut sum, &of(&container));
    }
    let (mut sidecars, mut init) = (Amounts::new(), Amounts::new());
    for container in nodes(spec, "initContainers") {
        let mut taken = of(&container);
        if containers::is_sidecar(&container) {
            add(&mut sum, &taken);
            add(&mut sidecars, &taken);
            taken.clone_from(&sidecars);
        } else {
            add(&mut taken, &sidecars);
        }
        raise(&mut init, &taken);
    }
    raise(&mut sum, &init);
    sum
}

/// The containers of one kind, without their paths.
fn nodes<'a>(spec: &At<'a>, field: &str) -> impl Iterator<Item = At<'a>> {
    let (spec, list) = (*spec, spec.node.and_then(|node| spec.document.get(node, field)));
    let items = list.into_iter().flat_map(move |list| spec.document.children(list));
    items.map(move |item| spec.with(Some(item)))
}

/// A map below `resources` of a container.
fn of_container<'a>(container: &At<'a>, field: &str) -> Amounts<'a> {
    let node = container.node.and_then(|node| container.document.at(node, &["resources", field]));
    amounts(&container.with(node))
}

/// Whether pods as a whole may have an amount of a resource.
///
/// Mirrors `IsSupportedPodLevelResource`
fn is_for_pods(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || is_huge_page(name)
}

/// Mirrors `validatePodResourceName`
fn check_pod_resource_name(name: &str, at: &At<'_>, findings: &mut Vec<Finding>) {
    if check_resource_name(name, at, findings) && !is_for_pods(name) {
        findings.push(Finding::server(
            "unsupported-value",
            at,
            format!("`{name}` is no resource of whole pods: `cpu`, `memory`, `hugepages-`"),
        ));
    }
}

/// Mirrors `validatePodResources`, `validatePodResourceRequirements`
pub(super) fn check_pod(spec: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let resources = spec.field("resources");
    if !resources.is_there() {
        return;
    }
    if context.os == "windows" {
        findings.forbidden(&resources, "pods of Windows may not have it");
        return;
    }
    let claimed = resources.field("claims");
    if claimed.is_there() {
        findings.forbidden(&claimed, "whole pods may not claim devices");
    }
    let (limits, requests) = (resources.field("limits"), resources.field("requests"));
    let mut basics =
        check_requirements(&limits, &requests, check_pod_resource_name, !context.is_pod, findings);
    claims(&claimed, context, findings);
    let taken = aggregate(spec, |container| {
        let mut taken = of_container(container, "requests");
        if context.is_pod {
            for (name, limit) in of_container(container, "limits") {
                if get(&taken, name).is_none() {
                    taken.push((name, limit));
                }
            }
        }
        taken
    });
    let allowed = aggregate(spec, |container| of_container(container, "limits"));
    let (mut pod_limits, mut pod_requests) = (amounts(&limits), amounts(&requests));
    if context.is_pod && !(pod_limits.is_empty() && pod_requests.is_empty()) {
        set_defaults(spec, &taken, &allowed, &mut pod_limits, &mut pod_requests);
        for (name, _) in &pod_limits {
            note(&mut basics, name);
        }
        check_defaults(&limits, &pod_limits, findings);
        check_defaults(&requests, &pod_requests, findings);
        for (name, request) in &pod_requests {
            note(&mut basics, name);
            match get(&pod_limits, name) {
                Some(_) if has(&limits, name) && has(&requests, name) => {}
                Some(limit) => compare(name, *request, limit, &requests, findings),
                None if !may_overcommit(name) => limit_missing(name, &limits, findings),
                None => {}
            }
        }
    }
    huge_pages_alone(&resources, basics, findings);
    consistency(spec, &resources, [&taken, &allowed], [&pod_limits, &pod_requests], findings);
}

/// Checks the amounts that a pod as a whole got.
fn check_defaults(given: &At<'_>, amounts: &Amounts<'_>, findings: &mut Vec<Finding>) {
    for (name, amount) in amounts.iter().filter(|(name, _)| !has(given, name)) {
        let at = given.entry(name);
        if amount.is_negative() {
            findings.invalid(&at, "what its containers say would make it less than 0");
        }
        if is_huge_page(name) && !is_divisible(name, *amount) {
            findings.invalid(&at, "what its containers say makes no multiple of the size of its pages");
        }
    }
}

/// What a pod as a whole gets where it does not say.
///
/// Mirrors `DefaultPodLevelResources`, `defaultHugePagePodLevelLimits`, `defaultPodLevelRequests`,
/// `defaultPodLevelLimits`, `aggregateContainerLimits`
fn set_defaults<'a>(
    spec: &At<'_>,
    taken: &Amounts<'a>,
    allowed: &Amounts<'a>,
    limits: &mut Amounts<'a>,
    requests: &mut Amounts<'a>,
) {
    for (name, limit) in allowed {
        if is_huge_page(name) && get(requests, name).is_none() && get(limits, name).is_none() {
            limits.push((name, *limit));
        }
    }
    for (name, request) in taken {
        if is_for_pods(name) && may_overcommit(name) && get(requests, name).is_none() {
            requests.push((name, *request));
        }
    }
    for (name, limit) in limits.iter() {
        if is_for_pods(name) && get(requests, name).is_none() {
            requests.push((name, *limit));
        }
    }
    for (name, request) in requests.iter() {
        let all_have_it = || {
            ["initContainers", "containers", "ephemeralContainers"].iter().all(|list| {
                nodes(spec, list).all(|container| get(&of_container(&container, "limits"), name).is_some())
            })
        };
        if is_for_pods(name)
            && get(limits, name).is_none()
            && all_have_it()
            && let Some(limit) = get(allowed, name)
        {
            limits.push((name, limit.max(*request)));
        }
    }
}

/// Mirrors `validatePodResourceConsistency`
fn consistency(
    spec: &At<'_>,
    resources: &At<'_>,
    [taken, allowed]: [&Amounts<'_>; 2],
    [limits, requests]: [&Amounts<'_>; 2],
    findings: &mut Vec<Finding>,
) {
    let (limits_at, requests_at) = (resources.field("limits"), resources.field("requests"));
    for (name, taken) in taken {
        if get(requests, name).is_some_and(|request| *taken > request) {
            findings
                .invalid(&requests_at.entry(name), "must not be below what its containers request together");
        }
    }
    for (name, allowed) in allowed {
        if is_huge_page(name) && get(limits, name).is_some_and(|limit| *allowed > limit) {
            findings
                .invalid(&limits_at.entry(name), "must not be below the limits of its containers together");
        }
    }
    let containers = spec.field("containers");
    for (index, container) in containers.items().enumerate() {
        let own = container.field("resources");
        for (name, limit) in own.field("limits").entries() {
            if get(limits, name).is_some_and(|most| amount(&limit) > most) {
                // The server builds this path in an order of its own.
                let list = Path::Field(&resources.path, "containers");
                let item = Path::Index(&list, index);
                let key = Path::Key(&item, name);
                findings.invalid(
                    &limit.told_at(Path::Field(&key, "limits")),
                    "must not be above the pod's limit",
                );
            }
        }
    }
}
