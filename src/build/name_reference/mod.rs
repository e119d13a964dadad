//! References follow names: where an object names another whose name has changed, the new name is written.
//!
//! Rules. For each kind that is named and each field in which objects name it (`nameReference`), every object of the
//! field's kind (that of its original id) is looked at, field by field in the order of the configuration; later
//! look-ups of an object see what earlier ones wrote into it. The field is a scalar (the name), a mapping with `name`
//! and perhaps `namespace`, or a sequence of these. Which object is meant is `candidates.rs`'s rule; several with
//! different names are refused.
//!
//! kustomize goes from object to object in the random order of a Go map. That shows only when a configuration names
//! `metadata/name` or the like as a reference; here all objects are then looked at as they were before.
//!
//! `apply(&mut set, &references, &mut context) -> Result<References>`

mod candidates;
mod plan;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{Gvk, NameReference, Scopes};
use crate::provenance::{Histories, HistoryId, StepId};
use crate::resource::{Context, IdHashes, Resource, ResourceSet, ScopeMemory, plain_means_string};
use crate::source::Place;
use crate::yaml::{Document, Kind, NodeId, Style, Tag};
use candidates::{Candidates, Facts, Found, Wanted};
use plan::{Filter, Plan, Walk};

/// From how many objects on it pays to work on them side by side.
const SIDE_BY_SIDE: usize = 512;

/// Who names whom, as positions in the set: referrer, referral.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// In the order of the referrers, and for each in the order in which they were found.
    pub pairs: Vec<(u32, u32)>,
}

impl References {
    /// Notes with each object which objects name it (kustomize's `refBy`).
    pub fn record(&self, set: &mut ResourceSet) {
        for (referrer, referral) in &self.pairs {
            let Some(id) = set.get(*referrer as usize).map(Resource::id) else { continue };
            if let Some(referral) = set.list_mut_keeping_ids().get_mut(*referral as usize) {
                referral.referred_by.push(id);
            }
        }
    }
}

/// What is to be written into a referrer.
enum Edit {
    Name { node: NodeId, referral: u32 },
    Namespace { node: NodeId, referral: u32 },
    AddNamespace { mapping: NodeId, referral: u32 },
    EmptySequence { node: NodeId },
}

#[derive(Default)]
struct Edits {
    list: Vec<Edit>,
    referrals: Vec<u32>,
}

/// Rewrites all references.
pub fn apply(
    set: &mut ResourceSet,
    references: &[NameReference],
    context: &mut Context,
) -> Result<References> {
    let step = context.steps.add("nameReference", Place::NONE);
    let scopes: &dyn Scopes = &context.schema;
    let facts = facts(set, scopes);
    let plans = Plans::new(references, &facts);
    let candidates = Candidates::new(&facts, &plans.named_kinds());
    let edits = edits(&facts, |facts, walk| match plans.of(facts) {
        Some(plan) => look(facts, plan, &candidates, walk),
        None => Ok(Edits::default()),
    })?;
    let touches_ids = plans.touch_ids();

    let mut found = References::default();
    let (mut named, mut placed): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    for (referrer, edits) in &edits {
        found.pairs.extend(edits.referrals.iter().map(|referral| (*referrer, *referral)));
        for edit in &edits.list {
            match edit {
                Edit::Name { referral, .. } => named.push(*referral),
                Edit::Namespace { referral, .. } | Edit::AddNamespace { referral, .. } => {
                    placed.push(*referral);
                }
                Edit::EmptySequence { .. } => {}
            }
        }
    }
    let names = Texts::of(set, named, "name");
    let namespaces = Texts::of(set, placed, "namespace");
    let mut next = edits.iter().peekable();
    let list = if touches_ids { set.list_mut() } else { set.list_mut_keeping_ids() };
    let mut todo: Vec<(&mut Resource, &Edits)> = (0u32..)
        .zip(list)
        .filter_map(|(position, resource)| {
            next.next_if(|(referrer, _)| *referrer == position).map(|(_, edits)| (resource, edits))
        })
        .collect();
    let write = |(resource, edits): &mut (&mut Resource, &Edits)| {
        for edit in &edits.list {
            edit.write(&mut resource.document, &names, &namespaces, step);
        }
        resource.note_identity();
    };
    if todo.len() < SIDE_BY_SIDE / 4 {
        todo.iter_mut().for_each(write);
    } else {
        todo.par_iter_mut().with_min_len(SIDE_BY_SIDE / 16).for_each(write);
    }
    Ok(found)
}

