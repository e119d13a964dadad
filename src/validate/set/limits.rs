//! What the `LimitRanges` of a namespace fill in and allow: all of them merged, the tightest bounds win.

use super::{Set, namespace};
use crate::kubernetes::Quantity;
use crate::validate::{At, Object};

/// What a `LimitRange` is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limited {
    /// Each container.
    Container,
    /// All containers of a pod together.
    Pod,
    /// Each claim.
    Claim,
}

/// The bounds of one resource.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'a> {
    /// What is bounded.
    pub of: Limited,
    /// The resource: `cpu`.
    pub resource: &'a str,
    /// The limit of a container that states none.
    pub default: Option<Quantity>,
    /// The request of a container that states neither.
    pub default_request: Option<Quantity>,
    /// The least.
    pub minimum: Option<Quantity>,
    /// The most.
    pub maximum: Option<Quantity>,
    /// How many times its request a limit may be.
    pub ratio: Option<Quantity>,
    /// The `LimitRange` that was read last for it.
    pub by: &'a Object<'a>,
}

impl<'a> Set<'a> {
    pub(super) fn index_limits(&mut self) {
        let numbers: Vec<usize> = self.numbers("LimitRange").collect();
        for number in numbers {
            let object = &self.objects[number];
            let all = self.limits.entry(namespace(object.namespace)).or_default();
            let root = object.at();
            let spec = root.field("spec");
            let items = spec.field("limits");
            for item in items.items() {
                let of = match item.field("type").text() {
                    "Container" => Limited::Container,
                    "Pod" => Limited::Pod,
                    "PersistentVolumeClaim" => Limited::Claim,
                    _ => continue,
                };
                for field in ["default", "defaultRequest", "min", "max", "maxLimitRequestRatio"] {
                    let amounts = item.field(field);
                    for (resource, amount) in entries(object, &amounts) {
                        let known = all.iter().position(|limit| limit.of == of && limit.resource == resource);
                        let at = known.unwrap_or_else(|| {
                            all.push(Limit {
                                of,
                                resource,
                                default: None,
                                default_request: None,
                                minimum: None,
                                maximum: None,
                                ratio: None,
                                by: object,
                            });
                            all.len() - 1
                        });
                        let limit = &mut all[at];
                        let tighter = |old: Option<Quantity>| Some(old.map_or(amount, |old| old.min(amount)));
                        match field {
                            "default" => limit.default = limit.default.or(Some(amount)),
                            "defaultRequest" => {
                                limit.default_request = limit.default_request.or(Some(amount));
                            }
                            "min" => {
                                limit.minimum = Some(limit.minimum.map_or(amount, |old| old.max(amount)));
                            }
                            "max" => limit.maximum = tighter(limit.maximum),
                            _ => limit.ratio = tighter(limit.ratio),
                        }
                        limit.by = object;
                    }
                }
            }
        }
        // The server fills in what a LimitRange leaves out for containers.
        for limit in self.limits.values_mut().flatten().filter(|limit| limit.of == Limited::Container) {
            limit.default = limit.default.or(limit.maximum);
            limit.default_request = limit.default_request.or(limit.default).or(limit.minimum);
        }
    }

    /// What the `LimitRanges` of a namespace say.
    pub fn limits(&self, in_namespace: &str) -> &[Limit<'a>] {
        self.limits.get(namespace(in_namespace)).map_or(&[], Vec::as_slice)
    }

    fn container_limit(&self, in_namespace: &str, resource: &str) -> Option<&Limit<'a>> {
        let mut limits = self.limits(in_namespace).iter();
        limits.find(|limit| limit.of == Limited::Container && limit.resource == resource)
    }

    /// The request that a `LimitRange` gives to containers that state neither request nor limit.
    pub fn default_request(&self, in_namespace: &str, resource: &str) -> Option<Quantity> {
        self.container_limit(in_namespace, resource)?.default_request
    }

    /// The limit that a `LimitRange` gives to containers that state none.
    pub fn default_limit(&self, in_namespace: &str, resource: &str) -> Option<Quantity> {
        self.container_limit(in_namespace, resource)?.default
    }
}

/// The amounts of a map that are quantities.
fn entries<'a>(object: &Object<'a>, map: &At<'_>) -> Vec<(&'a str, Quantity)> {
    let document = object.document;
    map.node
        .into_iter()
        .flat_map(|map| document.entries(map))
        .filter_map(|(key, value)| Some((document.text(key), Quantity::parse(document.text(value))?)))
        .collect()
}
