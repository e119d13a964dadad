#!/bin/sh
# Puts an object in front of those that it was given.
sed 's/^items:$/items:\
- {apiVersion: v1, kind: ConfigMap, metadata: {name: made}, data: {a: "1"}}/'
