#!/bin/sh
# More replicas, a renamed annotation, one gone, another argument in front, a variable less, a line of a text changed.
sed -e 's/replicas: 1/replicas: 3/' -e 's/old-name: kept/new-name: kept/' -e '/gone: soon/d' \
  -e 's/^\( *\)- --one/\1- --zero\n&/' -e '/- name: A$/,/value: a$/d' -e 's/^\( *\)two$/\1TWO/'
