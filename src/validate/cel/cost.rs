//! The greatest cost an expression can have, estimated from the sizes that the schema allows, as cel-go does it with
//! Kubernetes' own estimates. The server refuses rules that could cost too much.

use rustc_hash::FxHashMap;

use super::ast::{Ast, Comprehension, Expr, Id, Literal};
use super::check::Checked;
use super::macros::{ACCU, UNUSED};
use super::program::Program;
use super::types::{Shape, Type};

/// How large a value is, at least and at most; `u64::MAX` is unbounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) min: u64,
    pub(super) max: u64,
}

const UNKNOWN: Size = Size { min: 0, max: u64::MAX };

impl Size {
    pub(super) const fn fixed(size: u64) -> Size {
        Size { min: size, max: size }
    }

    fn union(self, other: Size) -> Size {
        Size { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    pub(super) fn plus(self, other: Size) -> Size {
        Size { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }

    pub(super) fn times(self, other: Size) -> Size {
        Size { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }
}

/// A size times what each element costs, rounded up.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
pub(super) fn by(size: u64, factor: f64) -> u64 {
    // Saturates.
    (size as f64 * factor).ceil() as u64
}

pub(super) const TEXT: f64 = 0.1;
pub(super) const PATTERN: f64 = 0.25;

/// The greatest cost of an expression over data of a shape. Mirrors `EstimateCost`, `checker.Cost`
pub(super) fn estimate(program: &Program, root: &Shape) -> u64 {
    let mut coster = Coster {
        ast: &program.ast,
        checked: &program.checked,
        functions: &program.functions,
        root,
        paths: FxHashMap::default(),
        sizes: FxHashMap::default(),
        entries: FxHashMap::default(),
        locals: Vec::new(),
    };
    coster.cost(program.ast.root)
}

/// The sizes of what a list or map holds.
#[derive(Clone, Copy)]
struct Entry {
    is_list: bool,
    key: Size,
    value: Size,
}

struct Local<'a> {
    name: &'a str,
    path: Vec<&'a str>,
    size: Option<Size>,
    entry: Option<Entry>,
}

pub(super) struct Coster<'a> {
    pub(super) ast: &'a Ast,
    checked: &'a Checked,
    functions: &'a [&'static str],
    root: &'a Shape,
    paths: FxHashMap<Id, Vec<&'a str>>,
    sizes: FxHashMap<Id, Size>,
    entries: FxHashMap<Id, Entry>,
    locals: Vec<Local<'a>>,
}

impl<'a> Coster<'a> {
    pub(super) fn kind(&self, id: Id) -> &'a Type {
        self.checked.of(id)
    }

    fn local(&self, name: &str) -> Option<&Local<'a>> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    fn path(&self, id: Id) -> Vec<&'a str> {
        if let Expr::Ident(name) = self.ast.get(id)
            && let Some(local) = self.local(name)
        {
            return local.path.clone();
        }
        self.paths.get(&id).cloned().unwrap_or_default()
    }

    /// The size that the schema allows at a path. Mirrors `EstimateSize`
    fn allowed(&self, path: &[&str]) -> Option<Size> {
        let (_, steps) = path.split_first()?;
        let text = Shape::scalar(Type::Text, 2);
        let mut shape = self.root;
        for step in steps {
            match *step {
                "@items" | "@values" => shape = shape.element.as_deref()?,
                "@keys" => {
                    matches!(shape.kind, Type::Map(..)).then_some(())?;
                    return Some(Size { min: 0, max: text.max_elements });
                }
                name => shape = shape.field(name)?,
            }
        }
        Some(Size { min: 0, max: shape.max_elements })
    }

    pub(super) fn size(&mut self, id: Id) -> Option<Size> {
        if let Some(size) = self.sizes.get(&id) {
            return Some(*size);
        }
        let fixed = match self.ast.get(id) {
            Expr::Literal(Literal::Text(text)) => Some(text.chars().count()),
            Expr::Literal(Literal::Bytes(bytes)) => Some(bytes.len()),
            Expr::Literal(_) => Some(1),
            Expr::List(elements) => Some(elements.len()),
            Expr::Map(entries) => Some(entries.len()),
            _ => None,
        };
        if let Some(size) = fixed {
            return Some(Size::fixed(size as u64));
        }
        if let Some(size) = self.allowed(&self.path(id)) {
            self.sizes.insert(id, size);
            return Some(size);
        }
        let is_scalar = |kind: &Type| {
            matches!(
                kind,
                Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint
            )
        };
        if is_scalar(&self.kind(id).unwrap_optional().0) {
            return Some(Size::fixed(1));
        }
        match self.ast.get(id) {
            Expr::Ident(name) => self.local(name).and_then(|local| local.size),
            _ => None,
        }
    }

