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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::Gvk;
    use crate::source::SourceId;
    use crate::yaml;

    fn read(text: &str) -> Document {
        yaml::read_v2(SourceId(0), &text.into(), &mut Vec::new()).unwrap()
    }

    fn code(text: &str) -> &'static str {
        TransformerConfig::decode(&read(text)).unwrap_err().code
    }

    #[test]
    fn fields_come_in_any_letter_case_and_sorted_by_kind() {
        let config = TransformerConfig::decode(&read(
            "namePrefix:\n- {path: a/b, kind: Zed, Version: 1, create: yes}\n- {PATH: c, kind: Secret}\nimages: null\n",
        ))
        .unwrap();
        let [secret, zed] = &config.name_prefix[..] else { panic!() };
        assert_eq!((secret.path.as_str(), secret.gvk.kind.as_str(), secret.create), ("c", "Secret", false));
        let gvk = Gvk { group: String::new(), version: "1".into(), kind: "Zed".into() };
        assert_eq!((&zed.gvk, zed.create), (&gvk, true));
        assert!(TransformerConfig::decode(&read("")).unwrap().images.is_empty());
    }

    #[test]
    fn what_is_wrong_is_refused() {
        assert_eq!(code("namoPrefix: []\n"), "unknown-field");
        assert_eq!(code("namePrefix:\n- {pth: a}\n"), "unknown-field");
        assert_eq!(code("namePrefix: x\n"), "wrong-type");
        assert_eq!(code("- a\n"), "wrong-type");
        assert_eq!(code("namePrefix:\n- {path: [a]}\n"), "wrong-type");
        assert_eq!(code("namePrefix:\n- {create: \"true\"}\n"), "wrong-type");
    }

    #[test]
    fn configurations_add_to_the_defaults() {
        let config = TransformerConfig::of_configurations([
            &read("nameReference:\n- kind: Thing\n  fieldSpecs:\n  - {kind: Other, path: spec/thing}\n"),
            &read("nameReference:\n- kind: Thing\n  fieldSpecs:\n  - {kind: More, path: spec/thing}\n"),
            &read("images:\n- {path: spec/image, kind: Thing}\n"),
        ])
        .unwrap();
        assert_eq!(config.name_reference.len(), 17);
        let thing =
            config.name_reference.iter().find(|reference| reference.referral.kind == "Thing").unwrap();
        assert_eq!(thing.fields.len(), 2);
        assert_eq!(config.images.len(), 7);
        assert!(config.replicas.are_defaults());
    }

    #[test]
    fn the_same_fields_must_agree_on_create() {
        // A spec without a kind is taken for each of the same path: here the default one for Deployment.
        let config = |create| {
            TransformerConfig::of_configurations([&read(&format!(
                "replicas:\n- {{path: spec/replicas, create: {create}}}\n"
            ))])
        };
        assert_eq!(config(true).unwrap().replicas.len(), 4);
        assert_eq!(config(false).unwrap_err().code, "conflicting-field-specs");
    }

    #[test]
    fn crds_mark_names_and_references() {
        let document = read(
            r#"{
  "github.com/example.Bee": {"Schema": {"properties": {
    "kind": {"type": "string"}, "apiVersion": {"type": "string"}, "metadata": {"$ref": "meta"},
    "spec": {"$ref": "github.com/example.BeeSpec"}
  }}},
  "github.com/example.BeeSpec": {"Schema": {"properties": {
    "hive": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Hive"},
    "queen": {"x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Bee",
              "x-kubernetes-object-ref-name-key": "id"},
    "labels": {"x-kubernetes-label-selector": ""}, "notes": {"x-kubernetes-annotation": ""},
    "name": {"x-kubernetes-identity": ""}
  }}}
}"#,
        );
        let config = TransformerConfig::of_crds(&document).unwrap();
        let paths = |specs: &[FieldSpec]| specs.iter().map(|spec| spec.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&config.common_labels), ["spec/labels"]);
        assert_eq!(paths(&config.common_annotations), ["spec/notes"]);
        assert_eq!(paths(&config.name_prefix), ["spec/name"]);
        assert!(config.name_prefix.iter().all(|spec| spec.gvk.kind == "Bee"));
        let [bee, hive] = &config.name_reference[..] else { panic!() };
        assert_eq!((bee.referral.kind.as_str(), paths(&bee.fields)), ("Bee", vec!["spec/queen/id".into()]));
        assert_eq!(
            (hive.referral.kind.as_str(), paths(&hive.fields)),
            ("Hive", vec!["spec/hive/name".into()])
        );
    }

    #[test]
    fn crds_that_go_in_circles_are_refused() {
        let document = read(
            r#"{"a.A": {"schema": {"properties": {"kind": {}, "apiVersion": {}, "metadata": {}, "spec": {"$ref": "a.A"}}}}}"#,
        );
        assert_eq!(TransformerConfig::of_crds(&document).unwrap_err().code, "crd-cycle");
    }
}
