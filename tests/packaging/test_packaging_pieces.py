"""Pipelines and wheels of fewer languages, on a pretrained encoder of wordpieces."""

import socket
from pathlib import Path
from typing import Any, Dict, List, Sequence

import packed_encoder
import pytest
import spacy
import torch
from conftest import SENTENCES, TOKENIZER, make_example
from piece_builders import joint_config, make_encoder
from spacy.language import Language
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.pipelines import extractor_of
from spacy_xoie.language.detectors import DEFAULT_LANGUAGES
from spacy_xoie.language.letters import letters_in
from spacy_xoie.network.adapters.tuned import tuned_layers
from spacy_xoie.network.block_embedding import BlockEmbedding
from spacy_xoie.packaging import (
    build_wheels,
    keep_languages,
    load_wheel,
    merge_language,
    wheels,
    whole_pipeline,
)
from spacy_xoie.packaging.readme import readme_text

pytest.importorskip("spacy_transformers")

GERMAN = ["Die Stadt hat das Haus gebaut. Der Rat lehnte den Plan für 12 € ab!"]
BANK = {
    "bank": {
        "@architectures": "spacy-xoie.AdapterBank.v1",
        "rank": 2,
        "targets": ["query$", "output.dense$"],
    },
    "router": {"@architectures": "spacy-xoie.LanguageRouter.v1"},
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("encoder") / "multilingual-e5-small")


def make_nlp(folder: Path, **changes: Any) -> Language:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    config = {"model": joint_config(folder, **changes), "threshold": 0.0}
    nlp.add_pipe("xoie", config=config)
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: data)
    network = extractor_of(nlp).network
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if ".lora_B." in name or name.endswith("shared_B"):
                parameter.normal_(std=0.3)
    network.routed = bool(changes)
    return nlp


@pytest.fixture(scope="module")
def plain(encoder: Path) -> Language:
    """Without adapters of languages, as what serves any language alike."""
    return make_nlp(encoder)


@pytest.fixture(scope="module")
def banked(encoder: Path) -> Language:
    return make_nlp(encoder, **BANK)


def facts(
    nlp: Language, texts: Sequence[str] = GERMAN, language: str = "de"
) -> List[Any]:
    found = []
    for text in texts:
        doc = nlp.make_doc(text)
        doc._.language = language
        doc = nlp.get_pipe("xoie")(doc)
        found += [(t.as_tuple(), t.score) for t in doc._.triples]
    assert len(found) > 3
    return found


def spec_of(nlp: Language) -> Any:
    return extractor_of(nlp).model.parts.encoder.pieces  # type: ignore[attr-defined]


def bert_of(nlp: Language) -> Any:
    return extractor_of(nlp).network.encoder.pieces.model  # type: ignore[union-attr]


def n_pieces(nlp: Language) -> int:
    count: int = bert_of(nlp).embeddings.word_embeddings.num_embeddings
    assert bert_of(nlp).config.vocab_size == count
    return count


def test_one_language_says_the_same(plain: Language, tmp_path: Path) -> None:
    before = plain.to_bytes()
    merged = merge_language(plain, "de")
    assert plain.to_bytes() == before
    assert n_pieces(merged) < n_pieces(plain)
    assert facts(merged) == facts(plain)
    merged.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert (again.lang, again.pipe_names) == ("de", ["xoie"])
    assert facts(again) == facts(plain)
    # What is not known of the encoder, it is not asked for.
    settings = again.config["components"]["xoie"]["model"]["encoder"]["pieces"]
    assert settings["name"] == "multilingual-e5-small"
    assert (settings["rank"], settings["alpha"]) == (4, 8.0)
    # They were in 4 bits, so there is no more to keep in memory.
    words = bert_of(again).embeddings.word_embeddings
    assert isinstance(words, BlockEmbedding) and settings["packed"]


def test_other_texts_are_read_too(plain: Language) -> None:
    merged = merge_language(plain, "de")
    texts = ["Москва hat Łódź gebaut. 市议会批准了新线路建设 ☃ Anna met Ben in Rome."]
    for name, count in (("old", plain), ("new", merged)):
        assert facts(count, texts), name
    # What has no piece of its own is unknown to both, and nothing else to either.
    unknown = {
        spec_of(nlp).tokenizer(texts[0])["input_ids"].count(3)
        for nlp in (plain, merged)
    }
    assert len(unknown) == 1 and 0 not in unknown
    kept = merge_language(plain, "de", letters=letters_in(texts))
    assert facts(kept, texts) == facts(plain, texts)


