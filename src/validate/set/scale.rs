//! What scales workloads: `HorizontalPodAutoscaler` objects, and KEDA's `ScaledObject`.

use super::{Key, Set, group, namespace};
use crate::validate::Object;

/// What scales a workload.
#[derive(Clone, Copy, Debug)]
pub struct Scaler<'a> {
    /// The object.
    pub object: &'a Object<'a>,
    /// The fewest replicas.
    pub minimum: i64,
    /// The most.
    pub maximum: i64,
}

impl<'a> Set<'a> {
    pub(super) fn index_scalers(&mut self) {
        for kind in ["HorizontalPodAutoscaler", "ScaledObject"] {
            let numbers: Vec<usize> = self.numbers(kind).collect();
            for number in numbers {
                let object = &self.objects[number];
                if let Some(key) = target(object) {
                    self.scalers.entry(key).or_default().push(number as u32);
                }
            }
        }
    }

    /// What scales an object: usually nothing or one thing.
    pub fn scalers_of(&self, object: &Object<'_>) -> impl Iterator<Item = Scaler<'a>> + use<'a> {
        let key = Key {
            group: object.group,
            kind: object.kind,
            namespace: namespace(object.namespace),
            name: object.name,
        };
        let found = self.scalers.get(&key).map(Vec::as_slice).unwrap_or_default();
        let (objects, numbers): (_, Vec<u32>) = (self.objects, found.to_vec());
        numbers.into_iter().map(move |number| scaler(&objects[number as usize]))
    }

    /// How few replicas an object may have: the least of its scaler, else what it says, else one.
    pub fn fewest_replicas(&self, object: &Object<'_>) -> i64 {
        self.scalers_of(object)
            .map(|scaler| scaler.minimum)
            .min()
            .unwrap_or_else(|| replicas(object).unwrap_or(1))
    }

    /// How many replicas an object may have.
    pub fn most_replicas(&self, object: &Object<'_>) -> i64 {
        self.scalers_of(object)
            .map(|scaler| scaler.maximum)
            .max()
            .unwrap_or_else(|| replicas(object).unwrap_or(1))
    }
}

/// `spec.replicas`, where it is written.
pub(in crate::validate) fn replicas(object: &Object<'_>) -> Option<i64> {
    let root = object.at();
    let spec = root.field("spec");
    spec.field("replicas").integer()
}

/// What a scaler is aimed at.
fn target<'a>(object: &'a Object<'a>) -> Option<Key<'a>> {
    let document = object.document;
    let root = document.try_root()?;
    let reference = document.at(root, &["spec", "scaleTargetRef"])?;
    let [api_version, kind, name] = document
        .get_each(reference, ["apiVersion", "kind", "name"])
        .map(|node| node.map_or("", |node| document.text(node)));
    let keda = object.kind == "ScaledObject";
    let (api_version, kind) = match (api_version, kind) {
        ("", "") if keda => ("apps/v1", "Deployment"),
        ("", kind) if keda => ("apps/v1", kind),
        given => given,
    };
    Some(Key { group: group(api_version), kind, namespace: namespace(object.namespace), name })
}

fn scaler<'a>(object: &'a Object<'a>) -> Scaler<'a> {
    let root = object.at();
    let spec = root.field("spec");
    let (least, most, minimum, maximum) = if object.kind == "ScaledObject" {
        ("minReplicaCount", "maxReplicaCount", 0, 100)
    } else {
        ("minReplicas", "maxReplicas", 1, 1)
    };
    let minimum = spec.field(least).integer().unwrap_or(minimum);
    let maximum = spec.field(most).integer().unwrap_or(maximum).max(minimum);
    Scaler { object, minimum, maximum }
}
