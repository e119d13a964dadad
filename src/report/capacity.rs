//! Capacity as a table: who asks for what, and how much of each quota that is.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Report;
use crate::validate::{Capacity, shown_amount};

/// One table a namespace.
pub fn capacity(report: &Report) -> String {
    let mut out = String::new();
    for capacity in report.parts.iter().flat_map(|part| &part.capacity) {
        let name = if capacity.namespace.is_empty() { "default" } else { &capacity.namespace };
        let _ = writeln!(out, "capacity of namespace {name}");
        columns(&mut out, &workloads(capacity));
        if !capacity.quotas.is_empty() {
            out.push('\n');
            columns(&mut out, &quotas(capacity));
        }
        out.push('\n');
    }
    out
}

/// Which resources have columns: CPU and memory always, others where somebody asks for them.
fn resources(capacity: &Capacity) -> Vec<&str> {
    let mut names = vec!["cpu", "memory"];
    for workload in &capacity.workloads {
        for name in workload.requests.keys().chain(workload.limits.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names
}

fn workloads(capacity: &Capacity) -> Vec<Vec<String>> {
    let resources = resources(capacity);
    let mut head: Vec<String> = ["workload", "pods", "most", "surge"].map(str::to_owned).to_vec();
    head.extend(resources.iter().map(|name| format!("{name} request")));
    head.extend(resources.iter().map(|name| format!("{name} limit")));
    let mut rows = vec![head];
    for workload in &capacity.workloads {
        let count =
            |count: i64| if workload.on_every_node { format!("{count}/node") } else { count.to_string() };
        let mut row = vec![
            format!("{} {}", workload.kind, workload.name),
            count(workload.fewest),
            count(workload.most),
            workload.surge.to_string(),
        ];
        for amounts in [&workload.requests, &workload.limits] {
            row.extend(resources.iter().map(|name| match amounts.get(*name) {
                Some(amount) => shown_amount(*amount, name),
                None => "-".to_owned(),
            }));
        }
        rows.push(row);
    }
    for (at, title) in ["sum", "sum at most", "sum rolled out"].into_iter().enumerate() {
        let sum = |what: &str| match capacity.sums.get(what) {
            Some(sums) => shown_amount(sums[at], what),
            None => "-".to_owned(),
        };
        let mut row = vec![title.to_owned(), sum("pods"), String::new(), String::new()];
        for what in ["requests", "limits"] {
            row.extend(resources.iter().map(|name| sum(&format!("{what}.{name}"))));
        }
        rows.push(row);
    }
    rows
}

fn quotas(capacity: &Capacity) -> Vec<Vec<String>> {
    let head = ["quota", "resource", "hard", "asked for", "at most", "rolled out", "used at most"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    // Only where there are scopes, they have a column.
    let are_scoped = capacity.quotas.iter().any(|line| !line.scopes.is_empty());
    if are_scoped {
        rows[0].push("of".to_owned());
    }
    for line in &capacity.quotas {
        let shown = |amount| shown_amount(amount, &line.resource);
        let share = match line.hard.milli() {
            0 => "-".to_owned(),
            hard => format!(
                "{} %",
                (i128::from(line.most.milli()) * 100 + i128::from(hard) - 1) / i128::from(hard)
            ),
        };
        let over = if line.most > line.hard { " !" } else { "" };
        let mut row = vec![
            line.quota.clone(),
            line.resource.clone(),
            shown(line.hard),
            shown(line.fewest),
            shown(line.most),
            shown(line.rolling),
            format!("{share}{over}"),
        ];
        if are_scoped {
            row.push(if line.scopes.is_empty() { "all" } else { &line.scopes }.to_owned());
        }
        rows.push(row);
    }
    rows
}

/// Rows in columns: the first one (of a quota: two) to the left, numbers to the right.
fn columns(out: &mut String, rows: &[Vec<String>]) {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| {
        rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let left =
        if rows.first().and_then(|row| row.first()).is_some_and(|cell| cell == "quota") { 2 } else { 1 };
    for row in rows {
        let mut line = String::from(" ");
        for (at, cell) in row.iter().enumerate() {
            let width = widths[at];
            let _ =
                if at < left { write!(line, " {cell:<width$}") } else { write!(line, "  {cell:>width$}") };
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// The same for the findings document.
pub(super) fn as_json(report: &Report) -> Vec<Value> {
    let all = report.parts.iter().flat_map(|part| &part.capacity);
    all.map(|capacity| {
        let workloads: Vec<Value> = capacity
            .workloads
            .iter()
            .map(|workload| {
                let amounts = |amounts: &std::collections::BTreeMap<String, _>| {
                    let pairs = amounts
                        .iter()
                        .map(|(name, amount)| (name.clone(), json!(shown_amount(*amount, name))));
                    Value::Object(pairs.collect())
                };
                json!({
                    "kind": workload.kind,
                    "name": workload.name,
                    "fewest": workload.fewest,
                    "most": workload.most,
                    "surge": workload.surge,
                    "onEveryNode": workload.on_every_node,
                    "requests": amounts(&workload.requests),
                    "limits": amounts(&workload.limits),
                })
            })
            .collect();
        let quotas: Vec<Value> = capacity
            .quotas
            .iter()
            .map(|line| {
                let shown = |amount| shown_amount(amount, &line.resource);
                json!({
                    "quota": line.quota,
                    "scopes": line.scopes,
                    "resource": line.resource,
                    "hard": shown(line.hard),
                    "fewest": shown(line.fewest),
                    "most": shown(line.most),
                    "rolling": shown(line.rolling),
                    "exceeded": line.most > line.hard,
                })
            })
            .collect();
        json!({ "namespace": capacity.namespace, "workloads": workloads, "quotas": quotas })
    })
    .collect()
}
