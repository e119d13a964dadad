apiVersion: v1
kind: Secret
metadata: {name: s}
stringData:
  password: a
