//! Macros: calls that become comprehensions.

use super::Fault;
use super::ast::{Comprehension, Expr, Id, Literal, operator};
use super::parser::Parser;

/// The variable in which a comprehension gathers its result; no name of the user's can be like it.
pub(super) const ACCU: &str = "@result";
const OLD_ACCU: &str = "__result__";
/// The variable of a comprehension that only binds a name.
pub(super) const UNUSED: &str = "#unused";

/// What a call becomes; `None` when it is no macro.
pub(super) fn expand(
    parser: &mut Parser,
    offset: u32,
    function: &str,
    target: Option<Id>,
    args: &[Id],
) -> Result<Option<Id>, Fault> {
    let mut make = Make { parser, offset };
    let Some(target) = target else {
        return if function == "has" && args.len() == 1 { make.has(args[0]).map(Some) } else { Ok(None) };
    };
    let id = match (function, args.len()) {
        ("all" | "exists" | "exists_one", 2 | 3) | ("existsOne", 3) => {
            make.quantifier(function, target, args)?
        }
        ("map", 2 | 3) => make.map(target, args)?,
        ("filter", 2) => {
            let var = make.var(args[0])?;
            let step = make.append(args[0]);
            let step = make.only_if(Some(args[1]), step);
            make.list(target, var, None, step)
        }
        ("transformList", 3 | 4) => {
            let (var, var2) = make.vars(args)?;
            let (filter, transform) = if let [_, _, f, t] = args { (Some(*f), *t) } else { (None, args[2]) };
            let step = make.append(transform);
            let step = make.only_if(filter, step);
            make.list(target, var, Some(var2), step)
        }
        ("transformMap" | "transformMapEntry", 3 | 4) => make.transform_map(function, target, args)?,
        ("optMap" | "optFlatMap", 2) => make.optional(function, target, args)?,
        ("bind", 3) if make.parser.bind && make.name(target).as_deref() == Some("cel") => {
            let name = make.var(args[0])?;
            make.bind(&name, args[1], args[2])
        }
        ("sortBy", 2) => make.sort_by(target, args)?,
        _ => return Ok(None),
    };
    Ok(Some(id))
}

struct Make<'p> {
    parser: &'p mut Parser,
    offset: u32,
}

