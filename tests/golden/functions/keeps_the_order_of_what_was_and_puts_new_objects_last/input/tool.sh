#!/bin/sh
# Drops b, adds 0, gives c and a back in another order.
cat <<END
apiVersion: v1
kind: ConfigMap
metadata: {name: "0"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {x: "1"}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
# a comment
data:
  y: >
    folded
      more

    end
  z: 'quoted'
END
