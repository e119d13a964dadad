//! Services that the API server calls: webhooks, aggregated APIs, conversions.

use super::has_port;
use crate::validate::{At, Object, Told};

/// The Service behind a webhook, an APIService or a conversion.
pub(in crate::validate) fn webhook_service_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    match object.kind {
        "APIService" => called(&spec.field("service"), told),
        "CustomResourceDefinition" => {
            let conversion = spec.field("conversion");
            let webhook = conversion.field("webhook");
            let client = webhook.field("clientConfig");
            called(&client.field("service"), told);
        }
        _ => {
            let webhooks = root.field("webhooks");
            for webhook in webhooks.items() {
                let client = webhook.field("clientConfig");
                called(&client.field("service"), told);
            }
        }
    }
}

fn called(service: &At<'_>, told: &mut Told<'_>) {
    let (namespace, name, port) = (service.field("namespace"), service.field("name"), service.field("port"));
    if name.text().is_empty() {
        return;
    }
    let Some(found) = told.set.find("", "Service", namespace.text(), name.text()) else {
        told.refers(&name, "", "Service", namespace.text(), name.text(), ": calls to it fail");
        return;
    };
    let number = port.integer().unwrap_or(443);
    if !has_port(found, "", Some(number)) {
        let at = if port.is_there() { &port } else { &name };
        told.proven(at, format!("the Service `{}` has no port `{number}`", found.name));
    }
}