impl Make<'_> {
    fn fault(&self, id: Id, message: &str) -> Fault {
        Fault::at(self.parser.offset_of(id) as usize, message)
    }

    fn literal(&mut self, literal: Literal) -> Id {
        self.parser.node(self.offset, Expr::Literal(literal))
    }

    fn ident(&mut self, name: &str) -> Id {
        self.parser.node(self.offset, Expr::Ident(name.into()))
    }

    fn accu(&mut self) -> Id {
        self.ident(ACCU)
    }

    fn call(&mut self, function: &str, args: Vec<Id>) -> Id {
        self.parser.call(self.offset, function, args)
    }

    fn elements(&mut self, elements: Vec<(Id, bool)>) -> Id {
        self.parser.node(self.offset, Expr::List(elements))
    }

    fn fold(&mut self, fold: Comprehension) -> Id {
        self.parser.node(self.offset, Expr::Comprehension(Box::new(fold)))
    }

    fn name(&self, id: Id) -> Option<Box<str>> {
        match self.parser.get(id) {
            Expr::Ident(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn var(&self, id: Id) -> Result<Box<str>, Fault> {
        let name =
            self.name(id).ok_or_else(|| self.fault(id, "the variable of a macro must be a simple name"))?;
        if &*name == ACCU || &*name == OLD_ACCU {
            return Err(self.fault(id, "the variable of a macro has the name of its result"));
        }
        Ok(name)
    }

    fn vars(&self, args: &[Id]) -> Result<(Box<str>, Box<str>), Fault> {
        let (first, second) = (self.var(args[0])?, self.var(args[1])?);
        if first == second {
            return Err(self.fault(args[1], "both variables of a macro have one name"));
        }
        Ok((first, second))
    }

    fn has(&mut self, arg: Id) -> Result<Id, Fault> {
        let Expr::Select { operand, field, test: false } = self.parser.get(arg) else {
            return Err(self.fault(arg, "`has` takes a field"));
        };
        let (operand, field) = (*operand, field.clone());
        Ok(self.parser.node(self.offset, Expr::Select { operand, field, test: true }))
    }

    fn quantifier(&mut self, function: &str, target: Id, args: &[Id]) -> Result<Id, Fault> {
        let (var, var2, predicate) = if let [_, _, predicate] = args {
            let (var, var2) = self.vars(args)?;
            (var, Some(var2), *predicate)
        } else {
            (self.var(args[0])?, None, args[1])
        };
        let (init, condition, step, result) = match function {
            "all" => {
                let init = self.literal(Literal::Bool(true));
                let accu = self.accu();
                let condition = self.call(operator::NOT_STRICTLY_FALSE, vec![accu]);
                let accu = self.accu();
                let step = self.call(operator::AND, vec![accu, predicate]);
                (init, condition, step, self.accu())
            }
            "exists" => {
                let init = self.literal(Literal::Bool(false));
                let accu = self.accu();
                let not = self.call(operator::NOT, vec![accu]);
                let condition = self.call(operator::NOT_STRICTLY_FALSE, vec![not]);
                let accu = self.accu();
                let step = self.call(operator::OR, vec![accu, predicate]);
                (init, condition, step, self.accu())
            }
            _ => {
                let init = self.literal(Literal::Int(0));
                let condition = self.literal(Literal::Bool(true));
                let (accu, one) = (self.accu(), self.literal(Literal::Int(1)));
                let more = self.call(operator::ADD, vec![accu, one]);
                let accu = self.accu();
                let step = self.call(operator::CONDITIONAL, vec![predicate, more, accu]);
                let (accu, one) = (self.accu(), self.literal(Literal::Int(1)));
                let result = self.call(operator::EQUALS, vec![accu, one]);
                (init, condition, step, result)
            }
        };
        let accu = ACCU.into();
        Ok(self.fold(Comprehension { range: target, var, var2, accu, init, condition, step, result }))
    }

    /// `@result + [element]`
    fn append(&mut self, element: Id) -> Id {
        let accu = self.accu();
        let list = self.elements(vec![(element, false)]);
        self.call(operator::ADD, vec![accu, list])
    }

    fn only_if(&mut self, filter: Option<Id>, step: Id) -> Id {
        match filter {
            None => step,
            Some(filter) => {
                let accu = self.accu();
                self.call(operator::CONDITIONAL, vec![filter, step, accu])
            }
        }
    }

    fn list(&mut self, target: Id, var: Box<str>, var2: Option<Box<str>>, step: Id) -> Id {
        let init = self.elements(Vec::new());
        let condition = self.literal(Literal::Bool(true));
        let result = self.accu();
        let accu = ACCU.into();
        self.fold(Comprehension { range: target, var, var2, accu, init, condition, step, result })
    }

    fn map(&mut self, target: Id, args: &[Id]) -> Result<Id, Fault> {
        let var = self.var(args[0])?;
        let (filter, transform) = if let [_, f, t] = args { (Some(*f), *t) } else { (None, args[1]) };
        let step = self.append(transform);
        let step = self.only_if(filter, step);
        Ok(self.list(target, var, None, step))
    }

    fn transform_map(&mut self, function: &str, target: Id, args: &[Id]) -> Result<Id, Fault> {
        let (var, var2) = self.vars(args)?;
        let (filter, transform) = if let [_, _, f, t] = args { (Some(*f), *t) } else { (None, args[2]) };
        let mut insert = vec![self.accu()];
        if function == "transformMap" {
            insert.push(self.ident(&var));
        }
        insert.push(transform);
        let step = self.call(operator::MAP_INSERT, insert);
        let step = self.only_if(filter, step);
        let init = self.parser.node(self.offset, Expr::Map(Vec::new()));
        let condition = self.literal(Literal::Bool(true));
        let result = self.accu();
        let (var2, accu) = (Some(var2), ACCU.into());
        Ok(self.fold(Comprehension { range: target, var, var2, accu, init, condition, step, result }))
    }

    /// A comprehension over nothing, which only gives a value a name.
    fn bind(&mut self, name: &str, value: Id, within: Id) -> Id {
        let range = self.elements(Vec::new());
        let condition = self.literal(Literal::Bool(false));
        let step = self.ident(name);
        self.fold(Comprehension {
            range,
            var: UNUSED.into(),
            var2: None,
            accu: name.into(),
            init: value,
            condition,
            step,
            result: within,
        })
    }

    fn optional(&mut self, function: &str, target: Id, args: &[Id]) -> Result<Id, Fault> {
        const TARGET: &str = "@target";
        let Some(name) = self.name(args[0]) else {
            return Err(self.fault(args[0], "the variable of a macro must be a simple name"));
        };
        let known = self.name(target);
        let again = known.clone().unwrap_or_else(|| TARGET.into());
        let first = self.ident(&again);
        let has = self.parser.member(self.offset, "hasValue", first, Vec::new());
        let second = self.ident(&again);
        let value = self.parser.member(self.offset, "value", second, Vec::new());
        let mut then = self.bind(&name, value, args[1]);
        if function == "optMap" {
            then = self.call("optional.of", vec![then]);
        }
        let none = self.call("optional.none", Vec::new());
        let whole = self.call(operator::CONDITIONAL, vec![has, then, none]);
        Ok(if known.is_some() { whole } else { self.bind(TARGET, target, whole) })
    }

    fn sort_by(&mut self, target: Id, args: &[Id]) -> Result<Id, Fault> {
        const INPUT: &str = "@__sortBy_input__";
        if matches!(self.parser.get(target), Expr::Literal(_) | Expr::Map(_) | Expr::Struct { .. }) {
            return Err(self.fault(target, "`sortBy` takes a list"));
        }
        let input = self.ident(INPUT);
        let keys = self.map(input, args)?;
        let input = self.ident(INPUT);
        let sorted = self.parser.member(self.offset, "@sortByAssociatedKeys", input, vec![keys]);
        Ok(self.bind(INPUT, target, sorted))
    }
}
