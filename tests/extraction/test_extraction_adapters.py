"""Languages plugged into a trained extractor and out of it: what the others give stays
the same to the last bit."""

from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
import spacy
import torch
from adapter_builders import SURE, TEXTS, UNSURE, answers, shake
from conftest import TINY_MODEL
from peft import PeftModel
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import fix_random_seed
from thinc.api import Config

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.extraction.pipelines import update_config
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, save_model, stored_config
from spacy_xoie.language import LangidDetector
from spacy_xoie.language.pipelines import extend_detector
from spacy_xoie.loading import load

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
    parts = [[[(t.parts, t.score) for t in doc] for doc in docs] for docs in before]
    assert [
        [[(t.parts, t.score) for t in doc] for doc in docs] for docs in after
    ] == parts
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

    def plain(docs: Any) -> Any:
        return [[(t.parts, t.score) for t in doc] for doc in docs]

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
    gates[:, pipe.languages.index(name)] = 1.0
    bare = pipe.base_encoder()
    theirs = PeftModel.from_pretrained(bare, str(folder)).eval()
    with torch.no_grad(), network.bank.state.use(gates):
        if "input_ids" in inputs:
            pieces = {k: inputs[k] for k in ("input_ids", "attention_mask")}
            mine = network.encoder.model(**pieces).last_hidden_state
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
        from transformers import BertConfig, BertModel, BertTokenizerFast

        words = {word.lower() for text in TEXTS for word in text.split()}
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        (tmp_path / "vocab.txt").write_text("\n".join([*special, *sorted(words)]))
        BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
        torch.manual_seed(0)
        config = BertConfig(
            vocab_size=len(words) + 5,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=24,
            max_position_embeddings=40,
        )
        BertModel(config).save_pretrained(tmp_path)
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