/// What is to be written into the objects into which something is, with their positions, rising. The fault told is that
/// of the first object.
fn edits<'f>(
    facts: &'f [Facts<'f>],
    look: impl Fn(&'f Facts<'f>, &mut Walk) -> Result<Edits> + Sync,
) -> Result<Vec<(u32, Edits)>> {
    let row = |(number, row): (usize, &'f [Facts<'f>])| {
        let (mut walk, mut found) = (Walk::default(), Vec::new());
        for (position, facts) in ((number * SIDE_BY_SIDE) as u32..).zip(row) {
            let edits = look(facts, &mut walk)?;
            if !edits.list.is_empty() || !edits.referrals.is_empty() {
                found.push((position, edits));
            }
        }
        Ok(found)
    };
    if facts.len() <= SIDE_BY_SIDE {
        return row((0, facts));
    }
    let rows: Vec<Result<Vec<(u32, Edits)>>> = facts.par_chunks(SIDE_BY_SIDE).enumerate().map(row).collect();
    let mut all = Vec::new();
    for row in rows {
        all.extend(row?);
    }
    Ok(all)
}

/// What counts of all objects; their ids are noted on the way.
fn facts<'s>(set: &'s ResourceSet, scopes: &dyn Scopes) -> Vec<Facts<'s>> {
    let start = || ScopeMemory::new(scopes);
    let look = |memory: &mut ScopeMemory<'s, '_>, resource: &'s Resource| {
        let facts = Facts::of(resource, memory);
        (facts, IdHashes::of(resource, &facts.id))
    };
    let (mut facts, mut ids) = (Vec::new(), Vec::new());
    if set.len() < SIDE_BY_SIDE {
        let mut memory = start();
        (facts, ids) = set.iter().map(|resource| look(&mut memory, resource)).unzip();
    } else {
        let list = set.list().par_iter().with_min_len(SIDE_BY_SIDE / 4);
        list.map_init(start, look).unzip_into_vecs(&mut facts, &mut ids);
    }
    set.note_ids(&ids);
    facts
}

/// The plans of all kinds that there are.
struct Plans<'c, 'a> {
    by_kind: FxHashMap<(&'a str, &'a str, &'a str), Plan<'c>>,
}

impl<'c, 'a> Plans<'c, 'a> {
    fn new(references: &'c [NameReference], facts: &[Facts<'a>]) -> Plans<'c, 'a> {
        let mut by_kind = FxHashMap::default();
        // Objects of one kind mostly share its text: the few texts seen last need no second look.
        let mut last = [(std::ptr::null(), std::ptr::null()); 8];
        for (number, facts) in facts.iter().enumerate() {
            let texts = (facts.id.version.as_ptr(), facts.original_kind.as_ptr());
            let key = (facts.id.group, facts.id.version, facts.original_kind);
            if facts.resource.document.notes().is_some() && last.contains(&texts) {
                continue;
            }
            last[number % 8] = texts;
            by_kind.entry(key).or_insert_with(|| Plan::new(references, key.0, key.1, key.2));
        }
        Plans { by_kind }
    }

