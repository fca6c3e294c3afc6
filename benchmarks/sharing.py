"""Which languages share an adapter, and what a language without trees gets.

    python -m benchmarks.sharing results.jsonl --train TRAIN.spacy --dev DEV.spacy

A trained model whose languages share one LoRA, such as `xx_xoie_md`, goes on learning
from all languages of TRAIN but ten: with that LoRA alone, or with one adapter more for
each language, each family or each cluster of languages of like word order. All with the
same updates of the same sentences. LAS is that of held-back sentences, at most 40 of a
language, with some of TRAIN where DEV has fewer, which are then not learned from; and
of 80 of each language that was left out.

The languages that were left out, of which some have relatives among the others and some
have none, are parsed with the adapters of the others: none of them, the nearest one,
all alike, weighted by distance (`nearest`), weighted by typology alone (TIPA, Accou &
Poelman 2026, arXiv 2601.16629, with the features of our table), or the nearest one and
English added up (language arithmetic, Klimaszewski et al. 2025, arXiv 2404.15737).
Weights are those of the updates B A, not of their factors.

`--table` prints means over languages and seeds, with 95 % intervals of a bootstrap over
the languages. What a method chooses (λ, temperature, number of relatives), it chooses
by the other languages that were left out. `--pipelines` names a folder for the
pipelines that have no bank, to go on with.
"""

import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple

import numpy as np
import spacy
import torch
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config
from thinc.api import Config, fix_random_seed

from spacy_xoie.extraction import TripleExtractor
from spacy_xoie.extraction.pretrained import stored_config
from spacy_xoie.language.distances import distances
from spacy_xoie.language.facts import find_language
from spacy_xoie.language.groups import clusters
from spacy_xoie.network.routing import LanguageRouter
from spacy_xoie.training.dev_scores import strip_annotation

from . import pretrained
from .pretrained import RECIPE, mean, score
from .runs import Line, add_line, lines_by_variant, mean_cell, pending_runs
from .unseen import Weights, arithmetic, gates_of, nearest_one, nearest_weights
from .variants import draw_docs, make_parser, parse_chosen

LEFT_OUT = ["cy", "el", "fa", "fi", "he", "id", "ja", "ru", "th", "tr"]
HELD_BACK, UNSEEN = 40, 80
"""Most sentences of a language that are scored."""
RANK = 8
"""Of each adapter of the bank."""
N_CLUSTERS = 6
SMALL = 1500
"""A treebank of fewer sentences is small."""
LAMBDAS = [0.5, 0.75]
# Softness of the weights, and number of relatives; first those of the router.
SETTINGS = [(0.1, 3), (0.03, 100), (0.1, 100)]
NONE, NEAREST = "no adapter", "nearest one"
DISTANCE = "by distance t={} k={}"

Sentences = Dict[str, List[Doc]]
"""Of each language, with trees."""
Groups = Mapping[str, str]
"""The adapter of each language, named after the first language that it serves."""


def by_language(codes: Sequence[str]) -> Groups:
    return {code: code for code in codes}


def by_family(codes: Sequence[str]) -> Groups:
    """Families, but for the branches of the Indo-European one, which most are of."""
    first: Dict[str, str] = {}
    groups = {}
    for code in codes:
        widest, *narrower = find_language(code).genealogy
        family = narrower[0] if widest == "Indo-European" else widest
        groups[code] = first.setdefault(family, code)
    return groups


def by_cluster(codes: Sequence[str]) -> Groups:
    found = clusters(codes, n=min(N_CLUSTERS, len(codes)), profile="argument")
    return {code: group[0] for group in found for code in group}


ALONE, BY_LANGUAGE = "shared LoRA alone", "one adapter a language"
VARIANTS: Dict[str, Callable[[Sequence[str]], Groups]] = {
    ALONE: lambda codes: {},
    BY_LANGUAGE: by_language,
    "one a family": by_family,
    "one a cluster": by_cluster,
}
"""Who shares an adapter beside the one of all: from the languages to their groups, none
for no bank."""


class GroupRouter(LanguageRouter):
    """Gives each language the adapter of its group.

    groups (Groups): See there.
    """

    def __init__(self, groups: Groups) -> None:
        super().__init__(fallback="none")
        self.groups = groups

    def over_experts(
        self, languages: Mapping[str, float], experts: Sequence[str]
    ) -> Dict[str, float]:
        return onto_groups(languages, self.groups)


