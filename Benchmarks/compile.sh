#!/bin/bash
# Measures compilations: the time of the phases to the pipeline level, of the tile program and of its plan
# (least of several runs), the whole command's time and peak memory, and the size of what comes out, for
# BERT-Base, BERT-Large and models made from BERT-Large with other numbers of layers, whether they fit or
# not. The last line compares 96 layers with 24.
#
# usage: Benchmarks/compile.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# BERT-Large with N layers, a multiple of 4, on its four IPUs.
large() {
  python3 - "$1" <<'PYTHON' > "$work/large, $1 layers.json"
import json, sys
layers = int(sys.argv[1])
config = json.load(open("configs/pretrain_large_128_phase1.json"))
config["bert_config"]["num_hidden_layers"] = layers
config["pipeline_stages"] = (
    [["emb"]] + [["hid"] * (layers // 4)] * 4 + [["enc_out", "pool", "heads"]])
config["device_mapping"] = [0, 0, 1, 2, 3, 0]
json.dump(config, sys.stdout)
PYTHON
}

# The least of the numbers, one a line.
least() { sort -g | head -1; }

form='%-28s %10s %11s %9s %11s %10s %9s %8s %5s %10s\n'
printf "$form" configuration functions operations 'a layer' 'phases, ms' 'tiles, ms' 'plan, ms' 'all, s' MB 'bundle, B'
last_layers=0
for layers in 12 24 48 96; do large $layers; done
for config in configs/pretrain_base_128_phase1.json configs/pretrain_large_128_phase1.json \
  "$work"/large,\ {12,24,48,96}\ layers.json; do
  for ((round = 0; round < rounds; round++)); do
    start=$EPOCHREALTIME
    /usr/bin/env time -f 'peak %M' .build/release/tesserac compile "$config" -q --force \
      --no-fit-check -o "$work/out.ipub" --time-passes 2>> "$work/times"
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "whole %.3f\n", b - a }' >> "$work/times"
  done
  tiles=$(sed -n 's/ *\([0-9.]*\) ms  tiles:.*/\1/p' "$work/times" | least)
  plan=$(sed -n 's/ *\([0-9.]*\) ms  plan:.*/\1/p' "$work/times" | least)
  # Of each run what is neither tiles nor plan.
  phases=$(sed -n -e 's/ *\([0-9.]*\) ms  tiles:.*/\1 part/p' -e 's/ *\([0-9.]*\) ms  plan:.*/\1 part/p' \
    -e 's/ *\([0-9.]*\) ms  in all/\1 all/p' "$work/times" |
    awk '$2 == "part" { part += $1 } $2 == "all" { print $1 - part; part = 0 }' | least)
  seconds=$(sed -n 's/^whole //p' "$work/times" | least)
  memory=$(sed -n 's/^peak //p' "$work/times" | least)
  functions=$(sed -n 's/.*schedule: \([0-9]*\) functions, .*/\1/p' "$work/times" | tail -1)
  operations=$(sed -n 's/.* schedule: .*functions, \([0-9]*\) operations/\1/p' "$work/times" | tail -1)
  rm "$work/times"
  name=$(basename "$config" .json)
  layers=$(sed -n 's/^large, \([0-9]*\) layers$/\1/p' <<< "$name")
  added=–
  if [[ -n $layers ]]; then
    if ((last_layers > 0)); then
      added=$(((operations - last_operations) / (layers - last_layers)))
    fi
    last_layers=$layers last_operations=$operations
    phases_of[layers]=$phases seconds_of[layers]=$seconds
  fi
  printf "$form" "$name" "$functions" "$operations" "$added" "$phases" "$tiles" \
    "$plan" "$seconds" \
    $((memory / 1024)) "$(stat -c %s "$work/out.ipub")"
done
awk -v a="${phases_of[24]}" -v b="${phases_of[96]}" -v c="${seconds_of[24]}" -v d="${seconds_of[96]}" \
  'BEGIN { printf "96 layers to 24: phases %.2f, whole command %.2f\n", b / a, d / c }'
