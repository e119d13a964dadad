//! kustomize 5.8.1's default field specs (`schemas/field_specs.txt`), each list made when it is first read.

use std::sync::OnceLock;

use super::field_spec::{FieldSpec, NameReference};
use super::gvk::Gvk;

const TEXT: &str = include_str!("../../schemas/field_specs.txt");

/// A list of the defaults.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Section {
    NamePrefix,
    NameSuffix,
    Namespace,
    CommonLabels,
    TemplateLabels,
    CommonAnnotations,
    NameReference,
    VarReference,
    Images,
    Replicas,
}

impl Section {
    fn heading(self) -> &'static str {
        match self {
            Section::NamePrefix => "[namePrefix]\n",
            Section::NameSuffix => "[nameSuffix]\n",
            Section::Namespace => "[namespace]\n",
            Section::CommonLabels => "[commonLabels]\n",
            Section::TemplateLabels => "[templateLabels]\n",
            Section::CommonAnnotations => "[commonAnnotations]\n",
            Section::NameReference => "[nameReference]\n",
            Section::VarReference => "[varReference]\n",
            Section::Images => "[images]\n",
            Section::Replicas => "[replicas]\n",
        }
    }

    fn lines(self) -> impl Iterator<Item = &'static str> {
        let from = TEXT.find(self.heading()).map_or(TEXT.len(), |at| at + self.heading().len());
        TEXT[from..].lines().take_while(|line| !line.starts_with('['))
    }
}

/// The default field specs of a transformer.
pub(super) fn field_specs(section: Section) -> &'static [FieldSpec] {
    static LISTS: [OnceLock<Vec<FieldSpec>>; 10] = [const { OnceLock::new() }; 10];
    LISTS[section as usize].get_or_init(|| section.lines().map(field_spec).collect())
}

/// The default name references.
pub(super) fn name_references() -> &'static [NameReference] {
    static LIST: OnceLock<Vec<NameReference>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut list: Vec<NameReference> = Vec::new();
        for line in Section::NameReference.lines() {
            if let Some(kind) = line.strip_prefix("> ") {
                let FieldSpec { path: kind, gvk, .. } = field_spec(kind);
                // Of a referral, the columns are kind, version, group.
                let referral = Gvk { group: gvk.version, version: gvk.kind, kind };
                list.push(NameReference { referral, fields: Vec::new() });
            } else if let Some(last) = list.last_mut() {
                last.fields.push(field_spec(line));
            }
        }
        list
    })
}

fn field_spec(line: &str) -> FieldSpec {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default().to_owned();
    let (path, kind, version, group) = (next(), next(), next(), next());
    FieldSpec { gvk: Gvk { group, version, kind }, path, create: !next().is_empty() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::TransformerConfig;

    #[test]
    fn every_list_is_there() {
        let config = TransformerConfig::defaults();
        let count = |list: &[FieldSpec]| list.len();
        assert_eq!(count(&config.name_prefix), 1);
        assert_eq!(count(&config.name_suffix), 1);
        assert_eq!(count(&config.namespace), 3);
        assert_eq!(count(&config.labels), 0);
        assert_eq!(count(&config.images), 6);
        assert_eq!(count(&config.replicas), 4);
        assert!(config.replicas.iter().all(|spec| spec.create && spec.path == "spec/replicas"));
        assert_eq!(config.name_reference.len(), 16);
        assert_eq!(config.name_reference[0].referral, Gvk::new("storage.k8s.io/v1", "StorageClass"));
        let fields: usize = config.name_reference.iter().map(|reference| reference.fields.len()).sum();
        assert_eq!(fields + 16, Section::NameReference.lines().count());
    }

    #[test]
    fn defaults_take_themselves_in_unchanged() {
        let mut own = TransformerConfig::defaults();
        let copy = |list: &[FieldSpec]| crate::kubernetes::FieldSpecs::from(list.to_vec());
        own.common_labels = copy(&own.common_labels);
        own.var_reference = copy(&own.var_reference);
        own.name_reference = own.name_reference.to_vec().into();
        own.merge(&TransformerConfig::defaults()).unwrap();
        let defaults = TransformerConfig::defaults();
        assert_eq!(own.common_labels[..], defaults.common_labels[..]);
        assert_eq!(own.var_reference[..], defaults.var_reference[..]);
        assert_eq!(own.name_reference[..], defaults.name_reference[..]);
    }
}
