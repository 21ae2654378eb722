#!/usr/bin/env python3
"""Holds question answering against PyPI's tokenizers and torchmetrics, and against NumPy.

usage: scripts/check-squad.py TESSERAC TESSERA WORK-FOLDER     (scripts/test-external.sh calls it)

- The features of 300 made-up questions, with accents, emoji and ideographs in their contexts, are those that
  Hugging Face's tokenizers give for (context, question) pairs, truncated and padded, with char_to_token for
  the answers.
- The answers are those that a plain search over the logits of `tessera evaluate --dump-outputs` finds.
- The scores are torchmetrics' SQuAD, which counts two answers without words as 100 where version 1.1
  has an F1 of 0; there are none here.

The last line is `N passed, N failed`.
"""

import glob
import json
import os
import random
import subprocess
import sys

import tfrecord
from safetensors.numpy import load_file
from tokenizers import BertWordPieceTokenizer
from torchmetrics.functional.text import squad

tesserac, tessera, work = sys.argv[1:4]
length = 64
passed = failed = 0


def check(what, problem):
    global passed, failed
    if problem:
        failed += 1
        print(f"FAILED  squad: {what}\n        {problem}")
    else:
        passed += 1
        print(f"ok      squad: {what}")


def path(name):
    return os.path.join(work, name)


