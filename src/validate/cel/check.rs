//! Type checking as cel-go does it: overloads are tried in order, type parameters are unified on the way.

use std::sync::Arc;

use super::Fault;
use super::ast::{Ast, Comprehension, Expr, Id, Literal, operator};
use super::declarations::{self, Overload};
use super::types::{Fields, Opaque, Type};

/// What names mean before an expression begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Variables and their types.
    pub(crate) variables: Vec<(Box<str>, Type)>,
    /// Types of messages that can be made.
    pub(crate) messages: Vec<Arc<Fields>>,
    /// Whether there is the macro `cel.bind`.
    pub(crate) bind: bool,
}

/// What the checker found out.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The type of each node.
    pub(crate) types: Vec<Type>,
    /// The overloads that a call may mean.
    pub(crate) overloads: Vec<Vec<&'static str>>,
    /// Calls whose target is part of the function's name, with that name.
    pub(crate) qualified: Vec<Option<&'static str>>,
    /// Names that mean a type or a variable of the environment, resolved.
    pub(crate) references: Vec<Option<Box<str>>>,
}

impl Checked {
    /// The type of a node.
    pub(crate) fn of(&self, id: Id) -> &Type {
        &self.types[id as usize]
    }
}

/// Names of types as values.
const TYPES: &[&str] = &[
    "bool",
    "bytes",
    "double",
    "google.protobuf.Duration",
    "google.protobuf.Timestamp",
    "int",
    "list",
    "map",
    "net.CIDR",
    "net.IP",
    "null_type",
    "optional_type",
    "string",
    "type",
    "uint",
];

/// Checks an expression; the first fault that is found is told.
pub(super) fn check(ast: &Ast, names: &Names) -> Result<Checked, Fault> {
    let count = ast.nodes.len();
    let mut checker = Checker {
        ast,
        names,
        scopes: Vec::new(),
        params: Vec::new(),
        log: Vec::new(),
        checked: Checked {
            types: vec![Type::Error; count],
            overloads: vec![Vec::new(); count],
            qualified: vec![None; count],
            references: vec![None; count],
        },
        depth: 0,
    };
    checker.check(ast.root)?;
    for at in 0..count {
        let found = checker.checked.types[at].clone();
        checker.checked.types[at] = checker.resolved(&found, true);
    }
    Ok(checker.checked)
}

struct Checker<'a> {
    ast: &'a Ast,
    names: &'a Names,
    /// Variables of comprehensions, innermost last.
    scopes: Vec<(Box<str>, Type)>,
    /// What type parameters stand for.
    params: Vec<Option<Type>>,
    /// Parameters that were set, and what they were, to be set back.
    log: Vec<(u32, Option<Type>)>,
    checked: Checked,
    depth: u32,
}

