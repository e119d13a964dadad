//! Objects and patches at random: kinds with merged lists, small pools of names so that items meet, and now and then
//! what nobody should write.

/// A stream of numbers from a seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

#[derive(Clone)]
pub(crate) enum Tree {
    Scalar(String),
    Map(Vec<(String, Tree)>),
    List(Vec<Tree>),
}

use Tree::{List, Map, Scalar};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const MANY: usize = 60;
const SCALARS: [&str; 16] = [
    "x",
    "\"5\"",
    "5",
    "true",
    "\"true\"",
    "yes",
    "'q'",
    "0x10",
    "1.50",
    "~",
    "null",
    "\"\"",
    "2001-01-01",
    "on",
    "0o7",
    "\"a b\"",
];

/// Behind a key, for its line.
const COMMENTS: [&str; 7] = [
    r#"# {"type": "array", "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}"#,
    r#"# {"type":"array","items":{"type":"object"},"x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"a"}"#,
    r##"# {"$ref": "#/definitions/io.k8s.api.core.v1.PodSpec"}"##,
    r##"# {"type":"array","items":{"$ref":"#/definitions/io.k8s.api.core.v1.Container"},"x-kubernetes-patch-strategy":"merge","x-kubernetes-list-map-keys":["name","image"]}"##,
    r#"# {"$openapi":"replicas"}"#,
    "# nothing",
    "# {}",
];

fn text(text: &str) -> Tree {
    Scalar(text.to_owned())
}

pub(crate) struct Generator {
    pub(crate) random: Random,
    is_patch: bool,
    /// One in so many nodes is odd.
    oddity: usize,
    /// Names come from a large pool: a long list is being made.
    many: bool,
}

impl Generator {
    pub(crate) fn new(seed: u64, oddity: usize) -> Generator {
        Generator { random: Random::new(seed), is_patch: false, oddity, many: false }
    }

    /// A target and a patch for it.
    pub(crate) fn pair(&mut self) -> (String, String) {
        let kind = self.random.below(14);
        self.is_patch = false;
        let target = self.object(kind);
        self.is_patch = true;
        let patch = self.object(kind);
        (print(&target), print(&patch))
    }

    fn scalar(&mut self) -> Tree {
        if self.random.one_in(3) { text(self.random.pick(&SCALARS)) } else { text(self.random.pick(&NAMES)) }
    }

    fn name(&mut self) -> Tree {
        if self.random.one_in(self.oddity * 3) {
            self.scalar()
        } else if self.many {
            Scalar(format!("n{}", self.random.below(MANY)))
        } else {
            text(self.random.pick(&NAMES))
        }
    }

    fn port(&mut self) -> Tree {
        text(self.random.pick(&["80", "81", "82", "\"80\"", "443"]))
    }

    fn map(&mut self, fields: &[(&str, Make)]) -> Tree {
        let mut entries = Vec::new();
        for (name, make) in fields {
            if self.random.one_in(2) {
                entries.push(((*name).to_owned(), self.make(*make)));
            }
        }
        if self.is_patch && self.random.one_in(self.oddity) {
            let directive = self.random.pick(&["delete", "replace", "merge", "delete", "replace", "odd"]);
            entries.push(("$patch".to_owned(), text(directive)));
        }
        if self.random.one_in(self.oddity * 2) {
            entries.push(("zz".to_owned(), self.scalar()));
        }
        if self.random.one_in(4) {
            entries.reverse();
        }
        if self.random.one_in(self.oddity * 8) && !entries.is_empty() {
            let at = self.random.below(entries.len());
            entries[at].0.push_str(self.random.pick(&COMMENTS));
        }
        Map(entries)
    }

    /// A map that always has these fields first.
    fn keyed(&mut self, keys: &[(&str, Make)], rest: &[(&str, Make)]) -> Tree {
        let mut entries = Vec::new();
        for (name, make) in keys {
            if !self.random.one_in(self.oddity * 2) {
                entries.push(((*name).to_owned(), self.make(*make)));
            }
        }
        if let Map(more) = self.map(rest) {
            entries.extend(more);
        }
        Map(entries)
    }

