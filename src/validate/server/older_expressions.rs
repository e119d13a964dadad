//! CEL in definitions, policies and webhooks before Kubernetes 1.35: functions that a version does not have yet.

use super::report::Report;
use crate::validate::cel::history::not_yet;
use crate::validate::{At, Finding, Object};

/// How deep schemas are looked into.
const DEPTH: usize = 64;

/// Fields that hold expressions.
const FIELDS: [&str; 4] = ["expression", "messageExpression", "rule", "valueExpression"];

/// Tells what an older version cannot compile.
pub(super) fn check(object: &Object<'_>, at: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    match (object.group, object.kind) {
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let spec = at.field("spec");
            for version in spec.field("versions").items() {
                let schema = version.field("schema");
                schemas(&schema.field("openAPIV3Schema"), minor, DEPTH, findings);
            }
        }
        ("admissionregistration.k8s.io", _) => {
            for webhook in at.field("webhooks").items() {
                listed(&webhook.field("matchConditions"), minor, findings);
            }
            let spec = at.field("spec");
            for list in ["matchConditions", "variables", "validations", "auditAnnotations"] {
                listed(&spec.field(list), minor, findings);
            }
            for mutation in spec.field("mutations").items() {
                for way in ["applyConfiguration", "jsonPatch"] {
                    expressions(&mutation.field(way), minor, findings);
                }
            }
        }
        _ => {}
    }
}

/// The rules of a schema and of those in it.
fn schemas(schema: &At<'_>, minor: u32, depth: usize, findings: &mut Vec<Finding>) {
    // In 1.24 rules are dropped.
    if depth == 0 || !schema.is_mapping() || minor < 25 {
        return;
    }
    listed(&schema.field("x-kubernetes-validations"), minor, findings);
    for (_, property) in schema.field("properties").entries() {
        schemas(&property, minor, depth - 1, findings);
    }
    for field in ["items", "additionalProperties"] {
        schemas(&schema.field(field), minor, depth - 1, findings);
    }
}

fn listed(list: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    for item in list.items() {
        expressions(&item, minor, findings);
    }
}

fn expressions(item: &At<'_>, minor: u32, findings: &mut Vec<Finding>) {
    for field in FIELDS {
        let at = item.field(field);
        if let Some((name, since)) = not_yet(at.text(), minor) {
            findings.invalid(&at, format!("expressions may use `{name}` from Kubernetes 1.{since} on"));
            findings.belongs_to("invalid-expression");
        }
    }
}
