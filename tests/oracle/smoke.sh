#!/bin/sh
# Builds citadel-oracle into a fresh folder (or the one given), asks it a few things and fails if an answer is off.
set -eu
cd "$(dirname "$0")"
dir=${1:-$(mktemp -d)}
go build -o "$dir/citadel-oracle" .
got=$("$dir/citadel-oracle" <<'LINES'
{"id":1,"op":"nodes2","text":"a: yes"}
{"id":2,"op":"decode3","text":"a: b"}
{"id":3,"op":"build","root":"/o","files":{"/o/kustomization.yaml":"configMapGenerator:\n- {name: c, literals: [a=1, b=yes]}"}}
LINES
)
want='{"id":1,"out":"eyJhIjp0cnVlfQ=="}
{"id":2,"refused":"missing Resource metadata"}
{"id":3,"out":"'$(printf 'apiVersion: v1\ndata:\n  a: "1"\n  b: "yes"\nkind: ConfigMap\nmetadata:\n  name: c-dg79t4479m\n' | base64 -w0)'"}'
[ "$got" = "$want" ] || { echo "smoke: got"; echo "$got"; echo "smoke: wanted"; echo "$want"; exit 1; }
[ "$(printf 'a:   b # c\n' | "$dir/citadel-oracle" -ask emit3)" = "a: b # c" ] || { echo "smoke: -ask is off"; exit 1; }
echo "smoke: fine ($dir/citadel-oracle)"
