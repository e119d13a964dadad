#!/bin/sh
cat <<END
apiVersion: v1
kind: ConfigMap
metadata:
  name: more
  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
    kept: "1"
data: {a: b}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  annotations:
    kustomize.config.k8s.io/behavior: merge
data: {added: "1"}
END