    fn list(&mut self, make: Make) -> Tree {
        let was_many = self.many;
        self.many |= self.random.one_in(100);
        let length = if self.many && !was_many { 15 + self.random.below(30) } else { self.random.below(5) };
        let mut items: Vec<Tree> = Vec::new();
        for _ in 0..length {
            let item = self.make(make);
            let key = |tree: &Tree| match tree {
                Map(entries) => entries.first().map(|(key, value)| format!("{key}{}", print(value))),
                tree => Some(print(tree)),
            };
            if self.random.one_in(self.oddity) || !items.iter().any(|other| key(other) == key(&item)) {
                items.push(item);
            }
        }
        if self.is_patch && self.random.one_in(self.oddity) {
            let directive = self.random.pick(&["delete", "replace", "merge", "replace", "odd"]);
            let at = self.random.below(items.len() + 1);
            items.insert(at, Map(vec![("$patch".to_owned(), text(directive))]));
        }
        self.many = was_many;
        List(items)
    }

    fn make(&mut self, make: Make) -> Tree {
        if self.random.one_in(self.oddity) {
            match self.random.below(8) {
                0 => return text("null"),
                1 => return text(""),
                2 => return Map(Vec::new()),
                3 => return List(Vec::new()),
                4 => return self.scalar(),
                5 if self.is_patch => return text("null"),
                _ => {}
            }
        }
        make(self)
    }

    fn object(&mut self, kind: usize) -> Tree {
        let (api_version, name, body): (&str, &str, Make) = match kind {
            0 | 1 => ("apps/v1", "Deployment", workload),
            2 => ("v1", "Pod", |g| g.map(&[("spec", pod)])),
            3 => ("v1", "Service", service),
            4 => ("v1", "ConfigMap", |g| g.map(&[("data", strings), ("binaryData", strings)])),
            5 => ("apps/v1", "StatefulSet", workload),
            6 => ("networking.k8s.io/v1", "Ingress", ingress),
            7 => ("batch/v1", "CronJob", |g| {
                g.map(&[("spec", |g| {
                    g.map(&[("jobTemplate", |g| g.map(&[("spec", template)])), ("schedule", scalar)])
                })])
            }),
            8 => ("autoscaling/v2beta2", "HorizontalPodAutoscaler", |g| {
                g.map(&[("spec", |g| g.map(&[("metrics", |g| g.list(free)), ("behavior", free)]))])
            }),
            9 => ("v1", "ServiceAccount", |g| {
                g.map(&[("secrets", named_list), ("imagePullSecrets", named_list), ("automount", scalar)])
            }),
            10 => ("example.com/v1", "Thing", |g| g.map(&[("spec", free), ("template", embedded)])),
            11 => ("v1", "Node", |g| {
                g.map(&[("spec", |g| g.map(&[("taints", |g| g.list(taint)), ("podCIDRs", scalars)]))])
            }),
            12 => ("v1", "PersistentVolumeClaim", |g| {
                g.map(&[
                    ("spec", |g| g.map(&[("accessModes", scalars), ("resources", free)])),
                    ("status", |g| g.map(&[("conditions", |g| g.list(condition))])),
                ])
            }),
            _ => ("v1", "Endpoints", |g| {
                g.map(&[("subsets", |g| {
                    g.list(|g| g.map(&[("addresses", free), ("ports", |g| g.list(end_port))]))
                })])
            }),
        };
        let mut entries = vec![
            ("apiVersion".to_owned(), text(api_version)),
            ("kind".to_owned(), text(name)),
            ("metadata".to_owned(), self.metadata()),
        ];
        if let Map(more) = body(self) {
            entries.extend(more);
        }
        Map(entries)
    }

    fn metadata(&mut self) -> Tree {
        let mut entries = vec![("name".to_owned(), text("it"))];
        for (name, make) in [
            ("labels", strings as Make),
            ("annotations", strings),
            ("finalizers", scalars),
            ("ownerReferences", |g| g.list(owner)),
        ] {
            if self.random.one_in(3) {
                entries.push((name.to_owned(), self.make(make)));
            }
        }
        if self.random.one_in(8) {
            entries.push(("namespace".to_owned(), self.name()));
        }
        Map(entries)
    }
}

