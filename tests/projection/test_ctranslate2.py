import json
import pickle
import sys
from pathlib import Path
from typing import Any, Dict, Iterable

import pytest
from spacy.util import registry

from spacy_xoie.doc.translations import Untranslated
from spacy_xoie.errors import ConfigError, EngineError
from spacy_xoie.projection.translators.ctranslate2 import MarianTranslator
from spacy_xoie.projection.ty import Translation, Translator

PAIRS = {
    "Anna paints the house.": "Anna streicht das Haus.",
    "The old dog sleeps.": "Der alte Hund schläft.",
    "Rain fell all night long.": "Es regnete die ganze Nacht.",
}


def _train_pieces(texts: Iterable[str], path: Path) -> None:
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(path.with_suffix("")),
        vocab_size=45,
        hard_vocab_limit=False,
        model_type="unigram",
        pad_id=-1,
        minloglevel=2,
    )
    path.with_suffix(".model").rename(path)


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hugging Face folder of a tiny Marian model that has learnt PAIRS."""
    sentencepiece = pytest.importorskip(
        "sentencepiece", reason="sentencepiece is not installed: pip install it"
    )
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder = tmp_path_factory.mktemp("marian")
    _train_pieces(PAIRS, folder / "source.spm")
    _train_pieces(PAIRS.values(), folder / "target.spm")
    vocab: Dict[str, int] = {"</s>": 0, "<unk>": 1}
    for name in ("source", "target"):
        model = sentencepiece.SentencePieceProcessor(
            model_file=str(folder / f"{name}.spm")
        )
        for k in range(model.get_piece_size()):
            if model.id_to_piece(k) != "<s>":
                vocab.setdefault(model.id_to_piece(k), len(vocab))
    vocab["<pad>"] = len(vocab)
    (folder / "vocab.json").write_text(json.dumps(vocab), "utf8")
    tokenizer = MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
    )
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=len(vocab),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        pad_token_id=vocab["<pad>"],
        eos_token_id=0,
        decoder_start_token_id=vocab["<pad>"],
        forced_eos_token_id=None,
        dropout=0.0,
    )
    model = MarianMTModel(config)
    batch = tokenizer(
        list(PAIRS), text_target=list(PAIRS.values()), return_tensors="pt", padding=True
    )
    batch["labels"][batch["labels"] == vocab["<pad>"]] = -100
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(120):
        optimizer.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def converted(marian: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model as CTranslate2 has it."""
    library = pytest.importorskip(
        "ctranslate2", reason="ctranslate2 is not installed: pip install it"
    )
    folder = tmp_path_factory.mktemp("converted") / "model"
    from transformers import MarianMTModel

    read = MarianMTModel.from_pretrained

    def read_old(path: str, *, dtype: Any = None, **settings: Any) -> Any:
        return read(path, torch_dtype=settings.pop("torch_dtype", dtype), **settings)

    with pytest.MonkeyPatch.context() as patch:
        # Its converter wants a newer transformers than spacy-transformers allows.
        patch.setattr(MarianMTModel, "from_pretrained", read_old)
        library.converters.TransformersConverter(
            str(marian), copy_files=["source.spm", "target.spm"]
        ).convert(str(folder))
    return folder


@pytest.mark.parametrize("beam_size", [1, 2])
@pytest.mark.parametrize("kind", ["marian", "converted"])
def test_translates(kind: str, beam_size: int, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(kind)
    make = registry.misc.get("spacy-xoie.CTranslate2Translator.v1")
    translator = make(path=str(folder), beam_size=beam_size, batch_size=2)
    assert isinstance(translator, Translator)
    texts = [*reversed(PAIRS), "  ", ""]
    wanted = [*(Translation(PAIRS[text]) for text in reversed(PAIRS))]
    found = translator(texts, "en", "de")
    assert found == [*wanted, Translation("  ", ()), Translation("", ())]
    assert pickle.loads(pickle.dumps(translator))(texts, "en", "de") == found


def test_a_tokenizer_of_hugging_face_will_do(converted: Path, tmp_path: Path) -> None:
    import sentencepiece
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    for path in converted.iterdir():
        if path.suffix != ".spm":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    translator = MarianTranslator(str(tmp_path))
    with pytest.raises(EngineError, match="--copy_files"):
        translator(["Anna"], "en", "de")

    pieces = {"</s>": -100.0, "<unk>": -100.0}
    for name, cost in (("source", 0.0), ("target", -1000.0)):
        spm = sentencepiece.SentencePieceProcessor(
            model_file=str(converted / f"{name}.spm")
        )
        for k in range(spm.get_piece_size()):
            pieces.setdefault(spm.id_to_piece(k), spm.get_score(k) + cost)
    tokenizer = Tokenizer(models.Unigram([*pieces.items()], unk_id=1))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 0)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(tmp_path)
    found = translator(list(PAIRS), "en", "de")
    assert found == [Translation(text) for text in PAIRS.values()]


@pytest.mark.parametrize("kind", ["marian", "converted"])
def test_what_does_not_fit_costs_one_text(
    kind: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(kind)
    text = next(iter(PAIRS))
    translator = MarianTranslator(str(folder), max_length=30, beam_size=1)
    long, good = translator([text * 5, text], "en", "de")
    assert isinstance(long, Untranslated) and long.reason == "text too long"
    assert good == Translation(PAIRS[text])
    (short,) = MarianTranslator(str(folder), max_length=30)(["\ud800"], "en", "de")
    assert isinstance(short, (Translation, Untranslated))


def test_other_languages_are_refused(tmp_path: Path) -> None:
    translator = MarianTranslator(str(tmp_path), source="eng", target="de")
    with pytest.raises(EngineError, match="not from 'en' to 'fr'"):
        translator(["Anna"], "en", "fr")
    # These are its own: only the model is missing.
    with pytest.raises(EngineError, match=r"model\.bin"):
        translator(["Anna"], "en", "de-AT")


def test_missing_folder_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="does not exist.*ct2-transformers-converter"):
        MarianTranslator(str(tmp_path / "nowhere"))(["Anna"], "en", "de")


def test_damaged_models(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", "utf8")
    with pytest.raises(EngineError, match="damaged"):
        MarianTranslator(str(tmp_path))(["Anna"], "en", "de")


@pytest.mark.parametrize("library", ["ctranslate2", "sentencepiece", "transformers"])
def test_missing_library_says_what_to_install(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if library == "sentencepiece":
        pytest.importorskip("ctranslate2", reason="ctranslate2 is not installed")
    files = ["model.bin", "source.spm", "target.spm"]
    for name in ["config.json"] if library == "transformers" else files:
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EngineError, match=f"'{library}'.*pip install"):
        MarianTranslator(str(tmp_path))(["Anna"], "en", "de")


def test_settings_are_checked() -> None:
    with pytest.raises(ConfigError, match="'beam_size' is 0"):
        MarianTranslator("model", beam_size=0)
