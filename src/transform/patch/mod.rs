//! Patches: what each kind of patch does to one object, and how `patches` and its older forms find their objects.

mod strategic_merge;
mod strategic_merge_list;
mod strategic_merge_steps;

pub use strategic_merge::{Merged, apply_strategic_merge, merge};
