//! Rules of the family `reference`.

use super::Rule;

pub(super) static RULES: &[Rule] = &[];
