//! Security contexts that are left to the defaults.

use crate::validate::Told;
use crate::validate::pod::{Container, Pod, Role};

/// A container that neither has a security context nor inherits one from its pod.
pub(in crate::validate) fn security_context_missing(
    pod: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    let own = container.security();
    if container.role != Role::Ephemeral && own.is_empty() && pod.security().is_empty() {
        let message = format!("neither the pod nor container `{}` states a security context", container.name);
        told.tell(&own, message);
    }
}
