"""The pipelines that are measured."""

from pathlib import Path
from typing import Dict, List, Optional, Sequence

import spacy
import torch
from spacy.language import Language
from spacy.training import Example

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.extraction.component import TripleExtractor
from spacy_xoie.extraction.model import shim_of
from spacy_xoie.network import Batch

from .texts import WORDS, sentences

TOKENIZER = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}


def small_pipeline(model: Optional[Path], languages: Sequence[str] = ()) -> Language:
    """RETURNS (Language): A trained pipeline, or one of the default sizes with random
    weights, whose adapters change what they adapt."""
    if model is not None:
        return spacy.load(model)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    codes = list(languages) or list(WORDS)
    nlp.add_pipe("xoie", config={"model": {"bank": {"languages": codes}}})
    examples: List[Example] = []
    for code in WORDS:
        gold = nlp.make_doc(sentences(code, 1)[0])
        triple = TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),))
        set_triples(gold, [triple], language=code)
        examples.append(Example(nlp.make_doc(gold.text), gold))
    nlp.initialize(lambda: examples)
    pipe = extractor(nlp)
    pipe.set_stage("adapters")
    with torch.no_grad():
        for name, parameter in pipe.network.named_parameters():
            if ".lora_B." in name:
                parameter.normal_(std=0.02)
    return nlp


def extractor(nlp: Language) -> TripleExtractor:
    pipe = nlp.get_pipe("xoie")
    assert isinstance(pipe, TripleExtractor)
    pipe.network.eval()
    return pipe


def batch_of(nlp: Language, texts: Dict[str, List[str]]) -> Batch:
    """RETURNS (Batch): Sentences by language as one batch of the network, each
    routed to its language if there are adapters."""
    pipe = extractor(nlp)
    codes = [code for code, group in texts.items() for _ in group]
    docs = [nlp.make_doc(text) for group in texts.values() for text in group]
    encoder = shim_of(pipe.model).parts.encoder
    features = encoder.featurize(docs, [doc[:] for doc in docs], None, False)
    inputs, mask = features.inputs(list(range(len(docs))))
    languages = torch.zeros(len(docs), len(pipe.languages))
    for row, code in enumerate(codes):
        if pipe.languages:
            languages[row, pipe.languages.index(code)] = 1.0
    return Batch(inputs, mask, languages)