    pub(super) fn size_or_unknown(&mut self, id: Id) -> Size {
        self.size(id).unwrap_or(UNKNOWN)
    }

    fn entry(&self, id: Id) -> Option<Entry> {
        if let Some(entry) = self.entries.get(&id) {
            return Some(*entry);
        }
        match self.ast.get(id) {
            Expr::Ident(name) => self.local(name).and_then(|local| local.entry),
            _ => None,
        }
    }

    fn cost(&mut self, id: Id) -> u64 {
        match self.ast.get(id) {
            Expr::Literal(_) => 0,
            Expr::Ident(name) => {
                let path = self.local(name).map_or_else(|| vec![&**name], |local| local.path.clone());
                self.paths.insert(id, path);
                1
            }
            Expr::Select { operand, field, test } => {
                if self.checked.references[id as usize].is_some() {
                    let name = self.checked.references[id as usize].as_deref().unwrap_or_default();
                    self.paths.insert(id, vec![name]);
                    return 1;
                }
                let mut sum = self.cost(*operand);
                if *test {
                    return sum;
                }
                if matches!(self.kind(*operand), Type::Map(..) | Type::Object(_) | Type::Param(_)) {
                    sum += 1;
                }
                let mut path = self.path(*operand);
                path.push(field);
                self.paths.insert(id, path);
                sum
            }
            Expr::Call { target, args, .. } => self.call(id, *target, args),
            Expr::List(elements) => {
                let mut sum = 10u64;
                let mut of =
                    if elements.is_empty() { Size::fixed(0) } else { Size { min: u64::MAX, max: 0 } };
                for (element, _) in elements {
                    sum = sum.saturating_add(self.cost(*element));
                    of = of.union(self.size_or_unknown(*element));
                }
                self.entries.insert(id, Entry { is_list: true, key: Size::fixed(1), value: of });
                sum
            }
            Expr::Map(entries) => {
                let mut sum = 30u64;
                let empty = if entries.is_empty() { Size::fixed(0) } else { Size { min: u64::MAX, max: 0 } };
                let (mut keys, mut values) = (empty, empty);
                for (key, value, _) in entries {
                    sum = sum.saturating_add(self.cost(*key)).saturating_add(self.cost(*value));
                    keys = keys.union(self.size_or_unknown(*key));
                    values = values.union(self.size_or_unknown(*value));
                }
                self.entries.insert(id, Entry { is_list: false, key: keys, value: values });
                sum
            }
            Expr::Struct { fields, .. } => {
                fields.iter().fold(40u64, |sum, (_, value, _)| sum.saturating_add(self.cost(*value)))
            }
            Expr::Comprehension(fold) => self.fold(id, fold),
        }
    }

