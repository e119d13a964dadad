//! Objects of every kind, each with the references its kind has to others.

use super::cast::Cast;
use super::random::Random;
use super::value::{Value, list, map, raw};
use super::{words, workload};

/// Kinds that run no pods, and how often each appears.
const OTHERS: &[(usize, &str, &str)] = &[
    (16, "v1", "Service"),
    (16, "v1", "ConfigMap"),
    (12, "v1", "Secret"),
    (8, "v1", "ServiceAccount"),
    (4, "rbac.authorization.k8s.io/v1", "Role"),
    (3, "rbac.authorization.k8s.io/v1", "ClusterRole"),
    (4, "rbac.authorization.k8s.io/v1", "RoleBinding"),
    (3, "rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    (6, "networking.k8s.io/v1", "Ingress"),
    (2, "extensions/v1beta1", "Ingress"),
    (3, "autoscaling/v2", "HorizontalPodAutoscaler"),
    (2, "autoscaling/v1", "HorizontalPodAutoscaler"),
    (5, "v1", "PersistentVolumeClaim"),
    (3, "v1", "PersistentVolume"),
    (3, "storage.k8s.io/v1", "StorageClass"),
    (4, "v1", "Namespace"),
    (3, "networking.k8s.io/v1", "NetworkPolicy"),
    (3, "policy/v1", "PodDisruptionBudget"),
    (3, "scheduling.k8s.io/v1", "PriorityClass"),
    (2, "v1", "ResourceQuota"),
    (2, "v1", "LimitRange"),
    (2, "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    (2, "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    (2, "apiregistration.k8s.io/v1", "APIService"),
    (4, "apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    (10, "example.com/v1", "Widget"),
    (3, "example.com/v1beta1", "Gadget"),
    (3, "serving.knative.dev/v1", "Service"),
    (3, "monitoring.coreos.com/v1", "ServiceMonitor"),
    (3, "cert-manager.io/v1", "Certificate"),
];

/// The API version and kind of an object to be.
pub(crate) fn choose(random: &mut Random) -> (&'static str, &'static str) {
    if random.chance(35) {
        return workload::KINDS[random.weighted(&[40, 12, 8, 4, 8, 8, 8, 3, 3, 3, 3])];
    }
    let weights: Vec<usize> = OTHERS.iter().map(|(weight, ..)| *weight).collect();
    let (_, api_version, kind) = OTHERS[random.weighted(&weights)];
    (api_version, kind)
}

/// An object of that kind and name.
pub(crate) fn make(random: &mut Random, api_version: &str, kind: &str, name: &str, cast: &Cast) -> Value {
    let mut metadata = map! { "name" => name };
    let labels = words::labels(random);
    if random.chance(70) {
        metadata.set("labels", labels.clone());
    } else if random.one_in(10) {
        metadata.set("labels", map! {});
    }
    if random.chance(20) {
        metadata.set("annotations", words::annotations(random));
    } else if random.one_in(15) {
        metadata.set("annotations", map! {});
    }
    if random.one_in(40) {
        metadata.set("finalizers", vec!["a.example.com/x", "b"]);
    }
    let mut object = map! { "apiVersion" => api_version, "kind" => kind, "metadata" => metadata };
    if workload::KINDS.iter().any(|(_, k)| *k == kind) {
        workload::fill(random, &mut object, kind, cast, &labels);
    } else {
        fill(random, &mut object, api_version, kind, cast, &labels);
    }
    if random.one_in(4)
        && let Value::Map(entries) = &mut object
    {
        random.shuffle(entries);
    }
    object
}

fn fill(random: &mut Random, object: &mut Value, api_version: &str, kind: &str, cast: &Cast, labels: &Value) {
    match kind {
        "Service" if api_version == "v1" => object.set("spec", service(random, labels)),
        "ConfigMap" => data(random, object, false),
        "Secret" => data(random, object, true),
        "ServiceAccount" => {
            if random.chance(40) {
                object.set("secrets", list![map! { "name" => cast.name(random, "Secret") }]);
            }
            if random.chance(30) {
                object.set("imagePullSecrets", list![map! { "name" => cast.name(random, "Secret") }]);
            }
        }
        "Role" | "ClusterRole" => {
            let mut rule = map! { "apiGroups" => vec![""], "resources" => vec!["configmaps"], "verbs" => vec!["get", "*"] };
            if random.chance(50) {
                rule.set("resourceNames", list![cast.name(random, "ConfigMap")]);
            }
            object.set("rules", list![rule]);
        }
        "RoleBinding" | "ClusterRoleBinding" => binding(random, object, kind, cast),
        "Ingress" => object.set("spec", ingress(random, api_version, cast)),
        "HorizontalPodAutoscaler" => object.set("spec", autoscaler(random, api_version, cast)),
        "PersistentVolumeClaim" => object.set("spec", claim(random, cast)),
        "PersistentVolume" => {
            let mut spec =
                map! { "capacity" => map! { "storage" => "1Gi" }, "hostPath" => map! { "path" => "/x" } };
            if random.chance(50) {
                spec.set(
                    "claimRef",
                    map! { "name" => cast.name(random, "PersistentVolumeClaim"), "namespace" => "default" },
                );
            }
            object.set("spec", spec);
        }
        "StorageClass" => object.set("provisioner", "kubernetes.io/no-provisioner"),
        "PriorityClass" => object.set("value", raw(random.pick(&["1000", "1e3", "1_000", "-5"]))),
        "NetworkPolicy" => object.set(
            "spec",
            map! {
                "podSelector" => map! { "matchLabels" => labels.clone() },
                "ingress" => list![map! { "from" => list![
                    map! { "podSelector" => map! { "matchLabels" => labels.clone() } },
                    map! { "namespaceSelector" => map! {} },
                ] }],
            },
        ),
        "PodDisruptionBudget" => object.set(
            "spec",
            map! {
                "minAvailable" => raw(random.pick(&["1", "50%", "\"1\""])),
                "selector" => map! { "matchLabels" => labels.clone() },
            },
        ),
        "ResourceQuota" => {
            object.set("spec", map! { "hard" => map! { "pods" => "10", "requests.cpu" => 4 } })
        }
        "LimitRange" => object.set(
            "spec",
            map! { "limits" => list![
            map! { "type" => "Container", "default" => map! { "cpu" => raw("0.5") } }] },
        ),
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => {
            object.set(
                "webhooks",
                list![map! {
                    "name" => "hook.example.com",
                    "clientConfig" => map! { "service" => map! {
                        "name" => cast.name(random, "Service"), "namespace" => "default", "path" => "/v" } },
                    "rules" => list![map! { "operations" => vec!["CREATE"], "apiGroups" => vec!["*"] }],
                }],
            );
        }
        "APIService" => object.set(
            "spec",
            map! {
                "group" => "x.example.com",
                "service" => map! { "name" => cast.name(random, "Service"), "namespace" => "default" },
            },
        ),
        "CustomResourceDefinition" => definition(random, object),
        _ => custom(random, object, kind, cast, labels),
    }
}

fn service(random: &mut Random, labels: &Value) -> Value {
    let mut spec = map! {
        "ports" => list![map! { "port" => 80, "targetPort" => "http", "name" => "http" }],
        "selector" => labels.clone(),
    };
    if random.chance(30) {
        spec.set(
            "ports",
            list![
                map! { "port" => 80, "protocol" => "TCP" },
                map! { "port" => 53, "protocol" => "UDP", "name" => "dns" },
            ],
        );
    }
    if random.chance(40) {
        spec.set("type", random.pick(&["ClusterIP", "NodePort", "LoadBalancer"]));
    }
    if random.one_in(8) {
        spec.set("clusterIP", "None");
    }
    spec
}

fn data(random: &mut Random, object: &mut Value, secret: bool) {
    let mut keys =
        vec!["a", "b", "password", "app.properties", "config.yaml", "config.json", "KEY", "k-1", "_x"];
    random.shuffle(&mut keys);
    let size = random.between(0, 4);
    if !secret && random.chance(35) {
        keys[0] = random.pick(&["config.json", "config.yaml"]);
    }
    let mut data = map! {};
    for k in &keys[..size] {
        let value = match *k {
            _ if secret => raw(random.pick(&["aGVsbG8=", "cGFzcw==", "\"\"", "eA=="])),
            "config.json" => random
                .pick(&["{\"host\": \"web\", \"n\": [1, 2]}", "{\n  \"host\": \"db\",\n  \"port\": 80\n}\n"])
                .into(),
            "config.yaml" => {
                random.pick(&["host: web # here\nport: 80\nlist:\n  - a\n  - b\n", "{host: 'x'}\n"]).into()
            }
            "app.properties" => "a=1\nb = two\n# c\n".into(),
            _ => words::string(random).into(),
        };
        data.set(k, value);
    }
    if size > 0 || random.chance(50) {
        let field = if secret && random.chance(30) { "stringData" } else { "data" };
        object.set(field, data);
    }
    if secret {
        object.set("type", random.pick(&["Opaque", "kubernetes.io/tls"]));
    } else if random.one_in(10) {
        object.set("binaryData", map! { "blob" => "AAECAw==" });
    }
    if random.one_in(12) {
        object.set("immutable", true);
    }
}

fn binding(random: &mut Random, object: &mut Value, kind: &str, cast: &Cast) {
    let role = if kind == "ClusterRoleBinding" || random.chance(30) { "ClusterRole" } else { "Role" };
    object.set(
        "roleRef",
        map! {
        "apiGroup" => "rbac.authorization.k8s.io", "kind" => role, "name" => cast.name(random, role) },
    );
    let mut account = map! { "kind" => "ServiceAccount", "name" => cast.name(random, "ServiceAccount") };
    if random.chance(50) {
        account.set("namespace", random.pick(words::NAMESPACES));
    }
    let mut subjects = vec![account];
    if random.chance(30) {
        subjects.push(map! { "kind" => "ServiceAccount", "name" => "default", "namespace" => "default" });
    }
    if random.chance(30) {
        subjects.push(map! { "kind" => "User", "name" => "jane", "apiGroup" => "rbac.authorization.k8s.io" });
    }
    object.set("subjects", subjects);
}

fn ingress(random: &mut Random, api_version: &str, cast: &Cast) -> Value {
    let service = cast.name(random, "Service");
    let backend = if api_version == "networking.k8s.io/v1" {
        map! { "service" => map! { "name" => service, "port" => map! { "number" => 80 } } }
    } else {
        map! { "serviceName" => service, "servicePort" => 80 }
    };
    let path = map! { "path" => "/", "pathType" => "Prefix", "backend" => backend.clone() };
    let mut spec = map! { "rules" => list![map! {
    "host" => "www.example.com", "http" => map! { "paths" => list![path] } }] };
    if random.chance(40) {
        spec.set(
            "tls",
            list![map! { "hosts" => vec!["www.example.com"], "secretName" => cast.name(random, "Secret") }],
        );
    }
    if random.chance(25) {
        spec.set(if api_version.starts_with('n') { "defaultBackend" } else { "backend" }, backend);
    }
    spec
}

fn autoscaler(random: &mut Random, api_version: &str, cast: &Cast) -> Value {
    let (kind, name) = cast.any_of(random, &["Deployment", "StatefulSet", "ReplicaSet"]);
    let mut spec = map! {
        "scaleTargetRef" => map! { "apiVersion" => "apps/v1", "kind" => kind, "name" => name },
        "minReplicas" => 1, "maxReplicas" => 5,
    };
    if api_version == "autoscaling/v2" {
        spec.set(
            "metrics",
            list![
                map! { "type" => "Resource", "resource" => map! { "name" => "cpu",
                "target" => map! { "type" => "Utilization", "averageUtilization" => 80 } } },
                map! { "type" => "Resource", "resource" => map! { "name" => "memory",
                "target" => map! { "type" => "Utilization", "averageUtilization" => 70 } } },
            ],
        );
    }
    spec
}

fn claim(random: &mut Random, cast: &Cast) -> Value {
    let mut spec = map! {
        "accessModes" => vec!["ReadWriteOnce"],
        "resources" => map! { "requests" => map! { "storage" => raw(random.pick(&["1Gi", "100", "1e3", "0x10"])) } },
    };
    if random.chance(50) {
        spec.set("storageClassName", cast.name(random, "StorageClass"));
    }
    if random.chance(25) {
        spec.set("volumeName", cast.name(random, "PersistentVolume"));
    }
    spec
}

fn definition(random: &mut Random, object: &mut Value) {
    let plural = random.pick(&["widgets", "gadgets", "things"]);
    let name = format!("{plural}.example.com");
    if let Some(slot) = object.get_mut(&super::value::path("metadata/name")) {
        *slot = name.into();
    }
    object.set("spec", map! {
        "group" => "example.com", "scope" => "Namespaced",
        "names" => map! { "kind" => "Widget", "plural" => plural },
        "versions" => list![map! { "name" => "v1", "served" => true, "storage" => true, "schema" => map! {
            "openAPIV3Schema" => map! { "type" => "object", "properties" => map! {
                "spec" => map! { "type" => "object", "x-kubernetes-preserve-unknown-fields" => true } } } } }],
    });
    if random.chance(30) {
        object.set("status", map! { "conditions" => list![], "storedVersions" => list![] });
    }
}

fn custom(random: &mut Random, object: &mut Value, kind: &str, cast: &Cast, labels: &Value) {
    if random.one_in(12) {
        return;
    }
    let mut spec = map! {
        "secretRef" => map! { "name" => cast.name(random, "Secret") },
        "configName" => cast.name(random, "ConfigMap"),
        "image" => random.pick(words::IMAGES),
        "size" => random.below(10),
        "selector" => labels.clone(),
        "free" => words::anything(random, 3),
    };
    if random.chance(50) {
        spec.set("containers", list![workload::container(random, cast, "main")]);
    }
    if random.chance(40) {
        spec.set(
            "template",
            map! { "metadata" => map! { "labels" => labels.clone() }, "spec" => map! {
            "containers" => list![workload::container(random, cast, "main")] } },
        );
    }
    if random.chance(40) {
        spec.set(
            "items",
            list![
                map! { "name" => "one", "value" => words::string(random) },
                map! { "name" => "two", "value" => words::scalar(random) },
            ],
        );
    }
    if kind == "Certificate" {
        spec.set("secretName", cast.name(random, "Secret"));
    }
    if let (Value::Map(entries), true) = (&mut spec, random.chance(50)) {
        random.shuffle(entries);
    }
    object.set("spec", spec);
}
