"""The extractors of pipelines."""

from typing import List, Sequence, Tuple

from spacy.language import Language

from ..errors import ConfigError
from ..language.pipelines import added_languages
from .component import TripleExtractor


def extractors_of(nlp: Language) -> List[Tuple[str, TripleExtractor]]:
    """RETURNS (List[Tuple[str, TripleExtractor]]): The extractors of a pipeline with
    their names, in order."""
    return [(n, pipe) for n, pipe in nlp.pipeline if isinstance(pipe, TripleExtractor)]


def extractor_of(nlp: Language, name: str = "xoie") -> TripleExtractor:
    """Get an extractor by name, also one that is disabled (as sourced components are
    while spaCy initialises the others).

    nlp (Language): The pipeline.
    name (str): Name of the component.
    RETURNS (TripleExtractor): The component.
    RAISES (ConfigError): If there is none of this name.
    """
    pipe = nlp.get_pipe(name) if name in nlp.component_names else None
    if not isinstance(pipe, TripleExtractor):
        raise ConfigError(
            f"The pipeline has no extractor called {name!r}; it has "
            f"{', '.join(nlp.component_names) or 'no components'}."
        )
    return pipe


def update_config(nlp: Language, component: str = "xoie") -> None:
    """Bring what a pipeline says of its languages up to what its extractor has
    adapters for.

    nlp (Language): The pipeline.
    component (str): Name of the extractor.
    """
    languages = list(extractor_of(nlp, component).languages)
    model = nlp.get_pipe_config(component).get("model", {})
    bank = model.get("bank") if isinstance(model, dict) else None
    if bank and bank.get("languages") is not None:
        bank["languages"] = languages
    if "languages" in nlp.meta:
        nlp.meta["languages"] = meta_languages(nlp, nlp.meta["languages"], component)


def meta_languages(
    nlp: Language, before: Sequence[str], component: str = "xoie"
) -> List[str]:
    """RETURNS (List[str]): The languages that the meta data name: those with an adapter
    or, where the extractor serves any language, those that it has learnt, and adapters
    besides.

    nlp (Language): The pipeline.
    before (Sequence[str]): The languages that they have named so far.
    component (str): Name of the extractor.
    """
    pipe = extractor_of(nlp, component)
    if not pipe.serves_any_language:
        return list(pipe.languages)
    # An adapter that is gone takes its language along, unless it was learnt without.
    gone = {*added_languages(nlp)}.difference(pipe.languages)
    return [
        *(language for language in before if language not in gone),
        *(language for language in pipe.languages if language not in before),
    ]
