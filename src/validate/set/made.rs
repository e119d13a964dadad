//! Secrets and `ConfigMaps` that controllers make of other objects of the set: External Secrets, Sealed Secrets,
//! cert-manager, Vault and their like.

use super::{Key, Set, namespace};
use crate::validate::Object;
use crate::yaml::{Document, NodeId};

/// A Secret or `ConfigMap` that something in the set makes.
#[derive(Clone, Debug)]
pub struct Made<'a> {
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// Its name.
    pub name: &'a str,
    /// What makes it.
    pub by: &'a Object<'a>,
    /// Its keys; `None` when they cannot be known.
    pub keys: Option<Vec<&'a str>>,
}

/// Kinds that make Secrets or `ConfigMaps`.
const MAKERS: &[(&str, &str)] = &[
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "ClusterExternalSecret"),
    ("bitnami.com", "SealedSecret"),
    ("cert-manager.io", "Certificate"),
    ("cert-manager.io", "Issuer"),
    ("cert-manager.io", "ClusterIssuer"),
    ("", "Service"),
    ("networking.k8s.io", "Ingress"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"),
    ("secrets.hashicorp.com", "VaultStaticSecret"),
    ("secrets.hashicorp.com", "VaultDynamicSecret"),
    ("secrets.hashicorp.com", "VaultPKISecret"),
    ("onepassword.com", "OnePasswordItem"),
    ("secrets.doppler.com", "DopplerSecret"),
    ("spv.no", "AzureKeyVaultSecret"),
    ("trust.cert-manager.io", "Bundle"),
];

/// Keys of a Secret that cert-manager makes.
const CERTIFICATE_KEYS: &[&str] = &[
    "tls.crt",
    "tls.key",
    "ca.crt",
    "keystore.jks",
    "keystore.p12",
    "truststore.jks",
    "truststore.p12",
    "tls-combined.pem",
    "key.der",
];

impl<'a> Set<'a> {
    pub(super) fn index_made(&mut self) {
        for (group, kind) in MAKERS {
            let numbers: Vec<usize> = self.numbers(kind).collect();
            for object in numbers.into_iter().map(|number| &self.objects[number]) {
                if object.group == *group {
                    self.make(object);
                }
            }
        }
    }

    fn makes(&mut self, key: Key<'a>, made: Made<'a>) {
        let number = self.makings.len() as u32;
        self.makings.push(made);
        self.made.entry(key).or_insert(number);
    }

    fn make(&mut self, by: &'a Object<'a>) {
        let Some(root) = by.document.try_root() else { return };
        let read = Read { document: by.document, root };
        let mut secret = |name: &'a str, keys: Option<Vec<&'a str>>| {
            if !name.is_empty() {
                let key = Key { group: "", kind: "Secret", namespace: namespace(by.namespace), name };
                self.makes(key, Made { kind: "Secret", name, by, keys });
            }
        };
        match by.kind {
            "ExternalSecret" => {
                let target = read.text(&["spec", "target", "name"]);
                secret(if target.is_empty() { by.name } else { target }, read.external_keys(&["spec"]));
            }
            "ClusterExternalSecret" => {
                let target = read.text(&["spec", "externalSecretSpec", "target", "name"]);
                let named = read.text(&["spec", "externalSecretName"]);
                let name = [target, named, by.name].into_iter().find(|name| !name.is_empty()).unwrap_or("");
                let key = Key { group: "", kind: "Secret", namespace: "*", name };
                let keys = read.external_keys(&["spec", "externalSecretSpec"]);
                self.makes(key, Made { kind: "Secret", name, by, keys });
            }
            "SealedSecret" => {
                let patches = read.text(&[
                    "spec",
                    "template",
                    "metadata",
                    "annotations",
                    "sealedsecrets.bitnami.com/patch",
                ]);
                let mut keys = read.keys(&["spec", "encryptedData"]);
                keys.extend(read.keys(&["spec", "template", "data"]));
                secret(by.name, if patches == "true" { None } else { Some(keys) });
            }
            "Service" => {
                for key in [
                    "service.beta.openshift.io/serving-cert-secret-name",
                    "service.alpha.openshift.io/serving-cert-secret-name",
                ] {
                    secret(read.text(&["metadata", "annotations", key]), Some(vec!["tls.crt", "tls.key"]));
                }
            }
            "Certificate" => secret(read.text(&["spec", "secretName"]), Some(CERTIFICATE_KEYS.to_vec())),
            "Issuer" | "ClusterIssuer" => {
                secret(read.text(&["spec", "acme", "privateKeySecretRef", "name"]), Some(vec!["tls.key"]));
            }
            "Ingress" if read.is_annotated_for_certificates() => {
                for entry in read.items(&["spec", "tls"]) {
                    secret(read.field(entry, "secretName"), Some(CERTIFICATE_KEYS.to_vec()));
                }
            }
            "Gateway" if read.is_annotated_for_certificates() => {
                for listener in read.items(&["spec", "listeners"]) {
                    let references = read.document.at(listener, &["tls", "certificateRefs"]);
                    for reference in references.into_iter().flat_map(|list| read.document.children(list)) {
                        secret(read.field(reference, "name"), Some(CERTIFICATE_KEYS.to_vec()));
                    }
                }
            }
            "SecretProviderClass" => {
                for entry in read.items(&["spec", "secretObjects"]) {
                    let data = read.document.get(entry, "data");
                    let keys = data.into_iter().flat_map(|list| read.document.children(list));
                    secret(
                        read.field(entry, "secretName"),
                        Some(keys.map(|item| read.field(item, "key")).collect()),
                    );
                }
            }
            "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" => {
                secret(read.text(&["spec", "destination", "name"]), None);
            }
            "OnePasswordItem" => secret(by.name, None),
            "DopplerSecret" => secret(read.text(&["spec", "managedSecret", "name"]), None),
            "AzureKeyVaultSecret" => secret(read.text(&["spec", "output", "secret", "name"]), None),
            "Bundle" => {
                let key = Key { group: "", kind: "ConfigMap", namespace: "*", name: by.name };
                self.makes(key, Made { kind: "ConfigMap", name: by.name, by, keys: None });
            }
            _ => {}
        }
    }

