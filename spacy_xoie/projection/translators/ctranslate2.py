"""Neural translation with a Marian (OPUS-MT) model in a local folder."""

import os
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from ...doc.codes import language_code
from ...doc.translations import Untranslated
from ...errors import ConfigError, EngineError
from ...forks import prepare_forks
from ...registries import translators
from ..ty import Translation, Translator

Outcome = Union[Translation, Untranslated]
Decode = Callable[[List[str]], List[Outcome]]
"""Translates a batch of texts."""


class MarianTranslator:
    """Translates with a model that was made for one pair of languages. The model is
    loaded with the first text.

    path (str): Folder of the model: one that CTranslate2's converter wrote, with
        `source.spm` and `target.spm` or with a Hugging Face tokenizer in it, or a
        Hugging Face folder of a Marian model.
    source, target (str): The languages of the model; "" trusts the user.
    batch_size (int): How many texts are translated at a time.
    beam_size (int): Width of the search; 1 is greedy.
    max_length (int): Longest text and translation, in pieces of words.
    device (str): "cpu" or "cuda".
    """

    by_sentence = True

    def __init__(
        self,
        path: str,
        *,
        source: str = "",
        target: str = "",
        batch_size: int = 32,
        beam_size: int = 2,
        max_length: int = 512,
        device: str = "cpu",
    ) -> None:
        for name, value in (
            ("batch_size", batch_size),
            ("beam_size", beam_size),
            ("max_length", max_length),
        ):
            if value < 1:
                raise ConfigError(f"'{name}' is {value}: it must be 1 or more.")
        self.path = path
        self.source = source
        self.target = target
        self.batch_size = batch_size
        self.beam_size = beam_size
        self.max_length = max_length
        self.device = device
        self._decode: Optional[Decode] = None
        self._owner = os.getpid()
        prepare_forks()

    def __call__(self, texts: Sequence[str], source: str, target: str) -> List[Outcome]:
        """Translate texts.

        texts (Sequence[str]): The texts.
        source (str): Code of their language.
        target (str): Code of the language to translate to.
        RETURNS (List[Outcome]): One for each text, in order.
        RAISES (EngineError): If the library or the model is missing, or the model is
            of other languages.
        """
        for code, own in ((source, self.source), (target, self.target)):
            if own and language_code(code) != language_code(own):
                raise EngineError(
                    f"The model {self.path} translates from '{self.source}' to "
                    f"'{self.target}', not from '{source}' to '{target}'. Give the "
                    "folder of a model for these languages."
                )
        decode = self._load()
        results: List[Outcome] = [Translation(text, ()) for text in texts]
        # Texts of a similar length waste least; nothing is made of blanks.
        order = sorted(
            (i for i in range(len(texts)) if texts[i].strip()),
            key=lambda i: len(texts[i]),
        )
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            # No tokenizer can read halves of surrogate pairs.
            clean = [texts[i].encode("utf-8", "replace").decode() for i in batch]
            for i, outcome in zip(batch, decode(clean), strict=True):
                results[i] = outcome
        return results

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_decode": None}

    def _load(self) -> Decode:
        # The threads of a loaded model do not survive a fork.
        if self._decode is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self._decode = self._choose_loader()()
        return self._decode

    def _choose_loader(self) -> Callable[[], Decode]:
        folder = Path(self.path)
        if (folder / "model.bin").is_file():
            return self._load_ctranslate2
        if (folder / "config.json").is_file():
            return self._load_transformers
        what = "holds neither" if folder.is_dir() else "does not exist, and so not"
        raise EngineError(
            f"The folder {folder} {what} model.bin (of CTranslate2) nor config.json "
            "(of a Hugging Face Marian model). Download a model such as Helsinki-NLP's "
            "opus-mt-en-de into it, or convert one: ct2-transformers-converter --model "
            f"Helsinki-NLP/opus-mt-en-de --output_dir {folder} --copy_files source.spm "
            "target.spm"
        )

    def _load_ctranslate2(self) -> Decode:
        try:
            import ctranslate2
        except ImportError as error:
            raise _missing("ctranslate2", self.path) from error
        tokenizer = _load_tokenizer(self.path)
        try:
            model = ctranslate2.Translator(self.path, device=self.device)
        except (RuntimeError, ValueError) as error:
            raise _unreadable(self.path, error) from error

        def decode(texts: List[str]) -> List[Outcome]:
            pieces = [tokenizer.encode(text) for text in texts]
            fitting = [i for i, piece in enumerate(pieces) if self._fits(piece)]
            answers = model.translate_batch(
                [pieces[i] for i in fitting],
                beam_size=self.beam_size,
                max_decoding_length=self.max_length,
            )
            outcomes = self._too_long(texts)
            for i, answer in zip(fitting, answers, strict=True):
                best = answer.hypotheses[0]
                text = tokenizer.decode(best)
                outcomes[i] = _judge(texts[i], text, len(best) < self.max_length)
            return outcomes

        return decode

    def _load_transformers(self) -> Decode:
        import torch

        try:
            from transformers import AutoTokenizer, MarianMTModel
        except ImportError as error:
            raise _missing("transformers", self.path) from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.path, local_files_only=True)
            model = MarianMTModel.from_pretrained(self.path, local_files_only=True)
        except ImportError as error:
            raise _missing("sentencepiece", self.path) from error
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            raise _unreadable(self.path, error) from error
        model = model.eval().to(self.device)

        def decode(texts: List[str]) -> List[Outcome]:
            ids = tokenizer(texts)["input_ids"]
            fitting = [i for i, row in enumerate(ids) if self._fits(row)]
            outcomes = self._too_long(texts)
            if not fitting:
                return outcomes
            inputs = tokenizer(
                [texts[i] for i in fitting], return_tensors="pt", padding=True
            )
            with torch.inference_mode():
                outputs = model.generate(
                    **inputs.to(self.device),
                    num_beams=self.beam_size,
                    max_new_tokens=self.max_length,
                )
            end = model.config.eos_token_id
            for i, row in zip(fitting, outputs.tolist(), strict=True):
                text = tokenizer.decode(row, skip_special_tokens=True)
                outcomes[i] = _judge(texts[i], text, end in row)
            return outcomes

        return decode

    def _fits(self, pieces: Sequence[Union[str, int]]) -> bool:
        return len(pieces) <= self.max_length

    def _too_long(self, texts: List[str]) -> List[Outcome]:
        detail = f"more than {self.max_length} pieces of words in "
        return [Untranslated("text too long", f"{detail}{text!r}") for text in texts]


