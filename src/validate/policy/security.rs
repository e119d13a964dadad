//! Security contexts and service accounts, beyond the Pod Security Standards.

use crate::validate::At;
use crate::validate::Family;
use crate::validate::pod::{Container, Pod};
use crate::validate::told::Told;

fn lists(capabilities: &At<'_>, field: &str, wanted: &[&str]) -> bool {
    let list = capabilities.field(field);
    list.items().any(|item| wanted.contains(&item.text()))
}

/// Raw packets. What `drop-all-capabilities` finds is more than this: where that rule runs, this one is silent.
pub(in crate::validate) fn drop_net_raw(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let stronger = "drop-all-capabilities";
    if told.options.runs(Family::PodSecurity) && told.options.level_of(stronger) != Some(None) {
        return;
    }
    let security = container.security();
    let capabilities = security.field("capabilities");
    let dropped = lists(&capabilities, "drop", &["NET_RAW", "ALL"]);
    if lists(&capabilities, "add", &["NET_RAW", "ALL"]) || capabilities.is_there() && !dropped {
        told.tell(&capabilities, format!("container `{}` keeps the capability NET_RAW", container.name))
            .hint = "drop ALL, or NET_RAW at least".into();
    }
}

/// The namespace's shared identity.
pub(in crate::validate) fn default_service_account(pod: &Pod<'_>, told: &mut Told<'_>) {
    let name = pod.service_account();
    if !matches!(name.text(), "" | "default") || !mounts_token(pod, told) {
        return;
    }
    told.tell(&name, "the pod uses the service account `default`, which all pods of the namespace share")
        .hint =
        "give the workload a ServiceAccount of its own, or set `automountServiceAccountToken: false`".into();
}

/// Whether the token is mounted: the pod's own word wins over its account's.
fn mounts_token(pod: &Pod<'_>, told: &Told<'_>) -> bool {
    if let Some(mounts) = pod.spec.field("automountServiceAccountToken").boolean() {
        return mounts;
    }
    let name = pod.service_account().text();
    let name = if name.is_empty() { "default" } else { name };
    let account = told.set.find("", "ServiceAccount", pod.object.namespace, name);
    account.is_none_or(|account| account.at().field("automountServiceAccountToken").boolean() != Some(false))
}

/// A token for the API in every container.
pub(in crate::validate) fn automount_service_account_token(pod: &Pod<'_>, told: &mut Told<'_>) {
    if mounts_token(pod, told) {
        let field = pod.spec.field("automountServiceAccountToken");
        told.tell(&field, "the pod gets a token for the Kubernetes API").hint =
            "set `automountServiceAccountToken: false` unless the application calls the API".into();
    }
}

/// Ids that the node's own users may have.
pub(in crate::validate) fn low_user_id(pod: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    for field in ["runAsUser", "runAsGroup"] {
        let security = container.security();
        let own = security.field(field);
        let of_pod = pod.security();
        let of_pod = of_pod.field(field);
        let id = own.integer().or_else(|| of_pod.integer());
        if id.is_none_or(|id| id < 10_000) {
            let said = id.map_or_else(|| "is not set".to_owned(), |id| format!("is {id}"));
            told.tell(&own, format!("`{field}` of container `{}` {said}", container.name)).hint =
                "choose an id of 10000 or above".into();
        }
    }
}

/// A root file system that can be written to.
pub(in crate::validate) fn read_only_root_filesystem(
    pod: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    let security = container.security();
    let field = security.field("readOnlyRootFilesystem");
    if field.boolean() != Some(true) && !pod.is_windows() {
        told.tell(&field, format!("container `{}` can write to its root file system", container.name)).hint =
            "set `readOnlyRootFilesystem: true` and mount an emptyDir where the application writes".into();
    }
}

/// No confinement by the Linux kernel at all.
pub(in crate::validate) fn linux_hardening(pod: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let (own, of_pod) = (container.security(), pod.security());
    let annotations = pod.metadata.field("annotations");
    let app_armor = annotations.entries().any(|(key, _)| {
        key.strip_prefix("container.apparmor.security.beta.kubernetes.io/") == Some(container.name)
    });
    let set = |field: &str| {
        let (own, of_pod) = (own.field(field), of_pod.field(field));
        own.is_there() || of_pod.is_there()
    };
    let seccomp = |at: &At<'_>| {
        let profile = at.field("seccompProfile");
        let kind = profile.field("type");
        matches!(kind.text(), "RuntimeDefault" | "Localhost")
    };
    let capabilities = own.field("capabilities");
    let drops = !capabilities.field("drop").is_empty() && !lists(&capabilities, "add", &["ALL"]);
    if !(app_armor
        || set("appArmorProfile")
        || set("seLinuxOptions")
        || seccomp(&own)
        || seccomp(&of_pod)
        || drops)
    {
        told.tell(&own, format!("nothing confines container `{}`", container.name)).hint =
            "give it a seccomp profile, and drop capabilities".into();
    }
}
