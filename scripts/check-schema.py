#!/usr/bin/env python3
"""Holds schemas/config.schema.json against configurations, by PyPI's jsonschema, and against tesserac.

usage: scripts/check-schema.py TESSERAC        (scripts/test-external.sh calls it)

- The schema is a sound one (JSON Schema 2020-12), and the one that `tesserac config schema` prints.
- It accepts every configuration of the repository, in both forms, and what published files have
  beyond need: keys and stages of other tasks, and sequence lengths in either place.
- Files with one mistake are refused by it, and by `tesserac config show` with exit code 65.
- Every value of a file is removed and replaced in turn: what tesserac accepts the schema accepts,
  and what tesserac refuses for a single key or value the schema refuses.

The last line is `N passed, N failed`.
"""

import copy
import glob
import json
import subprocess
import sys

from jsonschema import Draft202012Validator

tesserac = sys.argv[1]
passed = failed = 0


def check(what, problems):
    global passed, failed
    if problems:
        failed += 1
        print(f"FAILED  schema: {what}")
        for problem in problems:
            print(f"        {problem}")
    else:
        passed += 1
        print(f"ok      schema: {what}")


def run(*arguments, given=None):
    return subprocess.run(
        [tesserac, "config", *arguments], input=given, capture_output=True, text=True)


def verdict(config):
    """tesserac's exit code and the codes of the errors."""
    result = run("show", "--format", "json", "-", given=json.dumps(config))
    document = json.loads(result.stdout)
    return result.returncode, [
        d["code"] for d in document["diagnostics"] if d["severity"] == "error"]


def refusals(config):
    return [f"at {e.json_path}: {e.message[:120]}" for e in validator.iter_errors(config)]


def converted(config):
    result = run("convert", "-", given=json.dumps(config))
    if result.returncode != 0:
        raise SystemExit(f"tesserac config convert: {result.stderr}")
    return json.loads(result.stdout)


def value(config, path):
    for key in path.split("."):
        config = config[key]
    return config


def put(path, new):
    def edit(config):
        *parents, last = path.split(".")
        for key in parents:
            config = config.setdefault(key, {})
        config[last] = new
    return edit


def drop(path):
    def edit(config):
        *parents, last = path.split(".")
        del (value(config, ".".join(parents)) if parents else config)[last]
    return edit


def changed(config, *edits):
    config = copy.deepcopy(config)
    for edit in edits:
        edit(config)
    return config


with open("schemas/config.schema.json", encoding="utf-8") as file:
    text = file.read()
schema = json.loads(text)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
check("it is a schema of JSON Schema 2020-12", [])
check("it is what tesserac prints", [] if run("schema").stdout == text else ["another"])

# The configurations of the repository.

files = sorted(glob.glob("configs/*.json") + glob.glob("examples/*.json"))
for name in files:
    with open(name, encoding="utf-8") as file:
        config = json.load(file)
    check(name, refusals(config))
    check(f"{name}, converted", refusals(converted(config)))
    check(f"{name}, there and back", refusals(converted(converted(config))))
if len(files) < 9:
    check("all configurations are there", [f"only {len(files)}"])

# One file of every task in both forms.


def load(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file)


def glue(config):
    config["pipeline_stages"][-1] = ["pool", "glue_head"]
    config["glue_task"] = "mrpc"


flat = {
    "pre-training": load("examples/pretrain_tiny.json"),
    "SQuAD": load("configs/squad_base.json"),
    "SQuAD with bert_config": load("configs/squad_base_checkpoint_path.json"),
}
flat["GLUE"] = changed(flat["SQuAD"], glue)
nested = {task: converted(config) for task, config in flat.items()}
bases = {f"{task}, flat": config for task, config in flat.items()} | {
    f"{task}, nested": config for task, config in nested.items()}
pretraining, squad, inline = "pre-training, {}", "SQuAD, {}", "SQuAD with bert_config, {}"
FLAT, NESTED = "flat", "nested"


def inner_lengths(config):
    for key in ["max_seq_length", "max_predictions_per_seq"]:
        if key in config:
            config.setdefault("bert_config", {})[key] = config.pop(key)


