"""Translations that the user has already."""

from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ...doc.folding import fold
from ...doc.translations import Untranslated
from ...errors import ConfigError, DataError
from ...files import file_suffix, json_object, read_text
from ...registries import translators
from ..ty import Translation, Translator


class PrecomputedTranslator:
    """Looks texts up in a table. They are the same texts in any form: white space,
    apostrophes, quotes and the like need not agree.

    translations (Mapping[str, str]): Texts and their translations.
    """

    by_sentence = False

    def __init__(self, translations: Mapping[str, str]) -> None:
        self.translations = dict(translations)
        self._folded = {fold(text): text for text in reversed(self.translations)}

    def __call__(
        self, texts: Sequence[str], source: str, target: str
    ) -> List[Union[Translation, Untranslated]]:
        """Look texts up.

        texts (Sequence[str]): The texts.
        source (str): Code of their language. Not looked at.
        target (str): Code of the other language. Not looked at.
        RETURNS (List[Union[Translation, Untranslated]]): One for each text, in order.
        """
        return [self._translate(text) for text in texts]

    def _translate(self, text: str) -> Union[Translation, Untranslated]:
        key = text if text in self.translations else self._folded.get(fold(text))
        if key is None:
            return Untranslated("no translation given", f"for {text!r}")
        return Translation(self.translations[key])


@translators("spacy-xoie.PrecomputedTranslator.v1")
def make_precomputed_translator(
    translations: Dict[str, str] = {}, path: Optional[str] = None
) -> Translator:
    """Make a translator that looks translations up.

    translations (Dict[str, str]): Texts and their translations.
    path (Optional[str]): A file with more of them: a JSON object (.json), or lines of
        text, tab, translation. Where both have a text, `translations` counts.
    RETURNS (Translator): The translator.
    RAISES (ConfigError): If there is no such file.
    RAISES (DataError): If the file is not in such a format.
    """
    table = read_translations(path) if path is not None else {}
    return PrecomputedTranslator({**table, **translations})


def read_translations(path: Union[str, Path]) -> Dict[str, str]:
    """Read a table of translations.

    path (Union[str, Path]): A JSON object (.json), or lines of text, tab, translation.
    RETURNS (Dict[str, str]): Texts and their translations.
    RAISES (ConfigError): If there is no such file.
    RAISES (DataError): If it is not in such a format, with the places of all faults.
    """
    path = Path(path)
    try:
        content = read_text(path)
    except OSError as error:
        raise ConfigError(
            f"The translations {path} cannot be read: {error}. Check the setting "
            "'path' of the precomputed translator."
        ) from error
    read = _read_json if file_suffix(path) == ".json" else _read_tsv
    table, faults = read(content)
    if faults:
        first = "; ".join(faults[:5])
        raise DataError(
            f"The translations {path} have {len(faults)} faults. {first}. Give a JSON "
            "object of texts and translations, or lines of text, tab, translation."
        )
    return table


def _read_json(content: str) -> Tuple[Dict[str, str], List[str]]:
    try:
        table = json_object(content)
    except DataError as error:
        return {}, [str(error)]
    faults = [
        f"The translation of {text!r} is no text, but {type(value).__name__}"
        for text, value in table.items()
        if not isinstance(value, str)
    ]
    return table, faults


def _read_tsv(content: str) -> Tuple[Dict[str, str], List[str]]:
    table: Dict[str, str] = {}
    faults: List[str] = []
    for number, line in enumerate(content.split("\n"), start=1):
        cells = line.rstrip("\r").split("\t")
        if len(cells) == 2 and all(cell.strip() for cell in cells):
            table[cells[0]] = cells[1]
        elif line.strip():
            faults.append(f"Line {number} is not text, tab, translation: {line[:60]!r}")
    return table, faults
