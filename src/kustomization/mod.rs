//! What a kustomization.yaml says, typed. Every value is [`Written`]: it knows its place.
//!
//! - [`decode`]: a kustomization file.
//! - [`function_spec`], [`object_origin`]: what annotations say in YAML of their own.
//! - [`plugin`]: the configuration of a built-in plugin; [`replacements`] and [`value_add_targets`]: files that plugins
//!   and replacements name.

mod bind;
mod decode;
mod entries;
mod function;
mod marshal;
mod number;
mod plugin;
mod read;
mod shape;
mod travel;
mod types;

pub use function::{
    ContainerSpec, ExecSpec, FunctionSpec, ObjectOrigin, function_spec, object_origin, object_origins,
};
pub use plugin::{
    AffixTransformer, IamPolicyArgs, ImageTagTransformer, NamespaceTransformer, PairsTransformer,
    PatchJson6902Transformer, PatchStrategicMergeTransformer, Plugin, ReplicaCountTransformer,
    RoleBindingSubjects, ValueAddTarget, ValueAddTransformer, plugin, replacements, value_add_targets,
};
pub use read::decode;
pub use types::*;
