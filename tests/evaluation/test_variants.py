"""The harness of the ablation and of the search."""

import json
import sys
from pathlib import Path
from typing import Any, Callable, List, Mapping

import numpy as np
import pytest
import spacy
from piece_builders import make_encoder
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from thinc.api import Config

from spacy_xoie import TokenTriple
from spacy_xoie.corpora.treebanks import TokenTree, annotate_tree
from spacy_xoie.extraction.pretrained import save_model
from spacy_xoie.training.lexicons import WordPairs

# The scripts are no part of the package.
sys.path.append(str(Path(__file__).parents[2]))

from benchmarks import ablation, pretrained, recipes, search, sharing, variants
from benchmarks.self_training import agreement

ENGLISH_GERMAN = {"en": "met", "de": "traf"}


def write_corpus(path: Path, n: int, verbs: Mapping[str, str] = ENGLISH_GERMAN) -> Path:
    """Sentences with trees, of languages that have these verbs."""
    vocab = spacy.blank("xx").vocab
    tree = TokenTree([1, 1, 1], ["nsubj", "root", "obj"], ["PROPN", "VERB", "PROPN"])
    docs = DocBin(store_user_data=True)
    for number in range(n):
        for code, verb in verbs.items():
            doc = Doc(vocab, words=[f"Ann{number % 3}", verb, "Bo"])
            docs.add(annotate_tree(doc, tree, code))
    docs.to_disk(path)
    return path


def run(folder: Path, named: Any, *options: Any) -> List[Any]:
    return run_main(folder, lambda: variants.main(named, "Doc."), *options)


def run_main(
    folder: Path,
    main: Callable[[], None],
    *options: Any,
    codes: Mapping[str, str] = ENGLISH_GERMAN,
) -> List[Any]:
    results = folder / "results.jsonl"
    train, dev = (folder / f"{name}.spacy" for name in ("a", "b"))
    for path in (train, dev):
        write_corpus(path, 4, codes)
    arguments = ["--train", train, "--dev", dev, "--seeds", 0, *options]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["x", *map(str, [results, *arguments])])
        main()
    return [json.loads(line) for line in results.read_text().splitlines()]


@pytest.mark.parametrize(
    "name", ["base: width 96, 4 convolutions, rank 8", "head: light", "head: Multi²OIE"]
)
def test_a_variant_learns(tmp_path: Path, name: str) -> None:
    (line,) = run(tmp_path, search.VARIANTS, "--only", name, "--updates", 60)
    assert line["variant"] == name and line["updates"] == 60
    assert line["all"]["triple F1"] == 100.0
    assert line["all"]["LAS"] == (0.0 if name.startswith("head") else 100.0)
    assert np.array(line["counts"]).shape == (8, 5)


def test_all_others_run_once(tmp_path: Path) -> None:
    every = {**ablation.VARIANTS, **search.VARIANTS}
    small = {name: v._replace(width=16, rank=2) for name, v in every.items()}
    # The router of these knows another width.
    named = {n: v for n, v in small.items() if v.router.__class__ is type}
    assert len(named) > 20
    first = run(tmp_path, named, "--updates", 4)
    assert [line["variant"] for line in first] == list(named)
    # What is there is not done again.
    assert run(tmp_path, named, "--updates", 4) == first
    table = variants.table(tmp_path / "results.jsonl").splitlines()
    assert len(table) == 2 + len(named)
    assert len({line.count("|") for line in table}) == 1


def test_recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [WordPairs("en", "de", [("met", "traf")])]
    monkeypatch.setattr(recipes, "find_word_pairs", lambda *_, **__: words)
    wanted = {"one stage": 10, "raw text; task": 7, "en: lexicons; raw text; task": 6}
    small = {n: recipes.VARIANTS[n]._replace(width=16, rank=2) for n in wanted}
    lines = run(tmp_path, small, "--updates", 10)
    assert {line["variant"]: line["task updates"] for line in lines} == wanted
    table = recipes.table(tmp_path / "results.jsonl").splitlines()
    assert len(table) == 2 * (2 + len(lines)) + 1
    assert len({line.count("|") for line in table if line}) == 1


def test_pretrained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy_transformers")
    wanted = ["one shared LoRA", "paper: embeddings, encoder, mixture"]
    small = {n: pretrained.VARIANTS[n]._replace(layers=2) for n in wanted}
    monkeypatch.setattr(pretrained, "VARIANTS", small)
    encoder = make_encoder(tmp_path / "encoder")
    unseen = write_corpus(tmp_path / "unseen.spacy", 1)
    options = ["--encoder", encoder, "--pieces", 40, "--updates", 3]
    first, *_ = run_main(tmp_path, pretrained.main, *options, "--only", wanted[0])
    assert set(first["las"]) == {"de", "en"} and not first["unseen"]
    both = run_main(tmp_path, pretrained.main, *options, "--unseen", unseen)
    assert both[0] == first and [line["variant"] for line in both] == wanted
    assert set(both[1]["unseen"]) == {"de", "en"}
    table = pretrained.table(tmp_path / "results.jsonl").splitlines()
    assert table[2].split(" | ")[2] == "–"
    assert len({line.count("|") for line in table}) == 1


