//! Field specs out of the OpenAPI definitions that `crds` names: properties marked as annotations, label selectors,
//! names (`x-kubernetes-identity`) or references to other objects.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::field_spec::{FieldSpec, FieldSpecs, NameReference, NameReferences, add_reference, merge_one};
use super::gvk::Gvk;
use super::shape::Json;
use super::transformer_config::TransformerConfig;
use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::{Document, NodeId};

/// A property of a definition, as far as it matters here.
struct Property {
    name: String,
    is_annotation: bool,
    is_label_selector: bool,
    is_identity: bool,
    version: Option<String>,
    kind: Option<String>,
    name_key: Option<String>,
    reference: Option<String>,
}

type Definitions = BTreeMap<String, Vec<Property>>;

/// What the definitions say, list by list.
#[derive(Default)]
struct Found {
    name_prefix: Vec<FieldSpec>,
    common_labels: Vec<FieldSpec>,
    common_annotations: Vec<FieldSpec>,
    name_reference: Vec<NameReference>,
}

impl TransformerConfig {
    /// The field specs that one file of `crds` gives (read by YAML v2). Several files are merged in order.
    ///
    /// kustomize walks the definitions in random order; here they are walked by name.
    ///
    /// # Errors
    /// When the file is no mapping of definitions, or definitions refer to one another in a circle (kustomize
    /// crashes).
    pub fn of_crds(document: &Document) -> Result<TransformerConfig> {
        let definitions = definitions(document)?;
        let mut config = TransformerConfig::default();
        for (name, properties) in &definitions {
            let has = |wanted: &str| properties.iter().any(|property| property.name == wanted);
            if !(has("kind") && has("apiVersion") && has("metadata")) {
                continue;
            }
            let kind = name.rsplit('.').next().unwrap_or_default();
            let gvk = Gvk { kind: kind.to_owned(), ..Gvk::default() };
            let found = walk(&definitions, name, &gvk)?;
            config.merge(&TransformerConfig {
                name_prefix: FieldSpecs::from(found.name_prefix),
                common_labels: FieldSpecs::from(found.common_labels),
                common_annotations: FieldSpecs::from(found.common_annotations),
                name_reference: NameReferences::from(found.name_reference),
                ..TransformerConfig::default()
            })?;
        }
        Ok(config)
    }
}

/// Collects from a definition and those it refers to.
fn walk(definitions: &Definitions, name: &str, gvk: &Gvk) -> Result<Found> {
    let mut found = Found::default();
    let mut path: Vec<&str> = Vec::new();
    // Definitions under way, each with its properties that are left.
    let mut open: Vec<(&str, std::slice::Iter<'_, Property>)> = Vec::new();
    if let Some((name, properties)) = definitions.get_key_value(name) {
        open.push((name, properties.iter()));
    }
    while let Some((_, properties)) = open.last_mut() {
        let Some(property) = properties.next() else {
            open.pop();
            path.pop();
            continue;
        };
        path.push(&property.name);
        let spec = |path: &[&str]| FieldSpec { gvk: gvk.clone(), path: path.join("/"), create: false };
        if property.is_annotation {
            merge_one(&mut found.common_annotations, Cow::Owned(spec(&path)))?;
        }
        if property.is_label_selector {
            merge_one(&mut found.common_labels, Cow::Owned(spec(&path)))?;
        }
        if property.is_identity {
            merge_one(&mut found.name_prefix, Cow::Owned(spec(&path)))?;
        }
        if let (Some(version), Some(kind)) = (&property.version, &property.kind) {
            path.push(property.name_key.as_deref().unwrap_or("name"));
            let referral = Gvk { group: String::new(), version: version.clone(), kind: kind.clone() };
            let reference = NameReference { referral, fields: vec![spec(&path)] };
            path.pop();
            add_reference(&mut found.name_reference, &reference)?;
        }
        match property.reference.as_deref().and_then(|name| definitions.get_key_value(name)) {
            Some((name, _)) if open.iter().any(|(other, _)| other == name) => {
                return Diagnostic::error("crd-cycle", format!("the definition `{name}` refers to itself"))
                    .hint("break the circle of `$ref` in the file that `crds` names")
                    .fail();
            }
            Some((name, properties)) => open.push((name, properties.iter())),
            None => {
                path.pop();
            }
        }
    }
    Ok(found)
}

fn definitions(document: &Document) -> Result<Definitions> {
    let root = document.try_root().map(|root| (document, root));
    let misfit = |what: &str| {
        Diagnostic::error(
            "invalid-crd",
            format!("the file that `crds` names holds no OpenAPI definitions: {what}"),
        )
        .fail()
    };
    let Some(root) = root else { return misfit("it is empty") };
    if root.is_null() {
        return Ok(Definitions::new());
    }
    let Some(entries) = root.entries() else { return misfit("it is no mapping") };
    let mut definitions = Definitions::new();
    for (name, definition) in entries {
        let mut properties = Vec::new();
        if !definition.is_null() {
            let Some(parts) = definition.entries() else { return misfit("a definition is no mapping") };
            let schema = parts.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("schema"));
            if let Some((_, schema)) = schema.filter(|(_, schema)| !schema.is_null()) {
                let Some(parts) = schema.entries() else { return misfit("a schema is no mapping") };
                let listed = parts.into_iter().find(|(key, _)| key == "properties");
                if let Some((_, listed)) = listed.filter(|(_, listed)| !listed.is_null()) {
                    let Some(listed) = listed.entries() else { return misfit("`properties` is no mapping") };
                    for (name, schema) in listed {
                        properties.push(property(name, schema));
                    }
                }
            }
        }
        properties.sort_by(|a: &Property, b| a.name.cmp(&b.name));
        definitions.insert(name, properties);
    }
    Ok(definitions)
}

fn property(name: String, schema: (&Document, NodeId)) -> Property {
    let entries = schema.entries().unwrap_or_default();
    let get = |wanted: &str| {
        let found = entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, value)| value.text())
    };
    Property {
        name,
        is_annotation: get("x-kubernetes-annotation").is_some(),
        is_label_selector: get("x-kubernetes-label-selector").is_some(),
        is_identity: get("x-kubernetes-identity").is_some(),
        version: get("x-kubernetes-object-ref-api-version"),
        kind: get("x-kubernetes-object-ref-kind"),
        name_key: get("x-kubernetes-object-ref-name-key"),
        reference: get("$ref").filter(|reference| !reference.is_empty()),
    }
}
