"""Languages plugged into a trained extractor and out of it: what the others give stays
the same to the last bit."""

import re
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import spacy
import torch
from adapter_builders import (
    SURE,
    TEXTS,
    UNSURE,
    answers,
    make_dutch,
    plain,
    save_bert,
    shake,
)
from conftest import TINY_MODEL
from peft import PeftModel
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import fix_random_seed
from thinc.api import Config

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.extraction.adapters import SHARED
from spacy_xoie.extraction.pipelines import update_config
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, save_model, stored_config
from spacy_xoie.language import LangidDetector
from spacy_xoie.language.pipelines import extend_detector
from spacy_xoie.loading import load
from spacy_xoie.network.adapters.tuned import fold
from spacy_xoie.training.adapter import AdapterTraining, train_adapter

MIXTURE = {"@architectures": "spacy-xoie.MixtureRouter.v1", "top_k": 2}


@pytest.fixture
def routers(
    trained: Language, make_pipeline: Callable[..., Language]
) -> Dict[str, Language]:
    mixture = make_pipeline({**TINY_MODEL, "router": MIXTURE})
    pipe: Any = mixture.get_pipe("xoie")
    shake(pipe, "en", "de")
    pipe.network.routed = True
    return {"language": trained, "mixture": mixture}


each_router = pytest.mark.parametrize("router", ["language", "mixture"])


@each_router
def test_a_new_language_changes_no_other(
    routers: Dict[str, Language], router: str, tmp_path: Path
) -> None:
    nlp = routers[router]
    pipe: Any = nlp.get_pipe("xoie")
    before = answers(nlp, TEXTS, [*SURE, *UNSURE])
    dutch = answers(nlp, TEXTS, [{"nl": 0.9}])
    pipe.add_adapter("nl", notes={"docs": 3})
    shake(pipe, "nl")
    assert pipe.languages == ("en", "de", "nl")
    assert answers(nlp, TEXTS, [*SURE, *UNSURE]) == before
    served = answers(nlp, TEXTS, [{"nl": 0.9}])
    assert served != dutch
    assert {t.adapter for docs in served for doc in docs for t in doc} == {"nl"}
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert answers(loaded, TEXTS, [*SURE, *UNSURE]) == before
    assert answers(loaded, TEXTS, [{"nl": 0.9}]) == served
    (info,) = [i for i in loaded.get_pipe("xoie").adapters if i.plugged]  # type: ignore[attr-defined]
    assert (info.name, info.notes) == ("nl", {"docs": 3})
    loaded.get_pipe("xoie").remove_adapter("nl")  # type: ignore[attr-defined]
    assert answers(loaded, TEXTS, [*SURE, *UNSURE, {"nl": 0.9}]) == [*before, *dutch]


@each_router
def test_a_new_name_changes_no_other(
    routers: Dict[str, Language], router: str, tmp_path: Path
) -> None:
    nlp = routers[router]
    pipe: Any = nlp.get_pipe("xoie")
    before = answers(nlp, TEXTS, SURE)
    pipe.rename_adapter("de", "nds")
    assert pipe.languages == ("en", "nds")
    after = answers(nlp, TEXTS, [{"en": 1.0}, {"nds": 1.0}])
    assert [plain(docs) for docs in after] == [plain(docs) for docs in before]
    nlp.to_disk(tmp_path)
    assert answers(spacy.load(tmp_path), TEXTS, [{"en": 1.0}, {"nds": 1.0}]) == after


def test_removing_changes_no_other(trained: Language) -> None:
    pipe: Any = trained.get_pipe("xoie")
    before = answers(trained, TEXTS, SURE)
    pipe.remove_adapter("en")
    assert answers(trained, TEXTS, [{"de": 1.0}]) == before[1:]
    pipe.remove_adapter("de")
    assert answers(trained, TEXTS, [{"de": 1.0}]) != before[1:]
    pipe.add_adapter("fr")
    assert pipe.adapters[0].name == "fr"


