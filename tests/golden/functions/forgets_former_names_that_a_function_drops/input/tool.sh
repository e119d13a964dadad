#!/bin/sh
sed "/previousNames/d;/previousNamespaces/d;/previousKinds/d"
