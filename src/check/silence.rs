//! Rules silenced for single objects: by the annotation `citadel.dev/ignore.RULE: reason`, by `ignore` in citadel.yaml,
//! and by the annotations of kube-linter, kube-score and Polaris for the rules that came from them. A silence without
//! a reason and one that silences nothing are findings themselves.

use crate::project::Ignore;
use crate::validate::rules::{self, Rule};
use crate::validate::{At, Family, Finding, Level, Object, Options, matches_pattern};

/// What the annotation begins with.
const OURS: &str = "citadel.dev/ignore.";

/// What the annotations of the other linters begin with.
const THEIRS: &[&str] = &[
    "ignore-check.kube-linter.io/",
    "kube-linter.io/ignore-all",
    "kube-score/ignore",
    "polaris.fairwinds.com/",
];

/// Whether an object may have annotations that silence rules.
pub(super) fn may_silence(object: &Object<'_>) -> bool {
    let root = object.at();
    let metadata = root.field("metadata");
    let annotations = metadata.field("annotations");
    annotations
        .entries()
        .any(|(key, _)| key.starts_with(OURS) || THEIRS.iter().any(|theirs| key.starts_with(theirs)))
}

/// One silence of an object.
struct Silence<'a> {
    /// The rule's id or old name as written.
    name: &'a str,
    /// The ids that this means.
    ids: Vec<&'static str>,
    reason: &'a str,
    at: At<'a>,
    used: bool,
}

/// What a project file silences, and which of it was of use.
pub(super) struct Ignores<'a> {
    list: &'a [Ignore],
    /// Whether an object was met that it is about, and whether that silenced something.
    met: Vec<(bool, bool)>,
}

impl<'a> Ignores<'a> {
    pub(super) fn new(list: &'a [Ignore]) -> Ignores<'a> {
        Ignores { list, met: vec![(false, false); list.len()] }
    }

    /// Adds what was met elsewhere.
    pub(super) fn join(&mut self, other: &Ignores<'_>) {
        for (own, other) in self.met.iter_mut().zip(&other.met) {
            own.0 |= other.0;
            own.1 |= other.1;
        }
    }

    /// What is wrong with the silences themselves: the place in the project file and a sentence.
    pub(super) fn faults(&self) -> impl Iterator<Item = (&'a Ignore, &'static str, String)> + '_ {
        self.list.iter().zip(&self.met).filter_map(|(ignore, (met, used))| {
            if rules::named(&ignore.rule).is_empty() {
                return Some((
                    ignore,
                    "silence-unknown-rule",
                    format!("no rule is called `{}`", ignore.rule),
                ));
            }
            if ignore.reason.trim().is_empty() {
                let message = format!("`{}` is silenced without a reason", ignore.rule);
                return Some((ignore, "silence-without-reason", message));
            }
            let message = format!("`{}` has nothing to say about these objects", ignore.rule);
            (*met && !used).then_some((ignore, "silence-without-finding", message))
        })
    }
}

