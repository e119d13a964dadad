//! citadel renders Kubernetes manifests from kustomize bases and overlays, byte for byte as kustomize v5.8.1 does.
//!
//! A build is a recursion followed by a finish: each kustomization is read ([`load`], [`kustomization`]), its
//! resources, bases, generators ([`generate`]) and components are accumulated, and its transformers ([`transform`])
//! run in a fixed order; once, at the root, names get their hashes, references follow the names, and the objects are
//! sorted and printed. Every value knows the place that wrote it ([`provenance`]).

pub mod source;

pub mod host;

pub mod provenance;

pub mod diagnostic;

pub mod yaml;

pub mod kubernetes;

pub mod kustomization;
pub mod resource;

pub mod load;

pub mod generate;
pub mod order;
pub mod output;
pub mod transform;
pub mod validate;

pub mod build;

pub mod project;
pub mod report;

pub mod check;

pub mod compare;
pub mod explain;

pub mod snapshot;

pub mod cli;