def test_names_in_turn_do_not_mix_up_what_is_kept(trained: Language) -> None:
    # Layers with an adapter folded in are kept by its name.
    pipe: Any = trained.get_pipe("xoie")
    english, german = answers(trained, TEXTS, SURE)
    for old, new in (("en", "x"), ("de", "en"), ("x", "de")):
        pipe.rename_adapter(old, new)
    swapped = answers(trained, TEXTS, SURE)

    assert plain(swapped[1]) == plain(english) != plain(german) == plain(swapped[0])


def test_learned_router_keeps_what_it_was_trained_with(
    routers: Dict[str, Language],
) -> None:
    pipe: Any = routers["mixture"].get_pipe("xoie")
    with pytest.raises(ConfigError, match="MixtureRouter.*but none was"):
        pipe.remove_adapter("de")
    assert pipe.languages == ("en", "de")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda p: p.add_adapter("de"), "named twice: de"),
        (lambda p: p.add_adapter("to"), "'to' cannot name"),
        (lambda p: p.add_adapter("xx"), "'xx' cannot name"),
        (lambda p: p.add_adapter("nl", start={"fr": 1.0}), "no adapter 'fr'"),
        (lambda p: p.remove_adapter("fr"), "no adapter 'fr'"),
        (lambda p: p.rename_adapter("fr", "it"), "no adapter 'fr'"),
        (lambda p: p.rename_adapter("de", "en"), "named twice: en"),
        (lambda p: p.rename_adapter("de", "und"), "'und' cannot name"),
        (lambda p: p.save_adapter("fr", "nowhere"), "no adapter 'fr'"),
        (lambda p: p.add_adapter("shared"), "'shared' cannot name"),
        (lambda p: p.save_adapter("shared", "nowhere"), "no adapter that all lang"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    trained: Language, change: Callable[[Any], None], message: str
) -> None:
    pipe: Any = trained.get_pipe("xoie")
    before = {k: v.clone() for k, v in pipe.network.state_dict().items()}
    with pytest.raises(ConfigError, match=message):
        change(pipe)
    after = pipe.network.state_dict()
    assert list(after) == list(before) and pipe.languages == ("en", "de")
    assert all(torch.equal(value, before[name]) for name, value in after.items())


def test_model_without_bank(make_pipeline: Callable[..., Language]) -> None:
    pipe: Any = make_pipeline({**TINY_MODEL, "bank": None, "router": None})
    with pytest.raises(ConfigError, match="has no bank of adapters"):
        pipe.get_pipe("xoie").add_adapter("nl")


def test_config_tells_the_languages(make_pipeline: Callable[..., Language]) -> None:
    bank: Any = {**TINY_MODEL["bank"], "languages": ["en", "de"]}  # type: ignore[dict-item]
    nlp = make_pipeline({**TINY_MODEL, "bank": bank})
    nlp.meta["languages"] = ["en", "de"]
    pipe: Any = nlp.get_pipe("xoie")
    pipe.add_adapter("nl")
    update_config(nlp)
    model = nlp.config["components"]["xoie"]["model"]
    assert model["bank"]["languages"] == nlp.meta["languages"] == ["en", "de", "nl"]
    assert extend_detector(nlp, "nl") and extend_detector(nlp, "en")
    text = "De gemeente heeft gisteren een nieuwe brug over de rivier geopend."
    copy = spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    for pipeline in (nlp, copy):
        assert pipeline(text)._.language == "nl"
    assert not extend_detector(nlp, "xq")
    assert extend_detector(nlp, "it") and extend_detector(nlp, "it")
    detector: Any = nlp.get_pipe("xoie_lang").detector  # type: ignore[attr-defined]
    assert detector.added == ("nl", "it")
    assert detector.languages[-2:] == ("nl", "it")
    texts = [*TEXTS, "Good", "Rome", "el", "42"]
    assert detector(texts) == LangidDetector()(texts)
    (scores,) = detector(["Il comune ha aperto ieri un nuovo ponte."])
    assert max(scores, key=lambda code: scores[code]) == "it"