def test_an_adapter_goes_into_the_shared_one(banked: Language, tmp_path: Path) -> None:
    merged = merge_language(banked, "de")
    network = extractor_of(merged).network
    assert network.bank is None and merged.lang == "de"
    layers = [layer for _, layer in tuned_layers(network.encoder)]
    # The pretrained weights are what they were, and have the same rank everywhere.
    assert layers and {layer.rank for layer in layers} == {6}
    query = bert_of(banked).encoder.layer[0].attention.self.query.base.weight
    merged_query = bert_of(merged).encoder.layer[0].attention.self.query.weight
    assert torch.equal(query, merged_query)
    pairs = zip(facts(merged), facts(banked), strict=True)
    for (words, score), (other_words, other_score) in pairs:
        assert words == other_words and score == pytest.approx(other_score, abs=1e-4)
    assert facts(merged) != facts(banked, language="en")
    merged.to_disk(tmp_path)
    assert facts(spacy.load(tmp_path)) == facts(merged)


def test_some_languages(plain: Language, banked: Language, tmp_path: Path) -> None:
    # Also one that the detector has not told apart so far.
    for number, (nlp, codes) in enumerate(
        [(plain, ["de", "it"]), (plain, ["de", "zh"]), (banked, ["de", "en"])]
    ):
        some = keep_languages(nlp, codes)
        some.to_disk(tmp_path / str(number))
        again = spacy.load(tmp_path / str(number))
        assert facts(again) == facts(some) == facts(nlp)
        detector: Any = again.get_pipe("xoie_lang")
        assert set(detector.detector.languages) == set(codes)
    assert n_pieces(keep_languages(plain, ["de", "it"])) < n_pieces(
        keep_languages(plain, ["de", "zh"])
    )
    assert extractor_of(keep_languages(banked, ["de"])).languages == ("de",)


def test_adapters_of_embeddings_lose_rows_too(encoder: Path, tmp_path: Path) -> None:
    bank = {**BANK["bank"], "targets": ["word_embeddings$"]}
    nlp = make_nlp(encoder, **{**BANK, "bank": bank})
    some = keep_languages(nlp, ["de", "en"])
    assert facts(some) == facts(nlp)
    some.to_disk(tmp_path)
    assert facts(spacy.load(tmp_path)) == facts(nlp)


def test_the_whole_pipeline_keeps_all_pieces(plain: Language, tmp_path: Path) -> None:
    whole = whole_pipeline(plain)
    assert n_pieces(whole) == n_pieces(plain)
    whole.to_disk(tmp_path)
    assert facts(spacy.load(tmp_path)) == facts(plain)


def test_languages_of_which_nothing_is_known(plain: Language, banked: Language) -> None:
    with pytest.raises(ConfigError, match="No facts are known.*'qqq'"):
        merge_language(plain, "qqq")
    with pytest.raises(ConfigError, match="No facts are known.*'qqq'"):
        keep_languages(plain, ["de", "qqq"])
    with pytest.raises(ConfigError, match="no adapter for 'it'"):
        merge_language(banked, "it")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> List[Language]:
    """The pipelines of wheels, which are not built."""
    pipelines: List[Language] = []

    def wheel(nlp: Language, output: Path) -> Path:
        pipelines.append(nlp)
        return output / "a.whl"

    monkeypatch.setattr(wheels, "_build_wheel", wheel)
    return pipelines


def test_wheels_of_a_pipeline_without_adapters(
    plain: Language, tmp_path: Path, built: List[Language]
) -> None:
    list(build_wheels(plain, tmp_path, each=True))
    by_name = {f"{nlp.lang}_{nlp.meta['name']}": nlp for nlp in built}
    assert len(by_name) == len(built) == 1 + len(DEFAULT_LANGUAGES)
    # A language that spaCy has no class for is named in the name.
    assert {"xx_xoie_md", "zh_xoie_md", "xx_xoie_gl_md"} <= set(by_name)
    every, english, german = (by_name[f"{c}_xoie_md"] for c in ("xx", "en", "de"))
    assert sorted(every.meta["languages"]) == sorted(DEFAULT_LANGUAGES)
    assert english.meta["languages"] == ["en"]
    assert every.meta["encoder"]["pieces"] == n_pieces(plain)
    assert german.meta["encoder"] == {
        "name": "multilingual-e5-small",
        "layers": 2,
        "pieces": n_pieces(german),
        "left_out": n_pieces(plain) - n_pieces(german),
    }
    texts = [readme_text(nlp) for nlp in (every, german)]
    assert ["are left out" in text for text in texts] == [False, True]
    for text in texts:
        assert "`multilingual-e5-small`, 2 layers" in text and "| MIT |" in text
        assert "`spacy-xoie[transformers]`" in text
    (source,) = german.meta["sources"]
    assert source["license"] == "MIT" and "multilingual-e5-small" in source["name"]
    (requirement,) = german.meta["requirements"]
    assert requirement.startswith("spacy-xoie[transformers]>=")
    built.clear()
    sources = [{"name": "multilingual-e5-small", "license": "MIT"}]
    list(build_wheels(plain, tmp_path, languages=["it", "gl"], sources=sources))
    assert built[0].meta["name"] == "xoie_it_gl_md"
    assert built[0].meta["sources"] == sources


