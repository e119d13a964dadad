//! Volumes made of what the cluster knows: projected sources and the downward API, and the selectors of fields and
//! resources that environment variables share with them.

use super::volume_sources::{local_path, need};
use super::volumes::{file_mode, key_to_path};
use crate::kubernetes::Quantity;
use crate::validate::server::report::Report;
use crate::validate::server::selector::check_selector;
use crate::validate::server::{format, labels};
use crate::validate::{At, Finding, Path};

/// Mirrors `validateDownwardAPIVolumeSource`
pub(super) fn downward_api(source: &At<'_>, findings: &mut Vec<Finding>) {
    file_mode(&source.field("defaultMode"), findings);
    for item in source.field("items").items() {
        // The server blames the volume, not its item.
        downward_api_file(&item.told_at(source.path), findings);
    }
}

/// Mirrors `validateDownwardAPIVolumeFile`
fn downward_api_file(file: &At<'_>, findings: &mut Vec<Finding>) {
    need(file, "path", findings);
    local_path(&file.field("path"), findings);
    let (field, resource) = (file.field("fieldRef"), file.field("resourceFieldRef"));
    if field.is_there() {
        const FIELDS: &[&str] = &[
            "metadata.annotations",
            "metadata.labels",
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
        ];
        field_selector(&field, FIELDS, findings);
        if resource.is_there() {
            findings.invalid(file, "either `fieldRef` or `resourceFieldRef` may be given, not both");
        }
    } else if resource.is_there() {
        resource_selector(&resource, true, findings);
    } else {
        findings.required(file, "either `fieldRef` or `resourceFieldRef`");
    }
    file_mode(&file.field("mode"), findings);
}

/// A field of the pod that the kubelet is to fill in.
///
/// Mirrors `validateObjectFieldSelector`, `ConvertDownwardAPIFieldLabel`, `SplitMaybeSubscriptedPath`,
/// `SetDefaults_ObjectFieldSelector`
pub(super) fn field_selector(selector: &At<'_>, fields: &[&str], findings: &mut Vec<Finding>) {
    const CONVERTIBLE: &[&str] = &[
        "metadata.annotations",
        "metadata.labels",
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.serviceAccountName",
        "spec.schedulerName",
        "status.phase",
        "status.hostIP",
        "status.hostIPs",
        "status.podIP",
        "status.podIPs",
    ];
    let at = selector.field("fieldPath");
    let path = at.text();
    if path.is_empty() {
        findings.required(&at, "");
        return;
    }
    if selector.field("apiVersion").text_or("v1") != "v1" {
        findings.invalid(&at, "the version of pods must be `v1`");
        return;
    }
    let subscripted =
        path.strip_suffix("']").and_then(|path| path.split_once("['")).filter(|(path, _)| !path.is_empty());
    match subscripted {
        Some(("metadata.annotations", key)) => findings.format(selector, format::annotation_key(key)),
        Some(("metadata.labels", key)) => findings.format(selector, format::qualified_name(key)),
        Some(_) => {
            findings.invalid(&at, "only `metadata.annotations` and `metadata.labels` take a key in brackets");
        }
        None if path == "spec.host" => {
            if !fields.contains(&"spec.nodeName") {
                findings.not_supported(&at, fields);
            }
        }
        None if !CONVERTIBLE.contains(&path) => findings.invalid(&at, "there is no such field of pods"),
        None => findings.one_of(&at, fields),
    }
}

/// An amount of a container that the kubelet is to fill in.
///
/// Mirrors `validateContainerResourceFieldSelector`
pub(super) fn resource_selector(selector: &At<'_>, is_in_volume: bool, findings: &mut Vec<Finding>) {
    const RESOURCES: &[&str] = &[
        "limits.cpu",
        "limits.ephemeral-storage",
        "limits.memory",
        "requests.cpu",
        "requests.ephemeral-storage",
        "requests.memory",
    ];
    let (container, resource) = (selector.field("containerName"), selector.field("resource"));
    let name = resource.text();
    let is_huge_pages = name.starts_with("requests.hugepages-") || name.starts_with("limits.hugepages-");
    if is_in_volume && container.text().is_empty() {
        findings.required(&container, "");
    } else if name.is_empty() {
        findings.required(&resource, "");
    } else if !is_huge_pages {
        findings.one_of(&resource, RESOURCES);
    }
    divisor(&selector.field("divisor"), name, is_huge_pages || RESOURCES.contains(&name), findings);
}

