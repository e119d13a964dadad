//! Read-only rules over objects, in families: what the API server refuses (`schema`, `server`, `api-version`), and what no
//! server can see. Rules read nodes through an [`At`], which knows its path, and tell [`Finding`]s.
//!
//! Order for one object, as the server has it: decode strictly (`schema/`) → defaults and strategy (inside the rules that
//! depend on them) → validation (`server/`, one file a kind or shared type). Server rules run on objects whose decoding
//! failed in no way that would hide the field they read.

mod api_version;
mod at;
pub mod cel;
pub mod custom;
mod finding;
mod gradual;
mod kind_slots;
mod object;
mod pattern;
mod pins;
mod plan;
mod pod;
mod pod_security;
mod policy;
mod reference;
pub mod rules;
pub mod schema;
pub mod server;
mod set;
mod told;

use rayon::prelude::*;

use plan::{Plan, Which};

pub use at::{At, Path};
pub use finding::{Family, Finding, Level};
pub use gradual::{Gradual, Rest};
pub use object::Object;
pub use pattern::matches_pattern;
pub use pins::capacity::{Capacity, QuotaLine, Workload, capacity, shown as shown_amount};
pub use pod::{Container, Pod, Role};
pub use pod_security::{Asked, Standard};
pub use set::{Label, Limit, Limited, Made, Scaler, Set};
pub use told::Told;

/// The newest Kubernetes minor version that is known (1.37).
pub const NEWEST: u32 = 37;
/// The oldest one (1.24).
pub const OLDEST: u32 = 24;

/// The minor version of `1.31`, `v1.31.2` or `1.31.0-gke.1`, when it is known here.
pub fn minor_version(version: &str) -> Option<u32> {
    let plain = version.strip_prefix('v').unwrap_or(version);
    let minor = plain.strip_prefix("1.")?.split(['.', '-', '+']).next()?;
    minor.parse().ok().filter(|minor| (OLDEST..=NEWEST).contains(minor))
}

/// What to check and against what.
#[derive(Clone, Debug)]
pub struct Options {
    /// Minor version of Kubernetes: 24 to 37.
    pub kubernetes_minor: u32,
    /// Families to run; empty: all.
    pub only: Vec<Family>,
    /// Families not to run.
    pub skip: Vec<Family>,
    /// What is merely unknown or absent is an error.
    pub strict: bool,
    /// Whether the objects are all that belong together: false for lone files, whose partners may stand elsewhere.
    pub whole_set: bool,
    /// Objects that exist outside of the set.
    pub external: Vec<External>,
    /// The Pod Security Standard that was asked for, beside those that namespaces ask for.
    pub pod_security: Option<Asked>,
    /// Levels that the configuration gives to rules, by id; `None` turns a rule off.
    pub levels: Vec<(String, Option<Level>)>,
    /// JSON schemas of kinds that nothing else is known of.
    pub schemas: std::sync::Arc<custom::Catalogue>,
}

/// Objects that are known to exist outside of the set. Empty texts and `*` stand for any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct External {
    /// The kind: `Secret`.
    pub kind: String,
    /// The namespace.
    pub namespace: String,
    /// The name; a `*` in it stands for any text.
    pub name: String,
}

impl External {
    /// Whether it stands for this object.
    pub fn is(&self, kind: &str, namespace: &str, name: &str) -> bool {
        let fits = |pattern: &str, text: &str| pattern.is_empty() || stands_for(pattern, text);
        let place = if namespace.is_empty() { "default" } else { namespace };
        fits(&self.kind, kind)
            && fits(&self.name, name)
            && (fits(&self.namespace, place) || namespace.is_empty())
    }
}

/// Whether a pattern whose `*` stands for any text fits.
fn stands_for(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    true
}

impl Default for Options {
    fn default() -> Options {
        Options {
            kubernetes_minor: NEWEST,
            only: Vec::new(),
            skip: Vec::new(),
            strict: false,
            whole_set: true,
            external: Vec::new(),
            pod_security: None,
            levels: Vec::new(),
            schemas: std::sync::Arc::default(),
        }
    }
}

