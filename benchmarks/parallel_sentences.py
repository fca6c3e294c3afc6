"""What a pipeline finds in parallel text: `python -m benchmarks.parallel_sentences
DATA MODEL`, where DATA is a folder of parallel treebanks (`<lang>_*.conllu.gz`, such as
Parallel Universal Dependencies). No gold triples are needed: it prints, for each
language, how many sentences have a triple, and some sentences to look at."""

import argparse
import gzip
import random
import sys
from pathlib import Path
from typing import Dict, List

import spacy
import srsly
import wasabi
from spacy.language import Language


def read_texts(path: Path) -> Dict[str, str]:
    """RETURNS (Dict[str, str]): Sentence id to text, of a CoNLL-U file."""
    texts: Dict[str, str] = {}
    name = ""
    with gzip.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            if line.startswith("# sent_id = "):
                name = line.removeprefix("# sent_id = ").strip()
            elif line.startswith("# text = "):
                texts[name] = line.removeprefix("# text = ").rstrip("\n")
    return texts


def run(nlp: Language, texts: Dict[str, str], language: str) -> Dict[str, object]:
    """Extract triples from the sentences of one language and count."""
    docs = dict(zip(texts, nlp.pipe(texts.values()), strict=True))
    counts = [len(doc._.triples) for doc in docs.values()]
    routed = [doc._.language == language for doc in docs.values()]
    scores = [triple.score for doc in docs.values() for triple in doc._.triples]
    return {
        "sentences": len(docs),
        "with_triple": sum(map(bool, counts)) / max(len(docs), 1),
        "triples": sum(counts) / max(len(docs), 1),
        "mean_score": sum(scores) / max(len(scores), 1),
        "language_right": sum(routed) / max(len(docs), 1),
        "docs": docs,
    }


def _short(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--languages", default="en,es,pt,de,zh,ar")
    parser.add_argument("--show", type=int, default=10, help="sentences to print")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, help="JSONL of all triples")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"There is no folder {options.data}: nothing to run on.", file=sys.stderr)
        return 1
    nlp = spacy.load(options.model)
    rows, records, shown = [], [], None
    for language in options.languages.split(","):
        (path,) = options.data.glob(f"{language}_*.conllu.gz")
        texts = read_texts(path)
        if shown is None:
            shown = random.Random(options.seed).sample(sorted(texts), options.show)
        result = run(nlp, texts, language)
        docs = result.pop("docs")
        assert isinstance(docs, dict)
        rows.append([language, *map(_short, result.values())])
        wasabi.msg.divider(language)
        for name in shown:
            print(f"{name}  {docs[name].text}")
            for triple in docs[name]._.triples:
                print(f"    {triple.score:.2f} {triple}")
        for name, doc in docs.items():
            facts = [triple.to_dict() for triple in doc._.triples]
            records.append({"id": name, "language": language, "triples": facts})
    header = ("", "sentences", "with triple", "triples each", "score", "language right")
    print(wasabi.table(rows, header=header, divider=True, aligns=["l", *["r"] * 5]))
    if options.output is not None:
        srsly.write_jsonl(options.output, records)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
