//! Issuers of certificates (cert-manager) and stores of secrets (External Secrets).

use super::or;
use crate::validate::{Object, Told};

/// `issuerRef` of Certificates, and the issuers that annotations of Ingresses and Gateways name.
pub(in crate::validate) fn issuer_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let what = ": no certificate is issued";
    if object.group == "cert-manager.io" {
        let spec = root.field("spec");
        let issuer = spec.field("issuerRef");
        let (kind, group, name) = (issuer.field("kind"), issuer.field("group"), issuer.field("name"));
        let kind = kind.text_or("Issuer");
        let namespace = if kind == "ClusterIssuer" { "" } else { object.namespace };
        told.refers(&name, or(group.text(), "cert-manager.io"), kind, namespace, name.text(), what);
        return;
    }
    let metadata = root.field("metadata");
    let annotations = metadata.field("annotations");
    let cluster = annotations.entry("cert-manager.io/cluster-issuer");
    told.refers(&cluster, "cert-manager.io", "ClusterIssuer", "", cluster.text(), what);
    let own = annotations.entry("cert-manager.io/issuer");
    // Issuers of other groups have their kind in another annotation.
    if !annotations.entry("cert-manager.io/issuer-group").is_there() {
        told.refers(&own, "cert-manager.io", "Issuer", object.namespace, own.text(), what);
    }
}

/// `secretStoreRef` of `ExternalSecrets`.
pub(in crate::validate) fn secret_store_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "external-secrets.io" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let store = spec.field("secretStoreRef");
    let (kind, name) = (store.field("kind"), store.field("name"));
    let kind = kind.text_or("SecretStore");
    let namespace = if kind == "ClusterSecretStore" { "" } else { object.namespace };
    told.refers(&name, "external-secrets.io", kind, namespace, name.text(), ": no Secret is made");
}
