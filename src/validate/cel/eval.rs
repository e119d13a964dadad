//! Runs an expression over data, with the costs that the server reckons; when they exceed the limit, nothing more runs.

use std::rc::Rc;

use super::ast::{Comprehension, Expr, Id, Literal, operator};
use super::functions;
use super::program::{Operator, Program};
use super::value::{Failure, Outcome, Text, Value};

/// A run.
pub(super) struct Eval<'v> {
    pub(super) program: &'v Program,
    /// Variables, innermost last.
    variables: Vec<(&'v str, Outcome<'v>)>,
    pub(super) cost: u64,
    limit: u64,
}

impl<'v> Eval<'v> {
    /// A run over these variables.
    pub(super) fn new(program: &'v Program, variables: &[(&'v str, Value<'v>)], limit: u64) -> Eval<'v> {
        let variables = variables.iter().map(|(name, value)| (*name, Ok(value.clone()))).collect();
        Eval { program, variables, cost: 0, limit }
    }

    /// The value of the whole expression.
    pub(super) fn run(&mut self) -> Outcome<'v> {
        let program = self.program;
        self.value(program.ast.root)
    }

    fn charge(&mut self, cost: u64) -> Result<(), Failure> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > self.limit {
            return Err(Failure::cancelled("the expression costs more than one may"));
        }
        Ok(())
    }

    fn value(&mut self, id: Id) -> Outcome<'v> {
        let program = self.program;
        match program.ast.get(id) {
            Expr::Literal(literal) => Ok(match literal {
                Literal::Null => Value::Null,
                Literal::Bool(value) => Value::Bool(*value),
                Literal::Int(value) => Value::Int(*value),
                Literal::Uint(value) => Value::Uint(*value),
                Literal::Double(value) => Value::Double(*value),
                Literal::Text(text) => Value::Text(Text::Borrowed(text)),
                Literal::Bytes(bytes) => Value::Bytes(Rc::from(&**bytes)),
            }),
            Expr::Ident(_) => self.ident(id),
            Expr::Select { operand, field, test } => {
                if program.checked.references[id as usize].is_some() {
                    return self.ident(id);
                }
                let value = self.value(*operand)?;
                if *test {
                    return has(&value, field);
                }
                self.charge(1)?;
                select(&value, field)
            }
            Expr::Call { target, args, .. } => self.call(id, *target, args),
            Expr::List(elements) => {
                let mut list = Vec::with_capacity(elements.len());
                for (element, optional) in elements {
                    match self.value(*element)? {
                        Value::Optional(value) if *optional => {
                            list.extend(value.map(|value| (*value).clone()));
                        }
                        value => list.push(value),
                    }
                }
                self.charge(10)?;
                Ok(Value::list(list))
            }
            Expr::Map(entries) => {
                let mut map: Vec<(Value<'v>, Value<'v>)> = Vec::with_capacity(entries.len());
                for (key, value, optional) in entries {
                    let key = self.value(*key)?;
                    match self.value(*value)? {
                        Value::Optional(None) if *optional => {}
                        Value::Optional(Some(value)) if *optional => map.push((key, (*value).clone())),
                        value => map.push((key, value)),
                    }
                }
                self.charge(30)?;
                Ok(Value::Map(Rc::new(map)))
            }
            Expr::Struct { .. } => Err(Failure::new("messages are not made here")),
            Expr::Comprehension(fold) => self.fold(fold),
        }
    }

    fn ident(&mut self, id: Id) -> Outcome<'v> {
        let program = self.program;
        let Some(name) = program.checked.references[id as usize].as_deref() else {
            return Err(Failure::new("no such attribute"));
        };
        self.charge(1)?;
        if let Some((_, value)) = self.variables.iter().rev().find(|(known, _)| *known == name) {
            return value.clone();
        }
        let known = ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];
        let known = known.iter().chain(&[
            "google.protobuf.Duration",
            "google.protobuf.Timestamp",
            "optional_type",
            "net.IP",
            "net.CIDR",
        ]);
        known
            .copied()
            .find(|known| *known == name)
            .map(Value::Type)
            .ok_or_else(|| Failure::new(format!("no such attribute: {name}")))
    }

    fn call(&mut self, id: Id, target: Option<Id>, args: &'v [Id]) -> Outcome<'v> {
        let program = self.program;
        match program.operators[id as usize] {
            Operator::And => return self.logic(args[0], args[1], false),
            Operator::Or => return self.logic(args[0], args[1], true),
            Operator::Conditional => {
                return match self.value(args[0])? {
                    Value::Bool(true) => self.value(args[1]),
                    Value::Bool(false) => self.value(args[2]),
                    _ => Err(Failure::overload()),
                };
            }
            Operator::NotStrictlyFalse => {
                return match self.value(args[0]) {
                    Err(failure) if failure.cancelled => Err(failure),
                    Ok(Value::Bool(value)) => Ok(Value::Bool(value)),
                    _ => Ok(Value::Bool(true)),
                };
            }
            Operator::OptSelect => {
                let value = self.value(args[0])?;
                let Expr::Literal(Literal::Text(field)) = program.ast.get(args[1]) else {
                    return Err(Failure::overload());
                };
                self.charge(1)?;
                return optional_select(&value, &Value::Text(Text::Borrowed(field)));
            }
            Operator::OptIndex => {
                let value = self.value(args[0])?;
                let index = self.value(args[1])?;
                self.charge(1)?;
                return optional_select(&value, &index);
            }
            Operator::Index => {
                let value = self.value(args[0])?;
                let key = self.value(args[1])?;
                self.charge(1)?;
                return index(&value, &key);
            }
            Operator::OptOr | Operator::OptOrValue if target.is_some() => {
                let value = self.value(target.unwrap_or_default())?;
                self.charge(1)?;
                return match value {
                    Value::Optional(Some(found))
                        if program.operators[id as usize] == Operator::OptOrValue =>
                    {
                        Ok((*found).clone())
                    }
                    Value::Optional(Some(found)) => Ok(Value::Optional(Some(found))),
                    Value::Optional(None) => self.value(args[0]),
                    _ => Err(Failure::overload()),
                };
            }
            _ => {}
        }
        let name = program.functions[id as usize];
        let target = target.filter(|_| program.checked.qualified[id as usize].is_none());
        let mut values = Vec::with_capacity(args.len() + 1);
        for arg in target.iter().chain(args) {
            let value = self.value(*arg)?;
            values.push(value);
        }
        let regex = program.regexes.get(&id);
        let result = functions::call(name, program.operators[id as usize], &values, regex)?;
        let cost = functions::cost(name, &values, &result);
        self.charge(cost)?;
        Ok(result)
    }

    /// `&&` and `||`: a side that decides makes up for a failure on the other.
    fn logic(&mut self, left: Id, right: Id, decides: bool) -> Outcome<'v> {
        let left = self.value(left);
        match &left {
            Ok(Value::Bool(value)) if *value == decides => return left,
            Err(failure) if failure.cancelled => return left,
            _ => {}
        }
        let right = self.value(right);
        match (&left, &right) {
            (_, Ok(Value::Bool(value))) if *value == decides => right,
            (_, Err(failure)) if failure.cancelled => right,
            (Ok(Value::Bool(_)), Ok(Value::Bool(_))) => Ok(Value::Bool(!decides)),
            (Err(_), _) => left,
            (_, Err(_)) => right,
            _ => Err(Failure::overload()),
        }
    }

    fn fold(&mut self, fold: &'v Comprehension) -> Outcome<'v> {
        let program = self.program;
        let range = self.value(fold.range)?;
        let init = self.value(fold.init);
        let before = self.variables.len();
        let is_bind = &*fold.var == super::macros::UNUSED;
        if is_bind {
            self.variables.push((&fold.accu, init));
            let result = self.value(fold.result);
            self.variables.truncate(before);
            return result;
        }
        // Keys of a map, items of a list; with two variables, keys or positions and values.
        let (keys, values): (Vec<Outcome<'v>>, Option<Vec<Outcome<'v>>>) = match (&range, &fold.var2) {
            (Value::Items(..) | Value::List(_), None) => (range.items().unwrap_or_default(), None),
            (Value::Items(..) | Value::List(_), Some(_)) => {
                let items = range.items().unwrap_or_default();
                ((0..items.len() as i64).map(|at| Ok(Value::Int(at))).collect(), Some(items))
            }
            (Value::Node(_) | Value::Map(_), two) => {
                let keys = range.keys().unwrap_or_default();
                let values = two.as_ref().map(|_| {
                    let value = |key| range.find(key).unwrap_or_else(|| Err(Failure::new("no such key")));
                    keys.iter().map(value).collect()
                });
                (keys.into_iter().map(Ok).collect(), values)
            }
            _ => return Err(Failure::overload()),
        };
        let appends = program.appends.get(&fold.step).copied();
        self.variables.push((&fold.accu, init));
        let mut values = values.map(Vec::into_iter);
        let accu = self.variables.len() - 1;
        for key in keys {
            self.variables.push((&fold.var, key));
            if let (Some(values), Some(var2)) = (&mut values, &fold.var2) {
                let value = values.next().unwrap_or_else(|| Err(Failure::new("no such key")));
                self.variables.push((var2, value));
            }
            let goes_on = self.value(fold.condition);
            match goes_on {
                Ok(Value::Bool(false)) => break,
                Err(failure) if failure.cancelled => {
                    self.variables.truncate(before);
                    return Err(failure);
                }
                _ => {}
            }
            match appends {
                Some(append) => self.append(append, accu),
                None => {
                    let step = self.value(fold.step);
                    self.variables[accu].1 = step;
                }
            }
            if matches!(&self.variables[accu].1, Err(failure) if failure.cancelled) {
                break;
            }
            self.variables.truncate(accu + 1);
        }
        self.variables.truncate(accu + 1);
        let result = match &self.variables[accu].1 {
            Err(failure) if failure.cancelled => Err(failure.clone()),
            _ => self.value(fold.result),
        };
        self.variables.truncate(before);
        result
    }

    /// `@result + [element]`, perhaps under a condition, without copying the list.
    fn append(&mut self, (filter, element): (Option<Id>, Id), accu: usize) {
        let mut outcome = || -> Result<Option<Value<'v>>, Failure> {
            if let Some(filter) = filter {
                match self.value(filter)? {
                    Value::Bool(true) => {}
                    Value::Bool(false) => return self.charge(1).map(|()| None),
                    _ => return Err(Failure::overload()),
                }
            }
            let element = self.value(element)?;
            self.charge(12)?;
            Ok(Some(element))
        };
        match outcome() {
            Ok(Some(element)) => {
                if let Ok(Value::List(list)) = &mut self.variables[accu].1 {
                    Rc::make_mut(list).push(element);
                }
            }
            Ok(None) => {}
            Err(failure) => self.variables[accu].1 = Err(failure),
        }
    }
}

