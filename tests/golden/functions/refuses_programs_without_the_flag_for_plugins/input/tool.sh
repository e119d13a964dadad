#!/bin/sh
# Leaves nothing but what it was given, as a text.
cat <<END
apiVersion: v1
kind: ConfigMap
metadata:
  name: given
data:
  input: |
END
sed 's/^/    /'
