#!/bin/sh
sed "s/info/debug/"