class TestDefaultModel:
    TEXTS = [
        "Marie Curie discovered polonium in Paris, and her husband helped her.",
        "Der Chemiker hat das neue Element in Berlin entdeckt.",
        "La científica descubrió el elemento en París.",
        "居里夫人在巴黎发现了镭。",
        "اكتشفت العالمة عنصرا جديدا في باريس.",
    ]

    def test_stays_the_same_on_disk(self, tmp_path: Path) -> None:
        # What is rounded to 8 bits a second time must lose nothing more.
        nlp = load(DEFAULT_NAME, "xx")
        pipe: Any = nlp.get_pipe("xoie")
        languages = [{code: 1.0} for code in pipe.languages]
        languages += [{"es": 0.6, "pt": 0.3}, {}]
        before = answers(nlp, self.TEXTS, languages)
        weights = deepcopy(pipe.network.state_dict())
        pipe.add_adapter("it", start={"es": 0.5, "pt": 0.5})
        save_model(pipe.model, Config(stored_config(DEFAULT_NAME)), tmp_path)
        loaded = load(str(tmp_path), "xx")
        changed: Any = loaded.get_pipe("xoie")
        assert changed.languages[-1] == "it"
        assert answers(loaded, self.TEXTS, languages) == before
        after = changed.network.state_dict()
        assert all(torch.equal(after[name], value) for name, value in weights.items())

    def test_export(self, tmp_path: Path) -> None:
        pipe: Any = load(DEFAULT_NAME, "xx").get_pipe("xoie")
        infos = pipe.adapters
        assert all(info.rank == 8 and info.size <= 1e6 for info in infos)
        assert pipe.save_adapter("pt", tmp_path) <= 1e6
        assert peft_difference(pipe, "pt", tmp_path) < 1e-5


def encoder_inputs(pipe: Any) -> Dict[str, torch.Tensor]:

    docs = [Doc(pipe.vocab, words=text.split()) for text in TEXTS]
    spans = [doc[:] for doc in docs]
    features = pipe.model.parts.encoder.featurize([], spans, None, False)
    inputs: Dict[str, torch.Tensor] = features.inputs(range(len(docs)))[0]
    return inputs


def peft_difference(pipe: Any, name: str, folder: Path) -> float:
    """The greatest difference between the hidden states of PEFT and ours."""
    inputs = encoder_inputs(pipe)
    network = pipe.network.eval()
    gates = torch.zeros(len(TEXTS), len(pipe.languages))
    if name != SHARED:
        gates[:, pipe.languages.index(name)] = 1.0
    bare = pipe.base_encoder()
    theirs = PeftModel.from_pretrained(bare, str(folder)).eval()
    with torch.no_grad(), network.bank.state.use(gates):
        if "input_ids" in inputs:
            pieces = {k: inputs[k] for k in ("input_ids", "attention_mask")}
            model = network.encoder.get_submodule(network.encoder.published)
            mine = model(**pieces).last_hidden_state
            other = theirs(**pieces).last_hidden_state
            with theirs.disable_adapter():
                plain = theirs(**pieces).last_hidden_state
        else:
            mine, other = network.encoder(inputs), theirs(inputs)
            with theirs.disable_adapter():
                plain = theirs(inputs)
    assert (plain - mine).abs().max() > 1e-3
    return float((other - mine).abs().max())


def with_targets(*targets: str) -> Dict[str, Any]:
    bank = {**TINY_MODEL["bank"], "targets": list(targets)}  # type: ignore[dict-item]
    return {**TINY_MODEL, "bank": bank}