def test_wheels_of_the_languages_that_a_model_was_made_for(
    plain: Language, tmp_path: Path, built: List[Language]
) -> None:
    """They have what is known of their own language, and of no other."""
    figures = {
        "fi": {"trees": 20, "tokens": 300, "las": 0.5, "las_trees": 2},
        "ja": {"trees": 10, "tokens": 100},
    }
    plain.meta.update(languages=["fi", "ja", "cy"], by_language=figures)
    try:
        list(build_wheels(plain, tmp_path, each=True))
    finally:
        del plain.meta["languages"], plain.meta["by_language"]
    names = [f"{nlp.lang}_{nlp.meta['name']}" for nlp in built]
    # Without the libraries that spaCy's own Japanese needs; it has no Welsh.
    assert names == ["xx_xoie_md", "fi_xoie_md", "ja_xoie_md", "xx_xoie_cy_md"]
    known = [nlp.meta["by_language"] for nlp in built]
    assert known == [figures, {"fi": figures["fi"]}, {"ja": figures["ja"]}, {}]
    # How well it does was measured in Latin letters alone.
    assert {tuple(nlp.meta["measured_scripts"]) for nlp in built} == {("Latn",)}
    assert "Hani, Hira, Kana) has any figures" in readme_text(built[2])
    text = "Die Stadt hat das Haus gebaut. Der Rat lehnte den Plan am 3. Mai ab!"
    assert facts(built[2], [text], "ja") == facts(plain, [text], "ja")


def test_letters_of_a_text(
    plain: Language, tmp_path: Path, built: List[Language]
) -> None:
    plain.to_disk(tmp_path / "nlp")
    text = tmp_path / "text.txt"
    text.write_text("Das ist Łódź.", encoding="utf8")
    arguments = ["package", "de", "--model", str(tmp_path / "nlp"), "--output"]
    build = [*arguments, str(tmp_path / "out")]
    for options in ([], ["--text", str(text)]):
        result = CliRunner().invoke(app, [*build, *options])
        # The wheel that is named was not built.
        assert len(built) == 1 + bool(options), result.output
    without, with_text = map(n_pieces, built)
    assert with_text == without + 3


def test_an_encoder_that_lies_elsewhere_is_in_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: List[Language]
) -> None:
    (tmp_path / "site").mkdir()
    packed_encoder.install(tmp_path / "site", monkeypatch)
    block = joint_config(tmp_path)
    block["encoder"]["pieces"].update(
        name=packed_encoder.NAME, packed=True, stored=False
    )
    nlp = make_nlp(tmp_path, encoder=block["encoder"])
    expected = facts(nlp)
    list(build_wheels(nlp, tmp_path, languages=["de"]))
    list(build_wheels(nlp, tmp_path))
    monkeypatch.setitem(packed_encoder.sources.PACKAGES, packed_encoder.NAME, None)
    for number, made in enumerate(built):
        made.to_disk(tmp_path / str(number))
        again = spacy.load(tmp_path / str(number))
        assert facts(again) == expected
        (requirement,) = made.meta["requirements"]
        assert requirement.startswith("spacy-xoie[transformers]>=")
    de, everything = (
        len(bert_of(nlp).embeddings.word_embeddings.rows) for nlp in built
    )
    assert de < everything == packed_encoder.ROWS


@pytest.mark.slow
def test_a_wheel_is_read_without_a_network(
    encoder: Path, plain: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = build_wheels(plain, tmp_path, languages=["de"], version="1.2.3")
    assert path.name == "de_xoie_md-1.2.3-py3-none-any.whl"

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError("no network here")

    monkeypatch.setattr(socket, "socket", refuse)
    with load_wheel(path) as nlp:
        for (words, score), (other_words, other_score) in zip(
            facts(nlp), facts(plain), strict=True
        ):
            assert words == other_words and score == pytest.approx(
                other_score, abs=1e-2
            )
        # What was in 4 bits is not rounded, nor is what is small.
        state = bert_of(nlp).state_dict()
        expected: Dict[str, Any] = bert_of(merge_language(plain, "de")).state_dict()
        for name, value in expected.items():
            if "shared_" not in name:
                assert torch.equal(state[name], value), name
