#!/bin/bash
# Measures compilations: the phases' time (best of several runs) and the whole command's time and peak
# memory, for the published sizes and for deeper models made from BERT-Large.
#
# usage: Benchmarks/compile.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# BERT-Large with N layers: N − 24 more in its third stage.
deeper() {
  python3 - "$1" <<'PYTHON' > "$work/large-$1.json"
import json, sys
layers = int(sys.argv[1])
config = json.load(open("configs/pretrain_large_128_phase1.json"))
config["bert_config"]["num_hidden_layers"] = layers
config["pipeline_stages"][2] += ["hid"] * (layers - 24)
json.dump(config, sys.stdout)
PYTHON
}

# The least of the numbers, one a line.
least() { sort -g | head -1; }

printf '%-28s %12s %10s %10s %12s\n' configuration 'phases, ms' 'all, s' 'MB' 'operations'
deeper 48
deeper 96
for config in configs/pretrain_base_128_phase1.json configs/pretrain_large_128_phase1.json \
  "$work/large-48.json" "$work/large-96.json"; do
  for ((round = 0; round < rounds; round++)); do
    /usr/bin/env time -f 'whole %e %M' .build/release/tesserac compile "$config" -q --force \
      -o "$work/out.ipub" --time-passes 2>> "$work/times"
  done
  phases=$(sed -n 's/ *\([0-9.]*\) ms  in all/\1/p' "$work/times" | least)
  seconds=$(sed -n 's/^whole \([0-9.]*\) .*/\1/p' "$work/times" | least)
  memory=$(sed -n 's/^whole [0-9.]* \(.*\)/\1/p' "$work/times" | least)
  operations=$(sed -n 's/.*functions, \([0-9]*\) operations/\1/p' "$work/times" | tail -1)
  printf '%-28s %12s %10s %10s %12s\n' "$(basename "$config" .json)" "$phases" "$seconds" \
    $((memory / 1024)) "$operations"
  rm "$work/times"
done