stages = "pipeline_stages"
accepted = [
    ("bert_config.max_predictions_per_seq", squad, FLAT, [put("bert_config.max_predictions_per_seq", 20)]),
    ("max_predictions_per_seq", squad, NESTED, [put("max_predictions_per_seq", 20)]),
    ("replicated_tensor_sharding", squad, FLAT, [put("replicated_tensor_sharding", False)]),
    ("replicated_tensor_sharding", squad, NESTED, [put("ipu_config.replicated_tensor_sharding", False)]),
    ("replicated_tensor_sharding", "GLUE, {}", NESTED, [put("ipu_config.replicated_tensor_sharding", False)]),
    ("enc_out and pool in the stages", squad, FLAT,
     [lambda c: c[stages].__setitem__(-1, ["enc_out", "pool", "qa_head"])]),
    ("enc_out and pool in the stages", squad, NESTED,
     [lambda c: c["ipu_config"][stages].__setitem__(-1, ["enc_out", "pool", "qa_head"])]),
    ("enc_out in the stages", "GLUE, {}", NESTED,
     [lambda c: c["ipu_config"][stages].__setitem__(-1, ["enc_out", "pool", "glue_head"])]),
    ("lengths in bert_config", pretraining, NESTED, [inner_lengths]),
    ("lengths in bert_config", squad, NESTED, [put("bert_config.max_seq_length", 384)]),
    ("keys of pre-training", squad, FLAT,
     [put("loss_scaling", 1), put("dataset_dir", "d/"), put("min_remote_tensor_size", 50000)]),
    ("keys of SQuAD", pretraining, FLAT, [put("num_epochs", 3), put("output_dir", "o/")]),
    ("do_validation and num_epochs", pretraining, NESTED,
     [put("num_epochs", 3), put("do_validation", True)]),
    ("bert_model_name null", inline, FLAT, [put("bert_model_name", None)]),
    ("wandb_opts null", pretraining, FLAT, [put("wandb_opts", None)]),
    ("loss_scaling null", pretraining, FLAT, [put("loss_scaling", None)]),
    ("a path to start from", pretraining, NESTED, [put("pretrained_ckpt_path", "a.safetensors")]),
    ("bert-large-uncased", "GLUE, {}", FLAT, [
        put("bert_model_name", "bert-large-uncased"),
        put(stages, [["emb"] + ["hid"] * 3] + [["hid"] * 7] * 3 + [["pool", "glue_head"]])]),
    ("a constant learning rate", pretraining, FLAT, [
        put("learning_rate.lr_schedule", "constant"),
        drop("learning_rate.lr_schedule_params.warmup_frac")]),
]
for what, base, form, edits in accepted:
    base = base.format(form)
    config = changed(bases[base], *edits)
    status, codes = verdict(config)
    check(f"accepts {what} ({base})",
          refusals(config) + ([f"tesserac: {status} {codes}"] if status else []))

