#!/bin/bash
# Trainings that are killed, terminated and short of disk, and go on: part of scripts/test-external.sh, as it takes long.
#
# usage: scripts/check-interruptions.sh TESSERAC TESSERA FOLDER
#
# The last line is `N passed, N failed`, with `, N skipped` where something was.
set -euo pipefail
cd "$(dirname "$0")/.."
tesserac=$(realpath "$1")
tessera=$(realpath "$2")
work=$3
mkdir -p "$work"

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

# Metrics without what depends on the clock.
metrics() {
  sed 's/"samples_per_second":[^,}]*//' "$1/metrics.jsonl"
}
same_run() {
  cmp "$1/checkpoints/step-$3.safetensors" "$2/checkpoints/step-$3.safetensors" \
    && cmp <(metrics "$1") <(metrics "$2")
}
train() {
  "$tessera" train "$work/demo.ipub" --dataset-dir "$work/data" --progress none --quiet "$@" > /dev/null
}
ends_with() {
  local status=0
  "${@:2}" 2> "$work/errors.txt" || status=$?
  [ "$status" = "$1" ]
}

mkdir -p "$work/data"
"$tesserac" compile examples/demo.json -o "$work/demo.ipub" --quiet
"$tessera" data vocabulary examples/text/train/*.txt --size 1600 -o "$work/vocab.txt" > /dev/null
"$tessera" data pretraining examples/text/train/*.txt --vocabulary "$work/vocab.txt" --sequence-length 32 \
  --mask-tokens 5 --duplication 2 -o "$work/data/train.tfrecord" > /dev/null

train --run-dir "$work/whole" --max-steps 100 --threads 1
for threads in 1 2; do
  for _ in once twice; do
    train --run-dir "$work/halves" --max-steps 50 --threads "$threads" --force
    train --run-dir "$work/halves" --max-steps 100 --threads "$threads" --resume auto
    check "100 weight updates equal 50 and 50, threads: $threads" same_run "$work/whole" "$work/halves" 100
  done
done

# At 20 moments, from the start of the process to its hundredth weight update.
RANDOM=2026
flags=(--run-dir "$work/killed" --max-steps 400 --ckpt-every-n-steps-per-execution 5 --resume auto --threads 2)
last=0
lost=0
unreadable=0
for _ in $(seq 20); do
  # Not through the function, whose process would be the shell's.
  "$tessera" train "$work/demo.ipub" --dataset-dir "$work/data" --progress none --quiet "${flags[@]}" > /dev/null &
  process=$!
  sleep "0.$(printf '%03d' $((RANDOM % 1000)))"
  kill -KILL "$process" 2> /dev/null || true
  wait "$process" 2> /dev/null || true
  [ -f "$work/killed/metrics.jsonl" ] || continue
  newest=$(ls "$work/killed/checkpoints" | sed -n 's/^step-\([0-9]*\)\.safetensors$/\1/p' | sort -n | tail -n 1)
  updates=$(wc -l < "$work/killed/metrics.jsonl")
  [ $((updates - ${newest:-0})) -le 5 ] || lost=$((lost + 1))
  [ "${newest:-0}" -ge "$last" ] || lost=$((lost + 1))
  last=${newest:-0}
done
check "20 kills lost no more than what came after the last checkpoint" [ "$lost" = 0 ]
train "${flags[@]}"
[ -z "$(ls "$work/killed/checkpoints" | grep damaged)" ] || unreadable=1
check "20 kills left no checkpoint that cannot be read" [ "$unreadable" = 0 ]
train --run-dir "$work/whole-400" --max-steps 400 --threads 2
check "a run that was killed 20 times ends as one that was not" same_run "$work/whole-400" "$work/killed" 400

for signal in INT TERM; do
  code=$([ "$signal" = INT ] && echo 130 || echo 143)
  for moment in 0.1 0.3 0.6; do
    rm -rf "$work/signal"
    # A shell has its background processes ignore SIGINT; env gives the process the default back.
    ends_with "$code" timeout --preserve-status --signal="$signal" "$moment" \
      "$tessera" train "$work/demo.ipub" --dataset-dir "$work/data" --progress none --quiet \
      --run-dir "$work/signal" --total-num-train-samples 10000000 > /dev/null && good=true || good=false
    check "SIG$signal after $moment s ends with $code" $good
    [ -d "$work/signal" ] || continue
    check "  and the run goes on" train --run-dir "$work/signal" --resume auto --max-steps 40
  done
done

# A disk of 16 MB: one checkpoint of 6.5 MB and the next have room, a third does not.
if mkdir -p "$work/disk" && mount -t tmpfs -o size=16m tmpfs "$work/disk" 2> /dev/null; then
  trap 'umount "$work/disk"' EXIT
  full=(--run-dir "$work/disk/run" --max-steps 20 --ckpt-every-n-steps-per-execution 5 --resume auto)
  check "a full disk ends a run with 74" ends_with 74 train "${full[@]}" --keep 9
  check "  with a message that says so" grep -q "No space left on device" "$work/errors.txt"
  rm -f "$work/disk/run/checkpoints/step-5.safetensors"
  check "  and the run goes on where there is room again" train "${full[@]}" --keep 1
  check "  to the end of one that had room all the time" \
    cmp <(metrics "$work/disk/run") <(metrics "$work/whole" | head -n 20)
else
  skipped=$((skipped + 1))
  echo "SKIPPED a full disk: needs the right to mount a small one"
fi

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