impl Options {
    /// Whether a family is to run.
    pub fn runs(&self, family: Family) -> bool {
        (self.only.is_empty() || self.only.contains(&family)) && !self.skip.contains(&family)
    }

    /// The level that the configuration gives to a rule (`Some(None)`: off); `None` when it says nothing of it.
    pub fn level_of(&self, rule: &str) -> Option<Option<Level>> {
        self.levels.iter().rev().find(|(id, _)| id == rule).map(|(_, level)| *level)
    }
}

/// The findings in a set of objects, each with the number of its object; by object, then in the order of the rules.
/// `definitions`: `CustomResourceDefinition` objects from elsewhere; those among the objects count as well.
pub fn check(objects: &[Object<'_>], definitions: &[Object<'_>], options: &Options) -> Vec<(usize, Finding)> {
    let each = |found: &mut Vec<_>, number, findings: &mut Vec<Finding>| {
        found.extend(findings.drain(..).map(|finding| (number, finding)));
    };
    check_each(objects, definitions, options, Vec::new, each).into_iter().flatten().collect()
}

/// The largest number of objects that are seen to in one go.
const MANY: usize = 256;

/// As [`check`], but hands the findings of each object over as soon as they are there: objects are seen to in groups
/// side by side, `start` gives what a group begins with, and the groups come back in order.
pub fn check_each<S: Send>(
    objects: &[Object<'_>],
    definitions: &[Object<'_>],
    options: &Options,
    start: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, usize, &mut Vec<Finding>) + Sync,
) -> Vec<S> {
    let custom = custom::Definitions::new(objects, definitions);
    let plan = Plan::new(options);
    let set = if plan.is_empty() { Set::new(&[]) } else { Set::new(objects) };
    let size = (objects.len() / (8 * rayon::current_num_threads())).clamp(1, MANY);
    objects
        .par_chunks(size)
        .enumerate()
        .map(|(group, some)| {
            let mut state = start();
            let mut findings = Vec::new();
            for (number, object) in some.iter().enumerate() {
                let number = group * size + number;
                check_object(object, &custom, options, &mut findings);
                if !plan.is_empty() {
                    plan.check(number, object, &set, Which::All, &mut findings);
                }
                each(&mut state, number, &mut findings);
                findings.clear();
            }
            state
        })
        .collect()
}

/// What the families `schema` and `server` find in one object of a built-in kind.
pub fn check_alone(object: &Object<'_>, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_object(object, &custom::Definitions::default(), options, &mut findings);
    findings.retain(|finding| matches!(finding.family, Family::Schema | Family::Server));
    findings
}

/// Adds the findings of the rules that look at one object alone.
fn check_object(
    object: &Object<'_>,
    custom: &custom::Definitions<'_>,
    options: &Options,
    findings: &mut Vec<Finding>,
) {
    // Whether a definition knows the kind, so that its reader checks the whole object.
    let is_defined = custom.knows(object);
    let is_custom = is_defined || options.schemas.knows(object);
    check_kind(object, is_custom, options, findings);
    if is_defined {
        custom.check(object, options, findings);
    } else if is_custom {
        options.schemas.check(object, options, findings);
    }
}

/// Adds the findings of the rules that look at one object alone and at what Kubernetes knows of its kind.
fn check_kind(object: &Object<'_>, is_custom: bool, options: &Options, findings: &mut Vec<Finding>) {
    if options.runs(Family::Schema) {
        schema::check(object, options, is_custom, findings);
    }
    if options.runs(Family::ApiVersion) {
        api_version::check(object, options, is_custom, findings);
    }
    // What says no kind is no object: that has been told.
    if options.runs(Family::Server) && !object.kind.is_empty() {
        server::check(object, options.kubernetes_minor, findings);
    }
}
