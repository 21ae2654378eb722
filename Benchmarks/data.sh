#!/bin/bash
# Trains for a few steps on a small and on a large data set of the same samples: the time of the whole
# command, where it makes the indexes, has them, and resumes the training; and the peak of memory.
#
# The samples are those of `tessera data pretraining` over generated text; the large set has them again and
# again, in files of 100 MB, since TFRecord files may be laid end to end. Everything is deleted in the end.
#
# usage: Benchmarks/data.sh [SMALL_MB [LARGE_MB [STEPS]]]
set -euo pipefail
cd "$(dirname "$0")/.."
small=${1:-20} large=${2:-2000} steps=${3:-5}
tessera=.build/release/tessera
work=$(mktemp -d "${TMPDIR:-/tmp}/tessera-data-XXXXXX")
trap 'rm -rf "$work"' EXIT

awk 'BEGIN {
  srand(1)
  for (document = 0; document < 400; document++) {
    for (sentence = 0; sentence < 12; sentence++) {
      line = ""
      for (word = 0; word < 12; word++) line = line substr("kalomitensurvelpodrianos", 1 + int(rand() * 20), 4) " "
      print line "."
    }
    print ""
  }
}' > "$work/text.txt"
$tessera data vocabulary "$work/text.txt" --size 1600 -o "$work/vocab.txt" > "$work/output"
$tessera data pretraining "$work/text.txt" --vocabulary "$work/vocab.txt" --sequence-length 32 \
  --mask-tokens 5 --duplication 4 -o "$work/piece.tfrecord" > "$work/output"
piece=$(stat -c %s "$work/piece.tfrecord")

# lay FILE BYTES: the piece again and again, up to about so many bytes.
lay() {
  for ((n = 0; n < $2 / piece; n++)); do cat "$work/piece.tfrecord"; done > "$1"
}
mkdir "$work/small" "$work/large"
lay "$work/small/0.tfrecord" $((small * 1000000))
lay "$work/100.tfrecord" 100000000
for ((n = 0; n < large / 100; n++)); do cp "$work/100.tfrecord" "$work/large/$n.tfrecord"; done
rm "$work/100.tfrecord"
.build/release/tesserac compile examples/demo.json -q -o "$work/demo.ipub" > "$work/output"

# run SET NAME STEPS OPTION...: one short training; prints what it took.
run() {
  /usr/bin/time -f '%e %M' -o "$work/time" $tessera train "$work/demo.ipub" \
    --dataset-dir "$work/$1" --max-steps "$3" --threads 1 --run-dir "$work/run-$1" --quiet \
    "${@:4}" > "$work/output" 2> "$work/errors" || {
    cat "$work/errors" >&2
    exit 1
  }
  read -r seconds kilobytes < "$work/time"
  awk -v set="$1" -v bytes="$(cat "$work/$1"/*.tfrecord | wc -c)" -v kind="$2" \
    -v seconds="$seconds" -v kilobytes="$kilobytes" 'BEGIN {
      printf "%s, %.0f MB, %s: %.2f s, peak of memory %.1f MB\n",
        set, bytes / 1e6, kind, seconds, kilobytes / 1e3 }'
}
for set in small large; do
  run $set "first opening" "$steps" --force
  run $set "with indexes" "$steps" --force
  run $set "resumed" $((2 * steps)) --resume auto
done
