"""How well languages are detected, and others refused:

    python -m benchmarks.detection NTREX --others tests/language/other_languages.json

NTREX is the folder of NTREX-128 (`newstest2019-ref.<lang>.txt.gz`). Of every language
are taken whole sentences and fragments of one to four words from random places in them
(of scripts without spaces two characters for a word, four in Thai). What the detector's
constants were chosen on are the sentences with even numbers; the others are reported,
unless `--half even` is given. `--time MODEL` measures which share of `nlp.pipe` it
takes.
"""

import argparse
import gzip
import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import spacy
import srsly
from wasabi import msg

from spacy_xoie.doc.codes import UNDETERMINED, language_code
from spacy_xoie.doc.languages import best_language
from spacy_xoie.language.detectors import DEFAULT_LANGUAGES, make_langid_detector

from .pipelines import DETECTOR, piping
from .timing import paired

HALVES = {"even": 0, "odd": 1}
KINDS = ("sentence", "1 word", "2 words", "3 words", "4 words")
UNSPACED = {"ja": 2, "th": 4, "zh": 2}
"""Characters that stand for a word."""
THRESHOLD = 0.4
"""As `xoie_lang` has it."""


def read_lines(folder: Path, half: str, n_lines: int) -> Dict[str, List[str]]:
    """RETURNS (Dict[str, List[str]]): Sentences of one half by language code."""
    found: Dict[str, List[str]] = {}
    for path in sorted(folder.glob("newstest2019-*.txt.gz")):
        tag = path.name.split(".")[1]
        if tag != "por-BR":
            with gzip.open(path, "rt", encoding="utf8") as file:
                lines = file.read().splitlines()[HALVES[half] :: 2]
            chosen = random.Random(tag).sample(lines, min(n_lines, len(lines)))
            found[language_code(tag)] = chosen
    return found


def fragment(line: str, language: str, n: int, chance: random.Random) -> Optional[str]:
    """RETURNS (Optional[str]): So many words from a random place, each with a letter;
    None if there are not as many."""
    if language in UNSPACED:
        runs = re.findall(r"[^\W\d_a-zA-Z]{2,}", line)
        if not runs:
            return None
        run, length = chance.choice(runs), n * UNSPACED[language]
        start = chance.randrange(max(1, len(run) - length + 1))
        return run[start : start + length]
    words = line.split()
    places = [
        start
        for start in range(len(words) - n + 1)
        if all(any(map(str.isalpha, word)) for word in words[start : start + n])
    ]
    if not places:
        return None
    start = chance.choice(places)
    return " ".join(words[start : start + n]).strip(".,;:!?\"'„“”«»()،۔")


def texts_of(lines: Sequence[str], language: str) -> Iterator[Tuple[str, List[str]]]:
    """YIELDS (Tuple[str, List[str]]): Each kind of texts, and the texts."""
    yield KINDS[0], list(lines)
    chance = random.Random(language)
    for n, kind in enumerate(KINDS[1:], 1):
        found = (fragment(line, language, n, chance) for line in lines)
        yield kind, [text for text in found if text is not None]


def measure(
    lines: Dict[str, List[str]], languages: Sequence[str]
) -> Dict[str, Dict[str, Counter[str]]]:
    """RETURNS (Dict[str, Dict[str, Counter[str]]]): What texts of each language and
    kind were found to be in; "?" for no language above the threshold, "und" if
    refused."""
    detect = make_langid_detector(languages)
    found: Dict[str, Dict[str, Counter[str]]] = {}
    for language, sentences in lines.items():
        for kind, texts in texts_of(sentences, language):
            counts = found.setdefault(language, {}).setdefault(kind, Counter())
            for scores in detect(texts):
                code = best_language(scores)
                unsure = scores.get(code, 0.0) < THRESHOLD and code != UNDETERMINED
                counts["?" if unsure else code] += 1
    return found


def rows_of(
    found: Dict[str, Dict[str, Counter[str]]], right: Dict[str, str]
) -> List[List[str]]:
    """RETURNS (List[List[str]]): For each language, the percentage of each kind that is
    right, of sentences that are refused, and what else short texts are said to be."""
    rows = []
    for language, kinds in found.items():
        answer = right.get(language, UNDETERMINED)
        cells = [_percent(counts[answer], counts.total()) for counts in kinds.values()]
        wrong: Counter[str] = Counter()
        for kind in ("sentence", "2 words"):
            wrong.update(kinds.get(kind, Counter()))
        others = [f"{c} {n}" for c, n in wrong.most_common(4) if c not in (answer, "?")]
        first = kinds[KINDS[0]]
        refused = _percent(first[UNDETERMINED], first.total())
        rows.append([language, *cells, refused, ", ".join(others[:3])])
    return rows


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else ""


def means_of(rows: Sequence[Sequence[str]]) -> List[str]:
    columns = list(zip(*rows, strict=True))[1:-1]
    values = [[float(cell) for cell in column if cell] for column in columns]
    return ["mean", *(f"{sum(v) / len(v):.1f}" for v in values), ""]


def time_share(model: str, texts: Sequence[str]) -> str:
    """RETURNS (str): What the detector takes, as a share of `nlp.pipe`."""
    nlp = spacy.load(model)
    detector: Any = nlp.get_pipe(DETECTOR)
    docs = [*map(nlp.make_doc, texts)]
    return str(paired(lambda: detector.predict(docs), piping(nlp, texts), rounds=5))


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ntrex", type=Path)
    parser.add_argument("--others", type=Path, help="JSON of texts by language")
    parser.add_argument("--half", choices=HALVES, default="odd")
    parser.add_argument("--lines", type=int, default=300, help="of each language")
    parser.add_argument("--languages", default=",".join(DEFAULT_LANGUAGES))
    parser.add_argument("--time", help="a pipeline to measure the share of")
    options = parser.parse_args(arguments)
    languages = options.languages.split(",")
    lines = read_lines(options.ntrex, options.half, options.lines)
    if not lines:
        msg.fail(f"There is no newstest2019-*.txt.gz in {options.ntrex}.", exits=1)
    if options.time:
        texts = [line for code in languages for line in lines[code][:8]]
        share = time_share(options.time, texts)
        msg.text(f"{DETECTOR} takes {share} of nlp.pipe ({options.time})")
        return 0
    found = measure(lines, languages)
    if options.others is not None:
        detect = make_langid_detector(languages)
        for code, texts in srsly.read_json(options.others).items():
            counts = Counter(map(best_language, detect(texts)))
            found[code] = {KINDS[0]: counts}
    header = ["", *KINDS, "refused", "taken for"]
    known = {code: counts for code, counts in found.items() if code in languages}
    rest = {code: counts for code, counts in found.items() if code not in languages}
    for group in (known, rest):
        rows = rows_of(group, {code: code for code in languages})
        for row in rows:
            row[:] = [*row[:-2], *[""] * (len(header) - len(row)), *row[-2:]]
        msg.table([*rows, means_of(rows)], header=header, divider=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
