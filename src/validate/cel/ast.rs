//! What an expression says: nodes in an arena, each with its offset in the text.

/// A node's number.
pub(crate) type Id = u32;

/// An expression.
#[derive(Debug)]
pub(crate) struct Ast {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: Id,
}

/// One node.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Expr,
    /// Where it begins in the text.
    pub(crate) offset: u32,
}

/// A constant.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Expr {
    Literal(Literal),
    Ident(Box<str>),
    /// `a.b`; with `test` it is `has(a.b)`.
    Select {
        operand: Id,
        field: Box<str>,
        test: bool,
    },
    Call {
        function: Box<str>,
        target: Option<Id>,
        args: Vec<Id>,
    },
    /// Elements, and whether each is optional.
    List(Vec<(Id, bool)>),
    /// Keys, values, and whether each entry is optional.
    Map(Vec<(Id, Id, bool)>),
    /// A message: its type, and its fields.
    Struct {
        name: Box<str>,
        fields: Vec<(Box<str>, Id, bool)>,
    },
    Comprehension(Box<Comprehension>),
}

/// What macros become.
#[derive(Debug)]
pub(crate) struct Comprehension {
    pub(crate) range: Id,
    pub(crate) var: Box<str>,
    pub(crate) var2: Option<Box<str>>,
    pub(crate) accu: Box<str>,
    pub(crate) init: Id,
    pub(crate) condition: Id,
    pub(crate) step: Id,
    pub(crate) result: Id,
}

impl Ast {
    /// What a node is.
    pub(crate) fn get(&self, id: Id) -> &Expr {
        &self.nodes[id as usize].kind
    }
}

/// Names of operators as functions.
pub(crate) mod operator {
    pub(crate) const CONDITIONAL: &str = "_?_:_";
    pub(crate) const AND: &str = "_&&_";
    pub(crate) const OR: &str = "_||_";
    pub(crate) const NOT: &str = "!_";
    pub(crate) const EQUALS: &str = "_==_";
    pub(crate) const NOT_EQUALS: &str = "_!=_";
    pub(crate) const LESS: &str = "_<_";
    pub(crate) const LESS_EQUALS: &str = "_<=_";
    pub(crate) const GREATER: &str = "_>_";
    pub(crate) const GREATER_EQUALS: &str = "_>=_";
    pub(crate) const ADD: &str = "_+_";
    pub(crate) const SUBTRACT: &str = "_-_";
    pub(crate) const MULTIPLY: &str = "_*_";
    pub(crate) const DIVIDE: &str = "_/_";
    pub(crate) const MODULO: &str = "_%_";
    pub(crate) const NEGATE: &str = "-_";
    pub(crate) const INDEX: &str = "_[_]";
    pub(crate) const OPT_INDEX: &str = "_[?_]";
    pub(crate) const OPT_SELECT: &str = "_?._";
    pub(crate) const IN: &str = "@in";
    pub(crate) const NOT_STRICTLY_FALSE: &str = "@not_strictly_false";
    pub(crate) const MAP_INSERT: &str = "cel.@mapInsert";
}