impl Checker<'_> {
    fn fault(&self, id: Id, message: impl Into<String>) -> Fault {
        Fault::at(self.ast.nodes[id as usize].offset as usize, message)
    }

    fn set(&mut self, id: Id, kind: Type) {
        self.checked.types[id as usize] = kind;
    }

    fn kind(&self, id: Id) -> Type {
        self.checked.types[id as usize].clone()
    }

    fn check(&mut self, id: Id) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > 1200 {
            return Err(self.fault(id, "the expression is nested too deeply"));
        }
        match self.ast.get(id) {
            Expr::Literal(literal) => {
                let kind = match literal {
                    Literal::Null => Type::Null,
                    Literal::Bool(_) => Type::Bool,
                    Literal::Int(_) => Type::Int,
                    Literal::Uint(_) => Type::Uint,
                    Literal::Double(_) => Type::Double,
                    Literal::Text(_) => Type::Text,
                    Literal::Bytes(_) => Type::Bytes,
                };
                self.set(id, kind);
            }
            Expr::Ident(name) => {
                let Some((name, kind)) = self.lookup(name) else {
                    return Err(self.fault(id, format!("there is nothing named `{name}`")));
                };
                self.checked.references[id as usize] = Some(name);
                self.set(id, kind);
            }
            Expr::Select { operand, field, test } => self.select(id, *operand, field, *test)?,
            Expr::Call { function, target, args } => self.call(id, function, *target, args)?,
            Expr::List(elements) => self.list(id, elements)?,
            Expr::Map(entries) => self.map(id, entries)?,
            Expr::Struct { name, fields } => self.message(id, name, fields)?,
            Expr::Comprehension(fold) => self.fold(id, fold)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn lookup(&self, name: &str) -> Option<(Box<str>, Type)> {
        let plain = name.strip_prefix('.');
        if plain.is_none()
            && let Some((name, kind)) = self.scopes.iter().rev().find(|(known, _)| **known == *name)
        {
            return Some((name.clone(), kind.clone()));
        }
        let name = plain.unwrap_or(name);
        if let Some((name, kind)) = self.names.variables.iter().find(|(known, _)| **known == *name) {
            return Some((name.clone(), kind.clone()));
        }
        TYPES.contains(&name).then(|| (Box::from(name), Type::Type))
    }

    /// `a.b.c` as one name.
    fn qualified(&self, id: Id) -> Option<String> {
        match self.ast.get(id) {
            Expr::Ident(name) => Some(name.to_string()),
            Expr::Select { operand, field, test: false } => {
                Some(format!("{}.{field}", self.qualified(*operand)?))
            }
            _ => None,
        }
    }

    fn select(&mut self, id: Id, operand: Id, field: &str, test: bool) -> Result<(), Fault> {
        if !test
            && let Some(name) = self.qualified(id)
            && let Some((name, kind)) = self.lookup(&name)
        {
            self.checked.references[id as usize] = Some(name);
            self.set(id, kind);
            return Ok(());
        }
        let kind = self.field(id, operand, field, false)?;
        let kind = if test { Type::Bool } else { self.resolved(&kind, false) };
        self.set(id, kind);
        Ok(())
    }

    fn field(&mut self, id: Id, operand: Id, field: &str, optional: bool) -> Result<Type, Fault> {
        self.check(operand)?;
        let kind = self.resolved(&self.kind(operand), false);
        let (target, was_optional) = kind.unwrap_optional();
        let result = match &target {
            Type::Map(_, value) => (**value).clone(),
            Type::Object(fields) => match fields.named(field) {
                Some(shape) => shape.kind.clone(),
                None if fields.open => Type::Dyn,
                None => return Err(self.fault(id, format!("there is no field `{field}`"))),
            },
            Type::Param(_) => {
                self.assignable(&Type::Dyn, &target);
                Type::Dyn
            }
            other if other.is_dyn_or_error() => Type::Dyn,
            // Messages of other makers have no field either.
            other => return Err(self.fault(id, format!("a value of type `{other}` has no field `{field}`"))),
        };
        Ok(if was_optional || optional { Type::optional(result) } else { result })
    }

    fn call(&mut self, id: Id, function: &str, target: Option<Id>, args: &[Id]) -> Result<(), Fault> {
        if function == operator::OPT_SELECT {
            let Expr::Literal(Literal::Text(field)) = self.ast.get(args[1]) else {
                return Err(self.fault(id, "an optional field is no name"));
            };
            let kind = self.field(id, args[0], field, true)?;
            let kind = self.resolved(&kind, false);
            self.set(args[1], Type::Text);
            self.checked.overloads[id as usize] = vec!["select_optional_field"];
            self.set(id, kind);
            return Ok(());
        }
        for arg in args {
            self.check(*arg)?;
        }
        let Some(target) = target else {
            let function = function.strip_prefix('.').unwrap_or(function);
            let Some((name, overloads)) = declarations::function(function) else {
                return Err(self.fault(id, format!("there is no function `{function}`")));
            };
            return self.resolve(id, name, overloads, None, args);
        };
        if let Some(prefix) = self.qualified(target)
            && let Some((name, overloads)) =
                declarations::function(&format!("{}.{function}", prefix.strip_prefix('.').unwrap_or(&prefix)))
        {
            self.checked.qualified[id as usize] = Some(name);
            return self.resolve(id, name, overloads, None, args);
        }
        self.check(target)?;
        let Some((name, overloads)) = declarations::function(function) else {
            return Err(self.fault(id, format!("there is no function `{function}`")));
        };
        self.resolve(id, name, overloads, Some(target), args)
    }

    fn resolve(
        &mut self,
        id: Id,
        name: &str,
        overloads: &'static [Overload],
        target: Option<Id>,
        args: &[Id],
    ) -> Result<(), Fault> {
        let kinds: Vec<Type> = target.iter().chain(args).map(|arg| self.kind(*arg)).collect();
        if matches!(name, operator::AND | operator::OR) {
            for (arg, kind) in args.iter().zip(&kinds) {
                if !self.assignable(kind, &Type::Bool) {
                    let kind = self.resolved(kind, true);
                    return Err(self.fault(*arg, format!("expected a bool, found `{kind}`")));
                }
            }
            self.checked.overloads[id as usize] = vec![overloads[0].id];
            self.set(id, Type::Bool);
            return Ok(());
        }
        let mut result: Option<Type> = None;
        let mut found = Vec::new();
        for overload in overloads {
            if overload.member != target.is_some() || overload.args.len() != kinds.len() {
                continue;
            }
            let (a, b) = (self.fresh(), self.fresh());
            let wanted: Vec<Type> = overload.args.iter().map(|arg| arg.with(&a, &b)).collect();
            if !self.all_assignable(&kinds, &wanted) {
                continue;
            }
            if !found.contains(&overload.id) {
                found.push(overload.id);
            }
            let kind = self.resolved(&overload.result.with(&a, &b), false);
            match &result {
                None => result = Some(kind),
                Some(known) if !known.is_dyn() && *known != kind => result = Some(Type::Dyn),
                Some(_) => {}
            }
        }
        let Some(result) = result else {
            let kinds: Vec<String> =
                kinds.iter().map(|kind| format!("`{}`", self.resolved(kind, true))).collect();
            let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
            return Err(self.fault(id, format!("`{}` does not take {kinds}", shown(name))));
        };
        self.checked.overloads[id as usize] = found;
        self.set(id, result);
        Ok(())
    }

    fn list(&mut self, id: Id, elements: &[(Id, bool)]) -> Result<(), Fault> {
        let mut of: Option<Type> = None;
        for (element, optional) in elements {
            self.check(*element)?;
            let kind = self.entry(*element, *optional)?;
            of = Some(self.join(of, kind));
        }
        let of = of.unwrap_or_else(|| self.fresh());
        self.set(id, Type::list(of));
        Ok(())
    }

    fn entry(&mut self, id: Id, optional: bool) -> Result<Type, Fault> {
        let kind = self.kind(id);
        if !optional {
            return Ok(kind);
        }
        let (within, is) = self.resolved(&kind, false).unwrap_optional();
        if !is && !within.is_dyn() {
            return Err(self.fault(id, format!("expected an optional value, found `{within}`")));
        }
        Ok(within)
    }

    fn map(&mut self, id: Id, entries: &[(Id, Id, bool)]) -> Result<(), Fault> {
        let (mut keys, mut values) = (None, None);
        for (key, value, optional) in entries {
            self.check(*key)?;
            let kind = self.kind(*key);
            keys = Some(self.join(keys, kind));
            self.check(*value)?;
            let kind = self.entry(*value, *optional)?;
            values = Some(self.join(values, kind));
        }
        let (keys, values) = match (keys, values) {
            (Some(keys), Some(values)) => (keys, values),
            _ => (self.fresh(), self.fresh()),
        };
        self.set(id, Type::map(keys, values));
        Ok(())
    }

    fn message(&mut self, id: Id, name: &str, fields: &[(Box<str>, Id, bool)]) -> Result<(), Fault> {
        let names = self.names;
        // Types of fields are named after their paths: `Object.spec`.
        let is = |message: &Fields| {
            name.strip_prefix(&*message.name)
                .is_some_and(|rest| rest.is_empty() || (message.open && rest.starts_with('.')))
        };
        let Some(known) = names.messages.iter().find(|message| is(message)) else {
            return Err(self.fault(id, format!("there is no type `{name}`")));
        };
        for (field, value, optional) in fields {
            self.check(*value)?;
            let kind = self.entry(*value, *optional)?;
            match known.named(field) {
                Some(shape) => {
                    if !self.assignable(&shape.kind, &kind) {
                        let kind = self.resolved(&kind, true);
                        return Err(self.fault(
                            *value,
                            format!("field `{field}` is a `{}`, not a `{kind}`", shape.kind),
                        ));
                    }
                }
                None if known.open => {}
                None => return Err(self.fault(id, format!("there is no field `{field}` in `{name}`"))),
            }
        }
        self.set(id, Type::Object(Arc::clone(known)));
        Ok(())
    }

    fn fold(&mut self, id: Id, fold: &Comprehension) -> Result<(), Fault> {
        self.check(fold.range)?;
        self.check(fold.init)?;
        let range = self.resolved(&self.kind(fold.range), false);
        let accu = self.kind(fold.init);
        let before = self.scopes.len();
        self.scopes.push((fold.accu.clone(), accu.clone()));
        let two = fold.var2.is_some();
        let (var, var2) = match &range {
            Type::List(of) if two => (Type::Int, (**of).clone()),
            Type::List(of) => ((**of).clone(), Type::Error),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            Type::Dyn | Type::Error | Type::Param(_) => {
                self.assignable(&Type::Dyn, &range);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                return Err(self.fault(fold.range, format!("a value of type `{other}` has no elements")));
            }
        };
        self.scopes.push((fold.var.clone(), var));
        if let Some(name) = &fold.var2 {
            self.scopes.push((name.clone(), var2));
        }
        self.check(fold.condition)?;
        self.expect(fold.condition, &Type::Bool)?;
        self.check(fold.step)?;
        self.expect(fold.step, &accu)?;
        self.scopes.truncate(before + 1);
        self.check(fold.result)?;
        self.scopes.truncate(before);
        let kind = self.resolved(&self.kind(fold.result), false);
        self.set(id, kind);
        Ok(())
    }

    fn expect(&mut self, id: Id, wanted: &Type) -> Result<(), Fault> {
        let kind = self.kind(id);
        if self.assignable(wanted, &kind) {
            return Ok(());
        }
        let (kind, wanted) = (self.resolved(&kind, true), self.resolved(wanted, true));
        Err(self.fault(id, format!("expected a `{wanted}`, found a `{kind}`")))
    }

    /// The type of elements so far and of one more. Mixed ones are told once all types are known.
    fn join(&mut self, previous: Option<Type>, current: Type) -> Type {
        match previous {
            None => current,
            Some(previous) if self.assignable(&previous, &current) => {
                if is_equal_or_less_specific(&previous, &current) { previous } else { current }
            }
            Some(_) => Type::Dyn,
        }
    }

    // ---- type parameters

    fn fresh(&mut self) -> Type {
        self.params.push(None);
        Type::Param((self.params.len() - 1) as u32)
    }

    fn stands_for(&self, kind: &Type) -> Option<&Type> {
        match kind {
            Type::Param(param) => self.params[*param as usize].as_ref(),
            _ => None,
        }
    }

    fn assign(&mut self, param: &Type, kind: Type) {
        if let Type::Param(at) = param {
            let old = self.params[*at as usize].replace(kind);
            self.log.push((*at, old));
        }
    }

    /// The type with what its parameters stand for; those that stand for nothing become `dyn` if asked.
    fn resolved(&self, kind: &Type, to_dyn: bool) -> Type {
        if let Some(kind) = self.stands_for(kind) {
            return self.resolved(kind, to_dyn);
        }
        match kind {
            Type::Param(_) if to_dyn => Type::Dyn,
            Type::List(of) => Type::list(self.resolved(of, to_dyn)),
            Type::Map(key, value) => Type::map(self.resolved(key, to_dyn), self.resolved(value, to_dyn)),
            Type::Optional(of) => Type::optional(self.resolved(of, to_dyn)),
            other => other.clone(),
        }
    }

    fn assignable(&mut self, a: &Type, b: &Type) -> bool {
        self.all_assignable(std::slice::from_ref(a), std::slice::from_ref(b))
    }

    /// Whether each is assignable to its counterpart; when not, no parameter is changed.
    fn all_assignable(&mut self, a: &[Type], b: &[Type]) -> bool {
        let mark = self.log.len();
        let all = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_assignable(a, b));
        if !all {
            while self.log.len() > mark {
                if let Some((at, old)) = self.log.pop() {
                    self.params[at as usize] = old;
                }
            }
        }
        all
    }

    fn is_assignable(&mut self, a: &Type, b: &Type) -> bool {
        if matches!(b, Type::Param(_)) {
            let (valid, has) = self.substitutes(a, b);
            if valid || has {
                return valid;
            }
        }
        if matches!(a, Type::Param(_)) {
            return self.substitutes(b, a).0;
        }
        if a.is_dyn_or_error() || b.is_dyn_or_error() {
            return true;
        }
        let nullable = |kind: &Type| {
            matches!(
                kind,
                Type::Null
                    | Type::Optional(_)
                    | Type::Object(_)
                    | Type::Opaque(_)
                    | Type::Duration
                    | Type::Timestamp
            )
        };
        match (a, b) {
            (Type::Null, other) | (other, Type::Null) => nullable(other),
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => {
                self.is_assignable(a, b)
            }
            (Type::Map(a, b), Type::Map(c, d)) => self.is_assignable(a, c) && self.is_assignable(b, d),
            _ => a == b,
        }
    }

    /// Whether a type can stand for a parameter, and whether something does already.
    fn substitutes(&mut self, kind: &Type, param: &Type) -> (bool, bool) {
        if kind == param {
            return (true, true);
        }
        if let Some(known) = self.stands_for(param).cloned() {
            if *kind == known {
                return (true, true);
            }
            if self.is_assignable(kind, &known) {
                let general = if is_equal_or_less_specific(kind, &known) { kind.clone() } else { known };
                if !self.occurs(param, &general) {
                    self.assign(param, general);
                }
                return (true, true);
            }
            return (false, true);
        }
        if self.occurs(param, kind) {
            return (false, false);
        }
        self.assign(param, kind.clone());
        (true, false)
    }

    fn occurs(&self, param: &Type, within: &Type) -> bool {
        if param == within {
            return true;
        }
        match within {
            Type::Param(_) => self.stands_for(within).is_some_and(|kind| self.occurs(param, kind)),
            Type::List(of) | Type::Optional(of) => self.occurs(param, of),
            Type::Map(key, value) => self.occurs(param, key) || self.occurs(param, value),
            _ => false,
        }
    }
}

fn is_equal_or_less_specific(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dyn | Type::Param(_), _) => true,
        (_, Type::Dyn | Type::Param(_)) => false,
        (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => {
            is_equal_or_less_specific(a, b)
        }
        (Type::Map(a, b), Type::Map(c, d)) => {
            is_equal_or_less_specific(a, c) && is_equal_or_less_specific(b, d)
        }
        _ => a == b,
    }
}

/// A function's name as users write it.
fn shown(name: &str) -> &str {
    match name {
        operator::CONDITIONAL => "? :",
        operator::IN => "in",
        operator::INDEX => "[]",
        operator::OPT_INDEX => "[?]",
        _ => name.trim_matches('_'),
    }
}

/// The variable and type names for a policy's own authorizer.
pub(crate) fn authorizer() -> Type {
    Type::Opaque(Opaque::Authorizer)
}
