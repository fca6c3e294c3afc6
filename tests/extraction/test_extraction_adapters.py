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
from spacy_xoie.extraction.pipelines import extractor_of, update_config
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, save_model, stored_config
from spacy_xoie.language import LangidDetector
from spacy_xoie.language.pipelines import extend_detector
from spacy_xoie.loading import load
from spacy_xoie.network.adapters.routed import RoutedLora
from spacy_xoie.network.adapters.tuned import fold
from spacy_xoie.packaging.pipelines import (
    keep_languages,
    languages_of,
    merge_language,
)
from spacy_xoie.training.adapter import AdapterTraining, train_adapter
from spacy_xoie.training.rounds import learning_alone

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
    pipe.add_adapter("pl")
    update_config(nlp)
    model = nlp.config["components"]["xoie"]["model"]
    assert model["bank"]["languages"] == nlp.meta["languages"] == ["en", "de", "pl"]
    assert extend_detector(nlp, "pl") and extend_detector(nlp, "en")
    text = "Gmina otworzyła wczoraj nowy most nad rzeką w pobliżu szkoły."
    copy = spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    for pipeline in (nlp, copy):
        assert pipeline(text)._.language == "pl"
    assert not extend_detector(nlp, "xq")
    assert extend_detector(nlp, "ca") and extend_detector(nlp, "ca")
    detector: Any = nlp.get_pipe("xoie_lang").detector  # type: ignore[attr-defined]
    assert detector.added == ("pl", "ca")
    assert detector.languages[-2:] == ("pl", "ca")
    texts = [*TEXTS, "Good", "42"]
    assert detector(texts) == LangidDetector()(texts)
    (scores,) = detector(["L'ajuntament va obrir ahir un pont nou sobre el riu."])
    assert max(scores, key=lambda code: scores[code]) == "ca"


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


def one_hot_gates(pipe: Any, name: str) -> torch.Tensor:
    gates = torch.zeros(len(TEXTS), len(pipe.languages))
    if name != SHARED:
        gates[:, pipe.languages.index(name)] = 1.0
    return gates


def parts_of(said: List[Any]) -> List[Any]:
    """Triples without their scores."""
    return [[[t.parts for t in doc] for doc in docs] for docs in said]


def peft_difference(pipe: Any, name: str, folder: Path) -> float:
    """The greatest difference between the hidden states of PEFT and ours."""
    inputs = encoder_inputs(pipe)
    network = pipe.network.eval()
    gates = one_hot_gates(pipe, name)
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


