//! `CustomResourceDefinition`: names, versions, conversion, columns, subresources, and the schema of each version. What
//! all versions say alike the server tells at the definition's own fields (`spec.validation`), as it did before v1.

mod defaults;
mod nested;
mod schema;
mod structural;

use super::report::{Report, shown};
use super::webhook_configuration::{check_review_versions, check_service, check_url};
use super::{format, url};
use crate::validate::custom::field_path;
use crate::validate::custom::item::Item;
use crate::validate::custom::schema::{Reader, Type};
use crate::validate::{At, Finding, Path};

/// Mirrors `ValidateCustomResourceDefinition`, `validateCustomResourceDefinitionSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (group, names) = (spec.field("group"), spec.field("names"));
    check_name(object, &group, &names, findings);
    if group.text().is_empty() {
        findings.required(&group, "");
    } else if let Err(message) = format::dns_subdomain(group.text()) {
        findings.invalid(&group, message);
    } else if !group.text().contains('.') {
        findings.invalid(&group, "must be a domain with at least one dot");
    }
    let scope = spec.field("scope");
    if scope.text().is_empty() {
        findings.required(&scope, "");
    } else {
        findings.one_of(&scope, &["Cluster", "Namespaced"]);
    }
    check_versions(&spec, findings);
    check_names(&names, findings);
    let preserves = spec.field("preserveUnknownFields").boolean() == Some(true);
    check_conversion(&spec.field("conversion"), preserves, findings);
    check_approval(object, group.text(), findings);
    let preserve = spec.field("preserveUnknownFields");
    if preserve.boolean() == Some(true) {
        findings
            .invalid(&preserve, "cannot be set: use `x-kubernetes-preserve-unknown-fields` in the schemas");
    }
}

fn check_name(object: &At<'_>, group: &At<'_>, names: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let plural = names.field("plural");
    for field in ["name", "generateName"] {
        let name = metadata.field(field);
        let text = name.text();
        let fits =
            text.strip_prefix(plural.text()).and_then(|rest| rest.strip_prefix('.')) == Some(group.text());
        if !text.is_empty() && !fits {
            findings.invalid(&name, "must be `spec.names.plural`, a dot and `spec.group`");
        }
    }
}

/// Whether all versions say the same in a field, so that the server moves it to the definition.
fn all_alike(versions: &At<'_>, name: &str) -> bool {
    if versions.items().nth(1).is_none() {
        return versions.items().next().is_some();
    }
    let mut fields = versions.items();
    let read = |version: &At<'_>| {
        let field = version.field(name);
        let node = field.node?;
        // An empty list is none.
        (!(field.is_sequence() && field.is_empty()))
            .then(|| Item::read(field.document, node, field.dialect()).into_owned())
    };
    let Some(first) = fields.next().map(|version| read(&version)) else { return false };
    fields.all(|version| match (&first, &read(&version)) {
        (None, None) => true,
        (Some(a), Some(b)) => a.same(b),
        _ => false,
    })
}

