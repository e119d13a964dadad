//! Requests and limits: what some teams want beyond those that a release must state.

use crate::kubernetes::Quantity;
use crate::validate::pod::{Container, Pod, Role};
use crate::validate::told::Told;

fn is_missing(container: &Container<'_>, group: &str, resource: &str) -> bool {
    let resources = container.resources();
    let group = resources.field(group);
    let amount = group.entry(resource);
    amount.quantity().is_none_or(Quantity::is_zero)
}

/// Nothing said about the node's disk.
pub(in crate::validate) fn ephemeral_storage(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    if container.role == Role::Ephemeral {
        return;
    }
    for (group, word) in [("requests", "request"), ("limits", "limit")] {
        if is_missing(container, group, "ephemeral-storage") {
            let resources = container.resources();
            let field = resources.field(group);
            told.tell(&field, format!("container `{}` has no {word} for ephemeral-storage", container.name));
        }
    }
}

/// Request and limit that differ; `both`: only when both are there.
fn unequal(container: &Container<'_>, resource: &str, both: bool, told: &mut Told<'_>) {
    let resources = container.resources();
    let (requests, limits) = (resources.field("requests"), resources.field("limits"));
    let (request, limit) = (requests.entry(resource), limits.entry(resource));
    let (asked, most) = (request.quantity(), limit.quantity());
    // The server takes an unset request from the limit.
    let unequal = match (&asked, &most) {
        (Some(asked), Some(most)) => asked != most,
        // Neither: that they are missing has rules of its own.
        (None, _) => false,
        (Some(_), None) => !both,
    };
    if unequal && container.role != Role::Ephemeral {
        told.tell(
            &request,
            format!("request and limit of container `{}` for {resource} differ", container.name),
        );
    }
}

/// CPU that is not guaranteed.
pub(in crate::validate) fn cpu_equal(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    unequal(container, "cpu", false, told);
}

/// Memory that is not guaranteed.
pub(in crate::validate) fn memory_equal(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    unequal(container, "memory", false, told);
}

/// Disk that is not guaranteed.
pub(in crate::validate) fn ephemeral_storage_equal(
    _: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    unequal(container, "ephemeral-storage", true, told);
}