def onto_groups(weights: Weights, groups: Groups) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): The weights of languages as weights of adapters."""
    found: Dict[str, float] = {}
    for code, weight in weights.items():
        if code in groups and weight > 0:
            found[groups[code]] = found.get(groups[code], 0.0) + weight
    return found


def build(model: str, groups: Groups, data: Sentences) -> Language:
    """RETURNS (Language): A pipeline that starts with the weights of a model, and with
    adapters that change nothing yet."""
    config = stored_config(model)["model"]
    pieces = config["encoder"]["pieces"]
    # So few updates want no dropout on top of that in the head.
    pieces["piece_dropout"] = 0.0
    pieces["transformer_config"]["hidden_dropout_prob"] = 0.0
    pieces["precision"] = "float32"
    if groups:
        config["bank"] = {
            "@architectures": "spacy-xoie.AdapterBank.v1",
            "rank": RANK,
            "alpha": 2.0 * RANK,
        }
        config["router"] = {"@architectures": "spacy-xoie.LanguageRouter.v1"}
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer()}})
    pipe = nlp.add_pipe("xoie", config={"model": config})
    assert isinstance(pipe, TripleExtractor)
    # The languages of the examples are those that get an adapter.
    named = sorted({*groups.values()} or data)
    examples = [
        Example(strip_annotation(data[code][0], code), data[code][0]) for code in named
    ]
    nlp.config["initialize"]["components"]["xoie"] = {"pretrained": model}
    nlp.initialize(lambda: examples)
    if groups:
        pipe.network.router = GroupRouter(groups)
    return nlp


def tokenizer() -> Dict[str, Any]:
    found: Dict[str, Any] = load_config(RECIPE)["nlp"]["tokenizer"]
    return found


def read_recipe(model: str, pieces: int, seed: int) -> Config:
    """pieces (int): Most wordpieces of a batch, padding included."""
    return load_config(
        RECIPE,
        overrides={
            "paths.encoder": stored_config(model)["model"]["encoder"]["pieces"]["name"],
            "system.seed": seed,
            "training.batcher.max_pieces": pieces,
        },
        interpolate=True,
    )


def train(pipe: TripleExtractor, recipe: Config, data: Sentences, updates: int) -> None:
    examples = [
        Example(strip_annotation(doc, code), doc)
        for code, docs in data.items()
        for doc in docs
    ]
    learner = pretrained.Variant(pretrained.FROZEN)
    pretrained.train(pipe, learner, recipe, examples, updates)


def methods(language: str, others: Sequence[str]) -> Dict[str, Weights]:
    """What a language without an adapter can be given of the others.

    RETURNS (Dict[str, Weights]): The weights of their adapters, by method.
    """
    found: Dict[str, Weights] = {
        NONE: {},
        "all alike": {other: 1 / len(others) for other in others},
        NEAREST: {nearest_one(language, others): 1.0},
        "TIPA": by_typology(language, others),
    }
    for share in LAMBDAS:
        found[f"arithmetic {share}"] = arithmetic(language, others, share)
    for temperature, count in SETTINGS:
        weights = nearest_weights(language, others, "overall", temperature, count)
        found[DISTANCE.format(temperature, count)] = weights
    return found


def by_typology(language: str, others: Sequence[str]) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): Weights in proportion to the likeness in word order
    and word forms, all of the others."""
    profile = {"syntax": 1.0, "morphology": 1.0}
    apart = {
        other: distances(language, other).combined(profile).value for other in others
    }
    alike = {other: 1 - value for other, value in apart.items() if value is not None}
    total = sum(alike.values())
    return {other: value / total for other, value in alike.items()}