/// Mirrors `validateCustomResourceDefinitionVersion`,
/// `Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec`
fn check_versions(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let versions = spec.field("versions");
    let alike = |name: &str| all_alike(&versions, name);
    let (schema_alike, subresources_alike) = (alike("schema"), alike("subresources"));
    let (columns_alike, selectable_alike) = (alike("additionalPrinterColumns"), alike("selectableFields"));
    let has_status = |version: &At<'_>| version.field("subresources").field("status").is_there();
    let mut stored = 0;
    let mut twice = false;
    for (number, version) in versions.items().enumerate() {
        let name = version.field("name");
        stored += u32::from(version.field("storage").boolean() == Some(true));
        twice |= versions.items().take(number).any(|before| before.field("name").text() == name.text());
        if let Err(message) = format::dns1035_label(name.text()) {
            findings.invalid(&name, message);
        }
        if number == 0
            && let Err(message) = format::dns1035_label(name.text())
            && !name.text().is_empty()
        {
            // The server keeps the first version's name as the definition's own.
            let path = Path::Field(&spec.path, "version");
            findings.invalid(&name.told_as(path), message);
        }
        check_deprecation(&version, findings);
        let schema = version.field("schema");
        if !schema.field("openAPIV3Schema").is_there() {
            findings.required(&schema.field("openAPIV3Schema"), "");
        }
        if !schema_alike {
            check_schema(&schema, has_status(&version), findings);
        }
        if !subresources_alike {
            check_subresources(&version.field("subresources"), findings);
        }
        if !columns_alike {
            check_columns(&version.field("additionalPrinterColumns"), findings);
        }
        if !selectable_alike {
            check_selectable(&version.field("selectableFields"), &schema, findings);
        }
    }
    if twice {
        findings.invalid(&versions, "must not have two versions of one name");
    }
    if stored != 1 {
        findings.invalid(&versions, "must have exactly one version with `storage: true`");
        // The server writes the stored version down, and then looks for one that has not been.
        let status = Path::Field(&Path::Root, "status");
        let path = Path::Field(&status, "storedVersions");
        if stored == 0 {
            findings.invalid(&versions.told_as(path), "would be empty: no version is the stored one");
        }
        let mut left = versions
            .items()
            .find(is_stored)
            .map_or(String::new(), |first| first.field("name").text().to_owned());
        for version in versions.items() {
            let name = version.field("name");
            if name.text() == left {
                left.clear();
            } else if is_stored(&version) {
                findings.invalid(
                    &versions.told_as(path),
                    format!("must have the stored version {}", shown(name.text())),
                );
            }
        }
    }
    let Some(first) = versions.items().next() else { return };
    if schema_alike {
        let schema = first.field("schema");
        let any_status = versions.items().any(|version| has_status(&version));
        check_schema(&schema.told_as(Path::Field(&spec.path, "validation")), any_status, findings);
    }
    if subresources_alike {
        let subresources = first.field("subresources");
        check_subresources(&subresources.told_as(Path::Field(&spec.path, "subresources")), findings);
    }
    if columns_alike {
        let columns = first.field("additionalPrinterColumns");
        check_columns(&columns.told_as(Path::Field(&spec.path, "additionalPrinterColumns")), findings);
    }
    if selectable_alike {
        let selectable = first.field("selectableFields");
        let selectable = selectable.told_as(Path::Field(&spec.path, "selectableFields"));
        check_selectable(&selectable, &first.field("schema"), findings);
    }
}

/// Mirrors `validateDeprecationWarning`
/// Whether objects are stored in this version.
fn is_stored(version: &At<'_>) -> bool {
    version.field("storage").boolean() == Some(true)
}

fn check_deprecation(version: &At<'_>, findings: &mut Vec<Finding>) {
    let warning = version.field("deprecationWarning");
    if !warning.is_there() {
        return;
    }
    if version.field("deprecated").boolean() != Some(true) {
        findings.invalid(&warning, "may only be set for deprecated versions");
        return;
    }
    let text = warning.text();
    if text.len() > 256 {
        findings.invalid(&warning, "must have at most 256 bytes");
    }
    if text.is_empty() {
        findings.invalid(&warning, "must not be empty");
    }
    if text
        .chars()
        .any(|c| c.is_control() || (c.is_whitespace() && c != ' ') || c == '\u{ad}' || c == '\u{feff}')
    {
        findings.invalid(&warning, "must have printable characters only");
    }
}

/// Mirrors `ValidateCustomResourceDefinitionNames`
fn check_names(names: &At<'_>, findings: &mut Vec<Finding>) {
    let (plural, singular) = (names.field("plural"), names.field("singular"));
    let (kind, list_kind) = (names.field("kind"), names.field("listKind"));
    for field in [&plural, &kind] {
        if field.text().is_empty() {
            findings.required(field, "");
        }
    }
    if kind.text().is_empty() {
        // Both have their defaults from the kind.
        for field in [&singular, &list_kind] {
            if field.text().is_empty() {
                findings.required(field, "");
            }
        }
    }
    for field in [&plural, &singular] {
        if !field.text().is_empty() {
            findings.format(field, format::dns1035_label(field.text()));
        }
    }
    let lower = kind.text().to_lowercase();
    if singular.text().is_empty() && !lower.is_empty() {
        findings.format(&singular, format::dns1035_label(&lower));
    }
    if !lower.is_empty() {
        findings.format(&kind, format::dns1035_label(&lower));
    }
    let list = if list_kind.text().is_empty() && !lower.is_empty() {
        format!("{lower}list")
    } else {
        list_kind.text().to_lowercase()
    };
    if !list.is_empty() {
        findings.format(&list_kind, format::dns1035_label(&list));
    }
    if !kind.text().is_empty() && kind.text() == list_kind.text() {
        findings.invalid(&list_kind, "must not be the same as `kind`");
    }
    for list in ["shortNames", "categories"] {
        for name in names.field(list).items() {
            findings.format(&name, format::dns1035_label(name.text()));
        }
    }
}