fn missing(key: &str) -> Failure {
    Failure::new(format!("no such key: {key}"))
}

fn select<'v>(value: &Value<'v>, field: &'v str) -> Outcome<'v> {
    match value {
        Value::Node(node) => node.find(field).unwrap_or_else(|| Err(missing(field))),
        Value::Map(_) => {
            value.find(&Value::Text(Text::Borrowed(field))).unwrap_or_else(|| Err(missing(field)))
        }
        Value::Optional(_) => optional_select(value, &Value::Text(Text::Borrowed(field))),
        _ => Err(Failure::overload()),
    }
}

fn has<'v>(value: &Value<'v>, field: &'v str) -> Outcome<'v> {
    Ok(Value::Bool(match value {
        Value::Node(node) => node.find(field).is_some(),
        Value::Map(_) => value.find(&Value::Text(Text::Borrowed(field))).is_some(),
        Value::Optional(None) => false,
        Value::Optional(Some(value)) => return has(value, field),
        _ => false,
    }))
}

fn index<'v>(value: &Value<'v>, key: &Value<'v>) -> Outcome<'v> {
    match value {
        Value::Items(..) | Value::List(_) => value.item(position(key)?),
        Value::Node(_) | Value::Map(_) => {
            value.find(key).unwrap_or_else(|| Err(missing(&functions::text_of(key).unwrap_or_default())))
        }
        Value::Optional(_) => optional_select(value, key),
        _ => Err(Failure::overload()),
    }
}

