"""What is learnt before the task: from raw text and from bilingual lexicons."""

import random
from pathlib import Path
from typing import Any, Callable, Dict, List, Set, Tuple

import pytest
import spacy
import srsly
import torch
import torch.nn.functional as F
from conftest import SENTENCES, TINY_MODEL, make_example
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus, Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from thinc.api import Config
from torch import Tensor

from spacy_xoie.errors import ConfigError, DataError, EngineError
from spacy_xoie.extraction import TripleExtractor
from spacy_xoie.network.stages import TRAINABLE, parameter_groups
from spacy_xoie.training import lexicons, make_callbacks_in_turn, warm_up
from spacy_xoie.training.contrast import WordBatches, contrastive_loss, word_vectors
from spacy_xoie.training.lexicons import WordPairs, find_word_pairs
from spacy_xoie.training.raw_text import read_texts
from spacy_xoie.training.warm_up import WarmUp, learn_languages, learn_words

LETTERS = "abcdefghijklmnoprstuvwz"


def invented(n: int) -> List[Tuple[str, str]]:
    """Pairs of words of two languages, of which none looks like its partner."""
    source = random.Random(0)
    words: Set[str] = set()
    while len(words) < 2 * n:
        words.add("".join(source.choice(LETTERS) for _ in range(6)))
    both = sorted(words)
    source.shuffle(both)
    return list(zip(both[:n], both[n:], strict=True))


PAIRS = invented(40)


def texts_of(nlp: Language, pairs: List[Tuple[str, str]]) -> Dict[str, List[Doc]]:
    sides = zip(*pairs, strict=True)
    docs = {}
    for code, words in zip(("en", "de"), sides, strict=True):
        docs[code] = [make_example(nlp, " ".join(words), code, []).reference]
    return docs


def write_lexicon(path: Path, pairs: List[Tuple[str, str]]) -> Dict[str, str]:
    path.write_text("\n".join("\t".join(pair) for pair in pairs), encoding="utf8")
    return {"en-de": str(path)}


def weights(pipe: TripleExtractor) -> Dict[str, Tensor]:
    return {n: p.detach().clone() for n, p in pipe.network.named_parameters()}


def groups_moved(pipe: TripleExtractor, before: Dict[str, Tensor]) -> Set[str]:
    groups = parameter_groups(pipe.network)
    after = weights(pipe)
    return {groups[n] for n in before if not torch.equal(before[n], after[n])}


def translated(pipe: TripleExtractor, pairs: List[Tuple[str, str]]) -> float:
    """How many words are nearest to their translation, of all the other side has."""
    spec = pipe.model.parts.encoder
    sides = []
    pipe.network.eval()
    for words in zip(*pairs, strict=True):
        docs = [Doc(pipe.vocab, words=[word]) for word in words]
        features = spec.featurize([], [doc[:] for doc in docs], None, False)
        with torch.no_grad():
            inputs, _ = features.inputs(range(len(docs)))
            sides.append(F.normalize(word_vectors(pipe.network.encoder, inputs)))
    nearest = (sides[0] @ sides[1].T).argmax(1)
    return float((nearest == torch.arange(len(pairs))).float().mean())


class TestContrastiveLoss:
    def test_by_hand(self) -> None:
        left = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
        right = torch.tensor([[3.0, 0.0], [1.0, 1.0]])
        # Cosines: 1, sqrt(.5) / 0, sqrt(.5); the temperature is 1/2.
        half = 2 * 0.5**0.5
        rows = [torch.tensor([2.0, half]), torch.tensor([0.0, half])]
        columns = [torch.tensor([2.0, 0.0]), torch.tensor([half, half])]
        wanted = [-torch.log_softmax(r, 0)[i] for i, r in enumerate(rows)]
        wanted += [-torch.log_softmax(c, 0)[i] for i, c in enumerate(columns)]
        loss = contrastive_loss(left, right, temperature=0.5)
        assert float(loss) == pytest.approx(float(sum(wanted)) / 4, abs=1e-6)

    def test_other_translations_do_not_count(self) -> None:
        torch.manual_seed(0)
        left, right = torch.randn(3, 4), torch.randn(3, 4)
        other = torch.tensor([[True, False, True], [False] * 3, [True, False, False]])
        alone = contrastive_loss(left, right, other=other)
        # Vectors that are not kept apart may be as near as they like.
        both = torch.stack([left[0], left[1], left[0]])
        kept = contrastive_loss(both, both)
        freed = contrastive_loss(both, both, other=other)
        assert float(kept) > 0.4 > float(freed)
        assert torch.isfinite(alone)

    @settings(max_examples=25)
    @given(st.integers(2, 8), st.integers(0, 10_000))
    def test_is_least_for_partners_and_the_same_from_both_sides(
        self, n: int, seed: int
    ) -> None:
        generator = torch.Generator().manual_seed(seed)
        left = torch.eye(n) + 0.1 * torch.randn(n, n, generator=generator)
        right = torch.eye(n) + 0.1 * torch.randn(n, n, generator=generator)
        loss = float(contrastive_loss(left, right))
        assert loss == pytest.approx(float(contrastive_loss(right, left)), abs=1e-5)
        assert loss < float(contrastive_loss(left, right.roll(1, 0)))


