#!/bin/sh
echo "{kind: A, metadata: {name: b, annotations: {kustomize.config.k8s.io/needs-hash: maybe}}}"