    /// The names of what is made of a kind in a namespace, in the order of what makes it; not of too many.
    pub fn made_names<'s>(
        &'s self,
        kind: &'s str,
        in_namespace: &'s str,
    ) -> impl Iterator<Item = &'a str> + 's {
        let all = self.makings.iter().take(1000);
        let here = all
            .filter(move |made| made.kind == kind && namespace(made.by.namespace) == namespace(in_namespace));
        here.map(|made| made.name)
    }

    /// What makes a Secret or `ConfigMap` that is not in the set itself.
    pub fn made(&self, kind: &str, in_namespace: &str, name: &str) -> Option<&Made<'a>> {
        let key = |namespace| Key { group: "", kind, namespace, name };
        let found =
            self.made.get(&key(namespace(in_namespace))).or_else(|| self.made.get(&key("*"))).copied();
        found.map(|number| &self.makings[number as usize])
    }
}

fn is_issuer_annotation(key: &str) -> bool {
    matches!(key, "cert-manager.io/issuer" | "cert-manager.io/cluster-issuer" | "kubernetes.io/tls-acme")
}

/// Fields of a document that live as long as it does.
struct Read<'a> {
    document: &'a Document,
    root: NodeId,
}

impl<'a> Read<'a> {
    fn text(&self, path: &[&str]) -> &'a str {
        self.document.at(self.root, path).map_or("", |node| self.document.text(node))
    }

    fn field(&self, node: NodeId, name: &str) -> &'a str {
        self.document.get(node, name).map_or("", |node| self.document.text(node))
    }

    fn items(&self, path: &[&str]) -> impl Iterator<Item = NodeId> + use<'a> {
        let document = self.document;
        document.at(self.root, path).into_iter().flat_map(move |list| document.children(list))
    }

    fn keys(&self, path: &[&str]) -> Vec<&'a str> {
        let map = self.document.at(self.root, path);
        map.into_iter()
            .flat_map(|map| self.document.entries(map))
            .map(|(key, _)| self.document.text(key))
            .collect()
    }

    /// The keys of what an `ExternalSecret` makes: those of its template where it has one that is not merged.
    fn external_keys(&self, spec: &[&str]) -> Option<Vec<&'a str>> {
        let spec = self.document.at(self.root, spec)?;
        let has_items =
            |name: &str| self.document.get(spec, name).is_some_and(|list| !self.document.is_empty(list));
        let template = self.document.at(spec, &["target", "template"]);
        let target = self.document.get(spec, "target");
        // What is merged into has keys of its own.
        if target.is_some_and(|target| matches!(self.field(target, "creationPolicy"), "Merge" | "None")) {
            return None;
        }
        if has_items("dataFrom")
            || template.is_some_and(|node| self.document.get(node, "templateFrom").is_some())
        {
            return None;
        }
        let made_of = template.and_then(|node| self.document.get(node, "data"));
        let mut keys: Vec<&'a str> = made_of
            .into_iter()
            .flat_map(|map| self.document.entries(map))
            .map(|(key, _)| self.document.text(key))
            .collect();
        let merged = template.is_some_and(|node| self.field(node, "mergePolicy") == "Merge");
        if made_of.is_none() || merged {
            let data = self.document.get(spec, "data");
            let items = data.into_iter().flat_map(|list| self.document.children(list));
            keys.extend(items.map(|item| self.field(item, "secretKey")));
        }
        Some(keys)
    }

    fn is_annotated_for_certificates(&self) -> bool {
        self.keys(&["metadata", "annotations"]).into_iter().any(is_issuer_annotation)
    }
}
