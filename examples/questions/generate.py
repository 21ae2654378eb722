#!/usr/bin/env python3
"""Writes a question-answering data set in the format of SQuAD 1.1, about the harbour town of Greywater.

A context has some facts, drawn from `patterns.txt`, among sentences of the example corpus. Two facts of a
context may be of one kind, or about one person, so that a question has to be read to its end. The contexts of
`dev-v1.1.json` tell of people, ships and things that no context of `train-v1.1.json` names, among sentences of
documents that are held out. The output depends on the seed alone.

    python3 generate.py OUTPUT-FOLDER [--train N] [--dev N] [--words N] [--seed N]
"""

import argparse
import json
import pathlib
import random
import re

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE.parent / "text"
SHORTEST_CONTEXT = 12  # words
FACTS_PER_WORD = (0.01, 0.05)  # of a context, from and to
MOST_FACTS = 6  # of a context; more would use up the values that differ
LONGEST_ANSWER = 6  # words
QUESTIONS_PER_CONTEXT = 4  # at the most
ASKED_PEOPLE = 0.5  # the share of people that are asked for, who are most of what facts hold
SAME_KIND = 0.15  # probability that a fact is of the kind of the one before
SAME_PERSON = 0.25  # probability that a person of a fact is one of an earlier fact
# Every fifth pair of words that make a person, a ship or a thing is kept for dev-v1.1.json.
PAIRS = ("person", "ship", "thing")
DEV_PAIRS = 5
SLOT = re.compile(r"\{(([a-z]+)(?::\d)?)\}")  # group 1 is the slot, group 2 what it holds


class Kind:
    """A kind of fact: its slots, the sentences that state it, the questions about it."""

    def __init__(self, header):
        self.name, slots = header.strip("[]").split(": ")
        self.slots = slots.split(", ")
        self.statements, self.questions = [], []

    def add(self, line):
        answer, found, question = line.partition("? ")
        if found and answer in self.slots:
            self.questions.append((answer, question))
        else:
            self.statements.append(line)


def read_patterns(lines):
    """Returns the values of each slot, and the kinds of fact, that `patterns.txt` lists."""
    values, kinds = {}, []
    for line in filter(None, (line.strip() for line in lines)):
        if line.startswith("="):
            name, _, choices = line[1:].partition(":")
            values[name.strip()] = [choice.strip() for choice in choices.split(";")]
        elif line.startswith("["):
            kinds.append(Kind(line))
        elif not line.startswith("#"):
            kinds[-1].add(line)
    return values, kinds