    fn fold(&mut self, id: Id, fold: &'a Comprehension) -> u64 {
        let mut sum = self.cost(fold.range).saturating_add(self.cost(fold.init));
        let init = Local {
            name: &fold.accu,
            path: self.path(fold.init),
            size: self.size(fold.init),
            entry: self.entry(fold.init),
        };
        self.locals.push(init);
        if &*fold.var == UNUSED {
            sum = sum.saturating_add(self.cost(fold.result));
            self.locals.pop();
            if let Some(size) = self.size(fold.result) {
                self.sizes.insert(id, size);
            }
            if let Some(entry) = self.entry(fold.result) {
                self.entries.insert(id, entry);
            }
            return sum;
        }
        let entry = self.entry(fold.range);
        let is_list =
            entry.map_or_else(|| matches!(self.kind(fold.range), Type::List(_)), |entry| entry.is_list);
        let range = self.path(fold.range);
        let local = |name: &'a str, step: &'static str, size: Option<Size>| {
            let mut path = range.clone();
            path.push(step);
            Local { name, path, size, entry: None }
        };
        let (keys, values) = if is_list { ("@indices", "@items") } else { ("@keys", "@values") };
        let (key, value) = (entry.map(|entry| entry.key), entry.map(|entry| entry.value));
        let before = self.locals.len();
        match &fold.var2 {
            Some(var2) => {
                self.locals.push(local(&fold.var, keys, key));
                self.locals.push(local(var2, values, value));
            }
            None if is_list => self.locals.push(local(&fold.var, values, value)),
            None => self.locals.push(local(&fold.var, keys, key)),
        }
        let each = self.cost(fold.condition).saturating_add(self.cost(fold.step));
        self.locals.truncate(before);
        sum = sum.saturating_add(self.cost(fold.result));
        self.locals.pop();
        let count = self.size_or_unknown(fold.range);
        sum = sum.saturating_add(count.max.saturating_mul(each));
        match self.ast.get(fold.init) {
            Expr::Literal(_) => {
                if let Some(size) = self.size(fold.init) {
                    self.sizes.insert(id, size);
                }
            }
            Expr::List(_) | Expr::Map(_) => {
                self.sizes.insert(id, count);
                if let Some(entry) = self.entry(fold.step) {
                    self.entries.insert(id, entry);
                }
            }
            _ => {}
        }
        sum
    }

    fn call(&mut self, id: Id, target: Option<Id>, args: &'a [Id]) -> u64 {
        let name = self.functions[id as usize];
        let target = target.filter(|_| self.checked.qualified[id as usize].is_none());
        if name == "dyn" {
            let cost = self.cost(args[0]).saturating_add(1);
            if let Some(size) = self.size(args[0]) {
                self.sizes.insert(id, size);
            }
            if let Some(entry) = self.entry(args[0]) {
                self.entries.insert(id, entry);
            }
            return cost;
        }
        let costs: Vec<u64> = args.iter().map(|arg| self.cost(*arg)).collect();
        let arguments = costs.iter().fold(0u64, |sum, cost| sum.saturating_add(*cost));
        let mut sum = target.map_or(0, |target| self.cost(target));
        let overloads = &self.checked.overloads[id as usize];
        let mut most = 0u64;
        let mut result: Option<Size> = None;
        for overload in overloads {
            let (cost, size) = self.overload(id, name, overload, target, args, &costs, arguments);
            most = most.max(cost);
            if let Some(size) = size {
                result = Some(result.map_or(size, |known| known.union(size)));
            }
            if matches!(*overload, "index_list" | "index_map") {
                result = self.entry(args[0]).map(|entry| entry.value);
                let mut path = self.path(args[0]);
                path.push(if *overload == "index_list" { "@items" } else { "@values" });
                self.paths.insert(id, path);
            }
            if result.is_none() {
                result = self.size(id);
            }
        }
        if let Some(size) = result {
            self.sizes.insert(id, size);
        }
        sum = sum.saturating_add(most);
        sum
    }

    /// The path of a value as Kubernetes' estimates see it: accumulators have none.
    pub(super) fn is_text_list(kind: &Type) -> bool {
        matches!(kind, Type::List(of) if matches!(**of, Type::Text | Type::Bytes))
    }

    /// The size of the items of a list.
    pub(super) fn item_size(&mut self, list: Id) -> Size {
        let mut path = self.path(list);
        if path.first().is_none_or(|first| *first == ACCU) {
            return UNKNOWN;
        }
        path.push("@items");
        self.allowed(&path).unwrap_or(UNKNOWN)
    }

