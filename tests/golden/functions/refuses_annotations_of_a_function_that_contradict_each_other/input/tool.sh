#!/bin/sh
sed "s/ config.kubernetes.io.index: .0./ config.kubernetes.io\/index: '7'/;s/internal.config.kubernetes.io.index: .0./internal.config.kubernetes.io\/index: '8'/"
