//! CEL as the API server runs it: expressions are read as cel-go reads them, checked against the types that a schema
//! gives, their costs estimated and limited, and run over the data of objects without copying it.
//! `docs/decisions/003-cel.md` says why this is our own.

mod ast;
mod check;
mod cost;
mod cost_of_calls;
mod declarations;
mod environment;
mod eval;
mod functions;
pub(super) mod history;
mod lexer;
mod literals;
mod macros;
mod parser;
mod program;
mod rules;
mod semver;
pub(crate) mod shape;
mod special;
mod strings;
#[cfg(test)]
mod tests;
pub(crate) mod time;
pub(crate) mod types;
pub(crate) mod url;
pub(crate) mod value;

pub use environment::{Environment, Wanted, check_expression};
pub(crate) use rules::{Judged, Rule as Compiled, Rules, Run};
pub(crate) use shape::{RESERVED, escape};

use self::types::Shape;
use super::custom::schema::Schema;

/// The shape of data with a schema as expressions see it; `None` when they cannot.
pub(crate) fn shape_of(schema: &Schema, resource: bool) -> Option<Shape> {
    shape::of(schema, resource, "self")
}

/// Compiles the rules of one schema and estimates what they cost.
pub(crate) fn compile_rules(schema: &Schema, shape: &Shape) -> Vec<Compiled> {
    rules::compile(schema, shape, true)
}

/// How often data of a shape can occur in one request at most.
pub(crate) fn max_cardinality(shape: &Shape) -> u64 {
    shape::max_cardinality(shape.min_size)
}

/// What is wrong with an expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where in its text, in bytes.
    pub offset: usize,
    /// One sentence: lower case, no full stop, names in backticks.
    pub message: String,
}

impl Fault {
    fn at(offset: usize, message: impl Into<String>) -> Fault {
        Fault { offset, message: message.into() }
    }
}