class TestWordBatches:
    EVERY = [
        WordPairs("en", "de", [("the", "der"), ("the", "die"), ("die", "sterben")]),
        WordPairs("en", "fr", [("the", "le"), ("house", "maison")]),
    ]

    def test_languages_take_turns_and_all_pairs_come(self) -> None:
        batches = WordBatches(self.EVERY, size=2, seed=0)
        seen: Set[Tuple[str, str]] = set()
        known = [set(one.pairs) for one in self.EVERY]
        for number, batch in zip(range(30), batches, strict=False):
            left = [batches.words[n] for n in batch.left]
            right = [batches.words[n] for n in batch.right]
            pairs = set(zip(left, right, strict=True))
            assert len(pairs) == 2 and any(pairs <= one for one in known), number
            seen |= pairs
        assert seen == known[0] | known[1]

    def test_known_translations_are_not_kept_apart(self) -> None:
        batches = WordBatches(self.EVERY[:1], size=9, seed=1)
        batch = next(iter(batches))
        words = batches.words
        for i, left in enumerate(batch.left):
            for j, right in enumerate(batch.right):
                pair = words[left], words[right]
                free = pair in self.EVERY[0].pairs or left == right
                assert bool(batch.other[i, j]) is free, pair
        # "die" of the one language is "die" of the other.
        assert sum(batch.other.flatten().tolist()) == 6


