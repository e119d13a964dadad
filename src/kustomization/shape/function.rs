//! Which fields a function's own description has, and those of an `origin` annotation.

use super::Shape::{Bool, List, Struct as Of, Text};
use super::{Shape, Struct, TEXTS, embedded, field};

pub(in crate::kustomization) static FUNCTION: Struct = Struct {
    name: "a function",
    fields: &[field("deferFailure", Bool), field("container", Of(&CONTAINER)), field("exec", Of(&EXEC))],
};

pub(in crate::kustomization) static EXEC: Struct =
    Struct { name: "`exec`", fields: &[field("path", Text), field("args", TEXTS), field("envs", TEXTS)] };

pub(in crate::kustomization) static CONTAINER: Struct = Struct {
    name: "`container`",
    fields: &[
        field("image", Text),
        field("network", Bool),
        field("mounts", List(&Of(&MOUNT))),
        field("envs", TEXTS),
    ],
};

pub(in crate::kustomization) static MOUNT: Struct = Struct {
    name: "a mount",
    fields: &[field("type", Text), field("src", Text), field("dst", Text), field("rw", Bool)],
};

pub(in crate::kustomization) static ORIGIN: Struct = Struct {
    name: "an origin",
    fields: &[
        field("path", Text),
        field("repo", Text),
        field("ref", Text),
        field("configuredIn", Text),
        field("configuredBy", Of(&CONFIGURED_BY)),
    ],
};

pub(in crate::kustomization) static CONFIGURED_BY: Struct = Struct {
    name: "`configuredBy`",
    fields: &[
        embedded("apiVersion", Text),
        embedded("kind", Text),
        embedded("name", Text),
        embedded("namespace", Text),
    ],
};

pub(in crate::kustomization) static ORIGINS: Shape = List(&Of(&ORIGIN));
