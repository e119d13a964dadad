//! From words to an expression, by the grammar of CEL; macros are expanded on the way.

use super::Fault;
use super::ast::{Ast, Expr, Id, Literal, Node, operator};
use super::lexer::{Token, tokens};
use super::macros;

/// The deepest nesting, and the most nodes, that cel-go takes.
const MAX_DEPTH: u32 = 250;
const MAX_NODES: usize = 100_000;
const MAX_TEXT: usize = 100_000;

/// Words that are no names.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// Reads an expression.
pub(super) fn parse(text: &str, bind: bool) -> Result<Ast, Fault> {
    if text.chars().count() > MAX_TEXT {
        return Err(Fault::at(0, format!("the expression has more than {MAX_TEXT} characters")));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, nodes: Vec::new(), depth: 0, bind };
    let root = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(Ast { nodes: parser.nodes, root }),
        other => Err(parser.unexpected(&other.clone())),
    }
}

pub(super) struct Parser {
    tokens: Vec<(Token, u32)>,
    at: usize,
    nodes: Vec<Node>,
    depth: u32,
    /// Whether there is the macro `cel.bind`.
    pub(super) bind: bool,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn offset(&self) -> u32 {
        self.tokens[self.at].1
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(s) if *s == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        if is {
            self.at += 1;
        }
        is
    }

    fn expect(&mut self, sign: &str) -> Result<(), Fault> {
        if self.take(sign) {
            return Ok(());
        }
        let found = describe(self.peek());
        Err(Fault::at(self.offset() as usize, format!("expected `{sign}`, found {found}")))
    }

    fn unexpected(&self, token: &Token) -> Fault {
        Fault::at(self.offset() as usize, format!("unexpected {}", describe(token)))
    }

    pub(super) fn node(&mut self, offset: u32, kind: Expr) -> Id {
        self.nodes.push(Node { kind, offset });
        (self.nodes.len() - 1) as Id
    }

    pub(super) fn get(&self, id: Id) -> &Expr {
        &self.nodes[id as usize].kind
    }

    pub(super) fn offset_of(&self, id: Id) -> u32 {
        self.nodes[id as usize].offset
    }

    pub(super) fn call(&mut self, offset: u32, function: &str, args: Vec<Id>) -> Id {
        self.node(offset, Expr::Call { function: function.into(), target: None, args })
    }

    pub(super) fn member(&mut self, offset: u32, function: &str, target: Id, args: Vec<Id>) -> Id {
        self.node(offset, Expr::Call { function: function.into(), target: Some(target), args })
    }

    /// A call, or what the macro of that name makes of it.
    fn call_or_macro(
        &mut self,
        offset: u32,
        function: &str,
        target: Option<Id>,
        args: Vec<Id>,
    ) -> Result<Id, Fault> {
        if let Some(expanded) = macros::expand(self, offset, function, target, &args)? {
            return Ok(expanded);
        }
        Ok(self.node(offset, Expr::Call { function: function.into(), target, args }))
    }