    /// The kinds that any reference may name.
    fn named_kinds(&self) -> FxHashSet<&'c str> {
        #[expect(clippy::iter_over_hash_type, reason = "the order does not matter")]
        let of_all = |mut kinds: FxHashSet<&'c str>| {
            for plan in self.by_kind.values() {
                kinds.extend(plan.filters.iter().map(|filter| filter.referral.kind.as_str()));
            }
            kinds
        };
        of_all(FxHashSet::default())
    }

    /// Whether any reference could stand where the id of an object is made up.
    fn touch_ids(&self) -> bool {
        #[expect(clippy::iter_over_hash_type, reason = "the order does not matter")]
        for plan in self.by_kind.values() {
            if plan.touches_ids() {
                return true;
            }
        }
        false
    }

    fn of(&self, facts: &Facts<'a>) -> Option<&Plan<'c>> {
        let plan = self.by_kind.get(&(facts.id.group, facts.id.version, facts.original_kind))?;
        (!plan.filters.is_empty()).then_some(plan)
    }
}

/// One referrer while its references are looked up.
struct Look<'l, 'a, 'f> {
    facts: &'l Facts<'a>,
    candidates: &'l Candidates<'a, 'f>,
    subjects: Vec<String>,
    role_ref: Option<Gvk>,
    edits: Edits,
}

/// Looks up the references of one object.
fn look<'a>(
    facts: &Facts<'a>,
    plan: &Plan<'_>,
    candidates: &Candidates<'a, '_>,
    walk: &mut Walk,
) -> Result<Edits> {
    let document = &facts.resource.document;
    let subjects = if facts.id.kind == "RoleBinding" && !facts.cluster_scoped {
        subject_namespaces(document)?
    } else {
        Vec::new()
    };
    plan.walk(document, walk)?;
    let mut look =
        Look { facts, candidates, subjects, role_ref: role_ref(document), edits: Edits::default() };
    look.edits.list.extend(walk.empty.iter().map(|node| Edit::EmptySequence { node: *node }));
    for hit in &walk.hits {
        let Some(filter) = plan.filters.get(hit.filter as usize) else { continue };
        match document.kind(hit.node) {
            Kind::Scalar if document.is_null(hit.node) => {}
            Kind::Scalar => look.scalar(hit.node, filter)?,
            Kind::Mapping => look.mapping(hit.node, filter)?,
            Kind::Sequence => {
                for item in document.children(hit.node) {
                    match document.kind(item) {
                        Kind::Scalar if document.is_null(item) => {}
                        Kind::Scalar => look.scalar(item, filter)?,
                        Kind::Mapping => look.mapping(item, filter)?,
                        Kind::Sequence | Kind::Alias => {
                            return misplaced(
                                document,
                                item,
                                filter,
                                "expected a name or a mapping with one",
                            );
                        }
                    }
                }
            }
            Kind::Alias => {
                return misplaced(document, hit.node, filter, "expected a name, a sequence or a mapping");
            }
        }
    }
    Ok(look.edits)
}

fn misplaced(document: &Document, node: NodeId, filter: &Filter<'_>, label: &str) -> Result<Edits> {
    Diagnostic::error("bad-reference", format!("`{}` does not lead to a name", filter.path))
        .at(document.place(node), label)
        .fail()
}

