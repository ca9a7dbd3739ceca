#!/bin/sh
# Writes dist/ with the version in it: VERSION=1.42.0 DEPLOYAPP_URL=https://deployapp.example/ sh build.sh
set -eu
mkdir -p dist
sed -e "s|@VERSION@|${VERSION:-$(git describe --always)}|g" \
    -e "s|@DEPLOYAPP_URL@|${DEPLOYAPP_URL:-http://127.0.0.1:8000/}|g" index.html > dist/index.html
