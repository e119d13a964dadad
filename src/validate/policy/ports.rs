//! Ports of containers.

use crate::validate::pod::{Container, Pod};
use crate::validate::told::Told;

/// A daemon to log into.
pub(in crate::validate) fn ssh(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let ports = container.ports();
    for port in ports.items() {
        let number = port.field("containerPort");
        let protocol = port.field("protocol");
        if number.integer() == Some(22) && protocol.text_or("TCP") == "TCP" {
            told.tell(
                &number,
                format!("container `{}` listens on port 22: is that an SSH daemon?", container.name),
            )
            .hint = "use `kubectl exec` instead".into();
        }
    }
}

/// A port that only root may take on many systems.
pub(in crate::validate) fn privileged(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let ports = container.ports();
    for port in ports.items() {
        let number = port.field("containerPort");
        if let Some(found) = number.integer().filter(|number| (1..1024).contains(number)) {
            told.tell(&number, format!("port {found} is below 1024")).hint =
                "listen on a port above it".into();
        }
    }
}