impl<'a> Look<'_, 'a, '_> {
    /// The text of a scalar after what earlier look-ups of this object will write into it.
    fn text(&self, node: NodeId) -> &'a str {
        let written = self.edits.list.iter().rev().find_map(|edit| match edit {
            Edit::Name { node: n, referral } if *n == node => self.candidates.name(*referral),
            Edit::Namespace { node: n, referral } if *n == node => self.candidates.namespace(*referral),
            _ => None,
        });
        written.unwrap_or_else(|| self.facts.resource.document.text(node))
    }

    fn scalar(&mut self, node: NodeId, filter: &Filter<'_>) -> Result<()> {
        let name = self.text(node);
        let Some(referral) = self.referral(name, None, filter, node, |a, b| a.name() == b.name())? else {
            return Ok(());
        };
        if self.candidates.name(referral) != Some(name) {
            self.edits.list.push(Edit::Name { node, referral });
        }
        Ok(())
    }

    fn mapping(&mut self, mapping: NodeId, filter: &Filter<'_>) -> Result<()> {
        let document = &self.facts.resource.document;
        let Some(node) = document.get(mapping, "name") else {
            return Diagnostic::error(
                "bad-reference",
                format!("`{}` leads to a mapping without `name`", filter.path),
            )
            .at(document.place(mapping), "no `name` here")
            .fail();
        };
        let beside = document.get(mapping, "namespace");
        let (name, namespace) = (self.text(node), beside.map(|node| self.text(node)));
        let same = |a: &Resource, b: &Resource| a.name() == b.name() && a.namespace() == b.namespace();
        let Some(referral) = self.referral(name, namespace, filter, node, same)? else { return Ok(()) };
        let new_namespace = self.candidates.namespace(referral).unwrap_or_default();
        if self.candidates.name(referral) != Some(name) || !new_namespace.is_empty() {
            self.edits.list.push(Edit::Name { node, referral });
        }
        if !new_namespace.is_empty() {
            self.edits.list.push(match beside {
                Some(node) => Edit::Namespace { node, referral },
                None => Edit::AddNamespace { mapping, referral },
            });
        }
        Ok(())
    }

    fn referral(
        &mut self,
        name: &str,
        namespace: Option<&str>,
        filter: &Filter<'_>,
        node: NodeId,
        same: impl Fn(&Resource, &Resource) -> bool,
    ) -> Result<Option<u32>> {
        let wanted = Wanted {
            name,
            referral: filter.referral,
            role_ref: if filter.in_role_ref { self.role_ref.as_ref() } else { None },
            referrer: self.facts,
            subjects: &self.subjects,
            namespace,
        };
        match self.candidates.find(&wanted, same) {
            Found::None => Ok(None),
            Found::One(position) => {
                self.edits.referrals.push(position);
                Ok(Some(position))
            }
            Found::Several(positions) => {
                let kind = &filter.referral.kind;
                let mut fault = Diagnostic::error(
                    "ambiguous-reference",
                    format!("{} objects could be the {kind} `{name}` that is named here", positions.len()),
                )
                .at(self.facts.resource.document.place(node), "named here");
                for resource in positions.iter().filter_map(|position| self.candidates.resource(*position)) {
                    fault = fault.at(resource.name_place(), format!("`{}` could be meant", resource.name()));
                }
                fault.hint("give the objects different names, or the reference the name that is meant in the end").fail()
            }
        }
    }
}

/// Namespaces of the service accounts in the subjects of a RoleBinding. Where kustomize crashes, this refuses.
fn subject_namespaces(document: &Document) -> Result<Vec<String>> {
    let mut namespaces = Vec::new();
    let Some(subjects) = document.try_root().and_then(|root| document.get(root, "subjects")) else {
        return Ok(namespaces);
    };
    if document.kind(subjects) != Kind::Sequence {
        return Ok(namespaces);
    }
    let is_text = |node| {
        use crate::yaml::{Dialect, Value, resolve};
        matches!(resolve::scalar(document, node, Dialect::V3), Ok(Value::Text(_)))
            && document.kind(node) == Kind::Scalar
    };
    let refuse = |node, label: &str| {
        Diagnostic::error("bad-subject", "a subject of a RoleBinding is not what it should be")
            .at(document.place(node), label)
            .fail()
    };
    for subject in document.children(subjects) {
        if document.kind(subject) != Kind::Mapping {
            return refuse(subject, "expected a mapping");
        }
        let (Some(namespace), Some(kind)) =
            (document.get(subject, "namespace"), document.get(subject, "kind"))
        else {
            continue;
        };
        if !is_text(kind) {
            return refuse(kind, "expected text");
        }
        if document.text(kind) == "ServiceAccount" {
            if !is_text(namespace) {
                return refuse(namespace, "expected text");
            }
            namespaces.push(document.text(namespace).to_owned());
        }
    }
    Ok(namespaces)
}

