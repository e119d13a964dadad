//! Checks of literals once types are known: lists and maps have one type throughout, and format strings fit their
//! arguments.

use super::Fault;
use super::ast::{Ast, Expr, Id, Literal};
use super::check::Checked;
use super::types::Type;

/// Checks all literals of an expression.
///
/// Mirrors `ValidateHomogeneousAggregateLiterals`, `stringFormatValidator`
pub(super) fn check(ast: &Ast, checked: &Checked) -> Result<(), Fault> {
    // Literals within a call of `format` may be mixed.
    let mut todo = vec![(ast.root, false)];
    while let Some((id, exempt)) = todo.pop() {
        match ast.get(id) {
            Expr::Literal(_) | Expr::Ident(_) => {}
            Expr::Select { operand, .. } => todo.push((*operand, exempt)),
            Expr::Call { function, target, args } => {
                let is_format = &**function == "format" && target.is_some();
                if let (true, Some(target), [list]) = (is_format, target, &args[..]) {
                    check_format(ast, checked, *target, *list)?;
                }
                todo.extend(target.iter().chain(args).map(|id| (*id, exempt || is_format)));
            }
            Expr::List(elements) => {
                if !exempt {
                    let kinds = elements.iter().map(|(id, optional)| (*id, kind_of(checked, *id, *optional)));
                    one_type(ast, kinds)?;
                }
                todo.extend(elements.iter().map(|(id, _)| (*id, exempt)));
            }
            Expr::Map(entries) => {
                if !exempt {
                    one_type(ast, entries.iter().map(|(key, _, _)| (*key, checked.of(*key).clone())))?;
                    let values =
                        entries.iter().map(|(_, id, optional)| (*id, kind_of(checked, *id, *optional)));
                    one_type(ast, values)?;
                }
                todo.extend(entries.iter().flat_map(|(key, value, _)| [(*key, exempt), (*value, exempt)]));
            }
            Expr::Struct { fields, .. } => todo.extend(fields.iter().map(|(_, value, _)| (*value, exempt))),
            Expr::Comprehension(fold) => {
                let parts = [fold.range, fold.init, fold.condition, fold.step, fold.result];
                todo.extend(parts.map(|id| (id, exempt)));
            }
        }
    }
    Ok(())
}

fn kind_of(checked: &Checked, id: Id, optional: bool) -> Type {
    let kind = checked.of(id).clone();
    if optional { kind.unwrap_optional().0 } else { kind }
}

fn fault(ast: &Ast, id: Id, message: String) -> Fault {
    Fault::at(ast.nodes[id as usize].offset as usize, message)
}

fn one_type(ast: &Ast, kinds: impl Iterator<Item = (Id, Type)>) -> Result<(), Fault> {
    let mut first: Option<Type> = None;
    for (id, kind) in kinds {
        match &first {
            None => first = Some(kind),
            Some(first) if *first != kind => {
                return Err(fault(ast, id, format!("elements have different types, `{first}` and `{kind}`")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// A format string and a list that are both written out.
fn check_format(ast: &Ast, checked: &Checked, target: Id, list: Id) -> Result<(), Fault> {
    let Expr::Literal(Literal::Text(text)) = ast.get(target) else { return Ok(()) };
    let Expr::List(args) = ast.get(list) else { return Ok(()) };
    let bad = |message: String| Err(fault(ast, list, message));
    let mut args = args.iter();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            continue;
        }
        if chars.next_if_eq(&'.').is_some() {
            while chars.next_if(char::is_ascii_digit).is_some() {}
        }
        let Some(clause) = chars.next() else { return bad("the format ends in a `%`".to_owned()) };
        let Some((arg, _)) = args.next() else {
            return bad("the format has more clauses than there are values".to_owned());
        };
        let kind = checked.of(*arg);
        let fits = kind.is_dyn()
            || match clause {
                's' => !matches!(kind, Type::Object(_) | Type::Opaque(_) | Type::Optional(_)),
                'd' | 'o' => matches!(kind, Type::Int | Type::Uint),
                'f' | 'e' => matches!(kind, Type::Double | Type::Text),
                'b' => matches!(kind, Type::Int | Type::Uint | Type::Bool),
                'x' | 'X' => matches!(kind, Type::Int | Type::Uint | Type::Text | Type::Bytes),
                _ => return bad(format!("`%{clause}` is no clause of a format")),
            };
        if !fits {
            return bad(format!("`%{clause}` does not take a {kind}"));
        }
    }
    if args.next().is_some() {
        return bad("the format has fewer clauses than there are values".to_owned());
    }
    Ok(())
}