    #[allow(clippy::too_many_arguments)]
    fn overload(
        &mut self,
        id: Id,
        name: &str,
        overload: &str,
        target: Option<Id>,
        args: &'a [Id],
        costs: &[u64],
        arguments: u64,
    ) -> (u64, Option<Size>) {
        if let Some((cost, size)) = self.kubernetes(name, overload, target, args) {
            return (cost.saturating_add(arguments), size);
        }
        match (overload, target, args) {
            ("string_to_bytes", _, [text]) => {
                let size = self.size_or_unknown(*text);
                let result = Size { min: size.min, max: size.max.saturating_mul(4) };
                (by(size.max, TEXT).saturating_add(arguments), Some(result))
            }
            ("bytes_to_string", _, [bytes]) => {
                let size = self.size_or_unknown(*bytes);
                (
                    by(size.max, TEXT).saturating_add(arguments),
                    Some(Size { min: size.min / 4, max: size.max }),
                )
            }
            ("strings_quote", _, [text]) => {
                let size = self.size_or_unknown(*text);
                let max = size.max.saturating_mul(2).saturating_add(2);
                (
                    by(size.max, TEXT).saturating_add(arguments),
                    Some(Size { min: size.min.saturating_add(2), max }),
                )
            }
            ("string_format", Some(target), _) => {
                (by(self.size_or_unknown(target).max, TEXT).saturating_add(arguments), None)
            }
            ("starts_with_string" | "ends_with_string", _, [part]) => {
                (by(self.size_or_unknown(*part).max, TEXT).saturating_add(arguments), None)
            }
            ("in_list", _, [_, list]) => (self.size_or_unknown(*list).max.saturating_add(arguments), None),
            ("matches" | "matches_string", _, _) => {
                let (text, pattern) = match (target, args) {
                    (Some(target), [pattern]) => (target, *pattern),
                    (_, [text, pattern]) => (*text, *pattern),
                    _ => return (arguments.saturating_add(1), None),
                };
                let text = by(self.size_or_unknown(text).max.saturating_add(1), TEXT);
                let pattern = by(self.size_or_unknown(pattern).max, PATTERN);
                (text.saturating_mul(pattern).saturating_add(arguments), None)
            }
            ("contains_string", Some(target), [part]) => {
                let text = by(self.size_or_unknown(target).max, TEXT);
                let part = by(self.size_or_unknown(*part).max, TEXT);
                (text.saturating_mul(part).saturating_add(arguments), None)
            }
            ("logical_or" | "logical_and", _, _) => (arguments, None),
            ("conditional", _, [_, then, other]) => {
                let size = self.size_or_unknown(*then).union(self.size_or_unknown(*other));
                if let (Some(a), Some(b)) = (self.entry(*then), self.entry(*other)) {
                    let (key, value) = (a.key.union(b.key), a.value.union(b.value));
                    self.entries.insert(id, Entry { is_list: a.is_list, key, value });
                }
                (costs[0].saturating_add(costs[1].max(costs[2])), Some(size))
            }
            ("add_string" | "add_bytes" | "add_list", _, [a, b]) => {
                let size = self.size_or_unknown(*a).plus(self.size_or_unknown(*b));
                if let (Some(a), Some(b)) = (self.entry(*a), self.entry(*b)) {
                    let (key, value) = (a.key.union(b.key), a.value.union(b.value));
                    self.entries.insert(id, Entry { is_list: a.is_list, key, value });
                }
                let cost = if overload == "add_list" { 1 } else { by(size.max, TEXT) };
                (cost.saturating_add(arguments), Some(size))
            }
            ("equals" | "not_equals", _, [a, b]) => (self.least(*a, *b).saturating_add(arguments), None),
            (other, _, [a, b])
                if (other.ends_with("_string") || other.ends_with("_bytes"))
                    && (other.starts_with("less") || other.starts_with("greater")) =>
            {
                (self.least(*a, *b).saturating_add(arguments), None)
            }
            _ => (arguments.saturating_add(1), None),
        }
    }

    /// Comparing ends with the shorter one.
    fn least(&mut self, a: Id, b: Id) -> u64 {
        by(self.size_or_unknown(a).max.min(self.size_or_unknown(b).max), TEXT)
    }
}

/// The size of a text in which one text is put in place of another.
pub(super) fn replaced(size: Size, old: Size, new: Size) -> Size {
    let mut count = Size::fixed(0);
    let mut kept = Size::fixed(0);
    if old.min == 0 {
        count.max = size.max.saturating_add(1);
        kept.max = size.max;
    } else if new.max <= old.min {
        kept.max = size.max;
    } else {
        count.max = size.max.div_ceil(old.min);
    }
    if old.max == 0 {
        count.min = size.min.saturating_add(1);
        kept.min = size.min;
    } else if old.max <= new.min {
        kept.min = size.min;
    } else {
        count.min = size.min.div_ceil(old.max);
    }
    count.times(new).plus(kept)
}
