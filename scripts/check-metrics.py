#!/usr/bin/env python3
"""Has the logs of runs read by the tools that they are for: tensorboard and wandb, both of PyPI.

usage: scripts/check-metrics.py TESSERAC TESSERA        (scripts/test-external.sh calls it)

Trains on samples of the example corpus: a run to its end, a run that is killed, and the same resumed.

- TensorBoard's EventAccumulator reads every number of metrics.jsonl back, each step once and in order.
- `wandb leet inspect` reads configuration, last step, summary and state; a run that was killed is readable
  and has not finished.
- loss.svg and the picture of `tessera plot` are XML, and rsvg-convert draws them where it is installed.

The last line is `N passed, N failed`.
"""

import glob
import json
import math
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

tesserac, tessera = sys.argv[1:3]
wandb = os.path.join(os.path.dirname(sys.executable), "wandb")
passed = failed = 0


def check(what, problems):
    global passed, failed
    if problems:
        failed += 1
        print(f"FAILED  metrics: {what}")
        for problem in problems[:10]:
            print(f"        {problem}")
    else:
        passed += 1
        print(f"ok      metrics: {what}")


def run(*arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: {result.stderr}")
    return result.stdout


def lines(directory):
    with open(f"{directory}/metrics.jsonl") as file:
        text = file.read()
    # A run that is killed may leave a torn last line.
    return [json.loads(line) for line in text.split("\n")[:-1]]


def in_32_bits(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def tensorboard_problems(directory, killed=False):
    """Where TensorBoard's scalars differ from metrics.jsonl, which is written before them."""
    accumulator = EventAccumulator(f"{directory}/tensorboard", size_guidance={"scalars": 0})
    accumulator.Reload()
    metrics = lines(directory)
    names = [k for k in metrics[0] if k not in ("schema", "weight_update", "samples")]
    problems = []
    if sorted(accumulator.Tags()["scalars"]) != sorted(f"train/{name}" for name in names):
        problems.append(f"tags {accumulator.Tags()['scalars']}")
    for name in names:
        found = [(e.step, e.value) for e in accumulator.Scalars(f"train/{name}")]
        wanted = [(m["weight_update"], in_32_bits(m[name])) for m in metrics]
        if found != wanted and not (killed and found == wanted[:-1]):
            problems.append(f"{name}: {found[-3:]} of {len(found)}, not {wanted[-3:]} of {len(wanted)}")
    return problems


def inspected(directory):
    """What `wandb leet inspect --summary` says: values by section and key."""
    files = glob.glob(f"{directory}/wandb/offline-run-*/run-*.wandb")
    if len(files) != 1:
        raise SystemExit(f"{len(files)} run files in {directory}/wandb")
    sections, section = {}, ""
    for line in run(wandb, "leet", "inspect", "--summary", files[0]).splitlines():
        if not line.strip():
            continue
        if not line.startswith(" ") and len(line.split()) == 1:
            section = line.strip()
            continue
        key, *rest = line.split(None, 1)
        sections.setdefault(section if line.startswith(" ") else "", {})[key] = " ".join(rest)
    return sections


def wandb_problems(directory, finished):
    found = inspected(directory)
    head, config, summary = found.get("", {}), found.get("config", {}), found.get("summary", {})
    last = lines(directory)[-1]
    problems = []

    def expect(what, value, wanted):
        if value != wanted:
            problems.append(f"{what}: {value!r}, not {wanted!r}")

    expect("project", head.get("project", "").split("/")[-1], "tessera")
    steps = [last["weight_update"]] if finished else [last["weight_update"] - 1, last["weight_update"]]
    if head.get("step") not in map(str, steps):
        problems.append(f"step {head.get('step')}, not {steps}")
    expect("state", head.get("state", "").startswith("finished (exit code 0)"), finished)
    expect("seed", config.get("seed"), "1984")
    expect("optimizer", config.get("optimizer_opts.name"), "LAMB")
    if finished:
        for name in ("mlm_loss", "learning_rate", "samples"):
            value = float(summary.get(name, "nan"))
            if not math.isclose(value, last[name], rel_tol=1e-4):
                problems.append(f"summary {name}: {value}, not {last[name]}")
    return problems


def picture_problems(path):
    xml.etree.ElementTree.parse(path)
    if shutil.which("rsvg-convert"):
        size = len(subprocess.run(["rsvg-convert", path], capture_output=True, check=True).stdout)
        if size < 2000:
            return [f"{path}: a picture of {size} bytes"]
    return []


with tempfile.TemporaryDirectory() as work:
    texts = sorted(glob.glob("examples/text/train/*.txt"))
    os.mkdir(f"{work}/data")
    run(tessera, "data", "vocabulary", *texts, "--size", "1600", "-o", f"{work}/vocab.txt")
    run(
        tessera, "data", "pretraining", *texts, "--vocabulary", f"{work}/vocab.txt",
        "--sequence-length", "32", "--mask-tokens", "5", "-o", f"{work}/data/train.tfrecord")
    bundle = f"{work}/demo.ipub"
    run(tesserac, "compile", "examples/demo.json", "-o", bundle, "--quiet")

    def training(directory, *arguments):
        return [
            tessera, "train", bundle, "--dataset-dir", f"{work}/data", "--run-dir", directory,
            "--wandb", "--progress", "none", *arguments]

    whole = f"{work}/whole"
    run(*training(whole, "--max-steps", "40"))
    check("TensorBoard reads a run", tensorboard_problems(whole))
    check("Weights & Biases reads a run", wandb_problems(whole, True))
    check("loss.svg is a picture", picture_problems(f"{whole}/loss.svg"))

    killed = f"{work}/killed"
    process = subprocess.Popen(
        training(killed, "--ckpt-every-n-steps-per-execution", "7"),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begin = time.monotonic()
    while time.monotonic() - begin < 120 and process.poll() is None:
        if os.path.exists(f"{killed}/metrics.jsonl") and len(lines(killed)) >= 20:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    check("TensorBoard reads a run that was killed", tensorboard_problems(killed, True))
    check("Weights & Biases reads a run that was killed", wandb_problems(killed, False))
    run(*training(killed, "--resume", killed, "--max-steps", "40"))
    check("TensorBoard reads a run that was resumed", tensorboard_problems(killed))
    check("Weights & Biases reads a run that was resumed", wandb_problems(killed, True))
    steps = [m["weight_update"] for m in lines(killed)]
    check("a resumed run has every weight update once", [] if steps == [*range(1, 41)] else [steps])
    losses = [[m["mlm_loss"] for m in lines(d)] for d in (whole, killed)]
    check("its losses are those of the run to the end", [] if losses[0] == losses[1] else [losses])

    picture = f"{work}/both.svg"
    run(tessera, "plot", whole, killed, "--joined", "-o", picture)
    check("tessera plot draws two runs", picture_problems(picture))

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
