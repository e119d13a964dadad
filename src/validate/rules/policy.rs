//! Rules of the family `policy`.

use super::Rule;

pub(super) static RULES: &[Rule] = &[];
