#!/bin/sh
# Gives everything back, with more replicas and a container in front.
sed 's/replicas: 1/replicas: 3/;s/^\( *\)containers:/&\n\1- {name: proxy, image: envoy}/'