    fn deeper(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::at(self.offset() as usize, "the expression is nested too deeply"));
        }
        if self.nodes.len() > MAX_NODES {
            return Err(Fault::at(self.offset() as usize, "the expression is too large"));
        }
        Ok(())
    }

    fn expression(&mut self) -> Result<Id, Fault> {
        self.deeper()?;
        let condition = self.or()?;
        let offset = self.offset();
        let id = if self.take("?") {
            let then = self.or()?;
            self.expect(":")?;
            let other = self.expression()?;
            self.call(offset, operator::CONDITIONAL, vec![condition, then, other])
        } else {
            condition
        };
        self.depth -= 1;
        Ok(id)
    }

    fn or(&mut self) -> Result<Id, Fault> {
        self.logic("||", operator::OR, Parser::and)
    }

    fn and(&mut self) -> Result<Id, Fault> {
        self.logic("&&", operator::AND, Parser::relation)
    }

    /// Terms of one operator, as a balanced tree.
    fn logic(
        &mut self,
        sign: &str,
        function: &'static str,
        term: fn(&mut Parser) -> Result<Id, Fault>,
    ) -> Result<Id, Fault> {
        let first = term(self)?;
        if !self.is(sign) {
            return Ok(first);
        }
        let mut terms = vec![first];
        let mut offsets = Vec::new();
        loop {
            let offset = self.offset();
            if !self.take(sign) {
                break;
            }
            offsets.push(offset);
            terms.push(term(self)?);
        }
        Ok(self.balance(function, &terms, &offsets))
    }

    fn balance(&mut self, function: &str, terms: &[Id], offsets: &[u32]) -> Id {
        if let [only] = terms {
            return *only;
        }
        let middle = offsets.len() / 2;
        let left = self.balance(function, &terms[..=middle], &offsets[..middle]);
        let right = self.balance(function, &terms[middle + 1..], &offsets[middle + 1..]);
        self.call(offsets[middle], function, vec![left, right])
    }

    fn relation(&mut self) -> Result<Id, Fault> {
        let mut left = self.sum()?;
        loop {
            let function = match self.peek() {
                Token::Sign("==") => operator::EQUALS,
                Token::Sign("!=") => operator::NOT_EQUALS,
                Token::Sign("<") => operator::LESS,
                Token::Sign("<=") => operator::LESS_EQUALS,
                Token::Sign(">") => operator::GREATER,
                Token::Sign(">=") => operator::GREATER_EQUALS,
                Token::Name(name) if &**name == "in" => operator::IN,
                _ => return Ok(left),
            };
            left = self.binary(function, left, Parser::sum)?;
        }
    }

    fn binary(
        &mut self,
        function: &str,
        left: Id,
        operand: fn(&mut Parser) -> Result<Id, Fault>,
    ) -> Result<Id, Fault> {
        let offset = self.offset();
        self.next();
        let right = operand(self)?;
        if self.nodes.len() > MAX_NODES {
            return Err(Fault::at(offset as usize, "the expression is too large"));
        }
        Ok(self.call(offset, function, vec![left, right]))
    }

    fn sum(&mut self) -> Result<Id, Fault> {
        let mut left = self.product()?;
        let mut terms = 0;
        loop {
            let function = match self.peek() {
                Token::Sign("+") => operator::ADD,
                Token::Sign("-") => operator::SUBTRACT,
                _ => return Ok(left),
            };
            left = self.binary(function, left, Parser::product)?;
            terms += 1;
            self.chain(terms)?;
        }
    }

    /// A chain of operators nests its first operand ever deeper.
    fn chain(&self, terms: u32) -> Result<(), Fault> {
        if terms + self.depth > MAX_DEPTH {
            return Err(Fault::at(self.offset() as usize, "the expression is nested too deeply"));
        }
        Ok(())
    }

    fn product(&mut self) -> Result<Id, Fault> {
        let mut left = self.unary()?;
        let mut terms = 0;
        loop {
            let function = match self.peek() {
                Token::Sign("*") => operator::MULTIPLY,
                Token::Sign("/") => operator::DIVIDE,
                Token::Sign("%") => operator::MODULO,
                _ => return Ok(left),
            };
            left = self.binary(function, left, Parser::unary)?;
            terms += 1;
            self.chain(terms)?;
        }
    }

    fn unary(&mut self) -> Result<Id, Fault> {
        let offset = self.offset();
        for (sign, function) in [("!", operator::NOT), ("-", operator::NEGATE)] {
            let number = matches!(
                self.tokens.get(self.at + 1).map(|(token, _)| token),
                Some(Token::Int(_) | Token::Double(_))
            );
            if !self.is(sign) || (sign == "-" && number) {
                continue;
            }
            let mut count = 0;
            while self.take(sign) {
                count += 1;
            }
            let operand = self.postfix()?;
            return Ok(if count % 2 == 0 { operand } else { self.call(offset, function, vec![operand]) });
        }
        self.postfix()
    }

    /// A primary expression and what follows it: fields, calls, indices.
    fn postfix(&mut self) -> Result<Id, Fault> {
        let mut id = self.primary()?;
        let mut steps = 0;
        loop {
            steps += 1;
            self.chain(steps)?;
            let offset = self.offset();
            if self.take(".") {
                let optional = self.take("?");
                let (name, quoted) = match self.next() {
                    Token::Name(name) if !matches!(&*name, "in" | "true" | "false" | "null") => (name, false),
                    Token::Quoted(name) => (name, true),
                    other => return Err(self.unexpected(&other)),
                };
                if optional {
                    let name = self.node(offset, Expr::Literal(Literal::Text(name)));
                    id = self.call(offset, operator::OPT_SELECT, vec![id, name]);
                } else if !quoted && self.is("(") {
                    let offset = self.offset();
                    let args = self.arguments()?;
                    id = self.call_or_macro(offset, &name, Some(id), args)?;
                } else {
                    id = self.node(offset, Expr::Select { operand: id, field: name, test: false });
                }
            } else if self.take("[") {
                let optional = self.take("?");
                let index = self.expression()?;
                self.expect("]")?;
                let function = if optional { operator::OPT_INDEX } else { operator::INDEX };
                id = self.call(offset, function, vec![id, index]);
            } else if self.is("{")
                && let Some(name) = self.qualified_name(id)
            {
                id = self.message(name)?;
            } else {
                return Ok(id);
            }
        }
    }

    /// `a.b.c` as one name.
    fn qualified_name(&self, id: Id) -> Option<String> {
        match self.get(id) {
            Expr::Ident(name) => Some(name.to_string()),
            Expr::Select { operand, field, test: false } => {
                Some(format!("{}.{field}", self.qualified_name(*operand)?))
            }
            _ => None,
        }
    }

    fn message(&mut self, name: String) -> Result<Id, Fault> {
        let offset = self.offset();
        self.expect("{")?;
        let mut fields = Vec::new();
        while !self.is("}") {
            let optional = self.take("?");
            let field = match self.next() {
                Token::Name(name) | Token::Quoted(name) => name,
                other => return Err(self.unexpected(&other)),
            };
            self.expect(":")?;
            fields.push((field, self.expression()?, optional));
            if !self.take(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(self.node(offset, Expr::Struct { name: name.into(), fields }))
    }

    fn arguments(&mut self) -> Result<Vec<Id>, Fault> {
        self.expect("(")?;
        let mut args = Vec::new();
        if !self.is(")") {
            args.push(self.expression()?);
            while self.take(",") {
                args.push(self.expression()?);
            }
        }
        self.expect(")")?;
        Ok(args)
    }

    fn primary(&mut self) -> Result<Id, Fault> {
        let offset = self.offset();
        if self.take("(") {
            let id = self.expression()?;
            self.expect(")")?;
            return Ok(id);
        }
        if self.take("[") {
            let mut elements = Vec::new();
            while !self.is("]") {
                let optional = self.take("?");
                elements.push((self.expression()?, optional));
                if !self.take(",") {
                    break;
                }
            }
            self.expect("]")?;
            return Ok(self.node(offset, Expr::List(elements)));
        }
        if self.take("{") {
            let mut entries = Vec::new();
            while !self.is("}") {
                let optional = self.take("?");
                let key = self.expression()?;
                self.expect(":")?;
                entries.push((key, self.expression()?, optional));
                if !self.take(",") {
                    break;
                }
            }
            self.expect("}")?;
            return Ok(self.node(offset, Expr::Map(entries)));
        }
        if self.take("-") {
            return match self.next() {
                Token::Int(digits) => self.int(offset, &digits, true),
                Token::Double(digits) => self.double(offset, &digits, true),
                other => Err(self.unexpected(&other)),
            };
        }
        let leading = self.take(".");
        match self.next() {
            Token::Name(name) => self.name(offset, &name, leading),
            other if leading => Err(self.unexpected(&other)),
            Token::Int(digits) => self.int(offset, &digits, false),
            Token::Uint(digits) => {
                let value = match digits.strip_prefix("0x") {
                    Some(hex) => u64::from_str_radix(hex, 16),
                    None => digits.parse(),
                };
                let value =
                    value.map_err(|_| Fault::at(offset as usize, "an unsigned number is too large"))?;
                Ok(self.node(offset, Expr::Literal(Literal::Uint(value))))
            }
            Token::Double(digits) => self.double(offset, &digits, false),
            Token::Text(text) => Ok(self.node(offset, Expr::Literal(Literal::Text(text)))),
            Token::Bytes(bytes) => Ok(self.node(offset, Expr::Literal(Literal::Bytes(bytes)))),
            Token::End => Err(Fault::at(offset as usize, "the expression ends too early")),
            other => Err(Fault::at(offset as usize, format!("unexpected {}", describe(&other)))),
        }
    }

    fn name(&mut self, offset: u32, name: &str, leading: bool) -> Result<Id, Fault> {
        if !leading {
            let literal = match name {
                "true" => Some(Literal::Bool(true)),
                "false" => Some(Literal::Bool(false)),
                "null" => Some(Literal::Null),
                _ => None,
            };
            if let Some(literal) = literal {
                return Ok(self.node(offset, Expr::Literal(literal)));
            }
        }
        if RESERVED.contains(&name) {
            return Err(Fault::at(offset as usize, format!("`{name}` is a reserved word")));
        }
        let full = if leading { format!(".{name}") } else { name.to_owned() };
        if self.is("(") {
            let at = self.offset();
            let args = self.arguments()?;
            return self.call_or_macro(at, &full, None, args);
        }
        Ok(self.node(offset, Expr::Ident(full.into())))
    }

    fn int(&mut self, offset: u32, digits: &str, negative: bool) -> Result<Id, Fault> {
        let sign = if negative { "-" } else { "" };
        let value = match digits.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(&format!("{sign}{hex}"), 16),
            None => format!("{sign}{digits}").parse(),
        };
        let value = value.map_err(|_| Fault::at(offset as usize, "a whole number is too large"))?;
        Ok(self.node(offset, Expr::Literal(Literal::Int(value))))
    }

    fn double(&mut self, offset: u32, digits: &str, negative: bool) -> Result<Id, Fault> {
        let value: f64 = digits.parse().map_err(|_| Fault::at(offset as usize, "a number is none"))?;
        if value.is_infinite() {
            return Err(Fault::at(offset as usize, "a number is too large"));
        }
        let value = if negative { -value } else { value };
        Ok(self.node(offset, Expr::Literal(Literal::Double(value))))
    }
}

fn describe(token: &Token) -> String {
    match token {
        Token::Name(name) | Token::Quoted(name) => format!("`{name}`"),
        Token::Int(digits) | Token::Uint(digits) | Token::Double(digits) => format!("`{digits}`"),
        Token::Text(_) | Token::Bytes(_) => "a string".to_owned(),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
    }
}