/// Mirrors `validateCustomResourceConversion`, `validateConversionReviewVersions`,
/// `Convert_v1_CustomResourceConversion_To_apiextensions_CustomResourceConversion`
fn check_conversion(conversion: &At<'_>, preserves: bool, findings: &mut Vec<Finding>) {
    if !conversion.is_there() {
        return;
    }
    let strategy = conversion.field("strategy");
    if strategy.text().is_empty() {
        findings.required(&strategy, "");
    } else {
        findings.one_of(&strategy, &["None", "Webhook"]);
        if preserves && strategy.text() != "None" {
            findings.invalid(&strategy, "must be `None` with `preserveUnknownFields`");
        }
    }
    let webhook = conversion.field("webhook");
    let (client, versions) = (webhook.field("clientConfig"), webhook.field("conversionReviewVersions"));
    let client = client.told_as(Path::Field(&conversion.path, "webhookClientConfig"));
    let versions = versions.told_as(Path::Field(&conversion.path, "conversionReviewVersions"));
    if strategy.text() != "Webhook" {
        if client.is_there() {
            findings.forbidden(&client, "the strategy is not `Webhook`");
        }
        if !versions.is_empty() {
            findings.forbidden(&versions, "the strategy is not `Webhook`");
        }
        return;
    }
    if client.is_there() {
        let (address, service) = (client.field("url"), client.field("service"));
        if address.is_there() == service.is_there() {
            findings.required(&client, "there must be either `url` or `service`");
        } else if address.is_there() {
            check_url(&address, findings);
        } else {
            let (name, namespace) = (service.field("name"), service.field("namespace"));
            check_service(&service, (&namespace, "name"), (&name, "namespace"), findings);
        }
    } else {
        findings.required(&client, "the strategy is `Webhook`");
    }
    if versions.is_empty() {
        findings.required(&versions, "");
        return;
    }
    check_review_versions(&versions, findings);
}

/// Mirrors `ValidateCustomResourceColumnDefinition`
fn check_columns(columns: &At<'_>, findings: &mut Vec<Finding>) {
    const FORMATS: [&str; 8] = ["int32", "int64", "float", "double", "byte", "date", "date-time", "password"];
    for column in columns.items() {
        let name = column.field("name");
        if name.text().is_empty() {
            findings.required(&name, "");
        }
        let kind = column.field("type");
        if kind.text().is_empty() {
            findings.required(&kind, "");
        } else if !["integer", "number", "string", "boolean", "date"].contains(&kind.text()) {
            findings.invalid(&kind, "must be `boolean`, `date`, `integer`, `number` or `string`");
        }
        let format = column.field("format");
        if !format.text().is_empty() && !FORMATS.contains(&format.text()) {
            findings.invalid(&format, format!("must be one of `{}`", FORMATS.join("`, `")));
        }
        let path = column.field("jsonPath");
        check_simple_path(&path.told_as(Path::Field(&column.path, "JSONPath")), &[], findings);
    }
}

/// A path in the dot notation, under one of these beginnings. Mirrors `validateSimpleJSONPath`
fn check_simple_path(path: &At<'_>, under: &[&str], findings: &mut Vec<Finding>) {
    let text = path.text();
    if text.is_empty() {
        findings.required(path, "");
    } else if !text.starts_with('.') {
        findings.invalid(path, "must be a simple path that begins with a dot");
    } else if !under.is_empty() && !under.iter().any(|beginning| text.starts_with(beginning)) {
        findings.invalid(path, format!("must begin with `{}`", under.join("` or `")));
    }
}

