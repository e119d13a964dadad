#!/bin/sh
echo looking around >&2
cat
