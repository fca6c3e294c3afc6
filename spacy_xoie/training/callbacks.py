"""Callbacks for the configs of the training stages."""

from typing import Callable, cast

from spacy.language import Language
from spacy.util import logger, registry

from ..errors import ConfigError
from ..extraction import TripleExtractor


@registry.callbacks("spacy-xoie.set_stage.v1")
def make_stage_callback(
    stage: str, component: str = "xoie"
) -> Callable[[Language], Language]:
    """Create a callback for `[initialize.after_init]` that sets the training stage.

    A sourced component keeps its old config and is not initialised again, so this
    is the one place where its stage can be set.

    stage (str): "embeddings", "encoder", "adapters", "shared", "all" or
        "frozen".
    component (str): Name of the component.
    """

    def set_stage(nlp: Language) -> Language:
        # While spaCy initialises the others, sourced components are disabled.
        if component not in nlp.component_names:
            raise ConfigError(
                f"The stage {stage!r} is set for the component {component!r}, but the "
                f"pipeline has {', '.join(nlp.component_names) or 'no components'}."
            )
        pipe = cast(TripleExtractor, nlp.get_pipe(component))
        trained = pipe.set_stage(stage)
        logger.info("%s: stage %r trains %d tensors", component, stage, len(trained))
        return nlp

    return set_stage