/// Mirrors `ValidateCustomResourceDefinitionSubresources`
fn check_subresources(subresources: &At<'_>, findings: &mut Vec<Finding>) {
    let scale = subresources.field("scale");
    if !scale.is_there() {
        return;
    }
    check_simple_path(&scale.field("specReplicasPath"), &[".spec."], findings);
    check_simple_path(&scale.field("statusReplicasPath"), &[".status."], findings);
    let selector = scale.field("labelSelectorPath");
    if !selector.text().is_empty() {
        check_simple_path(&selector, &[".spec.", ".status."], findings);
    }
}

/// Mirrors `ValidateCustomResourceSelectableFields`
fn check_selectable(fields: &At<'_>, schema: &At<'_>, findings: &mut Vec<Finding>) {
    const MOST: usize = 8;
    if fields.is_empty() {
        return;
    }
    let root = schema.field("openAPIV3Schema");
    let Some(node) = root.node else {
        findings.invalid(fields, "may only be set where there is a schema");
        return;
    };
    let schema = Reader { document: root.document, dialect: root.dialect(), lenient: false }.read(node);
    let mut seen: Vec<String> = Vec::new();
    for field in fields.items() {
        let path = field.field("jsonPath");
        if path.text().is_empty() {
            findings.required(&path, "");
            continue;
        }
        let (steps, found) = match field_path::read(path.text(), &schema, false) {
            Ok(found) => found,
            Err(message) => {
                findings.invalid(&path, message);
                continue;
            }
        };
        if steps == "metadata" || steps.starts_with("metadata.") {
            findings.invalid(&path, "must not point into metadata");
        }
        if !matches!(found.kind, Type::String | Type::Boolean | Type::Integer) {
            findings.invalid(&path, "must point to a string, a boolean or an integer");
        }
        if seen.contains(&steps) {
            findings.duplicate(&path);
        } else {
            seen.push(steps);
        }
    }
    if seen.len() > MOST {
        findings.too_many(fields, MOST);
    }
}

/// Mirrors `validateAPIApproval`, `GetAPIApprovalState`
fn check_approval(object: &At<'_>, group: &str, findings: &mut Vec<Finding>) {
    const NAME: &str = "api-approved.kubernetes.io";
    let is_protected = ["k8s.io", "kubernetes.io"].iter().any(|protected| {
        group.strip_suffix(protected).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if !is_protected {
        return;
    }
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    let approval = annotations.entry(NAME);
    let text = approval.text();
    if text.is_empty() {
        findings.required(&approval, "groups of Kubernetes need it: a URL, or `unapproved` and a reason");
    } else if !text.starts_with("unapproved")
        && !url::parse(text).is_some_and(|url| !url.host.is_empty() && !url.scheme.is_empty())
    {
        findings.invalid(&approval, "must be a URL, or `unapproved` and a reason");
    }
}

/// The schema of a version. Mirrors `validateCustomResourceDefinitionValidation`
fn check_schema(validation: &At<'_>, has_status: bool, findings: &mut Vec<Finding>) {
    let root = validation.field("openAPIV3Schema");
    let Some(node) = root.node else { return };
    if has_status {
        schema::check_root(validation, &root, findings);
    }
    if root.field("nullable").boolean() == Some(true) {
        // The server writes this one's path in one step.
        findings.forbidden(&root.field("nullable"), "the object itself cannot be null");
    }
    let mut rules = None;
    let is_odd = structural::has_unsupported(&root);
    if !is_odd {
        let at = findings.len();
        structural::check(&root, findings);
        if findings.len() == at {
            let schema =
                Reader { document: root.document, dialect: root.dialect(), lenient: false }.read(node);
            defaults::check(&root, &schema, findings);
            if findings.len() == at {
                rules = Some(schema);
            }
        }
    }
    let at = findings.len();
    schema::check(&root, rules.as_ref(), findings);
    // What is told already is not told again.
    if is_odd && findings.len() == at {
        findings.invalid(&root, "no structural schema has `$schema`, here or further down");
    }
}