class TestWords:
    def test_translations_come_together(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        nlp = make_pipeline()
        pipe = nlp.get_pipe("xoie")
        assert translated(pipe, PAIRS) < 0.3
        before = weights(pipe)
        flags = [p.requires_grad for p in pipe.network.parameters()]
        state = torch.get_rng_state()
        files = write_lexicon(tmp_path / "words.tsv", PAIRS)
        texts = texts_of(nlp, PAIRS)
        how = WarmUp(steps=60, learn_rate=0.01)
        loss = learn_words(pipe, texts, how, lexicons=[], files=files)
        assert translated(pipe, PAIRS) > 0.9
        assert loss < 0.5
        # The shared embeddings alone have learnt, and all is left as it was found.
        assert groups_moved(pipe, before) <= {"embeddings", "encoder"}
        after = weights(pipe)
        moved = {n for n in before if not torch.equal(before[n], after[n])}
        assert all(n.split(".")[1] in ("tables", "mix", "mix_norm") for n in moved)
        assert [p.requires_grad for p in pipe.network.parameters()] == flags
        assert torch.equal(torch.get_rng_state(), state)
        assert not pipe.network.routed and not pipe.network.training

    def test_wrong_translations_do_not_bring_the_right_ones_together(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        nlp = make_pipeline()
        pipe = nlp.get_pipe("xoie")
        left, right = zip(*PAIRS, strict=True)
        wrong = list(zip(left, right[1:] + right[:1], strict=True))
        files = write_lexicon(tmp_path / "words.tsv", wrong)
        how = WarmUp(steps=60, learn_rate=0.01)
        learn_words(pipe, texts_of(nlp, PAIRS), how, lexicons=[], files=files)
        assert translated(pipe, wrong) > 0.9
        assert translated(pipe, PAIRS) < 0.1

    def test_a_language_without_lexicon_is_told(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        nlp = make_pipeline()
        files = write_lexicon(tmp_path / "words.tsv", PAIRS)
        texts = {**texts_of(nlp, PAIRS), "fr": [nlp.make_doc("bonjour")]}
        with pytest.warns(UserWarning, match="no words of fr"):
            pipe = nlp.get_pipe("xoie")
            learn_words(pipe, texts, WarmUp(1), lexicons=[], files=files)

    @pytest.mark.parametrize(
        "bad", [{"batch_size": 1}, {"temperature": 0.0}, {"max_pairs": 1}]
    )
    def test_bad_settings(self, trained: Language, bad: Dict[str, Any]) -> None:
        with pytest.raises(ConfigError, match="cannot be learnt"):
            learn_words(trained.get_pipe("xoie"), {}, WarmUp(1), **bad)


class TestLexicons:
    def test_words_are_spelt_as_in_the_texts(self) -> None:
        counts = {
            "en": {"television": 3, "although": 9, ",": 50, "museum": 2},
            "pt": {"televisão": 4, "televisao": 1, "embora": 2, ",": 60, "museu": 5},
        }
        (found,) = find_word_pairs(counts)
        assert (found.source, found.target) == ("en", "pt")
        assert ("television", "televisão") in found.pairs
        assert ("television", "televisao") not in found.pairs
        assert all(a in counts["en"] and b in counts["pt"] for a, b in found.pairs)
        # The most frequent come first, and punctuation is nothing to learn.
        often = [min(counts["en"][a], counts["pt"][b]) for a, b in found.pairs]
        assert often == sorted(often, reverse=True)
        assert (",", ",") not in found.pairs
        assert find_word_pairs(counts, max_pairs=1)[0].pairs == found.pairs[:1]

    def test_rare_translations_and_equal_words_are_left_out(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "words.tsv"
        path.write_text("house\thaus\t20\nhouse\theim\t0.1\nfilm\tfilm\nheim\theim\n")
        words = {"house": 1, "film": 1, "haus": 1, "heim": 1}
        counts = {"en": words, "de": words}
        files = {"en-de": str(path)}
        (found,) = find_word_pairs(counts, lexicons=[], files=files)
        assert found.pairs == [("house", "haus")]

    def test_freedict_goes_through_english(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counts = {"en": {"house": 1}, "es": {"casa": 1}, "pt": {"casa": 1}}
        monkeypatch.setattr(lexicons, "installed_lexicons", lambda: [("es", "pt")])
        with pytest.raises(EngineError, match="'en'.*en, es, pt"):
            find_word_pairs(counts, lexicons=["freedict"])

    def test_bad_names(self, tmp_path: Path) -> None:
        counts = {"en": {"house": 1}, "de": {"haus": 1}}
        with pytest.raises(ConfigError, match="no lexicon 'freedic'"):
            find_word_pairs(counts, lexicons=["freedic"])
        with pytest.raises(ConfigError, match="'en-fr'.*'en-de'.*de, en"):
            find_word_pairs(counts, files={"en-fr": "x.tsv"})
        with pytest.raises(DataError, match="x.tsv"):
            find_word_pairs(counts, files={"en-de": str(tmp_path / "x.tsv")})
        with pytest.raises(ConfigError, match="no word of the texts.*de, en"):
            find_word_pairs({"en": {"qqq": 1}, "de": {"xxx": 1}})


def raw(nlp: Language, *codes: str) -> Dict[str, List[Doc]]:
    texts: Dict[str, List[Doc]] = {}
    for text, code, _ in SENTENCES:
        if code in codes:
            doc = make_example(nlp, text, code, []).reference
            texts.setdefault(code, []).append(doc)
    return read_texts(nlp, lambda _: examples(texts), codes)


def examples(texts: Dict[str, List[Doc]]) -> Any:
    return [Example(doc, doc) for docs in texts.values() for doc in docs]


class TestLanguages:
    def test_words_are_learnt_by_encoder_and_adapters(
        self, make_pipeline: Callable[..., Language]
    ) -> None:
        nlp = make_pipeline()
        pipe = nlp.get_pipe("xoie")
        before = weights(pipe)
        flags = [p.requires_grad for p in pipe.network.parameters()]
        state = torch.get_rng_state()
        texts = raw(nlp, "en", "de")
        first = learn_languages(pipe, texts, WarmUp(1))
        assert pipe.network.routed and not pipe.network.training
        assert [p.requires_grad for p in pipe.network.parameters()] == flags
        assert torch.equal(torch.get_rng_state(), state)
        last = learn_languages(pipe, texts, WarmUp(80, learn_rate=0.01))
        assert last < 0.6 * first
        assert groups_moved(pipe, before) == {"embeddings", "encoder", "adapters"}
        # Now the task can be learnt, and the adapters keep what they know.
        pipe.set_stage("task")
        known = weights(pipe)
        optimizer = nlp.resume_training()
        optimizer.learn_rate = 0.01
        data = [make_example(nlp, *sentence) for sentence in SENTENCES]
        for _ in range(3):
            nlp.update(data, sgd=optimizer)
        assert groups_moved(pipe, known) == set(TRAINABLE["task"])

    def test_a_language_without_text_does_not_move_by_one_bit(
        self, make_pipeline: Callable[..., Language]
    ) -> None:
        nlp = make_pipeline()
        pipe = nlp.get_pipe("xoie")
        before = weights(pipe)
        with pytest.warns(UserWarning, match="no raw text in de"):
            learn_languages(pipe, raw(nlp, "en"), WarmUp(5))
        after = weights(pipe)
        moved = {n for n in before if not torch.equal(before[n], after[n])}
        assert {n for n in before if n.endswith(".lora_B.en")} <= moved
        assert not {n for n in moved if n.endswith(".de")}

    def test_the_seed_says_it_all(self, make_pipeline: Callable[..., Language]) -> None:
        runs = []
        for seed in (1, 1, 2):
            torch.manual_seed(0)
            pipe = make_pipeline().get_pipe("xoie")
            learn_languages(
                pipe, raw(make_pipeline(), "en", "de"), WarmUp(3, 0.01, seed)
            )
            runs.append(torch.cat([p.flatten() for p in weights(pipe).values()]))
            # What another part of a program draws changes nothing.
            torch.rand(7)
        assert torch.equal(runs[0], runs[1])
        assert not torch.equal(runs[0], runs[2])

    def test_hidden_words_cannot_be_seen(
        self, make_pipeline: Callable[..., Language], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where nothing is seen of the context either, hidden words look all alike."""
        encoder = {**TINY_MODEL["encoder"], "depth": 0}  # type: ignore[dict-item]
        nlp = make_pipeline({**TINY_MODEL, "encoder": encoder, "bank": None})
        seen: List[Tuple[Tensor, Tensor]] = []

        class Spy(warm_up.Guesser):
            def forward(self, hidden: Tensor, attributes: Tensor) -> Tensor:
                seen.append((hidden, attributes))
                return super().forward(hidden, attributes)

        monkeypatch.setattr(warm_up, "Guesser", Spy)
        pipe = nlp.get_pipe("xoie")
        torch.manual_seed(0)
        batch = warm_up._batch(pipe, examples(raw(nlp, "en", "de")))
        guesser = Spy(pipe.network.encoder.width, {2: 200})
        warm_up.guessing_loss(pipe.network, guesser, batch, 0.5)
        hidden, attributes = seen[0]
        assert 5 < len(hidden) < int(batch.mask.sum())
        assert torch.allclose(hidden, hidden[:1])
        assert len(attributes.unique(dim=0)) > 3

    def test_one_word_is_hidden_at_least(
        self, make_pipeline: Callable[..., Language]
    ) -> None:
        pipe = make_pipeline().get_pipe("xoie")
        batch = warm_up._batch(pipe, examples(raw(make_pipeline(), "en")))
        guesser = warm_up.Guesser(pipe.network.encoder.width, {2: 200})
        assert torch.isfinite(warm_up.guessing_loss(pipe.network, guesser, batch, 1e-9))

    def test_progress_is_told(self, trained: Language) -> None:
        told: List[Tuple[int, float]] = []
        pipe = trained.get_pipe("xoie")
        last = learn_languages(
            pipe,
            raw(trained, "en", "de"),
            WarmUp(25, on_step=lambda *values: told.append(values)),
        )
        assert [done for done, _ in told] == list(range(1, 26))
        assert last == pytest.approx((told[-2][1] + told[-1][1]) / 2)

    @pytest.mark.parametrize(
        "how, bad, message",
        [
            (WarmUp(0), {}, "steps=0"),
            (WarmUp(1, 0.0), {}, "learn_rate=0.0"),
            (WarmUp(1), {"hidden": 1.0}, "hidden is 1.0"),
            (WarmUp(1), {"attributes": ["SUFFIX9"]}, "'SUFFIX9'.*NORM, PREFIX"),
        ],
    )
    def test_bad_settings(
        self, trained: Language, how: WarmUp, bad: Dict[str, Any], message: str
    ) -> None:
        pipe = trained.get_pipe("xoie")
        with pytest.raises(ConfigError, match=message):
            learn_languages(pipe, raw(trained, "en"), how, **bad)

    def test_models_without_adapters_or_texts(
        self, trained: Language, make_pipeline: Callable[..., Language]
    ) -> None:
        with pytest.raises(DataError, match="no raw text in .*only in fr"):
            texts = {"fr": [trained.make_doc("Bonjour")]}
            learn_languages(trained.get_pipe("xoie"), texts, WarmUp(1))
        plain = make_pipeline({**TINY_MODEL, "bank": None, "router": None})
        with pytest.raises(ConfigError, match="'xoie' has no adapters"):
            learn_languages(plain.get_pipe("xoie"), raw(plain, "en"), WarmUp(1))


class TestTexts:
    def test_languages_are_detected(self, trained: Language, tmp_path: Path) -> None:
        lines = [
            "The council has rejected the plan.",
            "Der Rat hat den Plan abgelehnt.",
        ]
        path = tmp_path / "raw.jsonl"
        srsly.write_jsonl(path, [{"text": text} for text in lines])
        reader = spacy.registry.resolve(
            {"r": {"@readers": "spacy.JsonlCorpus.v1", "path": str(path)}}
        )["r"]
        texts = read_texts(trained, reader, ["en", "de"])
        assert {code: [d.text for d in docs] for code, docs in texts.items()} == {
            "en": lines[:1],
            "de": lines[1:],
        }
        with pytest.warns(UserWarning, match="left out: 1 in de"):
            assert list(read_texts(trained, reader, ["en"])) == ["en"]
        with pytest.raises(DataError, match="no text in fr.*1 in de, 1 in en"):
            read_texts(trained, reader, ["fr"])

    def test_an_empty_corpus(self, trained: Language, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="no text in en.*no doc at all"):
            read_texts(trained, Corpus(tmp_path), ["en"])


def test_callbacks_are_called_in_turn(blank: Language) -> None:
    called: List[str] = []

    def named(name: str) -> Callable[[Language], Language]:
        def call(nlp: Language) -> Language:
            called.append(name)
            return nlp

        return call

    assert make_callbacks_in_turn(named("z"), named("a"))(blank) is blank
    assert called == ["z", "a"]


CONFIGS = Path(__file__).parents[2] / "configs"


def shipped(name: str, folder: Path, blank: Language) -> Config:
    """A shipped config with a tiny model, few steps and SENTENCES as its data."""
    docs = [make_example(blank, *sentence).reference for sentence in SENTENCES]
    DocBin(docs=docs).to_disk(folder / "train.spacy")
    config = load_config(CONFIGS / name, interpolate=False)
    for path in ("train", "dev", "raw_text"):
        config["paths"][path] = str(folder / "train.spacy")
    config["components"]["xoie"]["model"] = {**TINY_MODEL, "mixed_precision": True}
    config["training"].update(max_steps=4, eval_frequency=2)
    config["training"]["optimizer"]["learn_rate"].update(warmup_steps=1, total_steps=9)
    first = next(iter(config["initialize"]["after_init"]["*"].values()))
    first["steps"] = 5
    return config


@pytest.mark.parametrize("name, stage", [("task", "task"), ("words", "all")])
def test_shipped_recipe(
    name: str,
    stage: str,
    tmp_path: Path,
    blank: Language,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = shipped(f"full_{name}.cfg", tmp_path, blank)
    nlp = init_nlp(config)
    assert "5/5" in capsys.readouterr().err
    pipe = nlp.get_pipe("xoie")
    groups = parameter_groups(pipe.network)
    learning = {
        groups[n] for n, p in pipe.network.named_parameters() if p.requires_grad
    }
    assert learning | {"router"} == {*TRAINABLE[stage], "router"}
    warm = weights(pipe)
    have_learnt = any(bool(warm[n].any()) for n in warm if ".lora_B." in n)
    assert have_learnt is (stage == "task")
    # Stored and read again, the config says the same, in the same order.
    nlp.to_disk(tmp_path / "warm")
    stored = load_config(tmp_path / "warm" / "config.cfg")
    callbacks = stored["initialize"]["after_init"]["*"]
    assert list(callbacks) == list(config["initialize"]["after_init"]["*"])
    again = weights(init_nlp(stored).get_pipe("xoie"))
    assert all(torch.equal(warm[n], again[n]) for n in warm)
    # The model is stored with what it has learnt, and that the adapters take part.
    (tmp_path / "out").mkdir()
    train(nlp, tmp_path / "out")
    loaded = spacy.load(tmp_path / "out" / "model-last").get_pipe("xoie")
    moved = {
        groups[n] for n, p in weights(loaded).items() if not torch.equal(p, warm[n])
    }
    assert moved == set(TRAINABLE[stage]) - {"router"}
    assert loaded.network.routed


@pytest.mark.parametrize("name", ["learn_languages", "learn_words"])
def test_callback_names_a_missing_component(name: str) -> None:
    make = spacy.registry.callbacks.get(f"spacy-xoie.{name}.v1")
    with pytest.raises(ConfigError, match="'xoie'.*no components"):
        make(corpus=lambda nlp: [])(spacy.blank("xx"))


def test_other_encoders_are_refused(trained: Language) -> None:
    pipe = trained.get_pipe("xoie")
    pipe.model.parts.encoder = object()  # type: ignore[assignment]
    with pytest.raises(ConfigError, match="HashedEncoder.*after_init"):
        learn_words(pipe, {}, WarmUp(1))