class Source:
    """Draws the facts, sentences and questions of one of the two files."""

    def __init__(self, values, kinds, documents, is_dev, random_numbers):
        self.values, self.kinds, self.documents = values, kinds, documents
        self.is_dev, self.random = is_dev, random_numbers

    def value(self, slot):
        """A value of the slot, with all slots inside it filled."""
        if slot in PAIRS:
            return self.pair(slot)
        return SLOT.sub(lambda match: self.value(match[2]), self.random.choice(self.values[slot]))

    def pair(self, slot):
        """Two words that name a person, a ship or a thing, of the pairs for this file."""
        first, second = (self.values[match[2]] for match in SLOT.finditer(self.values[slot][0]))
        while True:
            i, j = self.random.randrange(len(first)), self.random.randrange(len(second))
            if ((2 * i + j) % DEV_PAIRS == 0) == self.is_dev:
                return f"{first[i]} {second[j]}"

    def fact(self, kind, taken, people):
        """Values for the slots of a kind. None is in `taken`, but that a person may come from `people`."""
        fact = {}
        for slot in kind.slots:
            name = slot.partition(":")[0]
            if name == "person" and people and self.random.random() < SAME_PERSON:
                fact[slot] = people.pop(self.random.randrange(len(people)))
                continue
            value = self.value(name)
            while any(value in other or other in value for other in taken):
                value = self.value(name)
            fact[slot] = value
            taken.append(value)
        return fact

    def facts(self, count):
        """Facts, of which two may be of one kind. A person stands in one fact of a kind at the most."""
        facts, taken, used = [], [], {}
        kinds = self.random.sample(self.kinds, count)
        for index in range(1, count):
            if kinds[index - 1] not in kinds[:index - 1] and self.random.random() < SAME_KIND:
                kinds[index] = kinds[index - 1]
        for kind in kinds:
            people = [person for person, names in used.items() if kind.name not in names]
            fact = self.fact(kind, taken, people)
            for slot, value in fact.items():
                if slot.startswith("person"):
                    used.setdefault(value, set()).add(kind.name)
            facts.append((kind, fact))
        return facts

    def neighbours(self, words, taken):
        """Sentences that follow each other in a document, up to a number of words, without a taken value."""
        document = self.random.choice(self.documents)
        start = self.random.randrange(len(document))
        sentences = []
        for sentence in document[start:] + document[:start]:
            length = len(sentence.split())
            if length <= words and not any(value.lower() in sentence.lower() for value in taken):
                sentences.append(sentence)
                words -= length
        return sentences

    def paragraph(self, longest):
        """A context of `SHORTEST_CONTEXT` to `longest` words, the short ones as frequent as the long ones."""
        words = SHORTEST_CONTEXT * (longest / SHORTEST_CONTEXT) ** self.random.random()
        count = round(words * self.random.uniform(*FACTS_PER_WORD))
        facts = self.facts(min(max(count, 1), MOST_FACTS))
        stated = [self.state(*fact) for fact in facts]
        taken = [value for _, fact in facts for value in fact.values()]
        spare = int(words) - sum(len(sentence.split()) for sentence, _ in stated)
        pieces = [(sentence, None) for sentence in self.neighbours(spare, taken)]
        for piece in stated:
            pieces.insert(self.random.randint(0, len(pieces)), piece)
        context, questions = "", []
        for sentence, answers in pieces:
            if answers is not None:
                kind, fact, places = answers
                questions += self.questions(kind, fact, places, len(context), facts)
            context += sentence + " "
        self.random.shuffle(questions)
        return {"context": context.strip(), "qas": questions[:QUESTIONS_PER_CONTEXT]}

    def state(self, kind, fact):
        """A sentence that states a fact, and where each slot's value stands in it."""
        sentence, places, end = "", {}, 0
        pattern = self.random.choice(kind.statements)
        for match in SLOT.finditer(pattern):
            slot = match[1]
            sentence += pattern[end:match.start()]
            places[slot] = len(sentence)
            sentence += fact[slot]
            end = match.end()
        return sentence + pattern[end:], (kind, fact, places)

    def questions(self, kind, fact, places, offset, facts):
        """A question about each slot that the sentence states, with the answer's place in the context."""
        alone = sum(other is kind for other, _ in facts) == 1
        result = []
        for slot in kind.slots:
            if slot.startswith("person") and self.random.random() > ASKED_PEOPLE:
                continue
            patterns = [text for answer, text in kind.questions
                        if answer == slot and (alone or SLOT.search(text))]
            if slot in places and patterns and len(fact[slot].split()) <= LONGEST_ANSWER:
                text = SLOT.sub(lambda match: fact[match[1]], self.random.choice(patterns))
                answer = {"text": fact[slot], "answer_start": offset + places[slot]}
                result.append({"id": "", "question": text, "answers": [answer]})
        return result

    def data_set(self, count, longest):
        """`count` questions, in articles of ten contexts each."""
        name = "dev" if self.is_dev else "train"
        articles, made = [], 0
        while made < count:
            if not articles or len(articles[-1]["paragraphs"]) == 10:
                articles.append({"title": f"Greywater_{len(articles) + 1}", "paragraphs": []})
            paragraph = self.paragraph(longest)
            paragraph["qas"] = paragraph["qas"][:count - made]
            for question in paragraph["qas"]:
                made += 1
                question["id"] = f"{name}-{made:06}"
            if paragraph["qas"]:
                articles[-1]["paragraphs"].append(paragraph)
        return {"version": "1.1", "data": articles}


def read_documents(folder):
    """The documents of a folder of the corpus, each a list of sentences."""
    texts = [path.read_text() for path in sorted((CORPUS / folder).glob("*.txt"))]
    return [document.splitlines() for text in texts for document in text.strip().split("\n\n")]


def main():
    parser = argparse.ArgumentParser(description="Writes train-v1.1.json and dev-v1.1.json.")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--train", type=int, default=16000, help="questions to train on")
    parser.add_argument("--dev", type=int, default=1000, help="questions to evaluate on")
    parser.add_argument("--words", type=int, default=120, help="the longest context")
    parser.add_argument("--seed", type=int, default=1984)
    arguments = parser.parse_args()

    values, kinds = read_patterns((HERE / "patterns.txt").read_text().splitlines())
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, count, folder in [("train", arguments.train, "train"), ("dev", arguments.dev, "held-out")]:
        source = Source(values, kinds, read_documents(folder), name == "dev",
                        random.Random(f"{arguments.seed} {name}"))
        data_set = source.data_set(count, arguments.words)
        path = arguments.output / f"{name}-v1.1.json"
        path.write_text(json.dumps(data_set, indent=1) + "\n")
        print(f"{path}: {count} questions")


if __name__ == "__main__":
    main()
