//! What calls of functions beyond CEL's own cost at most, as Kubernetes and cel-go's extensions estimate it.

#![expect(clippy::cast_sign_loss, reason = "sizes are not negative here, and wrap as in Go where they are")]

use super::ast::{Expr, Id, Literal, operator};
use super::cost::{Coster, PATTERN, Size, TEXT, by, replaced};
use super::types::{Opaque, Type};

impl<'a> Coster<'a> {
    /// Kubernetes' own estimates. Mirrors `CostEstimator.EstimateCallCost`
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn kubernetes(
        &mut self,
        name: &str,
        overload: &str,
        target: Option<Id>,
        args: &'a [Id],
    ) -> Option<(u64, Option<Size>)> {
        let one = Some((1, None));
        match (name, target, args) {
            ("check", ..) => Some((350_000, None)),
            (
                "serviceAccount" | "path" | "group" | "resource" | "subresource" | "namespace" | "name"
                | "allowed" | "reason" | "error" | "errored",
                ..,
            ) => one,
            ("fieldSelector" | "labelSelector", _, [selector]) => {
                let length = self.size_or_unknown(*selector).max;
                Some((10u64.saturating_add(by(length, TEXT)).saturating_add(by(by(length, 0.5), 50.0)), None))
            }
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", Some(target), _) => {
                let size = self.size_or_unknown(target).max;
                let kind = self.kind(target).clone();
                if !matches!(kind, Type::List(_)) {
                    return Some((by(size, TEXT), None));
                }
                let each = if Self::is_text_list(&kind) { by(self.item_size(target).max, TEXT) } else { 0 };
                Some((size.saturating_mul(each.saturating_add(1)), None))
            }
            ("url", _, [text]) => {
                let size = self.size_or_unknown(*text);
                Some((by(size.max, TEXT), Some(size)))
            }
            ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(target), _) => {
                let size = self.size_or_unknown(target);
                Some((by(size.max, TEXT), Some(size)))
            }
            ("replace", Some(target), [old, new, ..]) => {
                let size = self.size_or_unknown(target);
                let (old, new) = (self.size_or_unknown(*old), self.size_or_unknown(*new));
                Some((by(size.max, 2.0 * TEXT), Some(replaced(size, old, new))))
            }
            ("split", Some(target), [_, rest @ ..]) => {
                let size = self.size_or_unknown(target);
                let limit = rest.first().and_then(|limit| match self.ast.get(*limit) {
                    Expr::Literal(Literal::Int(limit)) => Some(*limit as u64),
                    _ => None,
                });
                Some((by(size.max, 2.0 * TEXT), Some(Size { min: 0, max: limit.unwrap_or(size.max) })))
            }
            ("join", Some(target), rest) => {
                let list = self.size_or_unknown(target);
                let mut size = list.times(self.item_size(target));
                if let [separator, ..] = rest {
                    let separator = self.size_or_unknown(*separator);
                    let between = Size { min: list.min.saturating_sub(1), max: list.max.saturating_sub(1) };
                    size = size.plus(separator.times(between));
                }
                Some((by(size.max, TEXT), Some(size)))
            }
            ("find" | "findAll", Some(target), [pattern, ..]) => {
                let size = self.size_or_unknown(target);
                let text = by(size.max.saturating_add(1), TEXT);
                let pattern = by(self.size_or_unknown(*pattern).max, PATTERN);
                Some((text.saturating_mul(pattern), Some(Size { min: 0, max: size.max })))
            }
            ("ip", ..) if overload == "cidr_ip" => one,
            (
                "cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver",
                _,
                [text, ..],
            ) => Some((by(self.size_or_unknown(*text).max, TEXT), None)),
            ("ip.isCanonical", _, [text]) => Some((by(self.size_or_unknown(*text).max, 2.0 * TEXT), None)),
            (
                "masked"
                | "prefixLength"
                | "family"
                | "isUnspecified"
                | "isLoopback"
                | "isLinkLocalMulticast"
                | "isLinkLocalUnicast"
                | "isGlobalUnicast"
                | "sign"
                | "asInteger"
                | "isInteger"
                | "asApproximateFloat"
                | "isGreaterThan"
                | "isLessThan"
                | "compareTo"
                | "add"
                | "sub"
                | "major"
                | "minor"
                | "patch"
                | "getScheme"
                | "getHostname"
                | "getHost"
                | "getPort"
                | "getEscapedPath"
                | "getQuery"
                | "format.named",
                ..,
            ) => one,
            ("containsIP" | "containsCIDR", _, [other]) => {
                let mut cost = 4u64;
                if name == "containsCIDR" {
                    cost += 3;
                }
                if overload.ends_with("_string") {
                    cost = cost.saturating_add(by(self.size_or_unknown(*other).max, TEXT));
                }
                Some((cost, None))
            }
            ("validate", _, [text]) => {
                Some((by(by(self.size_or_unknown(*text).max, TEXT), 128.0 * PATTERN), None))
            }
            ("sets.contains" | "sets.intersects" | "sets.equivalent", _, [a, b]) => {
                let product = self.size_or_unknown(*a).max.saturating_mul(self.size_or_unknown(*b).max);
                let factor = if name == "sets.equivalent" { 2 } else { 1 };
                Some((product.saturating_mul(factor).saturating_add(1), None))
            }
            ("slice" | "reverse" | "distinct" | "sort" | "flatten", Some(target), _) => {
                Some(self.list_call(name, target, args))
            }
            ("@sortByAssociatedKeys", Some(_), [keys]) => Some(self.list_call("sort", *keys, &[])),
            ("lists.range", _, [count]) => {
                let count = match self.ast.get(*count) {
                    Expr::Literal(Literal::Int(count)) => u64::try_from(*count).unwrap_or(0),
                    _ => u64::MAX,
                };
                Some((count.saturating_add(11), Some(Size::fixed(count))))
            }
            (operator::EQUALS, _, [a, b]) if self.kind(*a) == self.kind(*b) => match self.kind(*a) {
                Type::Opaque(Opaque::Url) => Some((by(self.size(*b).map_or(1, |size| size.max), TEXT), None)),
                Type::Opaque(Opaque::Format) => Some((by(64, TEXT), None)),
                Type::Opaque(_) => one,
                _ => None,
            },
            _ => None,
        }
    }

    /// Functions that make a list.
    fn list_call(&mut self, name: &str, target: Id, args: &'a [Id]) -> (u64, Option<Size>) {
        let size = self.size_or_unknown(target);
        let literal =
            |coster: &Coster<'_>, at: usize, default: u64| match args.get(at).map(|arg| coster.ast.get(*arg))
            {
                Some(Expr::Literal(Literal::Int(value))) => u64::try_from(*value).unwrap_or(0),
                _ => default,
            };
        let (cost, size) = match name {
            "slice" => {
                let length = literal(self, 1, size.max).saturating_sub(literal(self, 0, 0));
                (length, Size::fixed(length))
            }
            "distinct" | "sort" => {
                let each = if Self::is_text_list(&self.kind(target).clone()) { 2.1 } else { 2.0 };
                (by(size.max.saturating_mul(size.max), each), size)
            }
            _ => (size.max, size),
        };
        (cost.saturating_add(11), Some(size))
    }
}
