"""The paper's ablation at a small scale: stages, adapters and routers, all on the same
sentences and with the same number of updates.

    python -m benchmarks.ablation results.jsonl --train TRAIN.spacy --dev DEV.spacy

`--table` prints means, standard deviations over the seeds, and paired bootstrap
intervals against the first variant.
"""

from functools import partial
from typing import Dict

from spacy_xoie.network.routing import FrozenRouter, MixtureRouter, UniformRouter

from .variants import LANGUAGES, Variant, main

ONE = {"all": 1.0}
TWO = {"shared": 0.67, "adapters": 0.33}
MIXTURE = partial(MixtureRouter, width=96, n_experts=7, n_layers=4)
# A gate of `MixtureRouter` that is merely not trained would still be learnt: by the
# encoder, which its language loss would teach to send each language one way.
FROZEN = partial(FrozenRouter, width=96, n_experts=7, n_layers=4)
VARIANTS: Dict[str, Variant] = {
    "one stage, no LoRA": Variant({"shared": 1.0}, None),
    "embeddings, encoder; no LoRA": Variant(
        {"embeddings": 0.33, "encoder": 0.67}, None
    ),
    "one stage, one LoRA of equal size": Variant(ONE, ["all"], rank=56),
    "one stage, bank by language": Variant(ONE, LANGUAGES),
    "one stage, learned mixture": Variant(ONE, LANGUAGES, MIXTURE),
    "one stage, uniform gates": Variant(ONE, LANGUAGES, UniformRouter),
    "one stage, frozen random gates": Variant(ONE, LANGUAGES, FROZEN),
    "three stages, bank by language": Variant(
        {"embeddings": 0.33, "encoder": 0.34, "adapters": 0.33}, LANGUAGES
    ),
    "shared, bank by language": Variant(TWO, LANGUAGES),
    "shared, one LoRA of equal size": Variant(TWO, ["all"], rank=56),
    "shared, learned mixture": Variant(TWO, LANGUAGES, MIXTURE),
    "shared, uniform gates": Variant(TWO, LANGUAGES, UniformRouter),
    "shared, frozen random gates": Variant(TWO, LANGUAGES, FROZEN),
}

if __name__ == "__main__":
    main(VARIANTS, __doc__)
