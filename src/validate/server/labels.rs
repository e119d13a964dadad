//! Labels and annotations. The server blames the whole map, not the entry; the deeper path is the finding's own.

use super::format;
use super::report::{Report, shown};
use crate::validate::{At, Finding};

/// How many bytes all annotations of an object may have.
pub(super) const ANNOTATIONS_SIZE: usize = 256 * 1024;

/// Labels: keys and values.
///
/// Mirrors `ValidateLabels`, `ValidateLabelName`
pub(in crate::validate) fn check_labels(labels: &At<'_>, findings: &mut Vec<Finding>) {
    for (key, value) in labels.entries() {
        if let Err(message) = format::qualified_name(key) {
            findings.push(
                Finding::server("invalid-label-value", labels, format!("label {}: {message}", shown(key)))
                    .value_at(&value),
            );
        }
        if let Err(message) = format::label_value(value.text()) {
            let text = format!("value {} of label {}: {message}", shown(value.text()), shown(key));
            findings.push(Finding::server("invalid-label-value", labels, text).value_at(&value));
        }
    }
}

/// Annotations: keys, and the size of all together.
///
/// Mirrors `ValidateAnnotations`, `ValidateAnnotationsSize`
pub(in crate::validate) fn check_annotations(annotations: &At<'_>, findings: &mut Vec<Finding>) {
    let mut size = 0;
    for (key, value) in annotations.entries() {
        size += key.len() + value.text().len();
        if let Err(message) = format::annotation_key(key) {
            let text = format!("annotation {}: {message}", shown(key));
            findings.push(Finding::server("invalid-annotation", annotations, text).value_at(&value));
        }
    }
    if size > ANNOTATIONS_SIZE {
        findings.too_long(annotations, ANNOTATIONS_SIZE);
    }
}
