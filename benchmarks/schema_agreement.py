"""Do the same sentences in several languages say the same canonical facts?

    python benchmarks/schema_agreement.py assets/corpus [--model xx_xoie_sm]

Reads the parallel corpus, finds the facts of the general schema in its gold triples, or
with --model in those that the model finds, and compares by sentence and relation. What
is compared is which relation is said of a sentence; whether the arguments are
translations of each other is not looked at, but whether the roles are the same way
round is shown by examples (--show).
"""

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Dict, List, Set, Tuple

from spacy_xoie.corpora import doc_from_record, read_corpus
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.loading import load
from spacy_xoie.schema import get_facts, get_set_aside

Found = Set[Tuple[str, str]]
"""Sentences and relations."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--splits", nargs="+", default=["train", "dev", "test"])
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    records, _ = read_corpus(args.corpus)
    records = [record for record in records if record.split in args.splits]
    nlp = load(args.model, "xx") if args.model else multilingual_pipeline()
    mapper = nlp.add_pipe("xoie_schema")
    if args.model:
        texts = (record.text for record in records)
        docs = list(nlp.pipe(texts, batch_size=64))
    else:
        docs = [mapper(doc_from_record(nlp, record)) for record in records]
    found: Dict[str, Found] = defaultdict(set)
    shown: Dict[Tuple[str, str], List[str]] = defaultdict(list)
    reasons: Dict[str, int] = defaultdict(int)
    for record, doc in zip(records, docs, strict=True):
        for fact in get_facts(doc):
            found[record.language].add((record.id, fact.relation))
            shown[record.id, fact.relation].append(f"{record.language} {fact}")
        for entry in get_set_aside(doc):
            reasons[entry.reason] += 1
    everything = set().union(*found.values())
    languages = sorted({record.language for record in records})
    ids = len({record.id for record in records})
    print(f"{ids} sentences in {len(languages)} languages, {len(everything)} facts")
    print("language | facts | of English facts | not in English")
    for language in languages:
        here = found[language]
        shared = len(here & found["en"])
        share = f"{shared}/{len(found['en'])}"
        print(f"{language} | {len(here)} | {share} | {len(here - found['en'])}")
    counts = [sum(pair in found[code] for code in languages) for pair in everything]
    for number in range(len(languages), 0, -1):
        print(f"in {number} languages: {counts.count(number)}")
    print("set aside:", dict(sorted(reasons.items())))
    if args.show:
        for pair, facts in sorted(shown.items()):
            print(*pair)
            for fact in facts:
                print("   ", fact)


if __name__ == "__main__":
    main()
