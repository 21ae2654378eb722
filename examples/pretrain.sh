#!/bin/bash
# Compiles a configuration where its bundle is missing or stale, then trains: one command for both.
#
# usage: examples/pretrain.sh CONFIG --dataset-dir DIR [flags of tesserac compile and tessera train]
#
#   --bundle-dir DIR   where bundles are kept (default: .bundles)
#   --recompile        compile even where the bundle is up to date
#
# Flags go to the tool that they belong to. These go to the compiler: --set, --precision, --no-ir; all
# others go to `tessera train`. A bundle is stale where the configuration or the compiler is newer, or
# where other flags were given to the compiler; what it was made with stands beside it in NAME.stamp.
#
# The tools are taken from TESSERA_BIN, from this package's release build, or from PATH.
set -euo pipefail

usage() {
  sed -n '2,13s/^# \{0,1\}//p' "$0"
}
fail_usage() {
  echo "error: $1" >&2
  usage >&2
  exit 64
}

package=$(cd "$(dirname "$0")/.." && pwd)
find_tool() {
  local folder
  for folder in "${TESSERA_BIN:-}" "$package/.build/release"; do
    if [ -n "$folder" ] && [ -x "$folder/$1" ]; then
      echo "$folder/$1"
      return
    fi
  done
  if ! command -v "$1"; then
    echo "error: $1 was not found; run 'make build', or set TESSERA_BIN" >&2
    exit 66
  fi
}

config=
bundle_dir=.bundles
recompile=false
compile_flags=()
train_flags=()
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --bundle-dir=*) bundle_dir=${1#*=} ;;
    --bundle-dir)
      [ $# -ge 2 ] || fail_usage "--bundle-dir needs a folder"
      bundle_dir=$2
      shift
      ;;
    --recompile) recompile=true ;;
    --set | --precision)
      [ $# -ge 2 ] || fail_usage "$1 needs a value"
      compile_flags+=("$1" "$2")
      shift
      ;;
    --set=* | --precision=* | --no-ir) compile_flags+=("$1") ;;
    -*)
      train_flags+=("$1")
      # A flag's value may look like a file name; it follows its flag.
      if [ $# -ge 2 ] && [[ $1 != *=* && $2 != -* ]]; then
        case "$1" in
          --no-shuffle | --skip-corrupt | --no-numerics-guard | --resize-vocabulary | --wandb | \
            --force | --quiet | -q | --version) ;;
          *)
            train_flags+=("$2")
            shift
            ;;
        esac
      fi
      ;;
    *)
      [ -z "$config" ] || fail_usage "'$1' is a second configuration; one was given: $config"
      config=$1
      ;;
  esac
  shift
done
[ -n "$config" ] || fail_usage "no configuration was given"
if [ ! -f "$config" ]; then
  echo "error: there is no configuration '$config'" >&2
  exit 66
fi

tesserac=$(find_tool tesserac)
tessera=$(find_tool tessera)

name=$(basename "$config" .json)
bundle=$bundle_dir/$name.ipub
stamp=$bundle_dir/$name.stamp
wanted=$(
  printf 'config %s\n' "$(cd "$(dirname "$config")" && pwd)/$(basename "$config")"
  printf 'compiler %s\n' "$("$tesserac" --version)"
  printf 'flag %s\n' ${compile_flags[@]+"${compile_flags[@]}"}
)

reason=
if $recompile; then
  reason="--recompile was given"
elif [ ! -f "$bundle" ]; then
  reason="there is no bundle yet"
elif [ "$config" -nt "$bundle" ]; then
  reason="the configuration is newer"
elif [ "$tesserac" -nt "$bundle" ]; then
  reason="the compiler is newer"
elif [ "$(cat "$stamp" 2> /dev/null)" != "$wanted" ]; then
  reason="it was compiled from another file or with other flags"
fi

if [ -n "$reason" ]; then
  echo "compiling $config to $bundle: $reason" >&2
  mkdir -p "$bundle_dir"
  rm -f "$stamp" "$bundle"
  "$tesserac" compile "$config" -o "$bundle" ${compile_flags[@]+"${compile_flags[@]}"}
  printf '%s\n' "$wanted" > "$stamp"
fi

exec "$tessera" train "$bundle" ${train_flags[@]+"${train_flags[@]}"}
