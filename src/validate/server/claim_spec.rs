//! What a claim on storage asks for: the same in PersistentVolumeClaims, in the claim templates of StatefulSets and in
//! ephemeral volumes of pods.

use super::format;
use super::report::Report;
use super::selector::check_selector;
use crate::kubernetes::Quantity;
use crate::validate::{At, Finding, Path};

const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// Checks the `spec` of a claim.
///
/// Mirrors `ValidatePersistentVolumeClaimSpec`, `ValidatePositiveQuantityValue`, `SetDefaults_PersistentVolumeClaimSpec`
pub(super) fn check(spec: &At<'_>, findings: &mut Vec<Finding>) {
    check_request(spec, findings);
    check_sources(spec, &spec.field("dataSource"), &spec.field("dataSourceRef"), findings);
}

/// The same for a claim itself: the server drops sources of other kinds that older clients name, and copies what is
/// said once.
///
/// Mirrors `EnforceDataSourceBackwardsCompatibility`, `NormalizeDataSources`
pub(super) fn check_claim(spec: &At<'_>, findings: &mut Vec<Finding>) {
    check_request(spec, findings);
    let (mut source, mut reference) = (spec.field("dataSource"), spec.field("dataSourceRef"));
    if !reference.field("namespace").text().is_empty() {
        // CrossNamespaceVolumeDataSource is alpha: without its gate the field is dropped.
        reference = reference.with(None);
    }
    let group = source.field("apiGroup").text();
    let is_plain = matches!(
        (source.field("kind").text(), group),
        ("PersistentVolumeClaim", "") | ("VolumeSnapshot", "snapshot.storage.k8s.io")
    );
    if !reference.is_there() && source.is_there() && !is_plain {
        source = source.with(None);
    }
    if source.is_there() && !reference.is_there() {
        reference = source.told_at(reference.path);
    } else if reference.is_there() && !source.is_there() {
        source = reference.told_at(source.path);
    }
    check_sources(spec, &source, &reference, findings);
}

fn check_request(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let modes = spec.field("accessModes");
    if modes.is_empty() {
        findings.required(&modes, "at least one");
    }
    check_selector(&spec.field("selector"), findings);
    let (mut alone, mut shared) = (false, false);
    for mode in modes.items() {
        // The server blames the list, not its item.
        findings.one_of(&mode.told_at(modes.path), ACCESS_MODES);
        alone |= mode.text() == "ReadWriteOncePod";
        shared |= mode.text() != "ReadWriteOncePod" && ACCESS_MODES.contains(&mode.text());
    }
    if alone && shared {
        findings.forbidden(&modes, "`ReadWriteOncePod` goes with no other mode");
    }
    let resources = spec.field("resources");
    let requests = resources.field("requests");
    let storage = requests.entry("storage");
    // Here the server leaves out `requests`.
    let told = storage.told_at(Path::Key(&resources.path, "storage"));
    match storage.quantity() {
        _ if !storage.is_there() => findings.required(&told, "the amount of storage that is asked for"),
        Some(amount) if amount <= Quantity::ZERO => findings.invalid(&told, "must be greater than 0"),
        _ => {}
    }
    for field in ["storageClassName", "volumeAttributesClassName"] {
        let class = spec.field(field);
        if !class.text().is_empty() {
            findings.format(&class, format::dns_subdomain(class.text()));
        }
    }
    let mode = spec.field("volumeMode");
    if mode.is_there() {
        findings.one_of(&mode, &["Block", "Filesystem"]);
    }
}

/// Mirrors `validateDataSource`, `validateDataSourceRef`, `isDataSourceEqualDataSourceRef`
fn check_sources(spec: &At<'_>, source: &At<'_>, reference: &At<'_>, findings: &mut Vec<Finding>) {
    for at in [source, reference] {
        if at.is_there() {
            check_source(at, findings);
        }
    }
    let namespace = reference.field("namespace");
    if !namespace.text().is_empty() {
        findings.format(&namespace, format::dns_label(namespace.text()));
        if source.is_there() {
            findings.invalid(spec, "`dataSource` cannot go with a `dataSourceRef` that has a namespace");
        }
    } else if source.is_there() && reference.is_there() {
        let differs = ["apiGroup", "kind", "name"].iter().any(|field| {
            let (left, right) = (source.field(field), reference.field(field));
            left.text() != right.text() || left.is_there() != right.is_there()
        });
        if differs {
            findings.invalid(spec, "`dataSource` and `dataSourceRef` must be the same");
        }
    }
}

fn check_source(source: &At<'_>, findings: &mut Vec<Finding>) {
    for field in ["name", "kind"] {
        let at = source.field(field);
        if at.text().is_empty() {
            findings.required(&at, "");
        }
    }
    let group = source.field("apiGroup");
    if !group.text().is_empty() {
        findings.format(&group, format::dns_subdomain(group.text()));
    } else if source.field("kind").text() != "PersistentVolumeClaim" {
        findings.invalid(source, "without `apiGroup` it must be a PersistentVolumeClaim");
    }
}

/// What the server takes of a claim but warns of.
///
/// Mirrors `GetWarningsForPersistentVolumeClaimSpec`
pub(super) fn check_warnings(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let resources = spec.field("resources");
    for kind in ["requests", "limits"] {
        let amounts = resources.field(kind);
        let storage = amounts.entry("storage");
        if storage.quantity().is_some_and(|amount| !amount.is_whole() && amount.milli() % 1000 != 0) {
            findings.warns(&storage, format!("`{}` is no whole number of bytes", storage.text()));
        }
    }
}
