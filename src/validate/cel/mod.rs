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
mod lexer;
mod macros;
mod parser;
mod program;
mod rules;
mod semver;
pub(crate) mod shape;
mod special;
mod strings;
pub(crate) mod time;
pub(crate) mod types;
pub(crate) mod url;
pub(crate) mod value;

pub use environment::{Environment, Wanted, check_expression};
pub(crate) use rules::{Judged, Rules, Run};

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