/// Group and kind of a `roleRef`, when both are there.
fn role_ref(document: &Document) -> Option<Gvk> {
    let role_ref = document.get(document.try_root()?, "roleRef")?;
    let group = document.get(role_ref, "apiGroup")?;
    let kind = document.get(role_ref, "kind")?;
    Some(Gvk {
        group: document.text(group).to_owned(),
        version: String::new(),
        kind: document.text(kind).to_owned(),
    })
}

/// The names (or namespaces) of the objects that are named, with what is known of them: in parts, gathered side by
/// side.
struct Texts(Vec<SomeTexts>);

struct SomeTexts {
    /// Positions in the set, rising.
    positions: Vec<u32>,
    /// For each: where its text ends.
    ends: Vec<(u32, HistoryId)>,
    joined: String,
    histories: Histories,
}

impl Texts {
    fn of(set: &ResourceSet, mut positions: Vec<u32>, field: &str) -> Texts {
        positions.sort_unstable();
        positions.dedup();
        let part = |positions: &[u32]| SomeTexts::of(set, positions.to_vec(), field);
        Texts(if positions.len() <= SIDE_BY_SIDE {
            vec![part(&positions)]
        } else {
            positions.par_chunks(SIDE_BY_SIDE).map(part).collect()
        })
    }

    fn get(&self, position: u32) -> Option<(&str, &Histories, HistoryId)> {
        let behind = self.0.partition_point(|part| part.positions.first().is_some_and(|p| *p <= position));
        self.0.get(behind.checked_sub(1)?)?.get(position)
    }
}

impl SomeTexts {
    fn of(set: &ResourceSet, positions: Vec<u32>, field: &str) -> SomeTexts {
        let mut texts = SomeTexts {
            ends: Vec::with_capacity(positions.len()),
            joined: String::with_capacity(positions.len() * 16),
            histories: Histories::default(),
            positions,
        };
        for position in &texts.positions {
            let mut history = HistoryId::default();
            if let Some(resource) = set.get(*position as usize) {
                let document = &resource.document;
                let node = document.try_root().and_then(|root| document.at(root, &["metadata", field]));
                if let Some(node) = node.filter(|node| !document.is_null(*node)) {
                    texts.joined.push_str(document.text(node));
                    history = document.history(document.origin(node), &mut texts.histories);
                }
            }
            texts.ends.push((texts.joined.len() as u32, history));
        }
        texts
    }

    fn get(&self, position: u32) -> Option<(&str, &Histories, HistoryId)> {
        let at = self.positions.binary_search(&position).ok()?;
        let (end, history) = *self.ends.get(at)?;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        Some((self.joined.get(start as usize..end as usize)?, &self.histories, history))
    }
}

impl Edit {
    /// kustomize sets a new node: its style is the old one's, its tag is forgotten.
    fn write(&self, document: &mut Document, names: &Texts, namespaces: &Texts, step: StepId) {
        let mut editor = document.edit(step);
        let (node, referral, texts) = match self {
            Edit::Name { node, referral } => (*node, *referral, names),
            Edit::Namespace { node, referral } => (*node, *referral, namespaces),
            Edit::AddNamespace { mapping, referral } => {
                let Some((text, histories, history)) = namespaces.get(*referral) else { return };
                let from = editor.enter(histories, history);
                let style = if plain_means_string(text) { Style::Plain } else { Style::DoubleQuoted };
                let node = editor.scalar_from(text, Tag::Implicit, style, from);
                editor.insert_text_key(*mapping, "namespace", node);
                return;
            }
            Edit::EmptySequence { node } => {
                editor.set_empty(*node, Kind::Sequence, Tag::Implicit);
                return;
            }
        };
        let Some((text, histories, history)) = texts.get(referral) else { return };
        if editor.document().text(node) != text {
            let from = editor.enter(histories, history);
            editor.set_text_from(node, text, from);
        }
        editor.set_tag(node, Tag::Implicit);
    }
}
