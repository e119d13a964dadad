#!/bin/sh
grep -q "level: info"