/// Mirrors `validateContainerResourceDivisor`
fn divisor(divisor: &At<'_>, resource: &str, is_known: bool, findings: &mut Vec<Finding>) {
    let text = divisor.text();
    let Some(quantity) = Quantity::parse(text).filter(|quantity| !quantity.is_zero() && is_known) else {
        return;
    };
    let is_cpu = matches!(resource, "limits.cpu" | "requests.cpu");
    let one = quantity == Quantity::whole(1);
    let is_fine = if is_cpu {
        one || (quantity == Quantity::from_milli(1) && !is_exponential(text))
    } else if text.ends_with('i') {
        one || (1..=6).any(|power| quantity == Quantity::whole(1 << (10 * power)))
    } else {
        one || (!is_exponential(text) && (1..=6).any(|power| quantity == Quantity::whole(1000i64.pow(power))))
    };
    if !is_fine {
        findings.invalid(
            divisor,
            if is_cpu {
                "must be 1 or 1m"
            } else {
                "must be 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi or 1Ei"
            },
        );
    }
}

/// Whether a quantity is written as `1e3`: its canonical form has no suffix then.
fn is_exponential(text: &str) -> bool {
    text.len() > 1 && text[..text.len() - 1].contains(['e', 'E'])
}

/// Mirrors `validateProjectedVolumeSource`
pub(super) fn projected(volume: &At<'_>, findings: &mut Vec<Finding>) {
    file_mode(&volume.field("defaultMode"), findings);
    let mut paths: Vec<&str> = Vec::new();
    let sources = volume.field("sources");
    for source in sources.items() {
        projection(volume, &source, &mut paths, findings);
    }
}

/// Takes a path that a file is to have in the volume.
fn take<'a>(at: &At<'a>, volume: &At<'_>, paths: &mut Vec<&'a str>, findings: &mut Vec<Finding>) {
    let path = at.node.map_or("", |node| at.document.text(node));
    if paths.contains(&path) {
        let message = format!("`{path}` is the path of two files");
        findings.push(Finding::server("invalid", volume, message).value_at(at));
    } else {
        paths.push(path);
    }
}

/// Mirrors `validateProjectionSources`
fn projection<'a>(volume: &At<'_>, source: &At<'a>, paths: &mut Vec<&'a str>, findings: &mut Vec<Finding>) {
    let mut count = 0;
    for field in ["secret", "configMap"] {
        let keyed = source.field(field);
        if keyed.is_there() {
            count += 1;
            need(&keyed, "name", findings);
            for item in keyed.field("items").items() {
                key_to_path(&item, findings);
                take_named(&item, "path", source, volume, paths, findings);
            }
        }
    }
    let downward = source.field("downwardAPI");
    if downward.is_there() {
        count += 1;
        for item in downward.field("items").items() {
            downward_api_file(&item.told_at(downward.path), findings);
            take_named(&item, "path", source, volume, paths, findings);
        }
    }
    let token = source.field("serviceAccountToken");
    if token.is_there() {
        count += 1;
        service_account_token(volume, &token, findings);
    }
    let bundle = source.field("clusterTrustBundle");
    if bundle.is_there() {
        count += 1;
        cluster_trust_bundle(&bundle, findings);
        let path = bundle.field("path");
        if path.text().is_empty() {
            if paths.contains(&"") {
                findings.invalid(volume, "two trust bundles have no path");
            } else {
                paths.push("");
            }
        } else {
            take_named(&bundle, "path", source, volume, paths, findings);
        }
    }
    let certificate = source.field("podCertificate");
    if certificate.is_there() {
        count += 1;
        pod_certificate(&certificate, findings);
        for field in ["credentialBundlePath", "keyPath", "certificateChainPath"] {
            local_path(&certificate.field(field), findings);
            take_named(&certificate, field, source, volume, paths, findings);
        }
    }
    if count > 1 {
        users_of_others(source, findings);
        findings.forbidden(source, "it may be one of the kinds of sources only");
    }
}

/// Owners of files are not taken yet: the server drops them, but of the first source only.
///
/// Mirrors `dropDisabledAtomicWriteVolumeUserFields`, `validateUserField`
fn users_of_others(source: &At<'_>, findings: &mut Vec<Finding>) {
    let mut is_first = true;
    for field in
        ["secret", "downwardAPI", "configMap", "serviceAccountToken", "clusterTrustBundle", "podCertificate"]
    {
        let kind = source.field(field);
        if kind.is_there() && !std::mem::take(&mut is_first) {
            user(&kind.field("user"), findings);
            users_of_items(&kind, field == "downwardAPI", findings);
        }
    }
}

/// The same for a volume of which only the source that is not checked lost its owners.
pub(super) fn users_of_volume(source: &At<'_>, findings: &mut Vec<Finding>) {
    user(&source.field("defaultUser"), findings);
    users_of_items(source, true, findings);
}

fn users_of_items(source: &At<'_>, is_downward: bool, findings: &mut Vec<Finding>) {
    for item in source.field("items").items() {
        let item = if is_downward { item.told_at(source.path) } else { item };
        user(&item.field("user"), findings);
    }
}

fn user(at: &At<'_>, findings: &mut Vec<Finding>) {
    if let Some(id) = at.integer() {
        findings.format(at, format::unix_id(id));
    }
}

