#!/bin/sh
sed "s/level: info/- info/"
