#!/bin/bash
# The demo: data from the example corpus, a compiled bundle, a training, a look at held-out documents.
#
# usage: scripts/demo.sh        (after `swift build -c release`; `make demo` does both)
#
# Everything is written to demo-output/, which a new run replaces.
set -euo pipefail
cd "$(dirname "$0")/.."

tesserac=.build/release/tesserac
tessera=.build/release/tessera
for tool in "$tesserac" "$tessera"; do
  if [ ! -x "$tool" ]; then
    echo "error: $tool is not built; run 'make demo' or 'swift build -c release'" >&2
    exit 66
  fi
done

config=examples/demo.json
out=demo-output

# The number that stands behind a key of the configuration; its keys are not repeated.
setting() {
  sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\([0-9][0-9]*\).*/\1/p" "$config" | head -n 1
}
sequence_length=$(setting max_seq_length)
mask_tokens=$(setting max_predictions_per_seq)
vocabulary_size=$(setting vocab_size)
seed=1984

step() {
  printf '\n== %s\n' "$1"
}
# Shows a command with long lists of files cut short, and runs it.
run() {
  local shown=() texts=0 argument
  for argument in "$@"; do
    if [[ $argument == *.txt && $argument == examples/text/* ]]; then
      texts=$((texts + 1))
      [ "$texts" -gt 1 ] || shown+=("$(dirname "$argument")/*.txt")
    else
      shown+=("$argument")
    fi
  done
  printf '$ %s\n' "${shown[*]}"
  "$@"
}

rm -rf "$out"
mkdir -p "$out/train" "$out/held-out"

step "a vocabulary from the training documents"
run "$tessera" data vocabulary examples/text/train/*.txt --size "$vocabulary_size" \
  -o "$out/vocab.txt"

step "masked-LM samples, of training documents and of documents that are held out"
run "$tessera" data pretraining examples/text/train/*.txt --vocabulary "$out/vocab.txt" \
  --sequence-length "$sequence_length" --mask-tokens "$mask_tokens" \
  --duplication 10 --seed "$seed" -o "$out/train/train.tfrecord"
run "$tessera" data pretraining examples/text/held-out/*.txt --vocabulary "$out/vocab.txt" \
  --sequence-length "$sequence_length" --mask-tokens "$mask_tokens" \
  --duplication 10 --seed "$seed" -o "$out/held-out/held-out.tfrecord"

step "compile"
run "$tesserac" compile "$config" -o "$out/demo.ipub"

step "train"
run "$tessera" train "$out/demo.ipub" --dataset-dir "$out/train" \
  --save-ckpt-path "$out/model.safetensors" --run-dir "$out/run"

step "evaluate on the documents that were held out"
run "$tessera" evaluate "$out/demo.ipub" --dataset-dir "$out/held-out" \
  --pretrained-ckpt-path "$out/model.safetensors"
