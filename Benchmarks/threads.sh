#!/bin/bash
# Compares a training step with 1 and with 2 threads: medians of the samples per second of each weight
# update, the two turn about, so that a noisy moment meets both.
#
# usage: Benchmarks/threads.sh BUNDLE DATASET_DIR [STEPS [ROUNDS]]
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || {
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 64
}
steps=${3:-20}
rounds=${4:-4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The middle one of the numbers, one a line.
median() {
  sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

for ((round = 1; round <= rounds; round++)); do
  for threads in 1 2; do
    run=$work/$round-$threads
    .build/release/tessera train "$1" --dataset-dir "$2" --run-dir "$run" --threads "$threads" \
      --max-steps "$steps" --quiet > "$work/output"
    sed 's/.*"samples_per_second":\([0-9.]*\).*/\1/' "$run/metrics.jsonl" | median >> "$work/$threads"
  done
done
for threads in 1 2; do
  echo "threads $threads: median $(median < "$work/$threads") samples/s; rounds: $(tr '\n' ' ' < "$work/$threads")"
done
awk -v one="$(median < "$work/1")" -v two="$(median < "$work/2")" \
  'BEGIN { printf "time of a step with 2 threads: %.2f of that with 1\n", one / two }'
