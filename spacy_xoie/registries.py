"""A registry for each kind of part that a config names: `@xoie_translators`,
`@xoie_aligners` … What is registered there is found under `@misc` as well, where it is
declared as an entry point, so that spaCy finds it before its module was imported."""

from typing import Any, Callable, Dict, Optional

import catalogue
from spacy.util import registry


class PartRegistry(catalogue.Registry):
    """Parts of one kind.

    kind (str): What they are; the registry is `spacy.registry.xoie_{kind}`.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(("spacy", f"xoie_{kind}"))
        self.kind = kind
        setattr(registry, f"xoie_{kind}", self)

    def register(
        self, name: str, *, func: Optional[Any] = None
    ) -> Callable[[Any], Any]:
        """Register a function, also under `@misc`. See `catalogue.Registry`."""

        def add(func: Any) -> Any:
            registry.misc.register(name, func=func)
            return super(PartRegistry, self).register(name, func=func)

        return add if func is None else add(func)

    # The module of an entry point registers its functions when it is imported, each
    # where it belongs.

    def __contains__(self, name: str) -> bool:
        return name in registry.misc and bool(super().__contains__(name))

    def get(self, name: str) -> Any:
        """RETURNS (Any): The function of a name. See `catalogue.Registry`."""
        registry.misc.get_entry_point(name)
        return super().get(name)

    def get_all(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): All functions of the kind, by name."""
        registry.misc.get_entry_points()
        return dict(super().get_all())


aligners = PartRegistry("aligners")
clients = PartRegistry("clients")
detectors = PartRegistry("detectors")
measures = PartRegistry("measures")
schemas = PartRegistry("schemas")
teachers = PartRegistry("teachers")
translators = PartRegistry("translators")

KINDS = (aligners, clients, detectors, measures, schemas, teachers, translators)
