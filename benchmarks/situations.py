"""Which router for which situation: known languages, detection that cannot be sure, and
sentences that mix languages.

    python -m benchmarks.situations results.jsonl --train TRAIN.spacy --dev DEV.spacy

Small networks with a bank of seven languages are trained with each router, and parse
development sentences when told the truth, when the detector sees the first two words
alone, and when half of the words that the shipped word tables can translate are swapped
for English ones (Spanish ones in English; Chinese and French stay), and the detector
sees that. For languages without an adapter see `benchmarks.unseen`. `--table` prints
means and deviations.
"""

import random
import sys
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Tuple

import torch
from spacy.tokens import Doc

from spacy_xoie.extraction.features import hash_attributes
from spacy_xoie.language.detectors import make_langid_detector
from spacy_xoie.network.routing import (
    LanguageRouter,
    MixtureRouter,
    Router,
    UniformRouter,
)
from spacy_xoie.projection.aligners.lexical import own_tables
from spacy_xoie.projection.aligners.words import normal_form

from .runs import add_line, mean_cell, read_lines
from .variants import (
    ATTRIBUTES,
    LANGUAGES,
    ROWS,
    Data,
    Variant,
    evaluate,
    load,
    make_parser,
    parse,
    scores,
    train,
)

Shares = List[Mapping[str, float]]

STAGES = {"all": 1.0}
VARIANTS: Dict[str, Variant] = {
    "by language": Variant(STAGES, LANGUAGES),
    "mixture": Variant(
        STAGES, LANGUAGES, partial(MixtureRouter, width=96, n_experts=7, n_layers=4)
    ),
    "uniform": Variant(STAGES, LANGUAGES, UniformRouter),
    "no adapters": Variant(STAGES, None),
}
SURE = 0.9
N_SEEN = 2
"""Words of a sentence that an unsure detector sees."""


def situations(dev: Data) -> Iterator[Tuple[str, Data, Shares]]:
    """YIELDS (Tuple[str, Data, Shares]): What each situation is called, its sentences,
    and what is known of their languages."""
    detect = make_langid_detector(LANGUAGES)
    truth: Shares = [{code: 1.0} for code in dev.codes]
    yield "known", dev, truth
    seen = [doc[:N_SEEN].text for doc in dev.docs]
    yield "unsure", dev, list(detect(seen))
    mixed = switched(dev)
    yield "switched", mixed, list(detect([doc.text for doc in mixed.docs]))


def switched(dev: Data, share: float = 0.5) -> Data:
    """Swap words for their likeliest translations, tree and triples as they were."""
    chance = random.Random(0)
    words = {code: _translations(code) for code in set(dev.codes)}
    docs = []
    for doc, code in zip(dev.docs, dev.codes, strict=True):
        texts = []
        for token in doc:
            other = words[code].get(normal_form(token.text))
            swap = other is not None and token.is_alpha and chance.random() < share
            texts.append(other if swap and other is not None else token.text)
        docs.append(Doc(doc.vocab, texts, [bool(token.whitespace_) for token in doc]))
    features = hash_attributes([doc[:] for doc in docs], ATTRIBUTES, ROWS, 2)
    return dev._replace(docs=docs, features=features)


def _translations(code: str, least: float = 0.4) -> Dict[str, str]:
    """The likeliest translation of each word, where one is likely enough."""
    if code == "zh":
        # Its tokens are characters, and a translated character makes no sense.
        return {}
    wanted = "es" if code == "en" else "en"
    found: Dict[str, Dict[str, float]] = defaultdict(dict)
    for (left, right), table in own_tables().items():
        if {left, right} == {code, wanted}:
            for (one, two), count in table.pairs.items():
                source, target = (one, two) if left == code else (two, one)
                found[source][target] = count
    best = {word: max(pairs, key=lambda w: pairs[w]) for word, pairs in found.items()}
    return {
        word: target
        for word, target in best.items()
        if target.isalpha() and found[word][target] >= least * sum(found[word].values())
    }


def policies(
    name: str, dev: Data, known: Shares
) -> Iterator[Tuple[str, Shares, Router]]:
    """What a bank by language can do with what is known of the language."""
    best = [{max(s, key=lambda c: s[c]): 1.0} if s else {} for s in known]
    soft, sure = LanguageRouter(certainty=1.0), LanguageRouter(certainty=SURE)
    yield "the likeliest language", best, sure
    yield "all alike", known, UniformRouter()
    yield "none", known, sure
    if name == "known":
        return
    yield f"one from {SURE} on, else by probability", known, sure
    yield "by probability", known, soft
    unsure = [s if max(s.values(), default=0.0) >= SURE else {} for s in known]
    yield f"one from {SURE} on, else all alike", unsure, sure
    yield "the true language", [{code: 1.0} for code in dev.codes], sure


def run(
    name: str, seed: int, data: Data, dev: Data, updates: int
) -> Iterator[Dict[str, Any]]:
    variant = VARIANTS[name]
    network = train(variant, data, updates, seed)
    for situation, sentences, known in situations(dev):
        about = {"network": name, "seed": seed, "situation": situation}
        if name != "by language":
            counts = evaluate(network, sentences, variant, shares=known)
            yield {**about, "policy": "", **scores(counts)}
            continue
        for policy, shares, router in policies(situation, sentences, known):
            network.routed, network.router = policy != "none", router
            counts = evaluate(network, sentences, variant, shares=shares)
            yield {**about, "policy": policy, **scores(counts)}
        network.routed = True


def table(results: Path) -> str:
    """RETURNS (str): Means and standard deviations over the seeds."""
    lines = read_lines(results)
    found: Dict[Tuple[str, str], Dict[str, List[Mapping[str, float]]]] = {}
    for line in lines:
        row = found.setdefault((line["network"], line["policy"]), {})
        row.setdefault(line["situation"], []).append(line)
    names = list(dict.fromkeys(line["situation"] for line in lines))
    heads = [f"{name}: {score}" for name in names for score in ("LAS", "triple F1")]
    out = [f"| trained | adapters used | {' | '.join(heads)} |"]
    out.append("|---" * (len(heads) + 2) + "|")
    for (network, policy), by_situation in found.items():
        cells = [
            mean_cell([line[score] for line in by_situation.get(name, ())])
            for name in names
            for score in ("LAS", "triple F1")
        ]
        out.append(f"| {network} | {policy} | {' | '.join(cells)} |")
    return "\n".join(out)


def main() -> None:
    arguments = parse(make_parser(__doc__ or "", updates=600), table)
    torch.set_num_threads(1)
    done = set()
    if arguments.results.exists():
        lines = read_lines(arguments.results)
        done = {(line["network"], line["seed"]) for line in lines}
    data = load(arguments.train, arguments.per_language)
    dev = load([arguments.dev], 120)
    for seed in arguments.seeds:
        for name in VARIANTS:
            if (name, seed) in done:
                continue
            found = list(run(name, seed, data, dev, arguments.updates))
            for line in found:
                add_line(arguments.results, line)
            sys.stderr.write(f"{name} seed {seed}: {found[0]}\n")


if __name__ == "__main__":
    main()