/// Takes out of an object's findings those that are silenced, and adds what is wrong with its silences.
pub(super) fn apply(
    object: &Object<'_>,
    findings: &mut Vec<Finding>,
    ignores: &mut Ignores<'_>,
    options: &Options,
) {
    for (ignore, met) in ignores.list.iter().zip(&mut ignores.met) {
        let about = (ignore.kind.is_empty() || ignore.kind == object.kind)
            && matches_pattern(&ignore.namespace, object.namespace)
            && matches_pattern(&ignore.name, object.name);
        if !about {
            continue;
        }
        // Without a reason it silences nothing, and is told.
        if ignore.reason.trim().is_empty() {
            continue;
        }
        let ids = rules::named(&ignore.rule);
        met.0 |= ids.iter().any(|rule| options.runs(rule.family));
        let before = findings.len();
        findings.retain(|finding| !ids.iter().any(|rule| rule.id == finding.rule));
        met.1 |= findings.len() < before;
    }
    let root = object.at();
    let metadata = root.field("metadata");
    let annotations = metadata.field("annotations");
    if !annotations.is_there() {
        return;
    }
    let mut silences: Vec<Silence<'_>> = Vec::new();
    for (key, value) in annotations.entries() {
        if let Some(name) = key.strip_prefix(OURS) {
            let ids = rules::named(name).iter().map(|rule| rule.id).collect();
            silences.push(Silence { name, ids, reason: value.text(), at: value, used: false });
        } else {
            theirs(key, value.text(), findings);
        }
    }
    for silence in silences.iter_mut().filter(|silence| !silence.reason.trim().is_empty()) {
        let before = findings.len();
        findings.retain(|finding| !silence.ids.contains(&finding.rule));
        silence.used = findings.len() < before;
    }
    if !options.runs(Family::Policy) {
        return;
    }
    let told = findings.len();
    for silence in &silences {
        let tell =
            |rule, message: String| Finding::new(rule, Family::Policy, Level::Warning, &silence.at, message);
        if silence.ids.is_empty() {
            let message = format!("no rule is called `{}`", silence.name);
            let mut finding = tell("silence-unknown-rule", message);
            let known = rules::all().map(|rule| rule.id);
            if let Some(meant) = crate::diagnostic::nearest(silence.name, known) {
                finding = finding.hint(format!("did you mean `{OURS}{meant}`?"));
            }
            findings.push(finding);
        } else if silence.reason.trim().is_empty() {
            let message = format!("`{}` is silenced without a reason", silence.name);
            findings.push(
                tell("silence-without-reason", message).hint("write the reason as the annotation's value"),
            );
        } else if !silence.used && rules::named(silence.name).iter().all(|rule| options.runs(rule.family)) {
            let message = format!("`{}` has nothing to say about this object", silence.name);
            findings.push(tell("silence-without-finding", message).hint("remove the annotation"));
        }
    }
    let silences = findings.split_off(told);
    findings.extend(silences.into_iter().filter_map(|finding| at_level(finding, options)));
}

/// A finding at the level that the configuration gives to its rule; `None` when that is off.
pub(super) fn at_level(mut finding: Finding, options: &Options) -> Option<Finding> {
    if let Some(level) = options.level_of(finding.rule) {
        finding.level = level?;
    }
    Some(finding)
}

/// The other linters' own annotations, for the rules that came from them. Who wrote them silenced advice: what the server
/// refuses and what cannot work is told all the same.
fn theirs(key: &str, value: &str, findings: &mut Vec<Finding>) {
    let mut silence = |names: &dyn Fn(&str) -> bool| {
        findings.retain(|finding| {
            let came = |rule: &Rule| rule.id == finding.rule && rule.old_names.iter().any(|name| names(name));
            let refused = matches!(finding.family, Family::Schema | Family::Server | Family::ApiVersion)
                || finding.level == Level::Error && finding.family != Family::Policy;
            refused || !rules::all().any(came)
        });
    };
    if let Some(name) = key.strip_prefix("ignore-check.kube-linter.io/") {
        silence(&|old| old.strip_prefix("kube-linter:") == Some(name));
    } else if key == "kube-linter.io/ignore-all" {
        silence(&|old| old.starts_with("kube-linter:"));
    } else if key == "kube-score/ignore" {
        let listed =
            |old: &str| value.split(',').any(|name| old.strip_prefix("kube-score:") == Some(name.trim()));
        silence(&listed);
    } else if let Some(rest) = key.strip_prefix("polaris.fairwinds.com/")
        && value.eq_ignore_ascii_case("true")
    {
        match rest.strip_suffix("-exempt") {
            Some(name) => silence(&|old| {
                old.strip_prefix("polaris:").is_some_and(|old| old == name || dashed(old) == name)
            }),
            None if rest == "exempt" => silence(&|old| old.starts_with("polaris:")),
            None => {}
        }
    }
}

/// `cpuRequestsMissing` as `cpu-requests-missing`.
fn dashed(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(char.to_ascii_lowercase());
    }
    out
}