def make_tuned(
    make_pipeline: Callable[..., Language], folder: Path, **changes: Any
) -> Language:
    """A pipeline with a pretrained encoder and a shared adapter that has an effect."""
    if not (folder / "bert").is_dir():
        (folder / "bert").mkdir()
        save_bert(folder / "bert")
    pieces = {
        "@architectures": "spacy-xoie.TransformerEncoder.v2",
        "name": str(folder / "bert"),
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
    nlp = make_pipeline({**TINY_MODEL, "encoder": encoder, **changes})
    pipe: Any = nlp.get_pipe("xoie")
    with torch.no_grad():
        for name, weight in pipe.network.named_parameters():
            if name.endswith("shared_B"):
                weight.normal_(std=0.2)
    return nlp


class TestTunedEncoder:
    """A pretrained encoder with a shared adapter, words beside it, and languages on
    top."""

    @pytest.fixture
    def nlp(self, make_pipeline: Callable[..., Language], tmp_path: Path) -> Language:
        nlp = make_tuned(make_pipeline, tmp_path)
        pipe: Any = nlp.get_pipe("xoie")
        pipe.network.routed = True
        shake(pipe, "en", "de")
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
            pipe.save_adapter(name, tmp_path / name, whole=name != SHARED)
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

    def test_one_folder_beside_the_shared_one(
        self, nlp: Language, tmp_path: Path
    ) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        sizes = {
            name: pipe.save_adapter(name, tmp_path / name) for name in ("de", SHARED)
        }
        assert sizes["de"] < sizes[SHARED]
        assert sizes["de"] < pipe.save_adapter("de", tmp_path / "whole", whole=True)
        inputs = encoder_inputs(pipe)
        pieces = {k: inputs[k] for k in ("input_ids", "attention_mask")}
        theirs = PeftModel.from_pretrained(
            pipe.base_encoder(), str(tmp_path / SHARED), adapter_name=SHARED
        ).eval()
        theirs.load_adapter(str(tmp_path / "de"), "de")
        theirs.base_model.set_adapter([SHARED, "de"])
        network = pipe.network.eval()
        gates = one_hot_gates(pipe, "de")
        with torch.no_grad(), network.bank.state.use(gates):
            model = network.encoder.get_submodule(network.encoder.published)
            mine = model(**pieces).last_hidden_state
            other = theirs(**pieces).last_hidden_state
        assert (other - mine).abs().max() < 1e-5
        # Either folder gives the same adapter here.
        for folder, name in (("de", "nl"), ("whole", "af")):
            assert pipe.load_adapter(tmp_path / folder, name) == name
        said = answers(nlp, TEXTS, [{"de": 1.0}, {"nl": 1.0}, {"af": 1.0}])
        assert plain(said[0]) == plain(said[1]) == plain(said[2])


class TestEmptyBank:
    """A model that was trained without adapters, and can have some."""

    LANGUAGES = [*SURE, *UNSURE]

    @pytest.fixture
    def plain_nlp(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> Language:
        return make_tuned(make_pipeline, tmp_path, bank=None, router=None)

    @pytest.fixture
    def nlp(
        self,
        make_pipeline: Callable[..., Language],
        tmp_path: Path,
        plain_nlp: Language,
        heads: List[str],
    ) -> Language:
        bank = {**TINY_MODEL["bank"], "languages": [], "head_targets": heads}  # type: ignore[dict-item]
        nlp = make_tuned(make_pipeline, tmp_path, bank=bank)
        # What was stored without a bank can be read with an empty one.
        return nlp.from_bytes(plain_nlp.to_bytes())

    @pytest.fixture(params=["", "role$"])
    def heads(self, request: pytest.FixtureRequest) -> List[str]:
        return list(filter(None, [request.param]))

    def test_costs_and_changes_nothing(
        self, nlp: Language, plain_nlp: Language
    ) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        assert pipe.languages == () and pipe.adapters == []
        assert not any(isinstance(m, RoutedLora) for m in pipe.network.modules())
        before = answers(plain_nlp, TEXTS, self.LANGUAGES)
        assert answers(nlp, TEXTS, self.LANGUAGES) == before
        # Nor does it where a stage of training has switched adapters on.
        pipe.set_stage("adapters")
        assert pipe.gates([nlp.make_doc(TEXTS[0])]) == []
        assert answers(nlp, TEXTS, self.LANGUAGES) == before
        assert nlp.get_pipe("xoie").to_bytes() != b""
        states = [n.get_pipe("xoie").network.state_dict() for n in (nlp, plain_nlp)]  # type: ignore[attr-defined]
        assert list(states[0]) == list(states[1])
        assert pipe.serves_any_language

    @pytest.mark.filterwarnings("error:.*has no adapter for")
    def test_languages_come_and_go(
        self, nlp: Language, plain_nlp: Language, tmp_path: Path
    ) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        before = answers(plain_nlp, TEXTS, [*self.LANGUAGES, {"pl": 0.9}])
        state = deepcopy(pipe.network.state_dict())
        nlp.meta["languages"] = ["en", "de"]
        pipe.add_adapter("pl")
        extend_detector(nlp, "pl")
        update_config(nlp)
        # It starts as what serves the language without it, but for the last bits.
        start = answers(nlp, TEXTS, [{"pl": 0.9}])
        assert parts_of(start) == parts_of(before[-1:])
        shake(pipe, "pl")
        assert answers(nlp, TEXTS, self.LANGUAGES) == before[:-1]
        served = answers(nlp, TEXTS, [{"pl": 0.9}])
        assert plain(served[0]) != plain(before[-1])
        assert {t.adapter for docs in served for doc in docs for t in doc} == {"pl"}
        nlp.to_disk(tmp_path / "nlp")
        loaded = spacy.load(tmp_path / "nlp")
        assert loaded.meta["languages"] == ["en", "de", "pl"]
        assert answers(loaded, TEXTS, self.LANGUAGES) == before[:-1]
        assert answers(loaded, TEXTS, [{"pl": 0.9}]) == served
        loaded.get_pipe("xoie").remove_adapter("pl")  # type: ignore[attr-defined]
        update_config(loaded)
        assert loaded.meta["languages"] == ["en", "de"]
        assert loaded.config["components"]["xoie"]["model"]["bank"]["languages"] == []
        assert answers(loaded, TEXTS, [*self.LANGUAGES, {"pl": 0.9}]) == before
        after = loaded.get_pipe("xoie").network.state_dict()  # type: ignore[attr-defined]
        assert list(after) == list(state)
        assert all(torch.equal(after[name], value) for name, value in state.items())

    def test_mixed_languages_in_one_stream(self, nlp: Language) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        pipe.threshold = 0.0
        pipe.add_adapter("nl")
        shake(pipe, "nl")
        docs = []
        for number, text in enumerate(5 * TEXTS):
            doc = nlp.make_doc(text)
            doc._.language = ("en", "nl", "de")[number % 3]
            docs.append(doc)
        alone = [pipe(doc.copy()) for doc in docs]
        mixed = list(pipe.pipe([doc.copy() for doc in docs], batch_size=15))
        for number, (one, other) in enumerate(zip(alone, mixed, strict=True)):
            assert [str(t) for t in one._.triples] == [str(t) for t in other._.triples]
            adapters = {triple.adapter for triple in other._.triples}
            assert adapters <= {"nl" if number % 3 == 1 else ""}

    def test_exchange(self, nlp: Language, tmp_path: Path, heads: List[str]) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        pipe.add_adapter("nl", notes={"docs": 7})
        shake(pipe, "nl")
        served = answers(nlp, TEXTS, [{"nl": 1.0}])
        pipe.save_adapter("nl", tmp_path / "nl")
        pipe.remove_adapter("nl")
        # What does not fit leaves no trace.
        weights = tmp_path / "nl" / "adapter_model.safetensors"
        state = pipe.network.state_dict()
        with torch.no_grad():
            pipe.network.encoder.mix.weight[0, 0] += 1.0
        with pytest.raises(ModelDataError, match="trained on another base model"):
            pipe.load_adapter(tmp_path / "nl")
        with torch.no_grad():
            pipe.network.encoder.mix.weight[0, 0] -= 1.0
        assert pipe.languages == () and list(pipe.network.state_dict()) == list(state)
        assert pipe.load_adapter(tmp_path / "nl", any_base=True) == "nl"
        assert pipe.adapters[0].notes == {"docs": 7} and weights.is_file()
        assert answers(nlp, TEXTS, [{"nl": 1.0}]) == served

    @pytest.mark.parametrize("targets", [["^mix", "^convolutions"], []])
    def test_what_does_not_learn_reads_a_sentence_once(
        self,
        make_pipeline: Callable[..., Language],
        tmp_path: Path,
        targets: List[str],
    ) -> None:
        bank = {**TINY_MODEL["bank"], "languages": [], "targets": targets}  # type: ignore[dict-item]
        pipe: Any = make_tuned(make_pipeline, tmp_path, bank=bank).get_pipe("xoie")
        pipe.add_adapter("nl")
        encoder, inputs = pipe.network.encoder.pieces, encoder_inputs(pipe)
        weight = encoder.model.embeddings.LayerNorm.weight

        def states() -> torch.Tensor:
            pipe.network.train()
            out: torch.Tensor = encoder(inputs).detach()
            return out

        with torch.inference_mode():
            predicted = encoder(inputs)
        with learning_alone(pipe.network, "nl"):
            before = states()
            with torch.no_grad():
                weight += 1.0
            kept = states()
            with torch.no_grad():
                weight -= 1.0
        if targets:
            assert torch.equal(before, predicted) and torch.equal(kept, before)
        else:
            # Adapters within the encoder learn, with its dropout.
            assert (kept - before).abs().max() > 0.1
        pipe.network.eval()
        with torch.inference_mode():
            assert torch.equal(encoder(inputs), predicted)

    def test_wheels(self, nlp: Language, plain_nlp: Language) -> None:
        pipe: Any = nlp.get_pipe("xoie")
        pipe.add_adapter("nl")
        pipe.add_adapter("it")
        shake(pipe, "nl")
        extend_detector(nlp, "nl")
        extend_detector(nlp, "it")
        assert set(languages_of(nlp)) >= {"en", "de", "nl", "it"}
        served = answers(nlp, TEXTS, [{"nl": 1.0}, {"en": 1.0}])
        for language, wanted in zip(("nl", "en"), served, strict=True):
            merged = merge_language(nlp, language)
            assert extractor_of(merged).network.bank is None
            (said,) = answers(merged, TEXTS, [{language: 1.0}])
            assert parts_of([said]) == parts_of([wanted])
        some = keep_languages(nlp, ["nl", "de"])
        assert extractor_of(some).languages == ("nl",)
        assert set(languages_of(some)) == {"nl", "de"}
        assert answers(some, TEXTS, [{"nl": 1.0}, {"en": 1.0}]) == served

    def test_config_with_languages_of_the_data(
        self, make_pipeline: Callable[..., Language], tmp_path: Path
    ) -> None:
        # Not a bank that is empty, but one for other languages than the data is in.
        bank = {**TINY_MODEL["bank"], "languages": ["nl"]}  # type: ignore[dict-item]
        with pytest.raises(ConfigError, match="no adapter \\(it has nl\\)"):
            make_tuned(make_pipeline, tmp_path, bank=bank)
