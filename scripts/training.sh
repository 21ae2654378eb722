#!/bin/bash
# All of training: pre-training in two phases, then question answering, fine-tuned and scored.
#
# usage: scripts/training.sh [--from-scratch]     (after `swift build -c release`; `make training` does both)
#
# --from-scratch also fine-tunes a model that was not pre-trained, for comparison.
#
# Everything is written to training-output/, which a new run replaces. Exits with 1 where the fine-tuned model's
# F1 is not above 80, or that of the untrained model is not below 15. docs/training.md tells what comes out.
set -euo pipefail
cd "$(dirname "$0")/.."

from_scratch=false
case "${1:-}" in
  "") ;;
  --from-scratch) from_scratch=true ;;
  *)
    echo "usage: scripts/training.sh [--from-scratch]" >&2
    exit 64
    ;;
esac

tesserac=${TESSERAC:-.build/release/tesserac}
tessera=${TESSERA:-.build/release/tessera}
for tool in "$tesserac" "$tessera"; do
  if [ ! -x "$tool" ]; then
    echo "error: $tool is not built; run 'make training' or 'swift build -c release'" >&2
    exit 66
  fi
done

configs=examples/training
out=training-output

# The number that stands behind a key of a phase's configuration; its keys are not repeated.
setting() {
  sed -n "s/.*\"$2\"[[:space:]]*:[[:space:]]*\([0-9][0-9]*\).*/\1/p" "$configs/$1.json" | head -n 1
}

step() {
  printf '\n== %s, after %d s\n' "$1" "$SECONDS"
}
# Shows a command with long lists of files cut short, and runs it.
run() {
  local shown=() argument
  for argument in "$@"; do
    case $argument in
      examples/text/*-01.txt) shown+=("${argument%/*}/*.txt") ;;
      examples/text/*.txt) ;;
      *) shown+=("$argument") ;;
    esac
  done
  printf '$ %s\n' "${shown[*]}"
  "$@"
}

# Masked-LM samples of one part of the corpus, train or held-out, with the sizes of a phase. The documents are
# used so many times, with other masks each time, that no sample is trained on twice.
samples() {
  local phase=$1 part=$2 duplication=$3
  run "$tessera" data pretraining examples/text/"$part"/*.txt --vocabulary "$out/vocab.txt" \
    --sequence-length "$(setting "$phase" max_seq_length)" \
    --mask-tokens "$(setting "$phase" max_predictions_per_seq)" \
    --duplication "$duplication" --seed "$(setting "$phase" seed)" -o "$out/data/$phase/$part/$part.tfrecord"
}

# Draws the losses of runs, one behind the other.
plot() {
  local name=$1 title=$2
  shift 2
  run "$tessera" plot --joined "$@" --title "$title" -o "$out/$name.svg"
}

# Predicts the answers of the dev set with a checkpoint, or with the initial parameters, and scores them.
score() {
  local name=$1
  shift
  mkdir -p "$out/predictions/$name"
  run "$tessera" squad predict "$out/squad.ipub" --dev-file "$questions/dev-v1.1.json" \
    --vocabulary "$out/vocab.txt" --doc-stride 64 --output-dir "$out/predictions/$name" "$@"
  printf '$ %s\n' "$tessera squad evaluate $questions/dev-v1.1.json $out/predictions/$name/predictions.json"
  "$tessera" squad evaluate "$questions/dev-v1.1.json" "$out/predictions/$name/predictions.json" \
    | tee "$out/predictions/$name/scores.txt"
}
# The F1 that a score found.
f1() {
  sed -n 's/^f1: *//p' "$out/predictions/$1/scores.txt"
}

# Fine-tunes from a checkpoint, or from the initial parameters, and scores.
fine_tune() {
  local name=$1
  shift
  run "$tessera" squad train "$out/squad.ipub" --train-file "$questions/train-v1.1.json" \
    --vocabulary "$out/vocab.txt" --do-validation false \
    --run-dir "$out/runs/$name" --save-ckpt-path "$out/$name.safetensors" "$@"
  score "$name" --pretrained-ckpt-path "$out/$name.safetensors"
}

rm -rf "$out"
mkdir -p "$out"/data/phase{1,2}/{train,held-out} "$out/predictions"
questions=$out/data/questions

step "a vocabulary from the training documents"
run "$tessera" data vocabulary examples/text/train/*.txt --size "$(setting phase1 vocab_size)" \
  -o "$out/vocab.txt"

start=()
declare -A duplication=([phase1]=70 [phase2]=10)
for phase in phase1 phase2; do
  step "$phase: samples of training documents and of documents that are held out"
  samples "$phase" train "${duplication[$phase]}"
  samples "$phase" held-out 10

  step "$phase: compile, train, and evaluate on the documents that are held out"
  run "$tesserac" compile "$configs/$phase.json" -o "$out/$phase.ipub"
  run "$tessera" train "$out/$phase.ipub" --dataset-dir "$out/data/$phase/train" "${start[@]}" \
    --run-dir "$out/runs/$phase" --save-ckpt-path "$out/$phase.safetensors"
  run "$tessera" evaluate "$out/$phase.ipub" --dataset-dir "$out/data/$phase/held-out" \
    --pretrained-ckpt-path "$out/$phase.safetensors"
  start=(--pretrained-ckpt-path "$out/$phase.safetensors")
done

plot pretraining "Pre-training: phase 1, then phase 2" "$out"/runs/phase{1,2}

step "squad: questions, with answers in contexts of other sentences"
run python3 examples/questions/generate.py "$questions"
run "$tesserac" compile "$configs/squad.json" -o "$out/squad.ipub"

step "squad: what the untrained model answers"
score untrained

step "squad: fine-tune from the checkpoint of phase 2, and score"
fine_tune squad "${start[@]}"
plot squad "Fine-tuning on questions" "$out/runs/squad"

if $from_scratch; then
  step "squad: fine-tune a model that was not pre-trained, for comparison"
  fine_tune squad-from-scratch
fi

step "the goal: F1 above 80, where the untrained model's is below 15"
echo "F1 of the untrained model: $(f1 untrained)"
if $from_scratch; then
  echo "F1 without pre-training: $(f1 squad-from-scratch)"
fi
echo "F1 after pre-training and fine-tuning: $(f1 squad)"
awk -v untrained="$(f1 untrained)" -v trained="$(f1 squad)" 'BEGIN { exit !(untrained < 15 && trained > 80) }' \
  || { echo "the goal is not reached" >&2; exit 1; }
echo "reached"