params = "learning_rate.lr_schedule_params"
rate = "optimizer_opts.learning_rate"
wrong = [
    # Keys that are missing.
    ("no seed", pretraining, FLAT, [drop("seed")]),
    ("no vocab_size", pretraining, FLAT, [drop("bert_config.vocab_size")]),
    ("no max_seq_length", pretraining, FLAT, [drop("bert_config.max_seq_length")]),
    ("no max_seq_length", pretraining, NESTED, [drop("max_seq_length")]),
    ("no bert_config", pretraining, FLAT, [drop("bert_config")]),
    ("no dataset_dir", pretraining, NESTED, [drop("dataset_dir")]),
    ("no dataset_dir", squad, NESTED, [drop("dataset_dir")]),
    ("no global_batch.replicas", squad, NESTED, [drop("global_batch.replicas")]),
    ("no ipu_config.pipeline_device_mapping", pretraining, NESTED,
     [drop("ipu_config.pipeline_device_mapping")]),
    ("no num_epochs", squad, FLAT, [drop("num_epochs")]),
    ("no output_dir", "GLUE, {}", NESTED, [drop("output_dir")]),
    ("neither model name nor bert_config", squad, FLAT, [drop("bert_model_name")]),
    ("no hidden_size beside no model name", inline, NESTED, [drop("bert_config.hidden_size")]),
    ("no warmup_frac", pretraining, FLAT, [drop(f"{params}.warmup_frac")]),
    ("no warmup_frac", squad, NESTED, [drop(f"{rate}.warmup_frac")]),
    # Keys that nothing knows, or that are in the wrong place.
    ("a misspelt key", pretraining, FLAT,
     [drop("bert_config.hidden_size"), put("bert_config.hiden_size", 128)]),
    ("an unknown key", pretraining, NESTED, [put("ipu_config.ipu_count", 4)]),
    ("an unknown key beside all", squad, FLAT, [put("warp_speed", True)]),
    ("a $schema key", pretraining, FLAT, [put("$schema", "config.schema.json")]),
    ("seed within global_batch", squad, NESTED, [drop("seed"), put("global_batch.seed", 1)]),
    # Wrong types.
    ("replicas as a string", pretraining, FLAT, [put("replicas", "2")]),
    ("a fraction of a micro-batch", pretraining, NESTED, [put("global_batch.micro_batch_size", 1.5)]),
    ("use_outlining as a string", squad, FLAT, [put("use_outlining", "yes")]),
    ("use_qkv_bias as a number", pretraining, NESTED, [put("use_qkv_bias", 1)]),
    ("the stages as one list", pretraining, FLAT, [put(stages, ["emb", "hid", "hid", "heads"])]),
    ("bert_config as a list", pretraining, NESTED, [put("bert_config", [])]),
    ("optimizer_opts null", squad, FLAT, [put("optimizer_opts", None)]),
    ("devices as strings", squad, FLAT, [put("device_mapping", ["0", "1", "2", "3", "0"])]),
    ("the file as a list", pretraining, FLAT, None),
    # Numbers out of range.
    ("replicas 0", pretraining, FLAT, [put("replicas", 0)]),
    ("replicas 5000", squad, NESTED, [put("global_batch.replicas", 5000)]),
    ("dropout 1", pretraining, FLAT, [put("bert_config.hidden_dropout_prob", 1.0)]),
    ("a negative learning rate", pretraining, NESTED, [put(f"{rate}.max_learning_rate", -0.1)]),
    ("warmup_frac 1.5", squad, FLAT, [put(f"{params}.warmup_frac", 1.5)]),
    ("a memory proportion above 1", pretraining, FLAT,
     [put("matmul_available_memory_proportion_per_pipeline_stage", [0.2, 1.2])]),
    ("a device below 0", squad, FLAT, [put("device_mapping", [0, 1, 2, 3, -1])]),
    ("loss_scaling 0", pretraining, NESTED, [put("optimizer_opts.loss_scaling", 0)]),
    # Values that are none of the possible ones.
    ("an unknown optimizer", pretraining, FLAT, [put("optimizer_opts.name", "SGD")]),
    ("an unknown schedule", squad, NESTED, [put(f"{rate}.schedule_name", "cosine")]),
    ("an unknown stage", pretraining, FLAT,
     [put(stages, [["emb"], ["hid", "hid", "enc_out"], ["pooler", "heads"]])]),
    ("relative positions", pretraining, FLAT,
     [put("bert_config.position_embedding_type", "relative_key")]),
    ("an unknown task", "GLUE, {}", FLAT, [put("glue_task", "squad")]),
    ("an unknown model", squad, FLAT, [put("bert_model_name", "bert-base")]),
    ("partials of a third kind", squad, FLAT, [put("matmul_partials_type", "bfloat16")]),
    # The forms mixed, and two sources of one thing.
    ("global_batch in the flat form", pretraining, FLAT, [put("global_batch", {"replicas": 2})]),
    ("optimizer_opts.loss_scaling in the flat form", pretraining, FLAT,
     [put("optimizer_opts.loss_scaling", 1)]),
    ("replicas in the nested form", pretraining, NESTED, [put("replicas", 2)]),
    ("learning_rate in the nested form", squad, NESTED,
     [put("learning_rate", flat["SQuAD"]["learning_rate"])]),
    ("wandb_opts in the nested form", pretraining, NESTED, [put("wandb_opts", {})]),
    ("sizes beside a model's name", squad, FLAT, [put("bert_config.hidden_size", 768)]),
    ("a checkpoint beside a model's name", squad, NESTED, [put("pretrained_ckpt_path", "a")]),
]
for what, base, form, edits in wrong:
    base = base.format(form)
    config = [] if edits is None else changed(bases[base], *edits)
    problems = [] if refusals(config) else ["the schema accepts it"]
    status, codes = verdict(config)
    if status != 65:
        problems.append(f"tesserac: {status} {codes}")
    check(f"refuses {what} ({base})", problems)

# Every value of every file, one at a time.

SHAPE = {"unknown-key", "missing-key", "wrong-type", "out-of-range", "unknown-value",
         "unknown-stage", "mixed-forms", "unknown-model", "model-source-conflict"}


def paths(config, parent=""):
    for key, inner in config.items():
        yield parent + key
        if isinstance(inner, dict):
            yield from paths(inner, parent + key + ".")


for name, base in bases.items():
    problems = [f"the file: {e}" for e in refusals(base)]
    count = 0
    for path in paths(base):
        trials = [("left out", drop(path)), ("and an unknown one", put(path + "_", 1))]
        for new in [None, -1, 0, 1.5, "x", True, [], [[]], {}]:
            trials.append((json.dumps(new), put(path, new)))
        for what, edit in trials:
            count += 1
            config = changed(base, edit)
            status, codes = verdict(config)
            found = refusals(config)
            if status == 0 and found:
                problems.append(f"{path} {what}: tesserac accepts it, the schema says {found[0]}")
            if status == 65 and set(codes) <= SHAPE and not found:
                problems.append(f"{path} {what}: tesserac says {codes}, the schema accepts it")
            if status not in (0, 65):
                problems.append(f"{path} {what}: exit code {status}")
    check(f"agrees with tesserac on {count} changes of a file ({name})", problems)

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
