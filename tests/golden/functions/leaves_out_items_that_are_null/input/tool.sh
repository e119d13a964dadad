#!/bin/sh
cat <<END
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
- null
- {apiVersion: v1, kind: ConfigMap, metadata: {name: made}}
END
