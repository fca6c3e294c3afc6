"""The search for the default model at a small scale: one thing is changed at a time.

    python -m benchmarks.search results.jsonl --dev DEV.spacy \\
        --train TRAIN.spacy wiki.spacy web.spacy assets.spacy

Files beside the first are further sources of sentences with trees; all variants but
those called "and …" leave them out. `--table` prints means, standard deviations over
the seeds, and paired bootstrap intervals against the first variant.
"""

from typing import Dict

from .variants import Variant, main

MORE = ("wiki", "web", "assets")
"""Names of the files of further sources."""

BASE = Variant({"all": 1.0}, without=MORE)
VARIANTS: Dict[str, Variant] = {
    "base: width 96, 4 convolutions, rank 8": BASE,
    "two attention layers": BASE._replace(attention=2),
    "width 160": BASE._replace(width=160),
    "6 convolutions": BASE._replace(dilations=(1, 1, 2, 1, 2, 4)),
    "rank 4": BASE._replace(rank=4),
    "rank 16": BASE._replace(rank=16),
    "no parts of speech": BASE._replace(tags=False),
    "labels in 16 dimensions": BASE._replace(label_width=16),
    "languages drawn evenly": BASE._replace(even=True),
    "warm-up on words, a quarter": BASE._replace(warm_up=0.25),
    "head: light": BASE._replace(head="light"),
    "head: Multi²OIE": BASE._replace(head="multi2oie"),
    "and OIE2016 (Wikipedia)": BASE._replace(without=("web", "assets")),
    "and web sentences": BASE._replace(without=("wiki", "assets")),
    "and our assets": BASE._replace(without=("wiki", "web")),
    "and all three": BASE._replace(without=()),
}

if __name__ == "__main__":
    main(VARIANTS, __doc__)
