#!/bin/sh
echo "{kind: A, metadata: {name: b}}"
