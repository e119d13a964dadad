#!/bin/sh
cat settings.yaml
echo ---
cat settings.yaml
