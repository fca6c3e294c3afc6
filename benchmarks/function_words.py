"""Count the function words of languages in treebanks, for the table of the package.

    python -m benchmarks.function_words de_gsd-ud-dev.conllu.gz nb:no_bokmaal.conllu …

A file's language is what its name begins with, or what stands before a colon. What was
counted before of these languages in spacy_xoie/language/data/function_words.json is
replaced; what was added by hand stays.
"""

import json
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Annotated, DefaultDict, List

import srsly
import typer
from wasabi import msg

from spacy_xoie.corpora.function_words import count_function_words
from spacy_xoie.corpora.treebanks import read_treebank
from spacy_xoie.files import write_text
from spacy_xoie.language.function_words import PATH


def main(
    files: Annotated[List[str], typer.Argument(help="CoNLL-U files")],
    output: Annotated[Path, typer.Option()] = PATH,
    min_count: Annotated[int, typer.Option(min=1)] = 5,
    limit: Annotated[int, typer.Option(help="Sentences of a file, at most")] = 2000,
) -> None:
    """Count, and write the table."""
    paths: DefaultDict[str, List[Path]] = defaultdict(list)
    for file in files:
        language, _, name = file.rpartition(":")
        path = Path(name)
        paths[language or path.name.partition("_")[0]].append(path)
    table = srsly.read_json(output) if output.exists() else {}
    for language, own in paths.items():
        sentences = (
            sentence
            for path in own
            for sentence in islice(read_treebank(path, msg.warn), limit)
        )
        counted = vars(count_function_words(sentences, min_count=min_count))
        words = {
            kind: " ".join(sorted(found))
            for kind, found in counted.items()
            if isinstance(found, frozenset) and found
        }
        table.setdefault(language, {})["counted"] = words
        msg.good(f"{language}: {sum(len(v.split()) for v in words.values())} words")
    text = json.dumps(dict(sorted(table.items())), indent=1, ensure_ascii=False)
    write_text(output, f"{text}\n")


if __name__ == "__main__":
    typer.run(main)
