//! Who knows whether a kind has namespaces.

/// Knows which kinds are cluster-scoped. [`super::Schema`](crate::kubernetes) answers from the schema in use.
pub trait Scopes: Sync {
    /// Whether this kind is certainly without namespaces; `false` for kinds that are not known.
    fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool;
}