def run(*arguments):
    result = subprocess.run(arguments, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with {result.returncode}\n{result.stderr}")
    return result.stdout


def write(name, value):
    with open(path(name), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)


def made_up(count, seed):
    """Questions over contexts of 5 to 90 words, some of them too long for the model."""
    source = random.Random(seed)
    words = "ship port salt harbour captain Élise naïve Zürich 東京 😀 state-of-the-art 1,976 the a of in".split()
    articles = []
    for number in range(count // 3):
        context = ["ship"] + [source.choice(words) for _ in range(source.randrange(4, 89))]
        questions = []
        for part in range(3):
            # Not an article, which the metric leaves out: the answer would have no words.
            first = source.choice([at for at in range(len(context) - 3) if context[at] not in ("the", "a")])
            last = first + source.randrange(1, 4)
            answer = " ".join(context[first:last])
            start = len(" ".join(context[:first])) + (1 if first else 0)
            questions.append(
                {
                    "id": f"{seed}-{number}-{part}",
                    "question": "Where is the " + " ".join(source.choice(words) for _ in range(source.randrange(1, 60))) + "?",
                    "answers": [{"text": answer, "answer_start": start}],
                }
            )
        articles.append({"title": "t", "paragraphs": [{"context": " ".join(context), "qas": questions}]})
    return {"version": "1.1", "data": articles}


def questions(file):
    for article in file["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                yield paragraph["context"], question


train = made_up(300, seed=1)
dev = made_up(180, seed=2)
write("train-v1.1.json", train)
write("dev-v1.1.json", dev)
with open(path("text.txt"), "w", encoding="utf-8") as file:
    for context, question in questions(train):
        file.write(f"{context} {question['question']}\n")
run(tessera, "data", "vocabulary", path("text.txt"), "--size", "400", "-o", path("vocab.txt"))
config = {
    "bert_config": {
        "hidden_size": 32, "vocab_size": 400, "num_attention_heads": 2, "num_hidden_layers": 1,
        "intermediate_size": 64, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": length, "type_vocab_size": 2, "initializer_range": 0.2,
        "layer_norm_eps": 1e-12, "position_embedding_type": "absolute", "max_seq_length": length,
    },
    "num_epochs": 1, "micro_batch_size": 5, "replicas": 1, "grad_acc_steps_per_replica": 6,
    "optimizer_opts": {"name": "LAMB", "params": {"weight_decay_rate": 0.01}},
    "learning_rate": {"lr_schedule": "up_down", "lr_schedule_params": {"max_learning_rate": 0.01, "warmup_frac": 0.1}},
    "pipeline_stages": [["emb"], ["hid"], ["qa_head"]], "device_mapping": [0, 1, 0],
    "matmul_available_memory_proportion_per_pipeline_stage": [0.2, 0.2], "matmul_partials_type": "half",
    "embedding_serialization_factor": 1, "use_outlining": True, "enable_recomputation": True, "replace_layers": True,
    "optimizer_state_offchip": True, "global_batches_per_log": 1, "seed": 7,
    "cache_dir": path("cache"), "output_dir": path("answers"),
}
write("squad.json", config)
run(tesserac, "compile", path("squad.json"), "--precision", "fp32", "--quiet", "-o", path("squad.ipub"))
output = run(
    tessera, "squad", "train", path("squad.ipub"), "--dataset-dir", work, "--vocabulary", path("vocab.txt"),
    "--doc-stride", "0", "--run-dir", path("run"), "--save-ckpt-path", path("tuned.safetensors"), "--quiet",
)

# Features.
tokenizer = BertWordPieceTokenizer(path("vocab.txt"), lowercase=True)
tokenizer.enable_truncation(length)
tokenizer.enable_padding(length=length)


def expected(context, question):
    encoding = tokenizer.encode(context, question["question"])
    answer = question["answers"][0]
    return encoding, (
        encoding.char_to_token(answer["answer_start"], 0),
        encoding.char_to_token(answer["answer_start"] + len(answer["text"]) - 1, 0),
    )


wanted = []
for context, question in questions(train):
    encoding, (start, end) = expected(context, question)
    if start is None or end is None:
        continue
    wanted.append(
        {
            "input_ids": encoding.ids, "input_mask": encoding.attention_mask, "segment_ids": encoding.type_ids,
            "start_positions": [start], "end_positions": [end],
        }
    )
(folder,) = glob.glob(path("cache/train-v1.1-*"))
found = list(tfrecord.examples(folder + "/features.tfrecord"))
check(f"features of {len(wanted)} of 300 questions are those of tokenizers", None if found == wanted else f"{len(found)} found")
left_out = json.load(open(folder + "/summary.json"))["cut_off"]
check("answers that are cut off are left out and counted", None if left_out == 300 - len(wanted) > 0 else f"{left_out}")

# Answers: the dev set's features as data for `tessera evaluate`, which leaves out no whole micro-batch here.
run(
    tessera, "squad", "train", path("squad.ipub"), "--train-file", path("dev-v1.1.json"), "--do-validation", "false",
    "--train-doc-stride", "0", "--cache-dir", path("dev-cache"), "--run-dir", path("dev-run"), "--max-steps", "1",
    "--vocabulary", path("vocab.txt"), "--quiet",
)
(folder,) = glob.glob(path("dev-cache/dev-v1.1-*"))
run(
    tessera, "evaluate", path("squad.ipub"), "--dataset-dir", folder, "--pretrained-ckpt-path", path("tuned.safetensors"),
    "--dump-outputs", path("outputs.safetensors"), "--progress", "none",
)
outputs = load_file(path("outputs.safetensors"))
answers = json.load(open(path("answers/predictions.json"), encoding="utf-8"))
wrong, compared = [], 0
for context, question in questions(dev):
    encoding, (start, end) = expected(context, question)
    if start is None or end is None:
        continue
    if compared == len(outputs["start_logits"]):
        break
    starts, ends = outputs["start_logits"][compared], outputs["end_logits"][compared]
    compared += 1
    best = None
    for first in sorted(range(length), key=lambda place: -starts[place])[:20]:
        for last in sorted(range(length), key=lambda place: -ends[place])[:20]:
            if encoding.sequence_ids[first] != 0 or encoding.sequence_ids[last] != 0 or not first <= last < first + 30:
                continue
            if best is None or starts[first] + ends[last] > best[0]:
                best = (starts[first] + ends[last], context[encoding.offsets[first][0] : encoding.offsets[last][1]])
    text = best[1] if best else "empty"
    if answers[question["id"]] != text:
        wrong.append(f"{question['id']}: {answers[question['id']]!r}, not {text!r}")
check(f"{compared} answers are those of the logits", None if compared >= 10 and not wrong else f"{compared} compared; {wrong[:2]}")

# Scores: predictions that are right, nearly right and missing nothing.
source = random.Random(3)
predictions = {}
for context, question in questions(train):
    answer = question["answers"][0]["text"]
    predictions[question["id"]] = source.choice(
        [answer, answer.upper() + "!", "the " + answer, answer + " harbour", context[:20], "ship Élise", "ΟΔΟΣ"]
    )
write("predictions.json", predictions)
scores = json.loads(run(tessera, "squad", "evaluate", path("train-v1.1.json"), path("predictions.json"), "--format", "json"))
theirs = squad(
    [{"prediction_text": predictions[question["id"]], "id": question["id"]} for _, question in questions(train)],
    [
        {"answers": {"text": [a["text"] for a in question["answers"]], "answer_start": [0]}, "id": question["id"]}
        for _, question in questions(train)
    ],
)
for name in ["exact_match", "f1"]:
    difference = abs(scores[name] - float(theirs[name]))
    check(f"{name} {scores[name]:.3f} is torchmetrics'", None if difference < 1e-3 and 1 < scores[name] < 99 else f"theirs is {float(theirs[name])}")

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
