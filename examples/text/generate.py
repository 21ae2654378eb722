#!/usr/bin/env python3
"""Writes the example corpus: documents about the harbour town of Greywater.

`world.py` holds the facts, `patterns.txt` the sentence patterns. Each document has one topic, and
takes its sentences from the patterns of the topic's kind. The output depends on SEED alone.

    python3 generate.py            write train/ and held-out/
    python3 generate.py --check    verify the rules, and that the files are what is generated
    python3 generate.py --report   print the measurements that README.md quotes
"""

import collections
import pathlib
import random
import re
import sys

sys.dont_write_bytecode = True  # The folder stays as committed.
import world

SEED = 1984
HERE = pathlib.Path(__file__).resolve().parent
SENTENCES_PER_DOCUMENT = (22, 27)
DOCUMENTS_PER_FILE = 20
# Kind of document, table of its topics, documents per topic, documents of the kind to hold out.
KINDS = [
    ("trade", "PEOPLE", 3, 5),
    ("ship", "SHIPS", 3, 3),
    ("animal", "ANIMALS", 3, 3),
    ("month", "MONTHS", 2, 2),
    ("music", "MUSIC", 3, 2),
    ("dish", "DISHES", 2, 1),
]
# The rules that `--check` verifies.
MINIMUM_SENTENCES = 2000
MINIMUM_DOCUMENTS = 60
MINIMUM_PATTERNS = 200
MAXIMUM_PATTERN_SHARE = 0.008
MAXIMUM_SEEN_SHARE = 0.10
WORDS_PER_SENTENCE = range(5, 21)


class Verb:
    """A thing done, such as "knead the dough": the first word is the verb."""

    def __init__(self, text):
        self.verb, _, rest = text.partition(" ")
        self.rest = " " + rest if rest else ""

    def __str__(self):
        return self.verb + self.rest

    def form(self, name):
        verb, doubled = self.verb, self.verb + self.verb[-1] * (self.verb in world.DOUBLED)
        ends_in_y = verb[-1] == "y" and verb[-2] not in "aeiou"
        if name == "s":
            sibilant = verb.endswith(("s", "x", "sh", "ch"))
            result = verb[:-1] + "ies" if ends_in_y else verb + ("es" if sibilant else "s")
        elif name == "ed":
            regular = verb[:-1] + "ied" if ends_in_y else doubled + "ed"
            result = world.PAST.get(verb, verb + "d" if verb[-1] == "e" else regular)
        elif name == "ing":
            result = verb[:-1] + "ing" if verb[-1] == "e" else doubled + "ing"
        else:
            raise KeyError(name)
        return result + self.rest


class Noun(str):
    """A word that knows its number: `.is`, `.was`, `.it` and `.them` agree with it."""

    def form(self, name):
        plural = self.endswith("s") and not self.endswith("ss")
        return {"is": ("is", "are"), "was": ("was", "were"), "has": ("has", "have"),
                "it": ("it", "they"), "them": ("it", "them"), "s": ("s", "")}[name][plural]


class Entry(dict):
    """A row of a table: `{friend.trade}` reads its column, `{friend.he}` its pronoun."""

    def form(self, name):
        return self[name]


PRONOUNS = {
    "he": {"he": "he", "his": "his", "him": "him", "man": "man"},
    "she": {"he": "she", "his": "her", "him": "her", "man": "woman"},
}


def read_table(text):
    """Returns the rows of a table as entries, with verbs and pronouns ready to use."""
    header, *lines = text.strip().splitlines()
    rows = []
    for line in lines:
        columns = dict(zip(header.split("|"), line.split("|"), strict=True))
        row = Entry((key, Noun(value)) for key, value in columns.items())
        for index, act in enumerate(columns.get("acts", "").split(";")):
            row[f"act{index + 1}"] = Verb(act)
        if "make" in columns:
            row["make"] = Verb(columns["make"] + " " + columns["product"])
        for key in ("call", "touch"):
            if key in columns:
                row[key] = Verb(columns[key])
        row.update(PRONOUNS.get(columns.get("pron"), {}))
        rows.append(row)
    return rows


TABLES = {name: read_table(getattr(world, name)) for name in
          ("PEOPLE", "SHIPS", "ANIMALS", "MONTHS", "MUSIC", "DISHES", "CHILDREN")}
PEOPLE = {row["name"]: row for row in TABLES["PEOPLE"]}
CHILDREN = {row["name"]: row for row in TABLES["CHILDREN"]}


class Group:
    """Patterns of sentences that stand together, one line of `patterns.txt`."""

    def __init__(self, kind, stage, line):
        self.kind, self.stage = kind, stage
        self.needs_bad_weather = line.startswith("* ")
        self.patterns = line.removeprefix("* ").split(" / ")
        self.uses = 0


