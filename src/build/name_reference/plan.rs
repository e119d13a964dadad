//! The fields in which objects of one kind may name others: all field specs of that kind as one tree of paths, so that
//! an object is walked once. What a path means is `transform::field_spec`'s rule; nothing is ever made.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{Gvk, NameReference};
use crate::transform::field_spec::{is_integer, split_path, touches_ids};
use crate::yaml::{Document, Kind, NodeId};

/// One field spec of one referral.
#[derive(Debug)]
pub(super) struct Filter<'c> {
    /// What is named.
    pub(super) referral: &'c Gvk,
    /// Where.
    pub(super) path: &'c str,
    /// The field stands in a `roleRef`, whose group and kind count.
    pub(super) in_role_ref: bool,
    /// What is written there could change the id of the object.
    pub(super) touches_ids: bool,
}

/// The filters for the objects of one kind, in kustomize's order.
#[derive(Debug, Default)]
pub(super) struct Plan<'c> {
    pub(super) filters: Vec<Filter<'c>>,
    branches: Vec<Branch>,
    /// Where a part leads from a branch that has many.
    crowded: FxHashMap<(usize, String, bool), usize>,
}

/// From how many branches on it pays to look them up.
const CROWD: usize = 32;

#[derive(Debug, Default)]
struct Branch {
    part: String,
    /// `part[]`: a null there becomes an empty sequence.
    sequence: bool,
    /// kustomize's look-up refuses such a part in a mapping.
    odd: bool,
    below: Vec<u32>,
    /// Filters whose path ends here.
    filters: Vec<u32>,
}

/// A field that a filter names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Hit {
    pub(super) filter: u32,
    pub(super) order: u32,
    pub(super) node: NodeId,
}

/// What a walk found; kept from object to object.
#[derive(Default)]
pub(super) struct Walk {
    /// Sorted by filter, then as they stand.
    pub(super) hits: Vec<Hit>,
    /// Nulls that become empty sequences.
    pub(super) empty: Vec<NodeId>,
    trail: Vec<(u32, NodeId, bool)>,
}

impl<'c> Plan<'c> {
    /// The plan for objects whose original id has this group, version and kind.
    pub(super) fn new(references: &'c [NameReference], group: &str, version: &str, kind: &str) -> Plan<'c> {
        let mut plan = Plan::default();
        for reference in references {
            for field in &reference.fields {
                if field.gvk.selects(group, version, kind) {
                    plan.add(&reference.referral, &field.path);
                }
            }
        }
        plan
    }

    fn add(&mut self, referral: &'c Gvk, path: &'c str) {
        if self.branches.is_empty() {
            self.branches.push(Branch::default());
        }
        let mut at = 0;
        for text in split_path(path, "/") {
            let (name, sequence) =
                text.strip_suffix("[]").map_or((text.as_str(), false), |name| (name, true));
            let part = name.trim();
            let below = &self.branches[at].below;
            let known = if below.len() < CROWD {
                let same =
                    |b: &usize| self.branches[*b].part == part && self.branches[*b].sequence == sequence;
                below.iter().map(|b| *b as usize).find(same)
            } else {
                if below.len() == CROWD {
                    let keys = below.iter().map(|b| (*b as usize, &self.branches[*b as usize]));
                    let keys = keys.map(|(b, branch)| ((at, branch.part.clone(), branch.sequence), b));
                    self.crowded.extend(keys);
                }
                self.crowded.get(&(at, part.to_owned(), sequence)).copied()
            };
            at = known.unwrap_or_else(|| {
                let odd = name.is_empty()
                    || matches!(part, "-" | "*")
                    || is_integer(part)
                    || (part.starts_with('[') && part.ends_with(']'));
                let new = self.branches.len();
                self.branches.push(Branch { part: part.to_owned(), sequence, odd, ..Branch::default() });
                self.branches[at].below.push(new as u32);
                if self.branches[at].below.len() > CROWD {
                    self.crowded.insert((at, part.to_owned(), sequence), new);
                }
                new
            });
        }
        self.branches[at].filters.push(self.filters.len() as u32);
        let in_role_ref = path.ends_with("roleRef/name");
        self.filters.push(Filter { referral, path, in_role_ref, touches_ids: touches_ids(path) });
    }

    /// Whether any of the fields could make up the id of an object.
    pub(super) fn touches_ids(&self) -> bool {
        self.filters.iter().any(|filter| filter.touches_ids)
    }

    /// Finds the fields of an object.
    pub(super) fn walk(&self, document: &Document, walk: &mut Walk) -> Result<()> {
        walk.hits.clear();
        walk.empty.clear();
        walk.trail.clear();
        let Some(root) = document.try_root().filter(|_| !self.filters.is_empty()) else { return Ok(()) };
        walk.trail.push((0, root, true));
        while let Some((at, node, arrived)) = walk.trail.pop() {
            let Some(branch) = self.branches.get(at as usize) else { continue };
            if arrived {
                for filter in &branch.filters {
                    let order = walk.hits.len() as u32;
                    walk.hits.push(Hit { filter: *filter, order, node });
                }
            }
            if branch.below.is_empty() {
                continue;
            }
            match document.kind(node) {
                Kind::Sequence => {
                    let start = walk.trail.len();
                    walk.trail.extend(document.children(node).map(|item| (at, item, false)));
                    walk.trail[start..].reverse();
                }
                Kind::Mapping => self.descend(document, node, branch, walk)?,
                Kind::Scalar if document.is_null(node) => {}
                Kind::Scalar | Kind::Alias => return self.through_scalar(document, node, branch),
            }
        }
        walk.hits.sort_unstable();
        Ok(())
    }

    fn descend(&self, document: &Document, mapping: NodeId, branch: &Branch, walk: &mut Walk) -> Result<()> {
        for below in branch.below.iter().rev() {
            let Some(next) = self.branches.get(*below as usize) else { continue };
            if next.odd {
                let message = format!("`{}` cannot be looked up in a mapping", next.part);
                return Diagnostic::error("bad-field-spec", message)
                    .at(document.place(mapping), "in this mapping")
                    .while_doing(format!("considering name reference `{}`", self.path_through(*below)))
                    .fail();
            }
            // A part of blanks only names nothing, so the walk goes on from where it is.
            let field = if next.part.is_empty() { Some(mapping) } else { document.get(mapping, &next.part) };
            let Some(field) = field else { continue };
            if next.sequence && document.is_null(field) {
                walk.empty.push(field);
                continue;
            }
            walk.trail.push((*below, field, true));
        }
        Ok(())
    }

    fn through_scalar(&self, document: &Document, node: NodeId, branch: &Branch) -> Result<()> {
        let below = branch.below.first().copied().unwrap_or(0);
        let part = self.branches.get(below as usize).map_or("", |next| next.part.as_str());
        Diagnostic::error(
            "field-spec-through-scalar",
            format!(
                "expected a mapping or sequence to look for `{part}` in, found `{}`",
                document.text(node)
            ),
        )
        .at(document.place(node), "a scalar stands here")
        .while_doing(format!("considering name reference `{}`", self.path_through(below)))
        .fail()
    }

    /// The path of a filter that leads through a branch.
    fn path_through(&self, branch: u32) -> &str {
        let mut at = branch;
        while let Some(branch) = self.branches.get(at as usize) {
            if let Some(filter) = branch.filters.first() {
                return self.filters.get(*filter as usize).map_or("", |filter| filter.path);
            }
            match branch.below.first() {
                Some(below) => at = *below,
                None => break,
            }
        }
        ""
    }
}
