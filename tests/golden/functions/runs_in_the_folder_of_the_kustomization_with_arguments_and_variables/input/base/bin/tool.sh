#!/bin/sh
cat <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: told}
data:
  directory: "$(basename "$(pwd)")"
  program: "$0"
  arguments: "$# $1 $2 $3"
  variables: "$A-$B-$C-$D"
END
