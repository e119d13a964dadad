#!/bin/sh
cat <<END
apiVersion: v1
kind: ConfigMap
metadata: &m
  name: first
data: &d
  a: "1"
---
apiVersion: v1
kind: ConfigMapList
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: second}
  data: &e
    b: "2"
    n: 1_000
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: third}
  data:
    <<: *e
    c: "3"
END
