//! An expression that was read and checked, ready to run.

use regex::Regex;
use rustc_hash::FxHashMap;

use super::ast::{Ast, Expr, Id, Literal, operator};
use super::check::{self, Checked, Names};
use super::eval::{self, Eval};
use super::types::Type;
use super::value::{Outcome, Value};
use super::{Fault, time};
use super::{literals, parser};
use crate::validate::custom::pattern;

/// Operators that are not called like functions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    None,
    And,
    Or,
    Not,
    Conditional,
    NotStrictlyFalse,
    Equals,
    NotEquals,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Negate,
    In,
    Index,
    OptIndex,
    OptSelect,
    OptOr,
    OptOrValue,
    Size,
    Matches,
}

/// An expression that can run.
#[derive(Debug)]
pub(crate) struct Program {
    pub(super) ast: Ast,
    pub(super) checked: Checked,
    pub(super) operators: Vec<Operator>,
    /// The name of the function of each call.
    pub(super) functions: Vec<&'static str>,
    /// Patterns that are written out.
    pub(super) regexes: FxHashMap<Id, Regex>,
    /// Steps that only add to a list.
    pub(super) appends: FxHashMap<Id, (Option<Id>, Id)>,
}

impl Program {
    /// Reads and checks an expression.
    pub(crate) fn compile(text: &str, names: &Names) -> Result<Program, Fault> {
        let ast = parser::parse(text, names.bind)?;
        let checked = check::check(&ast, names)?;
        literals::check(&ast, &checked)?;
        let count = ast.nodes.len();
        let mut program = Program {
            ast,
            checked,
            operators: vec![Operator::None; count],
            functions: vec![""; count],
            regexes: FxHashMap::default(),
            appends: FxHashMap::default(),
        };
        for id in 0..count as Id {
            program.prepare(id)?;
        }
        Ok(program)
    }

    fn prepare(&mut self, id: Id) -> Result<(), Fault> {
        match self.ast.get(id) {
            Expr::Call { function, target, args } => {
                let name = self.checked.qualified[id as usize].or_else(|| {
                    let function = function.strip_prefix('.').unwrap_or(function);
                    super::declarations::function(function).map(|(name, _)| name)
                });
                let name = name.unwrap_or("");
                self.functions[id as usize] = name;
                self.operators[id as usize] = operator_of(name, function, target.is_some());
                self.check_literals(id, name, *target, args)?;
                let pattern = match (name, target) {
                    ("matches", None) => args.get(1),
                    ("matches" | "find" | "findAll", Some(_)) => args.first(),
                    _ => None,
                };
                if let Some(Expr::Literal(Literal::Text(text))) =
                    pattern.map(|pattern| self.ast.get(*pattern))
                {
                    let regex = pattern::compile(text).map_err(|error| {
                        let offset = self.ast.nodes[id as usize].offset;
                        Fault::at(offset as usize, format!("`{text}` is no valid pattern: {error}"))
                    })?;
                    self.regexes.insert(id, regex);
                }
            }
            Expr::Comprehension(fold) => {
                if let Some(append) = eval::appending(&self.ast, fold.step) {
                    self.appends.insert(fold.step, append);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Constants that could never be read. Mirrors `ValidateDurationLiterals`, `ValidateTimestampLiterals`.
    fn check_literals(&self, id: Id, name: &str, target: Option<Id>, args: &[Id]) -> Result<(), Fault> {
        let ([arg], None) = (args, target) else { return Ok(()) };
        let Expr::Literal(Literal::Text(text)) = self.ast.get(*arg) else { return Ok(()) };
        let valid = match name {
            "duration" => time::duration(text).is_some(),
            "timestamp" => time::timestamp(text).is_some(),
            _ => true,
        };
        if valid {
            return Ok(());
        }
        Err(Fault::at(self.ast.nodes[id as usize].offset as usize, format!("`{text}` is no {name}")))
    }

    /// The type of its value.
    pub(crate) fn result(&self) -> &Type {
        self.checked.of(self.ast.root)
    }

    /// Whether it asks for a variable.
    pub(crate) fn uses(&self, variable: &str) -> bool {
        self.checked.references.iter().flatten().any(|name| &**name == variable)
    }

    /// Runs it: its value, and what that cost.
    pub(crate) fn run<'v>(&'v self, variables: &[(&'v str, Value<'v>)], limit: u64) -> (Outcome<'v>, u64) {
        let mut eval = Eval::new(self, variables, limit);
        let outcome = eval.run();
        (outcome, eval.cost)
    }
}

fn operator_of(name: &str, written: &str, member: bool) -> Operator {
    match name {
        operator::AND => Operator::And,
        operator::OR => Operator::Or,
        operator::NOT => Operator::Not,
        operator::CONDITIONAL => Operator::Conditional,
        operator::NOT_STRICTLY_FALSE => Operator::NotStrictlyFalse,
        operator::EQUALS => Operator::Equals,
        operator::NOT_EQUALS => Operator::NotEquals,
        operator::LESS => Operator::Less,
        operator::LESS_EQUALS => Operator::LessEquals,
        operator::GREATER => Operator::Greater,
        operator::GREATER_EQUALS => Operator::GreaterEquals,
        operator::ADD => Operator::Add,
        operator::SUBTRACT => Operator::Subtract,
        operator::MULTIPLY => Operator::Multiply,
        operator::DIVIDE => Operator::Divide,
        operator::MODULO => Operator::Modulo,
        operator::NEGATE => Operator::Negate,
        operator::IN => Operator::In,
        operator::INDEX => Operator::Index,
        operator::OPT_INDEX => Operator::OptIndex,
        "or" if member => Operator::OptOr,
        "orValue" if member => Operator::OptOrValue,
        "size" => Operator::Size,
        "matches" => Operator::Matches,
        _ if written == operator::OPT_SELECT => Operator::OptSelect,
        _ => Operator::None,
    }
}
