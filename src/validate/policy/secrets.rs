//! Secrets where everybody can read them.

use crate::validate::pod::{Container, Pod};
use crate::validate::told::Told;
use crate::validate::{Level, Object};

/// Names that end so hold where a secret is, not the secret.
const HARMLESS_ENDS: [&str; 13] = [
    "_FILE",
    "_PATH",
    "_DIR",
    "_NAME",
    "_URL",
    "_TTL",
    "_ID",
    "_KEY_ID",
    "_EXPIRY",
    "_EXPIRES_IN",
    "_LIFETIME",
    "_UNIT",
    "_POLICY",
];
/// Words of names that hold secrets.
const SECRET_WORDS: [&str; 5] = ["PASSWORD", "TOKEN", "BEARER", "SECRET", "PASSWD"];
/// Whole names that hold secrets.
const SECRET_NAMES: [&str; 3] =
    ["AWS_SECRET_ACCESS_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "OCI_CLI_KEY_CONTENT"];

/// Whether a name says that its value is a secret: by whole words, whatever their case.
fn names_a_secret(name: &str) -> bool {
    let mut plain = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for char in name.chars() {
        // `dbPassword` is two words.
        if char.is_ascii_uppercase() && before.is_ascii_lowercase() {
            plain.push('_');
        }
        plain.push(if matches!(char, '-' | '.') { '_' } else { char.to_ascii_uppercase() });
        before = char;
    }
    if HARMLESS_ENDS.iter().any(|end| plain.ends_with(end)) && !SECRET_NAMES.contains(&plain.as_str()) {
        return false;
    }
    SECRET_NAMES.contains(&plain.as_str())
        || plain.starts_with("AZURE_") && plain.ends_with("KEY")
        || plain.split('_').any(|word| SECRET_WORDS.contains(&word))
}

/// Whether a value can be a secret: no path, URL, number, truth value or reference.
fn may_be_secret(value: &str) -> bool {
    let value = value.trim();
    !(value.is_empty()
        || value.starts_with('/')
        || value.contains("://")
        || value.contains("$(")
        || value.parse::<f64>().is_ok()
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null"
        ))
}

fn holds_private_key(value: &str) -> bool {
    value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----")
}

/// A secret in an environment variable's own value.
pub(in crate::validate) fn in_env_value(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let env = container.env();
    for variable in env.items() {
        let value = variable.field("value");
        if !value.is_there() {
            continue;
        }
        let name = variable.field("name").text();
        if holds_private_key(value.text()) {
            told.tell_as(Level::Error, &value, format!("`{name}` holds a private key"));
        } else if names_a_secret(name) && may_be_secret(value.text()) {
            told.tell(
                &value,
                format!("`{name}` looks like a secret, and its value stands in the manifest"),
            )
            .hint = "move it to a Secret and refer to it by `valueFrom.secretKeyRef`".into();
        }
    }
}

/// A secret in a `ConfigMap`.
pub(in crate::validate) fn in_config_map(object: &Object<'_>, told: &mut Told<'_>) {
    if !object.group.is_empty() {
        return;
    }
    let root = object.at();
    let data = root.field("data");
    for (key, value) in data.entries() {
        if holds_private_key(value.text()) {
            told.tell_as(Level::Error, &value, format!("`{key}` holds a private key"));
        } else if names_a_secret(key) && may_be_secret(value.text()) && !value.text().contains('\n') {
            told.tell(&value, format!("`{key}` looks like a secret, and ConfigMaps are not protected"))
                .hint = "move it to a Secret".into();
        }
    }
}

/// A secret that reaches the application through its environment.
pub(in crate::validate) fn env_reference(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let (env, env_from) = (container.env(), container.env_from());
    for variable in env.items() {
        let from = variable.field("valueFrom");
        let reference = from.field("secretKeyRef");
        if reference.is_there() {
            told.tell(&reference, "a secret reaches the application as an environment variable").hint =
                "mount it as a file".into();
        }
    }
    for source in env_from.items() {
        let reference = source.field("secretRef");
        if reference.is_there() {
            told.tell(&reference, "a secret reaches the application as environment variables").hint =
                "mount it as files".into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_whole_words() {
        for name in
            ["DB_PASSWORD", "dbPassword", "api-token", "AZURE_STORAGE_KEY", "AWS_SECRET_ACCESS_KEY", "SECRET"]
        {
            assert!(names_a_secret(name), "{name}");
        }
        for name in [
            "SECRETS_DIR",
            "TOKEN_TTL",
            "PASSWORD_FILE",
            "SECRETARY",
            "KEYCLOAK_REALM",
            "TOKENIZER",
            "AWS_REGION",
        ] {
            assert!(!names_a_secret(name), "{name}");
        }
        assert!(!may_be_secret("$(DB_PASSWORD)") && !may_be_secret("300") && may_be_secret("hunter2"));
    }
}
