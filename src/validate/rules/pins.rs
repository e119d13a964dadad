//! Rules of the family `pins`.

use super::Rule;

pub(super) static RULES: &[Rule] = &[];
