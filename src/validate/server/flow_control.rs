//! FlowSchema and PriorityLevelConfiguration.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

const VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const HIGHEST_PRECEDENCE: i64 = 10_000;
const MOST_QUEUES: i64 = 10_000_000;
/// How many bits the hash has that deals hands of queues.
const HASH_BITS: f64 = 60.0;

/// Mirrors `ValidateFlowSchema`, `ValidateFlowSchemaSpec`
pub(super) fn check_schema(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    let precedence = spec.field("matchingPrecedence");
    match precedence.integer().unwrap_or(0) {
        0 => {}
        value if value < 0 => findings.invalid(&precedence, "must be greater than 0"),
        value if value > HIGHEST_PRECEDENCE => findings.invalid(&precedence, "must be no more than 10000"),
        1 if metadata.field("name").text() != "exempt" => {
            findings.invalid(&precedence, "only the schema `exempt` may have 1");
        }
        _ => {}
    }
    let method = spec.field("distinguisherMethod");
    if method.is_there() {
        findings.one_of(&method.field("type"), &["ByNamespace", "ByUser"]);
    }
    let level = spec.field("priorityLevelConfiguration");
    let name = level.field("name");
    if name.text().is_empty() {
        findings.required(&name, "");
    } else {
        findings.format(&name, format::dns_subdomain(name.text()));
    }
    for rule in spec.field("rules").items() {
        check_rules(&rule, findings);
    }
}

/// Mirrors `ValidateFlowSchemaPolicyRulesWithSubjects`
fn check_rules(rule: &At<'_>, findings: &mut Vec<Finding>) {
    let subjects = rule.field("subjects");
    if subjects.is_empty() {
        findings.required(&subjects, "there must be at least one");
    }
    for subject in subjects.items() {
        check_subject(&subject, findings);
    }
    let (resources, others) = (rule.field("resourceRules"), rule.field("nonResourceRules"));
    if resources.is_empty() && others.is_empty() {
        findings.required(rule, "there must be `resourceRules` or `nonResourceRules`");
    }
    for resource in resources.items() {
        check_verbs(&resource.field("verbs"), findings);
        check_list(&resource.field("apiGroups"), findings);
        check_list(&resource.field("resources"), findings);
        let namespaces = resource.field("namespaces");
        if namespaces.is_empty() && resource.field("clusterScope").boolean() != Some(true) {
            findings.required(&namespaces, "rules that are not for the cluster need one");
        } else if namespaces.items().any(|namespace| namespace.text() == "*") {
            if namespaces.len() > 1 {
                findings.invalid(&namespaces, "`*` must be alone");
            }
        } else {
            for namespace in namespaces.items() {
                findings.format(&namespace, format::dns_label(namespace.text()));
            }
        }
    }
    for other in others.items() {
        check_verbs(&other.field("verbs"), findings);
        let urls = other.field("nonResourceURLs");
        check_list(&urls, findings);
        if !urls.items().any(|url| url.text() == "*") {
            for url in urls.items() {
                findings.format(&url, url_path(url.text()));
            }
        }
    }
}

fn check_list(list: &At<'_>, findings: &mut Vec<Finding>) {
    if list.is_empty() {
        findings.required(list, "there must be at least one");
    } else if list.len() > 1 && list.items().any(|item| item.text() == "*") {
        findings.invalid(list, "`*` must be alone");
    }
}

/// Mirrors `ValidateFlowSchemaResourcePolicyRule`, `ValidateFlowSchemaNonResourcePolicyRule`
fn check_verbs(verbs: &At<'_>, findings: &mut Vec<Finding>) {
    check_list(verbs, findings);
    let is_known = |verb: At<'_>| VERBS.contains(&verb.text());
    if !verbs.items().any(|verb| verb.text() == "*") && !verbs.items().all(is_known) {
        findings.not_supported(verbs, VERBS);
    }
}

/// Mirrors `ValidateNonResourceURLPath`
fn url_path(path: &str) -> format::Format {
    match path {
        "" => Err("must not be empty"),
        "/" => Ok(()),
        _ if !path.starts_with('/') => Err("must begin with `/`"),
        _ if path.contains(' ') => Err("must not contain a blank"),
        _ if path.contains("//") => Err("must not contain `//`"),
        _ => match path.matches('*').count() {
            0 => Ok(()),
            1 if path.ends_with("/*") => Ok(()),
            _ => Err("may have `*` only as its last part"),
        },
    }
}