class TestExchange:
    def test_between_models(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        fix_random_seed(0)
        nlp = make_pipeline(with_targets("mix", "convolution"))
        pipe: Any = nlp.get_pipe("xoie")
        pipe.add_adapter("nl", notes={"docs": 7})
        shake(pipe, "en", "de", "nl")
        data = nlp.to_bytes()
        pipe.save_adapter("nl", tmp_path / "nl")
        assert peft_difference(pipe, "nl", tmp_path / "nl") < 1e-5
        wanted = answers(nlp, TEXTS, [{"nl": 1.0}])
        pipe.remove_adapter("nl")
        assert pipe.load_adapter(tmp_path / "nl") == "nl"
        assert answers(nlp, TEXTS, [{"nl": 1.0}]) == wanted
        assert pipe.adapters[-1].notes == {"docs": 7}
        with pytest.raises(ConfigError, match="named twice: nl"):
            pipe.load_adapter(tmp_path / "nl")
        assert pipe.load_adapter(tmp_path / "nl", "af") == "af"
        # A model that is the same but for one number of its encoder.
        other = make_pipeline(with_targets("mix", "convolution")).from_bytes(data)
        stranger: Any = other.get_pipe("xoie")
        stranger.remove_adapter("nl")
        with torch.no_grad():
            stranger.network.encoder.mix.base.weight[0, 0] += 1.0
        with pytest.raises(ModelDataError, match="trained on another base model"):
            stranger.load_adapter(tmp_path / "nl")
        assert stranger.languages == ("en", "de")
        assert stranger.load_adapter(tmp_path / "nl", any_base=True) == "nl"

    def test_damaged_adapter_changes_nothing(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        pipe: Any = make_pipeline(with_targets("mix")).get_pipe("xoie")
        pipe.save_adapter("de", tmp_path)
        weights = tmp_path / "adapter_model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-9])
        with pytest.raises(ModelDataError, match="cut short"):
            pipe.load_adapter(tmp_path, "nl")
        assert pipe.languages == ("en", "de")

    def test_transformer(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        save_bert(tmp_path)
        encoder = {
            "@architectures": "spacy-xoie.TransformerEncoder.v1",
            "name": str(tmp_path),
        }
        targets = with_targets("query$", "intermediate", "word_embeddings$")
        pipe: Any = make_pipeline({**targets, "encoder": encoder}).get_pipe("xoie")
        pipe.network.routed = True
        shake(pipe, "de")
        folder = tmp_path / "adapter"
        pipe.save_adapter("de", folder)
        assert peft_difference(pipe, "de", folder) < 1e-5
        assert pipe.load_adapter(folder, "nl") == "nl"
        assert peft_difference(pipe, "nl", folder) < 1e-5


class TestTunedEncoder:
    """A pretrained encoder with a shared adapter, words beside it, and languages on
    top."""

    @pytest.fixture
    def nlp(self, make_pipeline: Callable[..., Language], tmp_path: Path) -> Language:
        folder = tmp_path / "bert"
        folder.mkdir()
        save_bert(folder)
        pieces = {
            "@architectures": "spacy-xoie.TransformerEncoder.v2",
            "name": str(folder),
            "layers": 1,
            "rank": 3,
            "precision": "float32",
        }
        encoder = {
            "@architectures": "spacy-xoie.JointEncoder.v1",
            "pieces": pieces,
            "words": TINY_MODEL["encoder"],
            "width": 16,
        }
        fix_random_seed(0)
        nlp = make_pipeline({**TINY_MODEL, "encoder": encoder})
        pipe: Any = nlp.get_pipe("xoie")
        pipe.network.routed = True
        shake(pipe, "en", "de")
        with torch.no_grad():
            for name, weight in pipe.network.named_parameters():
                if name.endswith("shared_B"):
                    weight.normal_(std=0.2)
        return nlp

    def test_adapters_are_on_the_linear_layers(self, nlp: Language) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        names = [name for name, _ in pipe.network.bank.layers]
        assert len(names) == 6
        assert all(name.startswith("pieces.model.encoder.layer.0.") for name in names)
        assert pipe.shared_adapter.rank == 3

    def test_exchange(self, nlp: Language, tmp_path: Path) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        for name in ("en", "de", SHARED):
            pipe.save_adapter(name, tmp_path / name)
            assert peft_difference(pipe, name, tmp_path / name) < 1e-5
        texts = [*SURE, *UNSURE]
        before = answers(nlp, TEXTS, texts)
        assert pipe.load_adapter(tmp_path / "de", "nl") == "nl"
        assert peft_difference(pipe, "nl", tmp_path / "de") < 1e-5
        german, dutch = answers(nlp, TEXTS, [{"de": 1.0}, {"nl": 1.0}])
        assert plain(dutch) == plain(german)
        pipe.remove_adapter("nl")
        weights = deepcopy(pipe.network.state_dict())
        with torch.no_grad():
            for name, weight in pipe.network.named_parameters():
                if name.endswith("shared_B"):
                    weight.zero_()
        assert answers(nlp, TEXTS, texts) != before
        # What it was trained with is another base now.
        with pytest.raises(ModelDataError, match="trained on another base model"):
            pipe.load_adapter(tmp_path / "de", "nl")
        assert pipe.load_adapter(tmp_path / SHARED) == SHARED
        after = pipe.network.state_dict()
        assert all(torch.equal(after[name], value) for name, value in weights.items())
        assert answers(nlp, TEXTS, texts) == before

    def test_a_new_language_changes_no_other(
        self, nlp: Language, tmp_path: Path
    ) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        texts = [*SURE, *UNSURE]
        before = answers(nlp, TEXTS, texts)
        weights = deepcopy(pipe.network.state_dict())
        start = pipe.nearest_adapters("nl")
        assert set(start) == {"en", "de"}
        losses: List[float] = []
        train_adapter(
            pipe,
            "nl",
            make_dutch(nlp),
            start=start,
            settings=AdapterTraining(
                epochs=4, patience=4, learn_rate=0.02, max_tokens=100, few=0
            ),
            on_epoch=lambda epoch: losses.append(epoch.loss),
        )
        assert losses[-1] < losses[1]
        # The head knows too little for the best round not to be the first.
        shake(pipe, "nl")
        assert answers(nlp, TEXTS, texts) == before
        after = pipe.network.state_dict()
        assert all(torch.equal(after[name], value) for name, value in weights.items())
        new = {name for name in after if name not in weights}
        assert new and all(name.endswith(".nl") for name in new)
        served = answers(nlp, TEXTS, [{"nl": 1.0}])
        nlp.to_disk(tmp_path / "model")
        loaded = spacy.load(tmp_path / "model")
        assert answers(loaded, TEXTS, texts) == before
        assert answers(loaded, TEXTS, [{"nl": 1.0}]) == served
        pipe.rename_adapter("nl", "nds")
        (renamed,) = answers(nlp, TEXTS, [{"nds": 1.0}])
        assert plain(renamed) == plain(served[0])
        pipe.remove_adapter("nds")
        assert answers(nlp, TEXTS, texts) == before

    def test_merged_is_the_same(self, nlp: Language) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        (routed,) = answers(nlp, TEXTS, [{"de": 1.0}])
        pipe.network.merge({"de": 1.0})
        fold(pipe.network)
        (merged,) = answers(nlp, TEXTS, [{"de": 1.0}])
        for ours, wanted in zip(plain(merged), plain(routed), strict=True):
            assert [parts for parts, _ in ours] == [parts for parts, _ in wanted]
            scores = [score for _, score in wanted]
            assert [score for _, score in ours] == pytest.approx(scores, abs=1e-4)


def test_without_peft(
    make_pipeline: Callable[..., Language],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipe: Any = make_pipeline(with_targets("mix")).get_pipe("xoie")
    pipe.save_adapter("de", tmp_path / "old")
    monkeypatch.setitem(sys.modules, "peft", None)
    wanted = re.escape("pip install peft, or 'spacy-xoie[transformers]'")
    with pytest.raises(ConfigError, match=wanted):
        pipe.save_adapter("de", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(ConfigError, match=wanted):
        pipe.load_adapter(tmp_path / "old", "nl")
    assert pipe.languages == ("en", "de")
