//! What two documents have in common, found in one go through both: the walk that tells differences passes over it.

use super::scalar;
use super::walk::Side;
use crate::yaml::{Kind, NodeId, Style};

/// Mappings and lists that stand at the same place in two documents, and whether they are written alike.
#[derive(Default)]
pub(super) struct Alike {
    /// For each old node, the new one that it was held against, and whether that says the same.
    partners: Vec<Option<(NodeId, bool)>>,
}

/// A mapping or list whose members are being compared.
struct Open<X, Y> {
    old: NodeId,
    new: NodeId,
    members: std::iter::Zip<X, Y>,
    is_same: bool,
}

impl Alike {
    /// Holds two nodes against each other, member by member in their order.
    pub(super) fn of(old: Side<'_>, a: NodeId, new: Side<'_>, b: NodeId) -> Alike {
        let mut alike = Alike::default();
        if !is_same(old, a, new, b) || old.document.kind(a) == Kind::Scalar {
            return alike;
        }
        let open = |old_node, new_node| Open {
            old: old_node,
            new: new_node,
            members: old.document.children(old_node).zip(new.document.children(new_node)),
            is_same: true,
        };
        let mut stack = vec![open(a, b)];
        while let Some(top) = stack.last_mut() {
            match top.members.next() {
                Some((x, y)) if !is_same(old, x, new, y) => top.is_same = false,
                Some((x, y)) => {
                    if !matches!(old.document.kind(x), Kind::Scalar | Kind::Alias) {
                        stack.push(open(x, y));
                    }
                }
                None => {
                    let Some(done) = stack.pop() else { break };
                    let at = done.old.index();
                    if alike.partners.len() <= at {
                        alike.partners.resize(at + 1, None);
                    }
                    alike.partners[at] = Some((done.new, done.is_same));
                    if let Some(above) = stack.last_mut() {
                        above.is_same &= done.is_same;
                    }
                }
            }
        }
        alike
    }

    /// Whether two nodes are known to say the same.
    pub(super) fn are(&self, a: NodeId, b: NodeId) -> bool {
        self.tells(a, b) == Some(true)
    }

    /// Whether two nodes say the same, where they were held against each other.
    pub(super) fn tells(&self, a: NodeId, b: NodeId) -> Option<bool> {
        self.partners
            .get(a.index())
            .copied()
            .flatten()
            .filter(|(partner, _)| *partner == b)
            .map(|(_, same)| same)
    }
}

/// Whether two nodes are written alike, but for what is in them.
pub(super) fn is_same(old: Side<'_>, a: NodeId, new: Side<'_>, b: NodeId) -> bool {
    let (x, y) = (old.document, new.document);
    let kind = x.kind(a);
    if kind != y.kind(b) || x.tag(a) != y.tag(b) || x.len(a) != y.len(b) || x.text(a) != y.text(b) {
        return false;
    }
    if kind == Kind::Scalar
        && ((x.style(a) == Style::Plain) != (y.style(b) == Style::Plain) || old.dialect != new.dialect)
        && !scalar::same(None, old.scalar(a), new.scalar(b))
    {
        return false;
    }
    match (x.key(a), y.key(b)) {
        (Some(key), Some(other)) => x.text(key) == y.text(other),
        _ => true,
    }
}
