//! Workload, PodGroup and CompositePodGroup of `scheduling.k8s.io`.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

/// How deep templates may lie in one another.
const DEEPEST: usize = 4;
const MOST_TEMPLATES: usize = 8;

/// Mirrors `ValidateWorkload`, `ValidateWorkloadSpec`, `validateWorkloadTemplateNamesUniqueness`, `validateWorkloadPriority`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let mut seen = Seen::default();
    let controller = spec.field("controllerRef");
    if controller.is_there() {
        for (name, check) in
            [("kind", format::path_segment as fn(&str) -> format::Format), ("name", format::path_segment)]
        {
            let field = controller.field(name);
            if field.text().is_empty() {
                findings.required(&field, "");
            } else {
                findings.format(&field, check(field.text()));
            }
        }
        let group = controller.field("apiGroup");
        if !group.text().is_empty() {
            findings.format(&group, format::dns_subdomain(group.text()));
        }
    }
    check_one_of(&spec, ["podGroupTemplates", "compositePodGroupTemplates"], findings);
    check_templates(&spec, 1, &mut seen, findings);
    if seen.differs {
        findings.invalid(&spec, "all templates must have the same priority and priority class");
    }
}

/// What templates said so far.
#[derive(Default)]
struct Seen {
    names: Vec<String>,
    priority: Option<(String, Option<i64>)>,
    differs: bool,
}

/// Mirrors `validateCompositePodGroupTemplateNames`, `validateCompositePodGroupTemplateListNames`,
/// `validateWorkloadTemplatesDepth`, `validateCompositePodGroupTemplateHasAtLeastOneChild`
fn check_templates(parent: &At<'_>, depth: usize, seen: &mut Seen, findings: &mut Vec<Finding>) {
    for list in ["podGroupTemplates", "compositePodGroupTemplates"] {
        let templates = parent.field(list);
        if templates.len() > MOST_TEMPLATES {
            findings.too_many(&templates, MOST_TEMPLATES);
        }
        for template in templates.items() {
            let name = template.field("name");
            if name.text().is_empty() {
                findings.required(&name, "");
            } else {
                findings.format(&name, format::dns_label(name.text()));
            }
            if seen.names.iter().any(|before| before == name.text()) {
                findings.duplicate(&name);
            } else {
                seen.names.push(name.text().to_owned());
            }
            check_group(&template, findings);
            let priority =
                (template.field("priorityClassName").text().to_owned(), template.field("priority").integer());
            match &seen.priority {
                None => seen.priority = Some(priority),
                Some(first) => seen.differs |= *first != priority,
            }
        }
    }
    for composite in parent.field("compositePodGroupTemplates").items() {
        if composite.field("podGroupTemplates").is_empty()
            && composite.field("compositePodGroupTemplates").is_empty()
        {
            findings.invalid(&composite, "must have at least one template in it");
        }
        if depth >= DEEPEST {
            findings.invalid(&composite, "templates lie at most 4 deep");
        } else {
            check_templates(&composite, depth + 1, seen, findings);
        }
    }
}

/// Exactly one of two fields.
///
/// Mirrors `Union`
fn check_one_of(at: &At<'_>, names: [&str; 2], findings: &mut Vec<Finding>) {
    let is_set = |name: &str| {
        let field = at.field(name);
        if field.is_sequence() { !field.is_empty() } else { field.is_there() }
    };
    if is_set(names[0]) == is_set(names[1]) {
        findings.invalid(at, format!("must have either `{}` or `{}`", names[0], names[1]));
    }
}

/// What groups and the templates of groups have in common.
///
/// Mirrors `Validate_PodGroupTemplate`, `Validate_CompositePodGroupTemplate`, `Validate_PodGroupSpec`
fn check_group(at: &At<'_>, findings: &mut Vec<Finding>) {
    let policy = at.field("schedulingPolicy");
    check_one_of(&policy, ["basic", "gang"], findings);
    let gang = policy.field("gang");
    for name in ["minCount", "minGroupCount"] {
        let count = gang.field(name);
        if count.integer().is_some_and(|count| count < 1) {
            findings.invalid(&count, "must be 1 or greater");
        }
    }
    let constraints = at.field("schedulingConstraints");
    let topology = constraints.field("topology");
    if topology.len() > 1 {
        findings.too_many(&topology, 1);
    }
    for constraint in topology.items() {
        let key = constraint.field("key");
        if key.text().is_empty() {
            findings.required(&key, "");
        } else {
            findings.format(&key, format::qualified_name(key.text()));
        }
    }
    let claims = at.field("resourceClaims");
    if claims.len() > 4 {
        findings.too_many(&claims, 4);
    }
    for (number, claim) in claims.items().enumerate() {
        let name = claim.field("name");
        if name.text().is_empty() {
            findings.required(&name, "");
        } else {
            findings.format(&name, format::dns_label(name.text()));
        }
        if claims.items().take(number).any(|before| before.field("name").text() == name.text()) {
            findings.duplicate(&claim);
        }
        check_one_of(&claim, ["resourceClaimName", "resourceClaimTemplateName"], findings);
        for field in ["resourceClaimName", "resourceClaimTemplateName"] {
            let field = claim.field(field);
            if field.is_there() {
                findings.format(&field, format::dns_subdomain(field.text()));
            }
        }
    }
    let mode = at.field("disruptionMode");
    if mode.is_there() {
        check_one_of(&mode, ["single", "all"], findings);
    }
    let (class, priority) = (at.field("priorityClassName"), at.field("priority"));
    if !class.text().is_empty() {
        findings.format(&class, format::dns_subdomain(class.text()));
    }
    if priority.integer().is_some_and(|value| value > 1_000_000_000) {
        findings.invalid(&priority, "must be no more than 1000000000");
    }
}

/// Mirrors `ValidatePodGroup`
pub(super) fn check_pod_group(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let workload = spec.field("workloadRef");
    if spec.field("parentCompositePodGroupName").is_there() && !workload.is_there() {
        findings.required(&workload, "a group with a parent has a workload");
    }
    if workload.is_there() {
        for (name, check) in [
            ("workloadName", format::dns_subdomain as fn(&str) -> format::Format),
            ("templateName", format::dns_label),
        ] {
            let field = workload.field(name);
            if field.text().is_empty() {
                findings.required(&field, "");
            } else {
                findings.format(&field, check(field.text()));
            }
        }
    }
    check_group(&spec, findings);
}
