#!/bin/bash
# Checks for Swift and installs the system packages that are missing.
#
# usage: scripts/setup.sh [--with-test-tools]
#
# --with-test-tools also installs what only tests use, where the distribution has it; the tests that
# need it say that they were skipped where it is not there.
# Exits with 69 where something that the build needs is missing and cannot be installed.
set -euo pipefail

with_test_tools=false
case "${1:-}" in
  "") ;;
  --with-test-tools) with_test_tools=true ;;
  *)
    echo "usage: scripts/setup.sh [--with-test-tools]" >&2
    exit 64
    ;;
esac

required_swift=6.3

check_swift() {
  if ! command -v swift > /dev/null; then
    echo "error: Swift is not installed, or not on PATH; Tessera needs $required_swift or newer" >&2
    explain_swift
    exit 69
  fi
  local version
  version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
  if [ "$(printf '%s\n' "$required_swift" "$version" | sort -V | head -n 1)" != "$required_swift" ]; then
    echo "error: this is Swift ${version:-of an unknown version}; Tessera needs $required_swift or newer" >&2
    explain_swift
    exit 69
  fi
}

explain_swift() {
  cat >&2 <<'TEXT'
  get it from https://www.swift.org/install/linux/ , for example with swiftly:
    curl -O https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz
    tar zxf swiftly-$(uname -m).tar.gz && ./swiftly init && swiftly install 6.3
TEXT
}

# The packages of the build that are missing: the library's pkg-config name tells whether it is there.
missing_build_packages() {
  if ! command -v pkg-config > /dev/null; then
    echo pkg-config libprotobuf-c-dev libzstd-dev libssl-dev zlib1g-dev libhdf5-dev libzip-dev
    return
  fi
  pkg-config --exists libprotobuf-c || echo libprotobuf-c-dev
  pkg-config --exists libzstd || echo libzstd-dev
  pkg-config --exists libcrypto || echo libssl-dev
  pkg-config --exists zlib || echo zlib1g-dev
  pkg-config --exists hdf5-serial || echo libhdf5-dev
  pkg-config --exists libzip || echo libzip-dev
}

missing_test_packages() {
  command -v protoc-c > /dev/null || echo protobuf-c-compiler
  command -v mlir-opt-16 > /dev/null || [ -x /usr/lib/llvm-16/bin/mlir-opt ] || echo mlir-16-tools
}

# Runs a command as root, or fails.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

updated=false
install() {
  if ! $updated; then
    as_root apt-get update -q || return 1
    updated=true
  fi
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "$@"
}

check_swift

read -r -d '' -a packages < <(missing_build_packages && printf '\0') || true
if [ "${#packages[@]}" -gt 0 ]; then
  echo "missing system packages: ${packages[*]}"
  if ! command -v apt-get > /dev/null; then
    cat >&2 <<'TEXT'
error: this system has no apt-get, so the packages cannot be installed from here
  install the development files of protobuf-c, zstd, zlib, OpenSSL (libcrypto), HDF5 and libzip, and pkg-config, with the
  system's own package manager; then run the command again
TEXT
    exit 69
  fi
  if ! install "${packages[@]}"; then
    cat >&2 <<TEXT
error: the packages could not be installed
  run this as root, or ask someone who can, then run the command again:
    apt-get update && apt-get install -y ${packages[*]}
TEXT
    exit 69
  fi
fi

if $with_test_tools; then
  for package in $(missing_test_packages); do
    if command -v apt-get > /dev/null && install "$package"; then
      echo "installed $package, which some tests use"
    else
      echo "note: $package could not be installed; the tests that use it will be skipped" >&2
    fi
  done
fi