/// Takes the path that a field names, when it names one.
fn take_named<'a>(
    at: &At<'_>,
    field: &str,
    source: &At<'a>,
    volume: &At<'_>,
    paths: &mut Vec<&'a str>,
    findings: &mut Vec<Finding>,
) {
    let path = at.field(field);
    if !path.text().is_empty() {
        take(&source.with(path.node), volume, paths, findings);
    }
}

/// Mirrors `validateProjectionSources`, `SetDefaults_ServiceAccountTokenProjection`
fn service_account_token(volume: &At<'_>, token: &At<'_>, findings: &mut Vec<Finding>) {
    let expiration = token.field("expirationSeconds");
    if let Some(seconds) = expiration.integer() {
        if seconds < 600 {
            findings.invalid(&expiration, "must be at least 600 (ten minutes)");
        }
        if seconds > 1 << 32 {
            findings.invalid(&expiration, "must be at most 4294967296");
        }
    }
    // The server leaves out the steps between.
    let path = token.field("path");
    let path = path.told_at(Path::Field(&volume.path, "path"));
    if path.text().is_empty() {
        findings.required(&path, "");
    } else {
        local_path(&path, findings);
    }
}

/// Mirrors `validateProjectionSources`, `ValidateClusterTrustBundleName`
fn cluster_trust_bundle(bundle: &At<'_>, findings: &mut Vec<Finding>) {
    let (name, signer, selector) =
        (bundle.field("name"), bundle.field("signerName"), bundle.field("labelSelector"));
    match (name.is_there(), signer.is_there()) {
        (true, true) => findings.invalid(bundle, "either `name` or `signerName` may be given, not both"),
        (true, false) => {
            if name.text().is_empty() {
                findings.required(&name, "");
            }
            // `example.com:signer:name` belongs to a signer.
            let own = name.text().rsplit_once(':').map_or(name.text(), |(_, own)| own);
            findings.format(&name, format::dns_subdomain(own));
            if selector.is_there() {
                findings.invalid(&selector, "may be given with `signerName` only");
            }
        }
        (false, true) => {
            signer_name(&signer, findings);
            check_selector(&selector, findings);
        }
        (false, false) => findings.required(bundle, "either `name` or `signerName`"),
    }
    need(bundle, "path", findings);
    local_path(&bundle.field("path"), findings);
}

/// Mirrors `validateProjectionSources`, `ValidateUserAnnotations`
fn pod_certificate(certificate: &At<'_>, findings: &mut Vec<Finding>) {
    let signer = certificate.field("signerName");
    signer_name(&signer, findings);
    let annotations = certificate.field("userAnnotations");
    let mut size = 0;
    for (key, value) in annotations.entries() {
        size += key.len() + value.text().len();
        if let Err(message) = format::prefixed_name(&key.to_ascii_lowercase()) {
            findings.push(
                Finding::server("invalid", &annotations, format!("annotation `{key}`: {message}"))
                    .value_at(&value),
            );
        }
    }
    if size > labels::ANNOTATIONS_SIZE {
        findings.too_long(&annotations, labels::ANNOTATIONS_SIZE);
    }
    findings.one_of(
        &certificate.field("keyType"),
        &["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"],
    );
    let expiration = certificate.field("maxExpirationSeconds");
    if let Some(seconds) = expiration.integer() {
        let domain = signer.text().split_once('/').map_or(signer.text(), |(domain, _)| domain);
        let most = if domain == "kubernetes.io" || domain.ends_with(".kubernetes.io") {
            86_400
        } else {
            91 * 86_400
        };
        if seconds < 3600 {
            findings.invalid(&expiration, "must be at least 3600");
        }
        if seconds > most {
            findings.invalid(&expiration, format!("must be at most {most}"));
        }
    }
    let has_path = ["credentialBundlePath", "keyPath", "certificateChainPath"]
        .iter()
        .any(|field| !certificate.field(field).text().is_empty());
    if !has_path {
        findings.required(
            certificate,
            "at least one of `credentialBundlePath`, `keyPath` and `certificateChainPath`",
        );
    }
}

/// A signer of certificates: `example.com/name`.
///
/// Mirrors `ValidateSignerName`
pub(in crate::validate::server) fn signer_name(at: &At<'_>, findings: &mut Vec<Finding>) {
    let text = at.text();
    if text.is_empty() {
        findings.required(at, "");
        return;
    }
    let Some((domain, path)) = text.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        findings.invalid(at, "must be a domain and a path, as in `example.com/signer`");
        return;
    };
    if domain.len() > 253 {
        findings.too_long(at, 253);
    }
    if let Err(message) = domain.split('.').try_for_each(format::dns_label) {
        findings.invalid(at, format!("every part of its domain {message}"));
    }
    if !domain.contains('.') {
        findings.invalid(at, "its domain must have at least two parts");
    }
    if let Err(message) = path.split('.').try_for_each(format::dns_subdomain) {
        findings.invalid(at, format!("every part of its path {message}"));
    }
    if text.len() > 253 + 253 + 63 + 1 + 1 {
        findings.too_long(at, 571);
    }
}
