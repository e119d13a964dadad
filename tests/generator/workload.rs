//! Pods and what makes them: containers, volumes, probes, and the references from them to other objects.

use super::cast::Cast;
use super::random::Random;
use super::value::{Value, list, map, raw};
use super::words;

/// Kinds that run pods, with an API version each.
pub(crate) const KINDS: &[(&str, &str)] = &[
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Pod"),
    ("extensions/v1beta1", "Deployment"),
    ("batch/v1beta1", "CronJob"),
    ("v1", "ReplicationController"),
    ("v1", "PodTemplate"),
];

/// The spec (or template) of a workload.
pub(crate) fn fill(random: &mut Random, object: &mut Value, kind: &str, cast: &Cast, labels: &Value) {
    let pod = pod_spec(random, cast);
    if kind == "Pod" {
        object.set("spec", pod);
        return;
    }
    let mut metadata = map! { "labels" => labels.clone() };
    if random.chance(20) {
        metadata.set("annotations", words::annotations(random));
    }
    if random.one_in(10) {
        metadata.set("creationTimestamp", raw("null"));
    }
    let template = map! { "metadata" => metadata, "spec" => pod };
    let spec = match kind {
        "PodTemplate" => {
            object.set("template", template);
            return;
        }
        "CronJob" => map! {
            "schedule" => random.pick(&["*/5 * * * *", "@daily", "0 3 * * 1"]),
            "jobTemplate" => map! { "spec" => map! { "backoffLimit" => random.below(5), "template" => template } },
        },
        "Job" => map! { "template" => template, "completions" => random.between(1, 3) },
        _ => workload_spec(random, kind, cast, labels, template),
    };
    object.set("spec", spec);
    if random.one_in(12) {
        object.set("status", map! {});
    }
}

fn workload_spec(random: &mut Random, kind: &str, cast: &Cast, labels: &Value, template: Value) -> Value {
    let mut spec = map! {};
    if kind != "DaemonSet" && random.chance(75) {
        spec.set("replicas", random.below(6));
    }
    if kind == "ReplicationController" {
        spec.set("selector", labels.clone());
    } else if random.chance(93) {
        let mut selector = map! { "matchLabels" => labels.clone() };
        if random.one_in(6) {
            selector.set(
                "matchExpressions",
                list![map! { "key" => "tier", "operator" => "In", "values" => vec!["a", "b"] }],
            );
        }
        spec.set("selector", selector);
    }
    match kind {
        "StatefulSet" => {
            spec.set("serviceName", cast.name(random, "Service"));
            if random.chance(50) {
                spec.set("volumeClaimTemplates", list![claim_template(random, cast)]);
            }
        }
        "Deployment" if random.chance(35) => spec.set(
            "strategy",
            if random.chance(50) {
                map! { "type" => "Recreate" }
            } else {
                map! { "type" => "RollingUpdate", "rollingUpdate" => map! { "maxSurge" => "25%", "maxUnavailable" => 1 } }
            },
        ),
        _ => {}
    }
    spec.set("template", template);
    spec
}

fn claim_template(random: &mut Random, cast: &Cast) -> Value {
    let mut spec = map! {
        "accessModes" => vec!["ReadWriteOnce"],
        "resources" => map! { "requests" => map! { "storage" => "1Gi" } },
    };
    if random.chance(60) {
        spec.set("storageClassName", cast.name(random, "StorageClass"));
    }
    map! { "metadata" => map! { "name" => "data" }, "spec" => spec }
}

fn pod_spec(random: &mut Random, cast: &Cast) -> Value {
    let names = ["main", "sidecar", "proxy", "web"];
    let count = 1 + random.weighted(&[60, 30, 10]);
    let containers: Vec<Value> = (0..count).map(|i| container(random, cast, names[i])).collect();
    let mut spec = map! { "containers" => containers };
    if random.chance(20) {
        spec.set("initContainers", list![container(random, cast, "init")]);
    }
    if random.chance(50) {
        let size = random.between(1, 3);
        let volumes: Vec<Value> = (0..size).map(|i| volume(random, cast, i)).collect();
        spec.set("volumes", volumes);
    }
    if random.chance(35) {
        spec.set("serviceAccountName", cast.name(random, "ServiceAccount"));
    }
    if random.chance(10) {
        spec.set("serviceAccount", cast.name(random, "ServiceAccount"));
    }
    if random.chance(20) {
        spec.set("imagePullSecrets", list![map! { "name" => cast.name(random, "Secret") }]);
    }
    if random.chance(12) {
        spec.set("priorityClassName", cast.name(random, "PriorityClass"));
    }
    if random.chance(20) {
        spec.set("nodeSelector", map! { "disk" => "ssd", "kubernetes.io/os" => "linux" });
    }
    if random.chance(15) {
        spec.set(
            "tolerations",
            list![
                map! { "key" => "a", "operator" => "Exists", "effect" => "NoSchedule" },
                map! { "key" => "b", "value" => "x" },
            ],
        );
    }
    if random.chance(12) {
        spec.set(
            "hostAliases",
            list![map! { "ip" => "10.0.0.1", "hostnames" => vec!["a.local", "b.local"] }],
        );
    }
    if random.chance(15) {
        spec.set("affinity", affinity(random));
    }
    if random.chance(12) {
        let labels = words::labels(random);
        spec.set(
            "topologySpreadConstraints",
            list![map! {
                "maxSkew" => 1, "topologyKey" => "zone", "whenUnsatisfiable" => "DoNotSchedule",
                "labelSelector" => map! { "matchLabels" => labels },
            }],
        );
    }
    if random.chance(20) {
        spec.set("securityContext", map! { "runAsUser" => 1000, "fsGroup" => raw("0") });
    }
    if random.chance(20) {
        spec.set("restartPolicy", random.pick(&["Always", "Never", "OnFailure"]));
    }
    spec
}

