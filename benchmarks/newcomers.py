"""What twenty sentences of a language that a model has never seen bring.

    python -m benchmarks.newcomers [--model xx_xoie_sm] [--seeds 0 1 2] [--show]

For each newcomer in `assets/newcomers`: scores on the ten sentences that are held back,
of the model as it is, with the adapters of the nearest relatives, and with an adapter
that learned from the twenty others. Their language is told, not detected. The first
seed tries all rates, the others keep its choice.
"""

import argparse
from pathlib import Path
from typing import Any, Dict, List, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie.corpora import docs_from_records, read_corpus
from spacy_xoie.corpora.treebanks import graft, read_treebank, treebank_docs
from spacy_xoie.extraction import TripleExtractor
from spacy_xoie.loading import load
from spacy_xoie.network.heads import ArcHead
from spacy_xoie.training.adapter import (
    AdapterTraining,
    docs_in_language,
    train_adapter,
)
from spacy_xoie.training.dev_scores import dev_scores, strip_annotation

NAMES = ("triple_f", "soft_f", "las")


def gold_docs(nlp: Language, folder: Path, language: str, split: str) -> List[Doc]:
    """Docs with the gold triples and trees of a part of the sentences."""
    records, _ = read_corpus(folder / f"{language}.jsonl")
    docs, _ = docs_from_records(nlp, (r for r in records if r.split == split))
    trees = {
        sentence.text: sentence
        for sentence in read_treebank(folder / f"{language}_xoie-ud-{split}.conllu")
    }
    made = []
    for doc in docs:
        tree = graft(trees[doc.text], doc)
        words = [token.text for token in doc]
        spaces = [bool(token.whitespace_) for token in doc]
        gold = Doc(
            nlp.vocab, words, spaces, heads=tree.heads, deps=tree.labels, pos=tree.tags
        )
        for key, group in doc.spans.items():
            gold.spans[key] = group.copy(gold)
        made.append(gold)
    return docs_in_language(made, language, "xoie")


def run(args: argparse.Namespace, language: str) -> None:
    nlp = load(args.model, "xx")
    pipe: Any = nlp.get_pipe("xoie")
    held = gold_docs(nlp, args.corpus, language, "test")
    train = gold_docs(nlp, args.corpus, language, "train")
    if isinstance(pipe.network.head, ArcHead):
        path = args.corpus / f"{language}_xoie-ud-train.conllu"
        trees = treebank_docs([path], dev_share=0.0).train
        train = docs_in_language(trees, language, "xoie")
    row("without an adapter", language, dev_scores(pipe, held, language))
    show(args, pipe, held, language)
    start = pipe.nearest_adapters(language)
    pipe.add_adapter(language, start=start)
    told = ", ".join(f"{code} {weight:.2f}" for code, weight in start.items())
    row(f"nearest relatives ({told})", language, dev_scores(pipe, held, language))
    show(args, pipe, held, language)
    pipe.remove_adapter(language)
    rate = args.learn_rate
    for seed in args.seeds:
        settings = AdapterTraining(seed=seed, learn_rate=rate)
        notes = train_adapter(pipe, language, train, start=start, settings=settings)
        rate = notes["learn_rate"]
        how = f"{notes['epochs']} rounds at {notes['learn_rate']}, {notes['seconds']} s"
        row(f"adapter, seed {seed} ({how})", language, dev_scores(pipe, held, language))
        for when in ("before", "after"):
            row(f"  cross-validation, {when}", language, notes[when])
        if seed == args.seeds[0]:
            show(args, pipe, held, language)
        pipe.remove_adapter(language)


def row(what: str, language: str, scores: Dict[str, float]) -> None:
    found = (f"{100 * scores[name]:.1f}" if name in scores else "-" for name in NAMES)
    print(f"| {language} | {what} | {' | '.join(found)} |", flush=True)


def show(
    args: argparse.Namespace, pipe: TripleExtractor, docs: Sequence[Doc], language: str
) -> None:
    if args.show:
        for doc in pipe.pipe([strip_annotation(doc, language) for doc in docs]):
            print(f"    {doc.text}")
            for triple in doc._.triples:
                print(f"      {triple} {triple.score:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--model", default="xx_xoie_sm")
    parser.add_argument("--corpus", type=Path, default=Path("assets/newcomers"))
    parser.add_argument("--languages", nargs="+", default=["it", "gl"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--learn-rate", type=float, help="the only rate to try")
    parser.add_argument("--show", action="store_true", help="print the triples too")
    args = parser.parse_args()
    print("| language | what | triples F1 | by likeness F1 | LAS |")
    print("|---|---|---|---|---|")
    for language in args.languages:
        run(args, language)


if __name__ == "__main__":
    main()
