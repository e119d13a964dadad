//! One mistake in an otherwise sound tree, so that refusals are compared too.

use super::forest::Forest;

/// Fields that put an end to a build, each as text for the end of a kustomization.
const LINES: &[(&str, &str)] = &[
    ("missing-resource", "resources: [nowhere.yaml]\n"),
    ("missing-folder", "resources:\n- ../nowhere\n"),
    ("itself", "resources: [.]\n"),
    ("parent", "resources: [..]\n"),
    ("outside", "resources: [../../outside.yaml]\n"),
    ("missing-component", "components: [none]\n"),
    ("missing-patch", "patches: [{path: none.yaml}]\n"),
    ("missing-merge", "patchesStrategicMerge: [none.yaml]\n"),
    ("missing-configuration", "configurations: [none.yaml]\n"),
    ("missing-crd", "crds: [none.json]\n"),
    ("missing-plugin", "transformers: [none.yaml]\n"),
    (
        "unknown-plugin",
        "transformers:\n- |-\n  apiVersion: builtin\n  kind: NoSuchTransformer\n  metadata: {name: x}\n",
    ),
    (
        "external-plugin",
        "generators:\n- |-\n  apiVersion: example.com/v1\n  kind: Maker\n  metadata: {name: x}\n",
    ),
    ("unknown-field", "nameprefx: x\n"),
    ("wrong-type", "namePrefix: 12\n"),
    ("wrong-list", "resources: x.yaml\n"),
    ("wrong-bool", "labels: [{pairs: {a: b}, includeSelectors: maybe}]\n"),
    ("wrong-label", "commonLabels: {a: true}\n"),
    ("odd-label", "commonLabels: {a: \"not valid!\"}\n"),
    ("no-patch-object", "patches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: nobody}}'}]\n"),
    ("no-target", "patches: [{patch: '[{\"op\": \"remove\", \"path\": \"/spec\"}]'}]\n"),
    (
        "bad-regex",
        "patches: [{target: {name: '('}, patch: '[{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}]'}]\n",
    ),
    (
        "bad-pointer",
        "patches: [{target: {name: .*}, patch: '[{\"op\": \"remove\", \"path\": \"/no/such\"}]'}]\n",
    ),
    ("bad-operation", "patches: [{target: {name: .*}, patch: '[{\"op\": \"mend\", \"path\": \"/x\"}]'}]\n"),
    (
        "failed-test",
        "patches: [{target: {name: .*}, patch: '[{\"op\": \"test\", \"path\": \"/kind\", \"value\": 1}]'}]\n",
    ),
    ("not-a-patch", "patches: [{target: {kind: .*}, patch: 'a: ['}]\n"),
    ("both-patch-and-path", "patches: [{path: a, patch: b}]\n"),
    (
        "no-json-target",
        "patchesJson6902: [{target: {version: v1, kind: Service, name: nobody}, patch: '[]'}]\n",
    ),
    ("no-replica-target", "replicas: [{name: nobody, count: 1}]\n"),
    ("merge-without-base", "configMapGenerator: [{name: nobody, behavior: merge, literals: [a=b]}]\n"),
    ("unknown-behavior", "configMapGenerator: [{name: x1, behavior: mix}]\n"),
    ("literal-without-value", "configMapGenerator: [{name: x2, literals: [abc]}]\n"),
    ("key-twice", "configMapGenerator: [{name: x3, literals: [a=1, a=2]}]\n"),
    ("bad-key", "secretGenerator: [{name: x4, literals: ['a b=1']}]\n"),
    ("missing-data", "configMapGenerator: [{name: x5, files: [none.txt]}]\n"),
    ("missing-env", "secretGenerator: [{name: x6, envs: [none.env]}]\n"),
    (
        "no-replacement-source",
        "replacements: [{source: {kind: None, name: none}, targets: [{select: {kind: Service}}]}]\n",
    ),
    ("no-replacement-target", "replacements: [{sourceValue: x, targets: [{fieldPaths: [a]}]}]\n"),
    (
        "no-replacement-field",
        "replacements: [{sourceValue: x, targets: [{select: {name: .*}, fieldPaths: [no.such]}]}]\n",
    ),
    ("var-without-object", "vars: [{name: V, objref: {apiVersion: v1, kind: Service, name: nobody}}]\n"),
    (
        "var-twice",
        "vars:\n- {name: V, objref: {apiVersion: v1, kind: Service, name: web}}\n- {name: V, objref: {apiVersion: v1, kind: Pod, name: web}}\n",
    ),
    ("unknown-order", "sortOptions: {order: random}\n"),
    ("unknown-metadata", "buildMetadata: [everything]\n"),
    ("unknown-openapi", "openapi: {version: v9}\n"),
    ("missing-openapi", "openapi: {path: none.json}\n"),
    ("unknown-api", "apiVersion: v7\n"),
    ("unknown-kind", "kind: Deployment\n"),
    ("component-as-root", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"),
    ("helm", "helmCharts: [{name: x, repo: 'https://example.com'}]\n"),
    ("malformed", "a: [\n"),
    ("tab", "\tresources: []\n"),
    ("alias", "commonLabels: *nowhere\n"),
    ("comma-in-prefix", "namePrefix: 'a,b'\n"),
    ("empty-name-after", "images: [{newTag: x}]\n"),
    ("comment-only", "resources:\n#- x.yaml\n"),
];

/// Texts that are not resources, or not good ones.
const RESOURCES: &[(&str, &str)] = &[
    ("no-kind", "apiVersion: v1\nmetadata:\n  name: x\n"),
    ("no-name", "apiVersion: v1\nkind: Service\nmetadata: {}\n"),
    ("no-metadata", "apiVersion: v1\nkind: Service\n"),
    ("null-in-list", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  list:\n  - a\n  -\n"),
    ("infinite", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {n: .inf}\n"),
    ("duplicate-key", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {n: 1, n: 2}\n"),
    ("odd-key", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {m: {1: 2, true: x}}\n"),
    ("scalar", "just a text\n"),
    ("list", "- a\n- b\n"),
    ("bad-separator", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n--- {a: b}\n"),
    ("directive", "%YAML 1.1\n---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\n"),
    ("broken", "apiVersion: v1\nkind: Service\nmetadata:\n  name: x\n a: b\n"),
    ("tabbed", "apiVersion: v1\nkind: Service\nmetadata:\n\tname: x\n"),
    ("bad-list", "apiVersion: v1\nkind: List\nitems: x\n"),
    ("bad-labels", "apiVersion: v1\nkind: Service\nmetadata: {name: x, labels: [a]}\n"),
    ("bad-annotations", "apiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {a: {b: c}}}\n"),
    ("anchor-loop", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: &a {b: *a}\n"),
    ("empty", ""),
];

/// Makes one, and says which.
pub(crate) fn make(forest: &mut Forest, root: &str) -> Option<&'static str> {
    let of_root = |path: &&String| {
        path.strip_prefix(root)
            .is_some_and(|p| matches!(p, "/kustomization.yaml" | "/kustomization.yml" | "/Kustomization"))
    };
    let kustomization = forest.files.keys().find(of_root)?.clone();
    match forest.random.below(10) {
        0 | 1 => {
            let paths: Vec<String> = forest.files.keys().filter(|p| **p != kustomization).cloned().collect();
            let gone = forest.random.item(&paths)?.clone();
            forest.files.remove(&gone);
            Some("file-gone")
        }
        2 | 3 => {
            let (name, text) = RESOURCES[forest.random.below(RESOURCES.len())];
            let paths: Vec<String> = forest.files.keys().filter(|p| !p.contains("kustom")).cloned().collect();
            let path = forest.random.item(&paths)?.clone();
            forest.files.insert(path, text.to_owned());
            Some(name)
        }
        4 => {
            let text = forest.files.get(&kustomization)?.clone();
            forest.files.insert(format!("{root}/kustomization.yml"), text.clone());
            forest.files.insert(format!("{root}/Kustomization"), text);
            Some("several-kustomizations")
        }
        _ => {
            let (name, line) = LINES[forest.random.below(LINES.len())];
            let text = forest.files.get_mut(&kustomization)?;
            if !text.starts_with('{') {
                text.push_str(line);
            }
            Some(name)
        }
    }
}
