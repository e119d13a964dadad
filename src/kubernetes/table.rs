//! What Kubernetes 1.21.2 says of its kinds, read in place from `schemas/kubernetes.bin` (layout:
//! `schemas/distil/schema.go`). Nothing is built or checked at start-up.

const BLOB: &[u8] = include_bytes!("../../schemas/kubernetes.bin");

/// Tables in the order of the blob's header.
#[derive(Clone, Copy)]
enum Table {
    Nodes,
    Fields,
    Keys,
    Kinds,
    Definitions,
    Scopes,
    Pool,
}

/// Who says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layer {
    /// Kubernetes.
    Kubernetes,
    /// kustomize, for its own configuration kinds: on top of whatever schema is in use.
    Kustomize,
}

/// A node of the blob: what is known of one field, kind or definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Node(u16);

fn u16_at(at: usize) -> u16 {
    BLOB.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn u32_at(at: usize) -> u32 {
    BLOB.get(at..at + 4).map_or(0, |bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn start(table: Table) -> usize {
    u32_at(table as usize * 4) as usize
}

fn rows(table: Table, width: usize) -> usize {
    (u32_at(table as usize * 4 + 4) as usize - start(table)) / width
}

fn bytes_at(at: usize) -> &'static [u8] {
    bytes_in(start(Table::Pool), at)
}

/// As [`bytes_at`], where the pool's beginning is known.
fn bytes_in(pool: usize, at: usize) -> &'static [u8] {
    let packed = u32_at(at) as usize;
    let from = pool + (packed >> 8);
    BLOB.get(from..from + (packed & 0xff)).unwrap_or_default()
}

fn text_at(at: usize) -> &'static str {
    std::str::from_utf8(bytes_at(at)).unwrap_or_default()
}

/// Finds the row of a sorted table for which `order` says equal.
fn find(mut low: usize, mut high: usize, order: impl Fn(usize) -> std::cmp::Ordering) -> Option<usize> {
    while low < high {
        let middle = usize::midpoint(low, high);
        match order(middle) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(middle),
        }
    }
    None
}

fn find_kind(table: Table, width: usize, api_version: &str, kind: &str) -> Option<usize> {
    let (first, pool) = (start(table), start(Table::Pool));
    let at = |row: usize| first + row * width;
    find(0, rows(table, width), |row| {
        let by_kind = bytes_in(pool, at(row)).cmp(kind.as_bytes());
        by_kind.then_with(|| bytes_in(pool, at(row) + 4).cmp(api_version.as_bytes()))
    })
    .map(at)
}

/// What is known of a kind.
pub(super) fn kind(api_version: &str, kind: &str) -> Option<(Node, Layer)> {
    find_kind(Table::Kinds, 11, api_version, kind).map(|at| (Node(u16_at(at + 8)), layer(at + 10)))
}

/// Whether objects of a kind have namespaces; `None` when the kind is not known.
pub(super) fn is_namespaced(api_version: &str, kind: &str) -> Option<bool> {
    find_kind(Table::Scopes, 9, api_version, kind).map(|at| BLOB.get(at + 8) == Some(&1))
}

/// The definition of a name.
pub(super) fn definition(name: &str) -> Option<(Node, Layer)> {
    let at = |row: usize| start(Table::Definitions) + row * 7;
    find(0, rows(Table::Definitions, 7), |row| bytes_at(at(row)).cmp(name.as_bytes()))
        .map(|row| (Node(u16_at(at(row) + 4)), layer(at(row) + 6)))
}

fn layer(at: usize) -> Layer {
    if BLOB.get(at) == Some(&1) { Layer::Kustomize } else { Layer::Kubernetes }
}

impl Node {
    fn number(self, column: usize) -> u16 {
        u16_at(start(Table::Nodes) + usize::from(self.0) * 12 + column * 2)
    }

    /// The field of a name; in a map, the values.
    pub(super) fn field(self, name: &str) -> Option<Node> {
        let (first, count) = (usize::from(self.number(0)), usize::from(self.number(1)));
        let at = |row: usize| start(Table::Fields) + row * 6;
        let found = find(first, first + count, |row| bytes_at(at(row)).cmp(name.as_bytes()));
        match (found, self.number(2)) {
            (Some(row), _) => Some(Node(u16_at(at(row) + 4))),
            (None, 0) => None,
            (None, values) => Some(Node(values - 1)),
        }
    }

    /// The items of a list.
    pub(super) fn items(self) -> Option<Node> {
        self.number(3).checked_sub(1).map(Node)
    }

    /// Merge keys joined by commas (none: by value), when lists are merged here.
    pub(super) fn merge_keys(self) -> Option<&'static str> {
        let entry = self.number(4).checked_sub(1)?;
        Some(text_at(start(Table::Keys) + usize::from(entry) * 4))
    }

    /// The name of the definition that this is, if it is one.
    pub(super) fn name(self) -> Option<&'static str> {
        let number = self.number(5).checked_sub(1)?;
        Some(text_at(start(Table::Definitions) + usize::from(number) * 7))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_from_a_kind_to_merge_keys() {
        let (deployment, layer) = kind("apps/v1", "Deployment").unwrap();
        assert_eq!(layer, Layer::Kubernetes);
        let pod =
            ["spec", "template", "spec"].iter().try_fold(deployment, |at, name| at.field(name)).unwrap();
        let containers = pod.field("containers").unwrap();
        assert_eq!(containers.merge_keys(), Some("name"));
        let ports = containers.items().unwrap().field("ports").unwrap();
        assert_eq!(ports.merge_keys(), Some("containerPort,protocol"));
        assert_eq!(containers.items().unwrap().field("args").unwrap().merge_keys(), None);
        assert_eq!(deployment.field("nothing"), None);
        let finalizers = deployment.field("metadata").unwrap().field("finalizers").unwrap();
        assert_eq!(finalizers.merge_keys(), Some(""));
        assert!(deployment.field("metadata").unwrap().field("labels").unwrap().field("any").is_some());
    }

    #[test]
    fn finds_every_row_of_the_sorted_tables() {
        for row in 0..rows(Table::Kinds, 11) {
            let at = start(Table::Kinds) + row * 11;
            assert_eq!(find_kind(Table::Kinds, 11, text_at(at + 4), text_at(at)), Some(at));
        }
        for row in 0..rows(Table::Definitions, 7) {
            let at = start(Table::Definitions) + row * 7;
            let (node, _) = definition(text_at(at)).unwrap();
            assert_eq!(node.name(), Some(text_at(at)));
        }
    }

    #[test]
    fn knows_scopes() {
        assert_eq!(is_namespaced("v1", "Namespace"), Some(false));
        assert_eq!(is_namespaced("apps/v1", "Deployment"), Some(true));
        assert_eq!(is_namespaced("storage.k8s.io/v1beta1", "CSIStorageCapacity"), Some(true));
        assert_eq!(is_namespaced("v1", "PodAttachOptions"), Some(true));
        assert_eq!(is_namespaced("example.com/v1", "Deployment"), None);
        assert_eq!(rows(Table::Scopes, 9), 82);
    }
}