def read_groups():
    """Reads `patterns.txt`: sections `[kind.stage]`, one group a line."""
    groups, kind, stage = [], None, None
    for line in (HERE / "patterns.txt").read_text().splitlines():
        line = line.strip()
        if header := re.fullmatch(r"\[(\w+)\.(\w+)\]", line):
            kind, stage = header.groups()
        elif line and not line.startswith("#"):
            groups.append(Group(kind, stage, line))
    return groups


class Scope:
    """Values of the slots. Those of the topic hold in the whole document, drawn ones in a group."""

    def __init__(self, fixed, generator):
        self.fixed, self.generator, self.drawn = fixed, generator, {}

    def draw(self, slot):
        """Returns the value of a slot, drawing it where the group has not used it yet."""
        if slot in self.fixed:
            return self.fixed[slot]
        if slot not in self.drawn:
            # A number leaves room for the two that follow it; after Sunday comes Monday again.
            last = -2 if slot == "number" else None
            values = world.CHOICES.get(slot) or world.ORDERED[slot][:last]
            self.drawn[slot] = self.generator.choice(values)
        return self.drawn[slot]

    def value(self, name):
        slot, *forms = name.split(".")
        value = self.draw(slot)
        for form in forms:
            if slot in world.ORDERED and slot not in self.fixed:
                order = world.ORDERED[slot]
                step = {"next": 1, "after": 2}[form]
                value = order[(order.index(value) + step) % len(order)]
            else:
                value = value.form(form)
        return str(value)

    def fill(self, pattern):
        """Returns the sentence: `{slot}` takes its value, `[a|b]` one of the alternatives."""
        text = re.sub(r"\[([^\]]*)\]", lambda m: self.generator.choice(m[1].split("|")), pattern)
        text = re.sub(r"\{([^}]*)\}", lambda m: self.value(m[1]), text)
        text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", " ".join(text.split()))
        return re.sub(r"(^|[.?!] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def fixed_slots(kind, topic, generator):
    """Returns what stays the same through a document: the topic, a friend, a child, a month."""
    slots = dict(topic)
    for role in ("helper", "buyer", "watcher", "player", "maker", "cook"):
        if role in topic:
            slots[role] = PEOPLE.get(topic[role]) or CHILDREN[topic[role]]
    known = {slots[role]["name"] for role in slots if isinstance(slots[role], Entry)}
    known.add(topic.get("name"))
    slots["friend"] = generator.choice([p for n, p in PEOPLE.items() if n not in known])
    slots["child"] = slots.get("helper") or generator.choice(TABLES["CHILDREN"])
    months = TABLES["MONTHS"]
    time = topic if kind == "month" else generator.choice(months)
    index = months.index(time)
    slots["time"], slots["next"] = time, months[(index + 1) % 12]
    slots["last"] = months[(index - 1) % 12]
    slots["topic"] = {
        "trade": lambda: f"{topic['name']} the {topic['trade']}", "month": lambda: topic["month"],
        "ship": lambda: f"the {topic['ship']}", "animal": lambda: f"the {topic['animal']}",
        "music": lambda: f"the {topic['instrument']}", "dish": lambda: f"the {topic['dish']}",
    }[kind]()
    return slots


class Writer:
    """Writes documents. A held-out document shares no sentence with any document written before or
    after it; a document to train on may repeat some, but never all sentences of a group."""

    def __init__(self, groups, generator):
        self.groups, self.generator = groups, generator
        self.written, self.held_out = set(), set()
        self.counts = collections.Counter()

    def ranked(self, kind, stage, weather):
        """Returns the groups of a stage that fit, seldom used ones first, with some chance."""
        fair = weather in world.FAIR_WEATHER
        found = [g for g in self.groups if (g.kind, g.stage) == (kind, stage)
                 and not (fair and g.needs_bad_weather)]
        return sorted(found, key=lambda g: g.uses + 5 * self.generator.random())

    def write_group(self, group, fixed, is_held_out):
        """Returns the sentences of a group, or nothing where it would repeat too much."""
        for _ in range(8):
            scope = Scope(fixed, self.generator)
            sentences = [scope.fill(pattern) for pattern in group.patterns]
            repeated = self.written.intersection(sentences)
            forbidden = bool(repeated) if is_held_out else len(repeated) == len(sentences)
            if not forbidden and not self.held_out.intersection(sentences):
                self.written.update(sentences)
                self.held_out.update(sentences if is_held_out else [])
                self.counts.update(group.patterns)
                group.uses += 1
                return sentences
        return []

    def write_document(self, kind, topic, is_held_out):
        fixed = fixed_slots(kind, topic, self.generator)
        wanted = self.generator.randint(*SENTENCES_PER_DOCUMENT)
        weather = fixed["time"]["weather"]
        first, last = (
            next(filter(None, (self.write_group(group, fixed, is_held_out)
                               for group in self.ranked(kind, stage, weather))))
            for stage in ("open", "close"))
        middle, common = (self.ranked(k, "middle", weather) for k in (kind, "common"))
        body = []
        while len(first) + sum(map(len, body)) + len(last) < wanted:
            source = common if len(body) % 5 == 4 or not middle else middle
            if sentences := self.write_group(source.pop(0), fixed, is_held_out):
                body.append(sentences)
        return first + sum(body, []) + last


def generate():
    """Returns the files as {relative path: text} and the number of sentences of each pattern."""
    generator = random.Random(SEED)
    writer = Writer(read_groups(), generator)
    parts = {"train": [], "held-out": []}
    for kind, table, repeats, held_out in KINDS:
        topics = TABLES[table]
        # Only the first document of a topic may be held out, so all topics stand in training.
        chosen = {id(topic) for topic in generator.sample(topics, held_out)}
        for round_number in range(repeats):
            for topic in topics:
                is_held_out = round_number == 0 and id(topic) in chosen
                document = writer.write_document(kind, topic, is_held_out)
                parts["held-out" if is_held_out else "train"].append(document)
    files = {}
    for folder, documents in parts.items():
        generator.shuffle(documents)
        for start in range(0, len(documents), DOCUMENTS_PER_FILE):
            part = documents[start:start + DOCUMENTS_PER_FILE]
            texts = ["".join(sentence + "\n" for sentence in document) for document in part]
            files[f"{folder}/greywater-{start // DOCUMENTS_PER_FILE + 1:02}.txt"] = "\n".join(texts)
    return files, writer.counts


def measure(files, counts):
    """Returns the measurements of the corpus, by name."""
    documents = {folder: [d.split("\n") for path, text in sorted(files.items())
                          if path.startswith(folder + "/")
                          for d in text.strip().split("\n\n")] for folder in ("train", "held-out")}
    train, held_out = ([s for d in documents[f] for s in d] for f in ("train", "held-out"))
    words = collections.Counter(re.findall(r"[a-z]+", " ".join(train + held_out).lower()))
    lengths = [len(s.split()) for s in train + held_out]
    seen = set(train)
    long_held_out = [s for s in held_out if len(s.split()) > 6]
    return {
        "documents": sum(map(len, documents.values())),
        "documents held out": len(documents["held-out"]),
        "sentences": len(train) + len(held_out),
        "sentences held out": len(held_out),
        "words": sum(words.values()),
        "distinct words": len(words),
        "sentences of 6 to 16 words": round(
            sum(6 <= length <= 16 for length in lengths) / len(lengths), 4),
        "shortest sentence (words)": min(lengths),
        "longest sentence (words)": max(lengths),
        "patterns": len(counts),
        "sentences that repeat an earlier one": round(
            1 - len(set(train + held_out)) / len(train + held_out), 4),
        "largest pattern share": max(counts.values()) / sum(counts.values()),
        "held-out sentences of over 6 words that stand in train": round(
            sum(s in seen for s in long_held_out) / len(long_held_out), 4),
    }


def problems(files, counts):
    """Returns what breaks the rules, one message each."""
    found = []
    present = {str(path.relative_to(HERE))
               for folder in ("train", "held-out") for path in (HERE / folder).glob("*")}
    for path in sorted(present | set(files)):
        if path not in files:
            found.append(f"{path}: not written by this generator")
        elif path not in present:
            found.append(f"{path}: missing")
        elif (HERE / path).read_text() != files[path]:
            found.append(f"{path}: differs from what this generator writes")
    m = measure(files, counts)
    rules = [
        (m["sentences"] >= MINIMUM_SENTENCES, "too few sentences"),
        (m["documents"] >= MINIMUM_DOCUMENTS, "too few documents"),
        (m["patterns"] >= MINIMUM_PATTERNS, "too few patterns"),
        (m["largest pattern share"] <= MAXIMUM_PATTERN_SHARE, "one pattern covers too much"),
        (m["sentences"] == sum(counts.values()), "sentences and counted patterns differ"),
        (m["shortest sentence (words)"] in WORDS_PER_SENTENCE, "a sentence is too short"),
        (m["longest sentence (words)"] in WORDS_PER_SENTENCE, "a sentence is too long"),
        (m["held-out sentences of over 6 words that stand in train"] <= MAXIMUM_SEEN_SHARE,
         "too many held-out sentences stand in train"),
    ]
    return found + [message for holds, message in rules if not holds]


def main(arguments):
    files, counts = generate()
    if arguments == ["--check"]:
        found = problems(files, counts)
        print("\n".join(found) if found else "the corpus is as generated and keeps the rules")
        return 1 if found else 0
    if arguments == ["--report"]:
        for name, value in measure(files, counts).items():
            print(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}")
        for pattern, count in counts.most_common(5):
            print(f"  {count:4} {pattern}")
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for folder in ("train", "held-out"):
        (HERE / folder).mkdir(exist_ok=True)
        for stale in (HERE / folder).glob("*.txt"):
            stale.unlink()
    for path, text in files.items():
        (HERE / path).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