@translators("spacy-xoie.CTranslate2Translator.v1")
def make_ctranslate2_translator(
    path: str,
    source: str = "",
    target: str = "",
    batch_size: int = 32,
    beam_size: int = 2,
    max_length: int = 512,
    device: str = "cpu",
) -> Translator:
    """Make a translator that runs a Marian model from a local folder. See
    `MarianTranslator` for the settings."""
    return MarianTranslator(
        path,
        source=source,
        target=target,
        batch_size=batch_size,
        beam_size=beam_size,
        max_length=max_length,
        device=device,
    )


class _Pieces:
    """From text to pieces of words and back, by two sentencepiece models."""

    def __init__(self, source: Path, target: Path) -> None:
        import sentencepiece

        self.source = sentencepiece.SentencePieceProcessor(model_file=str(source))
        self.target = sentencepiece.SentencePieceProcessor(model_file=str(target))

    def encode(self, text: str) -> List[str]:
        return [*self.source.encode(text, out_type=str), "</s>"]

    def decode(self, pieces: List[str]) -> str:
        text: str = self.target.decode(pieces)
        return text


class _HuggingFacePieces:
    """The same by a tokenizer of Hugging Face."""

    def __init__(self, path: str) -> None:
        from transformers import AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)

    def encode(self, text: str) -> List[str]:
        tokenizer = self.tokenizer
        pieces: List[str] = tokenizer.convert_ids_to_tokens(tokenizer.encode(text))
        return pieces

    def decode(self, pieces: List[str]) -> str:
        tokenizer = self.tokenizer
        ids = tokenizer.convert_tokens_to_ids(pieces)
        text: str = tokenizer.decode(ids, skip_special_tokens=True)
        return text


def _load_tokenizer(path: str) -> Union[_Pieces, _HuggingFacePieces]:
    source, target = Path(path) / "source.spm", Path(path) / "target.spm"
    try:
        if source.is_file() and target.is_file():
            return _Pieces(source, target)
        return _HuggingFacePieces(path)
    except ImportError as error:
        # Python names a module that is missing; transformers asks for others in prose.
        raise _missing(error.name or "sentencepiece", path) from error
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        raise EngineError(
            f"The model in {path} has no tokenizer that can be read: {error}. It needs "
            "source.spm and target.spm, or the files of a Hugging Face tokenizer: give "
            "them to the converter with --copy_files."
        ) from error


def _judge(source: str, text: str, is_complete: bool) -> Outcome:
    if not is_complete:
        return Untranslated("translation does not end", f"of {source!r}")
    if not text.strip():
        return Untranslated("empty translation", f"of {source!r}")
    return Translation(text)


def _missing(library: str, path: str) -> EngineError:
    return EngineError(
        f"The model in {path} needs the library '{library}', which is not installed. "
        "Install it: pip install 'spacy-xoie[translate]'"
    )


def _unreadable(path: str, error: Exception) -> EngineError:
    return EngineError(
        f"The model in {path} cannot be loaded: {error}. It is damaged, or no Marian "
        "model. Download or convert it again."
    )