fn affinity(random: &mut Random) -> Value {
    let labels = words::labels(random);
    let term = map! { "labelSelector" => map! { "matchLabels" => labels }, "topologyKey" => "kubernetes.io/hostname" };
    if random.chance(50) {
        map! { "podAntiAffinity" => map! { "requiredDuringSchedulingIgnoredDuringExecution" => list![term] } }
    } else {
        map! { "podAffinity" => map! { "preferredDuringSchedulingIgnoredDuringExecution" => list![
            map! { "weight" => 100, "podAffinityTerm" => term }
        ] } }
    }
}

/// A container, with references to config maps and secrets.
pub(crate) fn container(random: &mut Random, cast: &Cast, name: &str) -> Value {
    let mut c = map! { "name" => name };
    if random.chance(96) {
        c.set("image", random.pick(words::IMAGES));
    }
    if random.chance(30) {
        let size = random.between(1, 3);
        let words: Vec<Value> = (0..size).map(|_| words::string(random).into()).collect();
        c.set(random.pick(&["args", "command"]), words);
    }
    if random.chance(55) {
        c.set("env", env(random, cast));
    }
    if random.chance(30) {
        let mut from = Vec::new();
        for _ in 0..random.between(1, 2) {
            let (field, kind) =
                if random.chance(60) { ("configMapRef", "ConfigMap") } else { ("secretRef", "Secret") };
            let mut entry = map! {};
            entry.set(field, map! { "name" => cast.name(random, kind) });
            from.push(entry);
        }
        c.set("envFrom", from);
    }
    if random.chance(50) {
        let mut ports = vec![map! { "containerPort" => 8080, "name" => "http" }];
        if random.chance(40) {
            ports.push(map! { "containerPort" => 8080, "protocol" => "UDP", "name" => "udp" });
        }
        if random.chance(30) {
            ports.push(map! { "containerPort" => 9090 });
        }
        c.set("ports", ports);
    }
    if random.chance(35) {
        c.set(
            "volumeMounts",
            list![
                map! { "name" => "vol0", "mountPath" => "/etc/config" },
                map! { "name" => "vol1", "mountPath" => "/data", "readOnly" => true },
            ],
        );
    }
    if random.chance(30) {
        c.set(
            "resources",
            map! {
                "limits" => map! { "cpu" => raw(random.pick(&["1", "500m", "0.5"])), "memory" => "64Mi" },
                "requests" => map! { "cpu" => "100m" },
            },
        );
    }
    if random.chance(20) {
        let port = if random.chance(50) { raw("8080") } else { "http".into() };
        c.set(
            "livenessProbe",
            map! {
                "httpGet" => map! { "path" => "/healthz", "port" => port },
                "initialDelaySeconds" => random.below(30),
            },
        );
    }
    if random.chance(12) {
        c.set(
            "securityContext",
            map! { "capabilities" => map! { "add" => vec!["NET_ADMIN"], "drop" => vec!["ALL"] } },
        );
    }
    c
}

fn env(random: &mut Random, cast: &Cast) -> Value {
    let mut names = vec!["LOG_LEVEL", "HOST", "PORT", "TOKEN", "FEATURES"];
    random.shuffle(&mut names);
    let size = random.between(1, 4);
    let entries = names[..size].iter().map(|name| {
        let mut entry = map! { "name" => *name };
        match random.below(10) {
            0..=4 => entry.set("value", words::string(random)),
            5 | 6 => entry.set(
                "valueFrom",
                map! { "configMapKeyRef" => map! {
                "name" => cast.name(random, "ConfigMap"), "key" => "a" } },
            ),
            7 => entry.set(
                "valueFrom",
                map! { "secretKeyRef" => map! {
                "name" => cast.name(random, "Secret"), "key" => "password" } },
            ),
            8 => entry.set("valueFrom", map! { "fieldRef" => map! { "fieldPath" => "metadata.name" } }),
            _ => entry.set("value", format!("http://{}:80/$(HOST)", cast.name(random, "Service"))),
        }
        entry
    });
    Value::List(entries.collect())
}

fn volume(random: &mut Random, cast: &Cast, i: usize) -> Value {
    let mut v = map! { "name" => format!("vol{i}") };
    match random.below(6) {
        0 => v.set(
            "configMap",
            map! { "name" => cast.name(random, "ConfigMap"), "defaultMode" => raw("0644") },
        ),
        1 => v.set("secret", map! { "secretName" => cast.name(random, "Secret") }),
        2 => {
            v.set("persistentVolumeClaim", map! { "claimName" => cast.name(random, "PersistentVolumeClaim") })
        }
        3 => v.set("emptyDir", map! {}),
        4 => v.set("hostPath", map! { "path" => "/tmp", "type" => "Directory" }),
        _ => v.set(
            "projected",
            map! { "sources" => list![
                map! { "configMap" => map! { "name" => cast.name(random, "ConfigMap") } },
                map! { "secret" => map! { "name" => cast.name(random, "Secret"), "items" => list![
                    map! { "key" => "a", "path" => "b" }] } },
            ] },
        ),
    }
    v
}
