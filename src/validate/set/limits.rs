//! What the LimitRanges of a namespace fill in.

use super::Set;

impl Set<'_> {
    /// Whether a LimitRange of the namespace gives containers a request for this resource (a default limit counts: it
    /// becomes the request).
    pub fn default_request(&self, in_namespace: &str, resource: &str) -> bool {
        self.has_default(in_namespace, resource, &["defaultRequest", "default"])
    }

    /// Whether a LimitRange of the namespace gives containers a limit for this resource.
    pub fn default_limit(&self, in_namespace: &str, resource: &str) -> bool {
        self.has_default(in_namespace, resource, &["default"])
    }

    fn has_default(&self, in_namespace: &str, resource: &str, fields: &[&str]) -> bool {
        if !self.has_kind("LimitRange") {
            return false;
        }
        self.of_kind("LimitRange").any(|range| {
            let root = range.at();
            let spec = root.field("spec");
            let limits = spec.field("limits");
            super::namespace(range.namespace) == super::namespace(in_namespace)
                && limits.items().any(|limit| {
                    limit.field("type").text() == "Container"
                        && fields.iter().any(|field| {
                            let amounts = limit.field(field);
                            amounts.entry(resource).is_there()
                        })
                })
        })
    }
}