type Make = fn(&mut Generator) -> Tree;

fn scalar(g: &mut Generator) -> Tree {
    g.scalar()
}

fn name(g: &mut Generator) -> Tree {
    g.name()
}

fn port_number(g: &mut Generator) -> Tree {
    g.port()
}

fn protocol(g: &mut Generator) -> Tree {
    text(g.random.pick(&["TCP", "UDP", "SCTP"]))
}

fn scalars(g: &mut Generator) -> Tree {
    g.list(name)
}

fn strings(g: &mut Generator) -> Tree {
    g.map(&[("a", scalar), ("b", scalar), ("c", scalar), ("d", scalar)])
}

fn named_list(g: &mut Generator) -> Tree {
    g.list(|g| g.keyed(&[("name", name)], &[("kind", scalar)]))
}

fn owner(g: &mut Generator) -> Tree {
    g.keyed(&[("uid", name)], &[("name", name), ("kind", scalar), ("controller", scalar)])
}

fn taint(g: &mut Generator) -> Tree {
    g.keyed(&[("key", name)], &[("effect", name), ("value", scalar)])
}

fn condition(g: &mut Generator) -> Tree {
    g.keyed(&[("type", name)], &[("status", scalar), ("reason", name)])
}

fn end_port(g: &mut Generator) -> Tree {
    g.map(&[("name", name), ("port", port_number), ("protocol", protocol)])
}

fn service(g: &mut Generator) -> Tree {
    g.map(&[("spec", |g| {
        g.map(&[
            ("ports", |g| {
                g.list(|g| {
                    g.keyed(
                        &[("port", port_number)],
                        &[("protocol", protocol), ("name", name), ("targetPort", port_number)],
                    )
                })
            }),
            ("selector", strings),
            ("externalIPs", scalars),
            ("type", scalar),
        ])
    })])
}

fn ingress(g: &mut Generator) -> Tree {
    g.map(&[("spec", |g| {
        g.map(&[
            ("rules", |g| g.list(|g| g.map(&[("host", name), ("http", free)]))),
            ("tls", |g| g.list(|g| g.map(&[("hosts", scalars), ("secretName", name)]))),
        ])
    })])
}

fn workload(g: &mut Generator) -> Tree {
    g.map(&[("spec", |g| {
        g.map(&[
            ("replicas", scalar),
            ("template", template),
            ("template", template),
            ("selector", |g| g.map(&[("matchLabels", strings)])),
            ("strategy", |g| g.map(&[("type", name), ("rollingUpdate", free), ("$retainKeys", scalars)])),
            ("volumeClaimTemplates", |g| {
                g.list(|g| g.map(&[("metadata", |g| g.metadata()), ("spec", free)]))
            }),
        ])
    })])
    .without_repeats()
}

fn template(g: &mut Generator) -> Tree {
    g.map(&[
        ("metadata", |g| g.map(&[("labels", strings), ("annotations", strings)])),
        ("spec", pod),
        ("spec", pod),
    ])
    .without_repeats()
}

fn pod(g: &mut Generator) -> Tree {
    g.map(&[
        ("containers", |g| g.list(container)),
        ("initContainers", |g| g.list(container)),
        ("volumes", |g| {
            g.list(|g| {
                g.keyed(
                    &[("name", name)],
                    &[
                        ("emptyDir", |_| Map(Vec::new())),
                        ("configMap", |g| g.map(&[("name", name), ("items", |g| g.list(item))])),
                    ],
                )
            })
        }),
        ("imagePullSecrets", named_list),
        ("tolerations", |g| g.list(taint)),
        ("hostAliases", |g| g.list(|g| g.keyed(&[("ip", name)], &[("hostnames", scalars)]))),
        ("topologySpreadConstraints", |g| {
            g.list(|g| g.map(&[("topologyKey", name), ("whenUnsatisfiable", name), ("maxSkew", scalar)]))
        }),
        ("nodeSelector", strings),
        ("affinity", free),
        ("restartPolicy", scalar),
    ])
}

