#!/bin/sh
echo "first line" >&2
echo "second line" >&2
cat <<END
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items: []
results:
- message: the level is too low
  severity: error
END
exit 3
