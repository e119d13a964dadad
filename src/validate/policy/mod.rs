//! Good practice: the rules that kube-linter, kube-score and Polaris agree on, or let one opt into. One file a subject;
//! the rows with ids, levels and examples stand in `rules/policy.rs`.

pub(super) mod availability;
pub(super) mod hygiene;
pub(super) mod images;
pub(super) mod jobs;
pub(super) mod mounts;
pub(super) mod network;
pub(super) mod ports;
pub(super) mod probes;
pub(super) mod rbac;
pub(super) mod resources;
pub(super) mod scheduling;
pub(super) mod secrets;
pub(super) mod security;
