//! The rules in CEL of a schema (`x-kubernetes-validations`), compiled once, and run over objects.

use super::check::Names;
use super::program::Program;
use super::types::{Shape, Type};
use super::value::{Failure, Text, Value};
use super::{Fault, cost, shape};
use crate::validate::custom::schema::Schema;

/// What all rules of one object may cost, and each alone.
const BUDGET: u64 = 10_000_000;
const LIMIT: u64 = 1_000_000;
/// The longest message that an expression may make.
const MAX_MESSAGE: usize = 5 * 1024;

/// The rules of a schema and of what lies within.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Those of this very schema, in their order.
    pub(crate) own: Vec<Rule>,
    /// Whether the data is a resource.
    pub(crate) resource: bool,
    pub(crate) items: Option<Box<Rules>>,
    /// By the position of the property in the schema.
    pub(crate) properties: Vec<(usize, Rules)>,
    pub(crate) additional: Option<Box<Rules>>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    /// `None` for an empty rule.
    pub(crate) program: Option<Result<Program, Fault>>,
    /// The expression of its message.
    pub(crate) message: Option<Result<Program, Fault>>,
    /// What each costs at most.
    pub(crate) cost: u64,
    pub(crate) message_cost: u64,
    pub(crate) uses_old_self: bool,
}

/// What data of a schema is called while its rules are compiled.
pub(crate) fn names(shape: &Shape, optional_old_self: bool) -> Names {
    let old = if optional_old_self { Type::optional(shape.kind.clone()) } else { shape.kind.clone() };
    Names {
        variables: vec![("self".into(), shape.kind.clone()), ("oldSelf".into(), old)],
        ..Names::default()
    }
}

/// Compiles the rules of one schema over data of its shape. With `costs`, estimates what they cost.
pub(crate) fn compile(schema: &Schema, shape: &Shape, costs: bool) -> Vec<Rule> {
    let compiled = |text: &str, names: &Names, wanted: &Type, what: &str| {
        Program::compile(text, names).and_then(|program| {
            if *program.result() == *wanted {
                Ok(program)
            } else {
                Err(Fault::at(0, format!("{what} must give a {wanted}, it gives a {}", program.result())))
            }
        })
    };
    let estimate = |program: Option<&Result<Program, Fault>>| match program {
        Some(Ok(program)) if costs => cost::estimate(program, shape),
        _ => 0,
    };
    schema
        .rules
        .iter()
        .map(|rule| {
            let names = names(shape, rule.optional_old_self == Some(true));
            let text = &*rule.rule;
            let program = (!text.trim().is_empty()).then(|| compiled(text, &names, &Type::Bool, "a rule"));
            let message = (!rule.message_expression.is_empty() && matches!(program, Some(Ok(_))))
                .then(|| compiled(&rule.message_expression, &names, &Type::Text, "`messageExpression`"));
            let uses_old_self = program.as_ref().is_some_and(|p| p.as_ref().is_ok_and(|p| p.uses("oldSelf")));
            let (cost, message_cost) = (estimate(program.as_ref()), estimate(message.as_ref()));
            Rule { program, message, cost, message_cost, uses_old_self }
        })
        .collect()
}

impl Rules {
    /// Compiles all rules of a schema; `resource`: whether the data is a resource.
    pub(crate) fn compile(schema: &Schema, resource: bool) -> Rules {
        if !schema.has_rules {
            return Rules::default();
        }
        let shape = shape::of(schema, resource, "self");
        Rules::within(schema, resource, shape.as_ref())
    }

    fn within(schema: &Schema, resource: bool, shape: Option<&Shape>) -> Rules {
        let mut rules = Rules { resource, ..Rules::default() };
        let Some(shape) = shape.filter(|_| schema.has_rules) else { return rules };
        rules.own = compile(schema, shape, false);
        let element = shape.element.as_deref();
        if let Some(items) = schema.items.as_deref().filter(|items| items.has_rules) {
            rules.items = Some(Box::new(Rules::within(items, items.embedded, element)));
        }
        for (at, (name, property)) in schema.properties.iter().enumerate() {
            if !property.has_rules {
                continue;
            }
            let made;
            let of = match shape::escape(name) {
                Some(escaped) => shape.field(&escaped),
                // A name that expressions cannot write: its own rules see it all the same.
                None => {
                    made = shape::of(property, property.embedded, "self");
                    made.as_ref()
                }
            };
            if of.is_some() {
                rules.properties.push((at, Rules::within(property, property.embedded, of)));
            }
        }
        if let Some(within) = schema.additional_schema().filter(|within| within.has_rules) {
            rules.additional = Some(Box::new(Rules::within(within, within.embedded, element)));
        }
        rules
    }
}

/// What all rules of one object have cost so far.
#[derive(Debug)]
pub(crate) struct Run {
    left: u64,
    /// Whether old data is the same as the new: for defaults.
    with_old: bool,
    /// Whether rules that do not compile are failures.
    tells_broken: bool,
}

impl Default for Run {
    fn default() -> Run {
        Run { left: BUDGET, with_old: false, tells_broken: false }
    }
}

/// What running a rule came to.
#[derive(Debug)]
pub(crate) enum Judged {
    /// It holds, or was not run.
    Holds,
    /// It fails: with the message that its expression made, or none.
    Fails(Option<String>),
    /// It could not be run to its end.
    Failed(Failure),
    /// All rules together cost too much: nothing more is run.
    OutOfBudget,
}

impl Run {
    /// A run in which the data is its own older self, or has none.
    pub(crate) fn of_default(with_old: bool) -> Run {
        Run { with_old, tells_broken: true, ..Run::default() }
    }

    /// Runs one rule over data.
    pub(crate) fn judge<'v>(&mut self, rule: &'v Rule, optional_old_self: bool, data: &Value<'v>) -> Judged {
        let program = match &rule.program {
            None => return Judged::Holds,
            Some(Ok(program)) => program,
            Some(Err(fault)) if self.tells_broken => {
                return Judged::Failed(Failure::new(format!("it does not compile: {}", fault.message)));
            }
            Some(Err(_)) => return Judged::Holds,
        };
        if rule.uses_old_self && !self.with_old && !optional_old_self {
            return Judged::Holds;
        }
        let old = match (self.with_old, optional_old_self) {
            (true, true) => Value::some(data.clone()),
            (true, false) => data.clone(),
            (false, _) => Value::Optional(None),
        };
        let variables = [("self", data.clone()), ("oldSelf", old)];
        let (outcome, cost) = program.run(&variables, LIMIT);
        if cost > self.left {
            self.left = 0;
            return Judged::OutOfBudget;
        }
        self.left -= cost;
        match outcome {
            Ok(Value::Bool(true)) => Judged::Holds,
            Ok(Value::Bool(false)) => {
                let Some(Ok(message)) = &rule.message else { return Judged::Fails(None) };
                let (outcome, cost) = message.run(&variables, LIMIT);
                self.left = self.left.saturating_sub(cost);
                Judged::Fails(outcome.ok().and_then(|value| message_of(&value)))
            }
            Ok(_) => Judged::Failed(Failure::overload()),
            Err(failure) if failure.unknown => Judged::Holds,
            Err(failure) => Judged::Failed(failure),
        }
    }
}

fn message_of(value: &Value<'_>) -> Option<String> {
    let Value::Text(text) = value else { return None };
    let text = match text {
        Text::Borrowed(text) => text.trim(),
        Text::Made(text) => text.trim(),
    };
    (!text.is_empty() && text.len() <= MAX_MESSAGE && !text.contains('\n')).then(|| text.to_owned())
}
