#!/bin/sh
# Generates the C code of every schemas/*.proto with protoc-c.
#
# usage: scripts/generate-schemas.sh [DIRECTORY]
#
# DIRECTORY defaults to Sources/CSchemas: the .c files go there, the headers to its include/.
# The output is committed, so that building needs no generator; run this after a change of a schema.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
output=${1:-$root/Sources/CSchemas}

if ! command -v protoc-c > /dev/null; then
  echo "protoc-c is missing: apt-get install protobuf-c-compiler" >&2
  exit 69
fi

mkdir -p "$output/include"
for schema in "$root"/schemas/*.proto; do
  name=$(basename "$schema" .proto)
  protoc-c --proto_path="$root/schemas" --c_out="$output" "$schema"
  mv "$output/$name.pb-c.h" "$output/include/$name.pb-c.h"
done
