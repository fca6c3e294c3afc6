"""Write what `xx_xoie_md` does in each of its languages into docs/languages.md: the
figures that `spacy xoie measure --store` keeps with the model, and what it finds in a
sentence of each language.

    python docs/make_languages.py
"""

from pathlib import Path
from typing import Any, Dict, List

from spacy.language import Language

from spacy_xoie.extraction.pretrained import META, find_model
from spacy_xoie.files import read_json
from spacy_xoie.language.examples import example_sentences
from spacy_xoie.loading import load
from spacy_xoie.packaging.language_table import LEGEND, language_table
from spacy_xoie.packaging.readme import markdown_table

PAGE = Path(__file__).parent / "languages.md"
MODEL = "xx_xoie_md"
PICTURE = "agreement.png"
"""What `spacy xoie consistency --plot` drew."""
START, END = (
    "<!-- From here on written by docs/make_languages.py -->\n",
    "<!-- To here written by docs/make_languages.py -->\n",
)


def table(meta: Dict[str, Any]) -> str:
    """RETURNS (str): What is known of each language, as Markdown.

    meta (Dict[str, Any]): The meta data of the model.
    """
    header, *rows = language_table(
        meta["languages"], meta.get("by_language") or {}, meta["sources"]
    )
    return markdown_table(header, rows)


def sentences(nlp: Language) -> str:
    """RETURNS (str): A sentence of each language, with the triples that a pipeline
    finds in it."""
    blocks: List[str] = []
    for code in nlp.meta["languages"]:
        text = example_sentences().get(code)
        if text is not None:
            triples = [str(triple) for triple in nlp(text)._.triples]
            found = "\n   ".join([text, *(triples or ["no triples"])])
            blocks.append(f"{code} {found}")
    return "\n".join(blocks)


def picture(meta: Dict[str, Any]) -> str:
    """RETURNS (str): The heat map, where agreement with English was measured."""
    known = (meta.get("by_language") or {}).values()
    if not any("consistency" in figures for figures in known):
        return ""
    return f"![Agreement of each language with English]({PICTURE})\n\n"


def section(meta: Dict[str, Any], nlp: Language) -> str:
    """RETURNS (str): The part of the page that is made here."""
    return (
        f"{table(meta)}\n\n{LEGEND}\n\n{picture(meta)}"
        f"What the model finds in a sentence of each, which it did not learn from and\n"
        f"whose language it is not told, right or wrong:\n\n"
        f"```text\n{sentences(nlp)}\n```\n"
    )


def main() -> None:
    page = PAGE.read_text(encoding="utf8")
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    made = section(read_json(find_model(MODEL) / META), load(MODEL))
    PAGE.write_text(f"{before}{START}{made}{END}{after}", encoding="utf8")


if __name__ == "__main__":
    main()
