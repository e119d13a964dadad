//! Service accounts, and the Secrets that images are pulled with.

use crate::validate::pod::Pod;
use crate::validate::{Object, Told};

/// The service account of a pod.
pub(in crate::validate) fn service_account_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    let account = pod.service_account();
    told.refers(
        &account,
        "",
        "ServiceAccount",
        pod.object.namespace,
        account.text(),
        ": pods are not made without it",
    );
}

/// `imagePullSecrets` of pods and service accounts.
pub(in crate::validate) fn pull_secret_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let what = ": images are pulled without it";
    if let Some(pod) = told.pod() {
        let secrets = pod.spec.field("imagePullSecrets");
        for secret in secrets.items() {
            let name = secret.field("name");
            told.refers(&name, "", "Secret", object.namespace, name.text(), what);
        }
    } else if object.kind == "ServiceAccount" && object.group.is_empty() {
        let root = object.at();
        let secrets = root.field("imagePullSecrets");
        for secret in secrets.items() {
            let name = secret.field("name");
            told.refers(&name, "", "Secret", object.namespace, name.text(), what);
        }
    }
}
