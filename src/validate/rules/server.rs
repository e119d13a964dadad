//! Rules of the families `input`, `schema`, `server` and `api-version`: told by the walks of those families, listed here
//! so that they can be looked up, silenced and given levels.

use super::{Check, ERROR, Rule};
use crate::validate::{Family, Level};

/// A row without examples: the API server's own validation is the reference.
const fn row(
    id: &'static str,
    family: Family,
    level: Option<Level>,
    checks: &'static str,
    why: &'static str,
) -> Rule {
    Rule { id, family, level, checks, why, old_names: &[], fails: "", passes: "", check: Check::Family }
}

pub(super) static RULES: &[Rule] = &[row(
    "unknown-field",
    Family::Schema,
    ERROR,
    "a field that the kind does not have in this version of Kubernetes",
    "the server drops it or, asked to be strict, refuses the object",
)];