def test_sharing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy_transformers")
    encoder = make_encoder(tmp_path / "encoder")
    start = pretrained.VARIANTS["one shared LoRA"]._replace(layers=2, shared=2)
    recipe = pretrained.read_recipe(start, str(encoder), 40, 0)
    corpus = write_corpus(tmp_path / "start.spacy", 2)
    docs = [doc for found in variants.draw_docs(corpus, 2).values() for doc in found]
    pipe = pretrained.build(recipe, [Example(doc.copy(), doc) for doc in docs])
    model = recipe["components"]["xoie"]["model"]
    save_model(pipe.model, Config({"model": model}), tmp_path / "model")
    monkeypatch.setattr(sharing, "SMALL", 8)
    codes = {**ENGLISH_GERMAN, "es": "vio", "ru": "видел", "cy": "gwelodd"}
    options = ["--model", tmp_path / "model", "--pieces", 40, "--updates", 4]
    options += ["--left-out", "ru", "cy", "--pipelines", tmp_path / "pipelines"]
    lines = run_main(tmp_path, sharing.main, *options, codes=codes)
    assert [line["variant"] for line in lines] == list(sharing.VARIANTS)
    by_variant = {line["variant"]: line for line in lines}
    assert all(set(line["las"]) == {"de", "en", "es"} for line in lines)
    assert set(by_variant[sharing.ALONE]["left out"]) == {sharing.NONE}
    found = by_variant[sharing.BY_LANGUAGE]["left out"]
    assert {*found} > {sharing.NONE, sharing.NEAREST, "all alike", "TIPA"}
    assert all(set(las) == {"ru", "cy"} for las in found.values())
    (folder,) = (tmp_path / "pipelines").iterdir()
    nlp = spacy.load(folder)
    assert nlp.pipe_names == ["xoie_lang", "xoie"]
    for rows in sharing.table(tmp_path / "results.jsonl").split("\n\n"):
        assert len({line.count("|") for line in rows.splitlines()}) == 1


def test_who_shares_an_adapter() -> None:
    codes = ["de", "en", "es", "fr", "ga", "ko"]
    families = sharing.by_family(codes)
    assert families == {**{c: c for c in codes}, "en": "de", "fr": "es"}
    assert set(sharing.by_cluster(codes)) == set(codes)
    router = sharing.GroupRouter(families)
    assert router.over_experts({"fr": 0.7, "es": 0.2, "cy": 0.1}, codes) == {
        "es": pytest.approx(0.9)
    }
    assert router.fixed_gates("cy", codes) == {}


def test_what_a_language_without_an_adapter_gets() -> None:
    given = sharing.methods("cy", ["de", "en", "ga", "ko"])
    assert given[sharing.NONE] == {} and given[sharing.NEAREST] == {"ga": 1.0}
    assert given["arithmetic 0.75"] == {"ga": 0.75, "en": 0.25}
    for weights in given.values():
        assert not weights or sum(weights.values()) == pytest.approx(1.0)
    alike = given["TIPA"]
    assert alike["ga"] > alike["en"] > alike["ko"] > 0


def test_settings_are_chosen_by_the_other_languages() -> None:
    las = {"x 1": np.array([9.0, 1.0, 1.0]), "x 2": np.array([2.0, 3.0, 3.0])}
    # For the first language the two others want the second setting.
    assert sharing.chosen_by_others(las, "x").tolist() == [2.0, 1.0, 1.0]


def test_trees_of_one_language_alone(tmp_path: Path) -> None:
    data = variants.load([write_corpus(tmp_path / "a.spacy", 5)], 9)
    english = variants.Variant({"all": 1.0}, treed=("en",), tokens=6)
    stream = variants.batches(data, english, english.tokens, 0)
    rows = [row for _, batch in zip(range(9), stream, strict=False) for row in batch]
    assert {data.codes[row] for row in rows} == {"en"}
    assert len(set(rows)) == 5


def test_agreement_with_known_triples() -> None:
    known = TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),))
    shorter = known._replace(objects=(((3, 4),),))
    other = known._replace(relation=((4, 5),))
    assert agreement([known], [other, known]) == 1.0
    assert agreement([known], [shorter]) == pytest.approx(6 / 7)
    assert agreement([known], [other]) == 0.0
    assert agreement([known, known], [shorter]) == pytest.approx(6 / 7)
    assert agreement([], [known]) == 0.0