fn item(g: &mut Generator) -> Tree {
    g.map(&[("key", name), ("path", name)])
}

fn container(g: &mut Generator) -> Tree {
    g.keyed(
        &[("name", name)],
        &[
            ("image", scalar),
            ("args", scalars),
            ("env", |g| {
                g.list(|g| {
                    g.keyed(
                        &[("name", name)],
                        &[("value", scalar), ("valueFrom", |g| g.map(&[("configMapKeyRef", item)]))],
                    )
                })
            }),
            ("envFrom", |g| g.list(free)),
            ("ports", |g| {
                g.list(|g| {
                    g.keyed(
                        &[("containerPort", port_number)],
                        &[("protocol", protocol), ("name", name), ("hostPort", port_number)],
                    )
                })
            }),
            ("volumeMounts", |g| {
                g.list(|g| g.keyed(&[("mountPath", name)], &[("name", name), ("readOnly", scalar)]))
            }),
            ("volumeDevices", |g| g.list(|g| g.keyed(&[("devicePath", name)], &[("name", name)]))),
            ("resources", free),
        ],
    )
}

/// Data without a schema of its own.
fn free(g: &mut Generator) -> Tree {
    match g.random.below(5) {
        0 => g.list(free),
        1 => g.list(|g| g.map(&[("name", name), ("value", scalar)])),
        2 => g.scalar(),
        _ => g.map(&[("a", free), ("b", scalar), ("c", free), ("name", name)]),
    }
}

/// An object inside another.
fn embedded(g: &mut Generator) -> Tree {
    g.keyed(
        &[("apiVersion", |_| text("apps/v1")), ("kind", |_| text("Deployment"))],
        &[("spec", |g| g.map(&[("template", template), ("replicas", scalar)]))],
    )
}

impl Tree {
    fn without_repeats(self) -> Tree {
        let Map(entries) = self else { return self };
        let mut left: Vec<(String, Tree)> = Vec::new();
        for entry in entries {
            if !left.iter().any(|(key, _)| *key == entry.0) {
                left.push(entry);
            }
        }
        Map(left)
    }
}

/// Block YAML; some small collections in flow style.
pub(crate) fn print(tree: &Tree) -> String {
    let mut out = String::new();
    print_into(tree, 0, &mut out);
    out
}

fn print_into(tree: &Tree, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    match tree {
        Scalar(text) => {
            out.push_str(text);
            out.push('\n');
        }
        Map(entries) if entries.is_empty() => out.push_str("{}\n"),
        List(items) if items.is_empty() => out.push_str("[]\n"),
        Map(entries) => {
            for (key, value) in entries {
                out.push_str(&pad);
                let (key, comment) = key.find('#').map_or((key.as_str(), ""), |at| key.split_at(at));
                out.push_str(key);
                out.push(':');
                let line = out.len();
                nested(value, indent, out);
                if !comment.is_empty() {
                    let end = line + out[line..].find('\n').unwrap_or_default();
                    out.insert_str(end, &format!(" {comment}"));
                }
            }
        }
        List(items) => {
            for item in items {
                out.push_str(&pad);
                out.push('-');
                nested(item, indent, out);
            }
        }
    }
}

fn nested(tree: &Tree, indent: usize, out: &mut String) {
    match tree {
        Map(entries) if !entries.is_empty() => {
            out.push('\n');
            print_into(tree, indent + 1, out);
        }
        List(items) if !items.is_empty() => {
            let flow: Option<Vec<&str>> = items
                .iter()
                .map(|item| match item {
                    Scalar(text) if !text.is_empty() => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            match flow {
                Some(flow) if items.len() == 2 => {
                    out.push_str(" [");
                    out.push_str(&flow.join(", "));
                    out.push_str("]\n");
                }
                _ => {
                    out.push('\n');
                    print_into(tree, indent + 1, out);
                }
            }
        }
        _ => {
            out.push(' ');
            print_into(tree, indent, out);
        }
    }
}
