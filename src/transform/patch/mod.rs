//! Patches: what each kind of patch does to one object, and how `patches` and its older forms find their objects.

mod json_patch;
mod json_value;
mod strategic_merge;
mod strategic_merge_list;
mod strategic_merge_map;
mod strategic_merge_schema;
mod strategic_merge_steps;
mod strategic_merge_walk;
mod strategic_patch;

pub use json_patch::JsonPatch;
pub use strategic_merge::{Merged, apply_strategic_merge, merge};
pub(super) use strategic_patch::StrategicPatch;
