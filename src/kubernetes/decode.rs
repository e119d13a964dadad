//! Field specs out of YAML nodes: `configurations` files, and the `fieldSpecs` of plugin configurations. Strict, as
//! kustomize is: fields in any letter case, unknown ones refused.

use super::field_spec::{FieldSpec, NameReference};
use super::transformer_config::TransformerConfig;
use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId};

const SECTIONS: [&str; 11] = [
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "commonAnnotations",
    "nameReference",
    "varReference",
    "images",
    "replicas",
];

const FIELDS: [&str; 5] = ["group", "version", "kind", "path", "create"];

const REFERENCE_FIELDS: [&str; 4] = ["group", "version", "kind", "fieldSpecs"];

impl TransformerConfig {
    /// Decodes a `configurations` file (read by YAML v2). The lists come sorted; several files are merged in order
    /// with [`TransformerConfig::merge`] and then into the defaults.
    ///
    /// # Errors
    /// When a field is unknown or a value is not what it should be.
    pub fn decode(document: &Document) -> Result<TransformerConfig> {
        let mut config = TransformerConfig::default();
        let Some(root) = document.try_root().filter(|root| !is_null(document, *root)) else {
            return Ok(config);
        };
        for (section, value) in fields(document, root, &SECTIONS, "a configuration")? {
            if section == "nameReference" {
                let references = list(document, value, section)?;
                let references: Result<Vec<_>> =
                    references.into_iter().map(|item| name_reference(document, item)).collect();
                let mut references = references?;
                references.sort_by(|a, b| a.referral.order(&b.referral));
                config.name_reference = references.into();
                continue;
            }
            let mut specs = FieldSpec::decode_list(document, value, section)?;
            specs.sort_by(|a, b| a.gvk.order(&b.gvk));
            let into = match section {
                "namePrefix" => &mut config.name_prefix,
                "nameSuffix" => &mut config.name_suffix,
                "namespace" => &mut config.namespace,
                "commonLabels" => &mut config.common_labels,
                "labels" => &mut config.labels,
                "templateLabels" => &mut config.template_labels,
                "commonAnnotations" => &mut config.common_annotations,
                "varReference" => &mut config.var_reference,
                "images" => &mut config.images,
                _ => &mut config.replicas,
            };
            *into = specs.into();
        }
        Ok(config)
    }

    /// Decodes the files of a kustomization's `configurations` and merges them, in order, into the defaults.
    ///
    /// # Errors
    /// As [`TransformerConfig::decode`] and [`TransformerConfig::merge`].
    pub fn of_configurations<'d>(
        documents: impl IntoIterator<Item = &'d Document>,
    ) -> Result<TransformerConfig> {
        let mut custom = TransformerConfig::default();
        for document in documents {
            custom.merge(&TransformerConfig::decode(document)?)?;
        }
        let mut config = TransformerConfig::defaults();
        config.merge(&custom)?;
        Ok(config)
    }
}

impl FieldSpec {
    /// Decodes a list of field specs (`fieldSpecs`, `fields`), in the order written; null is an empty list.
    ///
    /// # Errors
    /// As [`TransformerConfig::decode`].
    pub fn decode_list(document: &Document, node: NodeId, section: &str) -> Result<Vec<FieldSpec>> {
        list(document, node, section)?.into_iter().map(|item| FieldSpec::decode(document, item)).collect()
    }

    /// Decodes one field spec; null is an empty one.
    ///
    /// # Errors
    /// As [`TransformerConfig::decode`].
    pub fn decode(document: &Document, node: NodeId) -> Result<FieldSpec> {
        let mut spec = FieldSpec::default();
        for (field, value) in fields(document, node, &FIELDS, "a field spec")? {
            match field {
                "create" => spec.create = boolean(document, value, field)?.unwrap_or(spec.create),
                "group" => set(&mut spec.gvk.group, document, value, field)?,
                "version" => set(&mut spec.gvk.version, document, value, field)?,
                "kind" => set(&mut spec.gvk.kind, document, value, field)?,
                _ => set(&mut spec.path, document, value, field)?,
            }
        }
        Ok(spec)
    }
}

fn name_reference(document: &Document, node: NodeId) -> Result<NameReference> {
    let mut reference = NameReference::default();
    for (field, value) in fields(document, node, &REFERENCE_FIELDS, "a name reference")? {
        match field {
            "group" => set(&mut reference.referral.group, document, value, field)?,
            "version" => set(&mut reference.referral.version, document, value, field)?,
            "kind" => set(&mut reference.referral.kind, document, value, field)?,
            _ => reference.fields = FieldSpec::decode_list(document, value, field)?,
        }
    }
    Ok(reference)
}

fn is_null(document: &Document, node: NodeId) -> bool {
    document.kind(node) == Kind::Scalar
        && matches!(resolve::scalar(document, node, Dialect::V2), Ok(Value::Null))
}

/// The entries of a mapping under the names they mean. Of two spellings of a name, Go lets the one that sorts last
/// win.
fn fields<'n>(
    document: &Document,
    node: NodeId,
    known: &[&'n str],
    what: &str,
) -> Result<Vec<(&'n str, NodeId)>> {
    if is_null(document, node) {
        return Ok(Vec::new());
    }
    if document.kind(node) != Kind::Mapping {
        return misfit(document, node, what, "a mapping");
    }
    let mut entries: Vec<(NodeId, NodeId)> = document.entries(node).collect();
    entries.sort_by_key(|(key, _)| document.text(*key));
    entries
        .into_iter()
        .map(|(key, value)| {
            let text = document.text(key);
            match known.iter().find(|name| name.eq_ignore_ascii_case(text)) {
                Some(name) => Ok((*name, value)),
                None => Diagnostic::error("unknown-field", format!("`{text}` is no field of {what}"))
                    .at(document.place(key), "")
                    .hint(format!("known fields are {}", quoted(known)))
                    .fail(),
            }
        })
        .collect()
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn list(document: &Document, node: NodeId, section: &str) -> Result<Vec<NodeId>> {
    if is_null(document, node) {
        return Ok(Vec::new());
    }
    if document.kind(node) != Kind::Sequence {
        return misfit(document, node, section, "a list");
    }
    Ok(document.children(node).collect())
}

/// Text as YAML v2 sees it: numbers and booleans count as their text, null leaves what was there.
fn set(into: &mut String, document: &Document, node: NodeId, field: &str) -> Result<()> {
    if document.kind(node) != Kind::Scalar {
        return misfit(document, node, field, "text");
    }
    match resolve::scalar(document, node, Dialect::V2)? {
        Value::Null => {}
        Value::Bool(value) => *into = value.to_string(),
        Value::Int(value) => *into = value.to_string(),
        Value::Unsigned(value) => *into = value.to_string(),
        Value::Float(value) => *into = value.to_string(),
        Value::Text(text) => *into = text.into_owned(),
        Value::Bytes(_) => return misfit(document, node, field, "text"),
        Value::Timestamp(_) => document.text(node).clone_into(into),
    }
    Ok(())
}

fn boolean(document: &Document, node: NodeId, field: &str) -> Result<Option<bool>> {
    if document.kind(node) == Kind::Scalar {
        match resolve::scalar(document, node, Dialect::V2)? {
            Value::Bool(value) => return Ok(Some(value)),
            Value::Null => return Ok(None),
            _ => {}
        }
    }
    misfit(document, node, field, "true or false")
}

fn misfit<T>(document: &Document, node: NodeId, what: &str, wanted: &str) -> Result<T> {
    Diagnostic::error("wrong-type", format!("`{what}` must be {wanted}")).at(document.place(node), "").fail()
}