#[allow(clippy::cast_possible_truncation)]
fn position(key: &Value<'_>) -> Result<i64, Failure> {
    match key {
        Value::Int(at) => Ok(*at),
        Value::Uint(at) => Ok(i64::try_from(*at).unwrap_or(i64::MAX)),
        Value::Double(at) if at.fract() == 0.0 => Ok(*at as i64),
        _ => Err(Failure::overload()),
    }
}

fn optional_select<'v>(value: &Value<'v>, key: &Value<'v>) -> Outcome<'v> {
    match value {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(value)) => optional_select(value, key),
        Value::Items(..) | Value::List(_) => {
            let at = position(key)?;
            let there = usize::try_from(at).is_ok_and(|at| value.size().is_some_and(|size| at < size));
            if there { value.item(at).map(Value::some) } else { Ok(Value::Optional(None)) }
        }
        Value::Node(_) | Value::Map(_) => match value.find(key) {
            None => Ok(Value::Optional(None)),
            Some(found) => found.map(Value::some),
        },
        _ => Err(Failure::overload()),
    }
}

/// Which steps of comprehensions only add to a list: the condition and the element.
pub(super) fn appending(ast: &super::ast::Ast, step: Id) -> Option<(Option<Id>, Id)> {
    let is_accu = |id: Id| matches!(ast.get(id), Expr::Ident(name) if &**name == super::macros::ACCU);
    match ast.get(step) {
        Expr::Call { function, target: None, args } if &**function == operator::ADD && is_accu(args[0]) => {
            match ast.get(args[1]) {
                Expr::List(elements) if elements.len() == 1 && !elements[0].1 => Some((None, elements[0].0)),
                _ => None,
            }
        }
        Expr::Call { function, target: None, args }
            if &**function == operator::CONDITIONAL && is_accu(args[2]) =>
        {
            appending(ast, args[1]).filter(|(filter, _)| filter.is_none()).map(|(_, e)| (Some(args[0]), e))
        }
        _ => None,
    }
}