/// Mirrors `ValidateFlowSchemaSubject`, `ValidateServiceAccountSubject`, `ValidateUserSubject`, `ValidateGroupSubject`
fn check_subject(subject: &At<'_>, findings: &mut Vec<Finding>) {
    let kind = subject.field("kind");
    let kinds = [("ServiceAccount", "serviceAccount"), ("User", "user"), ("Group", "group")];
    let Some((_, wanted)) = kinds.iter().find(|(name, _)| *name == kind.text()) else {
        findings.not_supported(&kind, &["Group", "ServiceAccount", "User"]);
        return;
    };
    for (_, field) in kinds {
        let at = subject.field(field);
        if field != *wanted {
            if at.is_there() {
                findings.forbidden(&at, "the subject is of another kind");
            }
            continue;
        }
        if !at.is_there() {
            findings.required(&at, "the subject is of this kind");
            continue;
        }
        let name = at.field("name");
        if name.text().is_empty() {
            findings.required(&name, "");
        }
        if field == "serviceAccount" {
            if !matches!(name.text(), "" | "*") {
                findings.format(&name, format::dns_subdomain(name.text()));
            }
            let namespace = at.field("namespace");
            if namespace.text().is_empty() {
                findings.required(&namespace, "");
            } else {
                findings.format(&namespace, format::dns_label(namespace.text()));
            }
        }
    }
}

/// Mirrors `ValidatePriorityLevelConfiguration`, `ValidatePriorityLevelConfigurationSpec`,
/// `ValidateExemptPriorityLevelConfiguration`
pub(super) fn check_level(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    let kind = spec.field("type");
    if (metadata.field("name").text() == "exempt") != (kind.text() == "Exempt") {
        findings.invalid(&kind, "must be `Exempt` for the level `exempt`, and only for it");
    }
    let (limited, exempt) = (spec.field("limited"), spec.field("exempt"));
    if kind.text() != "Limited" && limited.is_there() {
        findings.forbidden(&limited, "for levels of the type `Limited`");
        check_union(&limited.field("limitResponse"), findings);
    }
    if kind.text() != "Exempt" && exempt.is_there() {
        findings.forbidden(&exempt, "for levels of the type `Exempt`");
    }
    match kind.text() {
        "Exempt" => {
            findings.non_negative(&exempt.field("nominalConcurrencyShares"));
            check_percent(&exempt.field("lendablePercent"), findings);
        }
        "Limited" if limited.is_there() => check_limited(&limited, findings),
        "Limited" => findings.required(&limited, "the type is `Limited`"),
        "" => findings.required(&kind, ""),
        _ => findings.not_supported(&kind, &["Exempt", "Limited"]),
    }
}

fn check_percent(at: &At<'_>, findings: &mut Vec<Finding>) {
    if at.integer().is_some_and(|percent| !(0..=100).contains(&percent)) {
        findings.invalid(at, "must be between 0 and 100");
    }
}

/// Mirrors `ValidateLimitedPriorityLevelConfiguration`, `ValidateLimitResponse`,
/// `ValidatePriorityLevelQueuingConfiguration`
fn check_limited(limited: &At<'_>, findings: &mut Vec<Finding>) {
    findings.non_negative(&limited.field("nominalConcurrencyShares"));
    findings.non_negative(&limited.field("assuredConcurrencyShares"));
    let response = limited.field("limitResponse");
    let (kind, queuing) = (response.field("type"), response.field("queuing"));
    check_union(&response, findings);
    match kind.text() {
        "Reject" => {}
        "Queue" => check_queuing(&queuing, findings),
        "" => {}
        _ => findings.not_supported(&kind, &["Queue", "Reject"]),
    }
    check_percent(&limited.field("lendablePercent"), findings);
    findings.non_negative(&limited.field("borrowingLimitPercent"));
}

/// What is said of responses even where their level is of another type.
///
/// Mirrors `Validate_LimitResponse`
fn check_union(response: &At<'_>, findings: &mut Vec<Finding>) {
    let (kind, queuing) = (response.field("type"), response.field("queuing"));
    if kind.text().is_empty() {
        findings.required(&kind, "");
    }
    match (kind.text() == "Queue", queuing.is_there()) {
        (true, false) => findings.required(&queuing, "the type is `Queue`"),
        (false, true) => findings.forbidden(&queuing, "for responses of the type `Queue`"),
        _ => {}
    }
}

fn check_queuing(queuing: &At<'_>, findings: &mut Vec<Finding>) {
    if !queuing.is_there() {
        return;
    }
    let (length, queues, hand) =
        (queuing.field("queueLengthLimit"), queuing.field("queues"), queuing.field("handSize"));
    let or = |at: &At<'_>, default: i64| at.integer().filter(|value| *value != 0).unwrap_or(default);
    let (deck, cards) = (or(&queues, 64), or(&hand, 8));
    if or(&length, 50) <= 0 {
        findings.invalid(&length, "must be greater than 0");
    }
    if !(1..=MOST_QUEUES).contains(&deck) {
        findings.invalid(&queues, "must be between 1 and 10000000");
    }
    if cards <= 0 {
        findings.invalid(&hand, "must be greater than 0");
    } else if cards > deck {
        findings.invalid(&hand, "must be no greater than `queues`");
    } else if bits_of_hand(deck, cards) > HASH_BITS {
        findings.invalid(&hand, "is too great for so many queues");
    }
}

/// Mirrors `RequiredEntropyBits`
#[expect(clippy::cast_precision_loss, reason = "as Go converts them")]
fn bits_of_hand(deck: i64, cards: i64) -> f64 {
    ((deck as f64).log2() * cards as f64).ceil()
}
