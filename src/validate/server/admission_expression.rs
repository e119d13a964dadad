//! CEL expressions of webhooks and admission policies: what each may use, and what it must give.

use super::report::Report;
use crate::validate::cel::{self, Environment, Wanted};
use crate::validate::{At, Finding};

/// What an expression must give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::validate) enum Gives {
    /// A truth value.
    Bool,
    /// A text.
    Text,
    /// A text or null.
    TextOrNull,
    /// Anything: variables.
    Any,
    /// An object to apply.
    ApplyConfiguration,
    /// A list of operations of a JSON patch.
    JsonPatch,
}

/// An expression's surroundings.
#[derive(Clone, Copy, Debug)]
pub(in crate::validate) struct Expression<'a> {
    /// Whether `params` can be used.
    pub(in crate::validate) has_params: bool,
    /// Whether `authorizer` can be used.
    pub(in crate::validate) has_authorizer: bool,
    /// Whether the types of patches can be used.
    pub(in crate::validate) has_patch_types: bool,
    /// What it must give.
    pub(in crate::validate) gives: Gives,
    /// `spec.variables` and how many of them come before; `None` where there are no variables.
    pub(in crate::validate) variables: Option<(&'a At<'a>, usize)>,
}

impl Expression<'_> {
    /// A condition of a webhook or policy.
    pub(in crate::validate) fn condition(has_params: bool) -> Expression<'static> {
        Expression {
            has_params,
            has_authorizer: true,
            has_patch_types: false,
            gives: Gives::Bool,
            variables: None,
        }
    }
}

/// Compiles one expression (not empty) where it stands.
///
/// Mirrors `CompileCELExpression`
pub(in crate::validate) fn check_expression(
    at: &At<'_>,
    expression: &Expression<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut environment = Environment::admission(expression.has_params, expression.has_authorizer);
    if expression.has_patch_types {
        environment = environment.with_patches();
    }
    if let Some((variables, count)) = expression.variables {
        for variable in variables.items().take(count) {
            let text = variable.field("expression").text();
            // Without an expression it is not there for the others.
            if !text.trim().is_empty() {
                environment.define(variable.field("name").text(), text);
            }
        }
    }
    let wanted = match expression.gives {
        Gives::Bool => Wanted::Bool,
        Gives::Text => Wanted::Text,
        Gives::TextOrNull => Wanted::TextOrNull,
        Gives::Any => Wanted::Any,
        Gives::ApplyConfiguration => Wanted::Object,
        Gives::JsonPatch => Wanted::JsonPatch,
    };
    if let Err(fault) = cel::check_expression(&environment, at.text(), wanted) {
        findings.invalid(at, fault.message);
        findings.belongs_to("invalid-expression");
    }
}