def score_left_out(
    pipe: TripleExtractor, groups: Groups, unseen: Sentences
) -> Dict[str, Dict[str, float]]:
    """RETURNS (Dict[str, Dict[str, float]]): LAS of each language, by method."""
    network = pipe.network
    found: Dict[str, Dict[str, float]] = {}
    if not groups:
        return {NONE: score(pipe, unseen)}
    before = network.router
    # Groups already say who is related to whom.
    is_grouped = len({*groups.values()}) < len(groups)
    for language, docs in unseen.items():
        for method, weights in methods(language, [*groups]).items():
            if is_grouped and method not in (NONE, NEAREST):
                continue
            gates = onto_groups(weights, groups)
            network.router = gates_of(gates, network.experts)
            found.setdefault(method, {}).update(score(pipe, {language: docs}))
    network.router = before
    return found


def split(
    train: Sequence[Path], dev: Path, per_language: int, left_out: Sequence[str]
) -> Tuple[Sentences, Sentences, Sentences]:
    """RETURNS (Tuple[Sentences, Sentences, Sentences]): What is learned from, and what
    is scored of the languages that are learned and of those that are left out."""
    data: Dict[str, List[Doc]] = {}
    for path in train:
        for code, docs in draw_docs(path, per_language).items():
            data.setdefault(code, []).extend(docs)
    held = draw_docs(dev, UNSEEN)
    trained, unseen = {}, {}
    for code, docs in list(data.items()):
        own = held.get(code, [])
        if code in left_out:
            unseen[code] = (own + data.pop(code))[:UNSEEN]
        else:
            missing = min(max(HELD_BACK - len(own), 0), len(docs) // 2)
            trained[code] = own[:HELD_BACK] + docs[:missing]
            data[code] = docs[missing:]
    return data, trained, unseen


def interval(values: Sequence[float], samples: int = 10_000) -> Tuple[float, float]:
    """RETURNS (Tuple[float, float]): Where the mean over languages lies with 95 %, by a
    bootstrap over the languages."""
    rows = np.random.default_rng(0).integers(0, len(values), (samples, len(values)))
    low, high = np.percentile(np.array(values)[rows].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def difference_cell(values: NDArray[Any], base: NDArray[Any]) -> str:
    """values, base (NDArray): (languages,), means over the same seeds."""
    apart = values - base
    low, high = interval(apart.tolist())
    return f"{apart.mean():+.1f} ({low:+.1f} … {high:+.1f})"


def table(path: Path) -> str:
    """RETURNS (str): Markdown: LAS by who shares an adapter, LAS of the languages that
    were left out by what they were given, and both by language."""
    by_variant = lines_by_variant(path)
    tables = [sharing_rows(by_variant), left_out_rows(by_variant)]
    tables.append(language_rows(by_variant))
    return "\n\n".join("\n".join(rows) for rows in tables if rows)


def sharing_rows(by_variant: Mapping[str, List[Line]]) -> List[str]:
    heads = ["variant", "LAS", "difference (95 %)", "small treebanks", "left out"]
    rows = header([*heads, "seconds", "seeds"])
    base = {run["seed"]: run for run in by_variant.get(ALONE, [])}
    for name, runs in by_variant.items():
        paired = [run for run in runs if run["seed"] in base]
        difference = ""
        if name != ALONE and paired:
            others = [base[run["seed"]] for run in paired]
            difference = difference_cell(
                las_by_language(paired), las_by_language(others)
            )
        small = [
            float(np.mean([run["las"][code] for code in few]))
            for run in runs
            if (few := [c for c in run["las"] if run["sentences"][c] < SMALL])
        ]
        cells = [
            mean_cell([mean(run["las"]) for run in runs]),
            difference,
            mean_cell(small),
            mean_cell([mean(run["left out"][NONE]) for run in runs]),
            f"{np.mean([run['seconds'] for run in runs]):.0f}",
            str(len(runs)),
        ]
        rows.append(line_of([name, *cells]))
    return rows


def left_out_rows(by_variant: Mapping[str, List[Line]]) -> List[str]:
    """Of the bank by language."""
    runs = by_variant.get(BY_LANGUAGE, [])
    if not runs:
        return []
    codes = sorted(runs[0]["left out"][NONE])
    las = {method: left_out_las(runs, method, codes) for method in runs[0]["left out"]}
    chosen = {method: las[method] for method in (NONE, "all alike", NEAREST)}
    chosen["by distance, as `nearest` is set"] = las[DISTANCE.format(*SETTINGS[0])]
    chosen["by distance, set by the others"] = chosen_by_others(las, "by distance")
    chosen["by typology (TIPA)"] = las["TIPA"]
    chosen["nearest and English (language arithmetic)"] = chosen_by_others(
        las, "arithmetic"
    )
    seeds = {run["seed"] for run in runs}
    alone = [run for run in by_variant.get(ALONE, []) if run["seed"] in seeds]
    if alone:
        chosen["no bank in training: the shared LoRA alone"] = left_out_las(
            alone, NONE, codes
        )
    rows = header(["adapters", *codes, "LAS", "95 %", "difference (95 %)"])
    for method, values in chosen.items():
        low, high = interval(values.tolist())
        apart = "" if method == NONE else difference_cell(values, las[NONE])
        cells = [*(f"{value:.1f}" for value in values), f"{values.mean():.1f}"]
        rows.append(line_of([method, *cells, f"{low:.1f} … {high:.1f}", apart]))
    return rows


def chosen_by_others(las: Mapping[str, NDArray[Any]], start: str) -> NDArray[Any]:
    """RETURNS (NDArray): (languages,), each with the setting of a method that is best
    for the other languages."""
    settings = np.array(
        [values for name, values in las.items() if name.startswith(start)]
    )
    others = settings.sum(axis=1, keepdims=True) - settings
    best: NDArray[Any] = settings[others.argmax(axis=0), range(settings.shape[1])]
    return best


def language_rows(by_variant: Mapping[str, List[Line]]) -> List[str]:
    codes = sorted({code for runs in by_variant.values() for code in runs[0]["las"]})
    rows = header(["variant", *codes])
    for name, runs in by_variant.items():
        cells = [f"{value:.1f}" for value in las_by_language(runs)]
        rows.append(line_of([name, *cells]))
    return rows


def las_by_language(runs: Sequence[Line]) -> NDArray[Any]:
    """RETURNS (NDArray): (languages,), means over the runs, by code."""
    las = [[run["las"][code] for code in sorted(run["las"])] for run in runs]
    means: NDArray[Any] = np.mean(las, axis=0)
    return means


def left_out_las(
    runs: Sequence[Line], method: str, codes: Sequence[str]
) -> NDArray[Any]:
    las = [[run["left out"][method][code] for code in codes] for run in runs]
    means: NDArray[Any] = np.mean(las, axis=0)
    return means


def header(heads: Sequence[str]) -> List[str]:
    return [line_of(heads), "|---" * len(heads) + "|"]


def line_of(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = make_parser(__doc__ or "", updates=80, per_language=1600)
    parser.add_argument("--model", default="xx_xoie_md", help="what all start from")
    parser.add_argument(
        "--pieces", type=int, default=1050, help="most wordpieces of a batch"
    )
    parser.add_argument("--left-out", nargs="+", default=LEFT_OUT, help="languages")
    parser.add_argument("--pipelines", type=Path, help="folder for pipelines")
    arguments, chosen = parse_chosen(parser, table, VARIANTS)
    torch.set_num_threads(1)
    data, trained, unseen = split(
        arguments.train, arguments.dev, arguments.per_language, arguments.left_out
    )
    for name, seed in pending_runs(arguments.results, chosen, arguments.seeds):
        groups = chosen[name](sorted(data))
        fix_random_seed(seed)
        nlp = build(arguments.model, groups, data)
        pipe: Any = nlp.get_pipe("xoie")
        recipe = read_recipe(arguments.model, arguments.pieces, seed)
        start = time.process_time()
        train(pipe, recipe, data, arguments.updates)
        seconds = round(time.process_time() - start)
        line: Line = {
            "variant": name,
            "seed": seed,
            "updates": arguments.updates,
            "seconds": seconds,
            "sentences": {code: len(docs) for code, docs in data.items()},
            "las": score(pipe, trained),
            "left out": score_left_out(pipe, groups, unseen),
        }
        add_line(arguments.results, line)
        sys.stderr.write(f"{name}, seed {seed}: LAS {mean(line['las']):.1f}\n")
        if arguments.pipelines and not groups:
            nlp.add_pipe("xoie_lang", first=True)
            arguments.pipelines.mkdir(parents=True, exist_ok=True)
            nlp.to_disk(arguments.pipelines / f"{name.replace(' ', '_')}_{seed}")


if __name__ == "__main__":
    main()
