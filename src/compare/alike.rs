//! What two documents have in common, found in one go through both: the walk that tells differences passes over it.

use super::scalar;
use super::walk::Side;
use crate::yaml::{Kind, NodeId, Style};

/// Mappings and lists that are written alike in two documents, at the same place.
#[derive(Default)]
pub(super) struct Alike {
    /// For each old node, the new one that says the same.
    partners: Vec<Option<NodeId>>,
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
                    if done.is_same {
                        let at = done.old.index();
                        if alike.partners.len() <= at {
                            alike.partners.resize(at + 1, None);
                        }
                        alike.partners[at] = Some(done.new);
                    } else if let Some(above) = stack.last_mut() {
                        above.is_same = false;
                    }
                }
            }
        }
        alike
    }

    /// Whether two nodes are known to say the same.
    pub(super) fn are(&self, a: NodeId, b: NodeId) -> bool {
        self.partners.get(a.index()) == Some(&Some(b))
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
