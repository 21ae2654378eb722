#!/bin/bash
# Compares a training with and without a pass: medians of the samples per second of each weight update,
# the two turn about, so that a noisy moment meets both. Both train to the same bits, unless the pass
# says otherwise.
#
# usage: Benchmarks/passes.sh PASS CONFIG DATASET_DIR [STEPS [ROUNDS [THREADS [COMPILE_OPTION...]]]]
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 3 ] || {
  sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
  exit 64
}
pass=$1 config=$2 data=$3 steps=${4:-20} rounds=${5:-4} threads=${6:-1}
options=("${@:7}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The phases up to the one before the pass, the passes behind it over the text, and on from the last.
.build/release/tesserac compile "$config" -q "${options[@]}" --dump-phases "$work/phases" \
  -o "$work/with.ipub" > "$work/output"
phases=("$work"/phases/*.mlir)
behind=() before=
for file in "${phases[@]}"; do
  name=$(basename "$file" .mlir)
  name=${name#*-}
  if [ "$name" = "$pass" ]; then found=1; elif [ -n "${found:-}" ]; then behind+=("$name"); else before=$file; fi
done
mkdir "$work/without"
last=$work/without/$(basename "${phases[-1]}")
.build/release/tesserac opt "$before" --passes "$(IFS=,; echo "${behind[*]}")" > "$last"
.build/release/tesserac compile "$config" -q "${options[@]}" --from "$last" -o "$work/without.ipub" \
  > "$work/output"

# The middle one of the numbers, one a line.
median() {
  sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

for ((round = 1; round <= rounds; round++)); do
  for kind in with without; do
    run=$work/$round-$kind
    .build/release/tessera train "$work/$kind.ipub" --dataset-dir "$data" --run-dir "$run" \
      --threads "$threads" --max-steps "$steps" --quiet > "$work/output"
    sed 's/.*"samples_per_second":\([0-9.]*\).*/\1/' "$run/metrics.jsonl" | median >> "$work/rates-$kind"
  done
done
best() {
  sort -g | tail -n 1
}

for kind in with without; do
  echo "$kind $pass: best $(best < "$work/rates-$kind"), median $(median < "$work/rates-$kind") samples/s"
done
awk -v with="$(median < "$work/rates-with")" -v without="$(median < "$work/rates-without")" \
  -v best_with="$(best < "$work/rates-with")" -v best_without="$(best < "$work/rates-without")" \
  'BEGIN {
    printf "time of a step with the pass, to that without: best %.3f, median %.3f\n",
      best_without / best_with, without / with
  }'
