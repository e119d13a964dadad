//! Rules of the families `schema` and `api-version`: told by the walks of those families, listed here so that they can be
//! looked up, silenced and given levels.

use super::{Check, ERROR, NOTE, Rule, WARNING, rule};
use crate::validate::Family;
use crate::validate::api_version;

pub(super) static RULES: &[Rule] = &[
    rule!(
        "unknown-field",
        Schema,
        ERROR,
        Check::Family,
        "a field that the kind does not have in this version of Kubernetes",
        "the server refuses it when asked to be strict, as kubectl does, and silently drops it otherwise",
        &["kube-linter:schema-validation"]
    ),
    rule!(
        "invalid-type",
        Schema,
        ERROR,
        Check::Family,
        "a value of another type than the field's",
        "the server cannot decode it, and refuses the object",
        &["kube-linter:schema-validation"]
    ),
    rule!(
        "out-of-range",
        Schema,
        ERROR,
        Check::Family,
        "a whole number that does not fit into the field",
        "the server cannot decode it, and refuses the object",
        &[]
    ),
    rule!(
        "duplicate-key",
        Schema,
        ERROR,
        Check::Family,
        "a key that stands twice in one map",
        "only one of the two can count, and readers differ in which",
        &[]
    ),
    rule!(
        "invalid-quantity",
        Schema,
        ERROR,
        Check::Family,
        "an amount that is no quantity",
        "the server cannot decode it, and refuses the object",
        &[]
    ),
    rule!(
        "invalid-base64",
        Schema,
        ERROR,
        Check::Family,
        "bytes that are not base64",
        "the server cannot decode them, and refuses the object",
        &[]
    ),
    rule!(
        "invalid-time",
        Schema,
        ERROR,
        Check::Family,
        "a time that is not written as RFC 3339 asks",
        "the server cannot decode it, and refuses the object",
        &[]
    ),
    rule!(
        "unknown-kind",
        Schema,
        NOTE,
        Check::Family,
        "a kind that neither Kubernetes nor a CustomResourceDefinition at hand knows",
        "nothing of it can be checked; a kind that is missing from one of Kubernetes' own groups, or an unknown one with `--strict`, is an error",
        &[]
    ),
    rule!(
        "missing-kind",
        Schema,
        ERROR,
        Check::Family,
        "an object without `kind`",
        "nothing can be said of it, and the server refuses it",
        &[]
    ),
    rule!(
        "missing-api-version",
        Schema,
        ERROR,
        Check::Family,
        "an object without `apiVersion`",
        "nothing can be said of it, and the server refuses it",
        &[]
    ),
    rule!(
        "crd-version",
        ApiVersion,
        ERROR,
        Check::Family,
        "a version that the definition of a custom resource does not have, does not serve, or calls deprecated",
        "the server refuses the object, or a later version of the definition will",
        &[]
    ),
    rule!(
        "removed-api",
        ApiVersion,
        ERROR,
        Check::Family,
        "an `apiVersion` that the target version of Kubernetes no longer serves",
        "the server refuses the object",
        &["kube-linter:no-extensions-v1beta"]
    ),
    rule!(
        "deprecated-service-account-field",
        ApiVersion,
        WARNING,
        Check::Pod(api_version::deprecated_service_account_field),
        "`serviceAccount` of a pod, the old name of `serviceAccountName`, says something else or stands alone",
        "where both stand, the old one is ignored",
        &["kube-linter:deprecated-service-account-field"]
    ),
    rule!(
        "deprecated-api",
        ApiVersion,
        WARNING,
        Check::Family,
        "an `apiVersion` that is deprecated in the target version of Kubernetes",
        "a later version will not serve it: the next upgrade breaks what works today",
        &["kube-score:stable-version"]
    ),
    Rule {
        id: "too-deep",
        family: Family::Schema,
        level: ERROR,
        checks: "values that are nested too deeply to be looked at",
        why: "what is not looked at cannot be said to be right",
        old_names: &[],
        fails: "",
        passes: "",
        check: Check::Family,
    },
    Rule {
        id: "future-api",
        family: Family::ApiVersion,
        level: ERROR,
        checks: "an `apiVersion` that the target version of Kubernetes does not serve yet",
        why: "the server refuses the object",
        old_names: &[],
        fails: "",
        passes: "",
        check: Check::Family,
    },
];
