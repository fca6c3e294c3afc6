"""Whether everything is there that the package needs or could use, and how to get what
is missing."""

import importlib
import importlib.util
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import Iterator, List, Literal, Optional

from packaging.requirements import Requirement

from ..about import __title__, __version__
from ..errors import EngineError
from .installation import installed_models, registered

Status = Literal["ok", "missing", "broken"]

SAMPLE = "The museum bought three paintings in Rome."


@dataclass
class Check:
    """Something that was looked for.

    group (str): What it belongs to: "package", "models", "engines", "extras" ….
    name (str): What was looked for.
    status (Status): "ok"; "missing": it is optional and not there; "broken": it is
        needed, or is there but does not work.
    found (str): What is there.
    advice (str): How to get or mend it.
    """

    group: str
    name: str
    status: Status
    found: str = ""
    advice: str = ""


def examine(*, run_models: bool = True) -> Iterator[Check]:
    """Look at everything.

    run_models (bool): Whether to try each pretrained model on a sentence.
    YIELDS (Check): What was found.
    """
    yield from _package()
    yield from _models(run_models)
    yield from _device()
    for look in (_apertium, _freedict, _eflomal, _ctranslate2):
        yield look()
    yield from _extras()


def _package() -> Iterator[Check]:
    yield Check("package", "Python", "ok", platform.python_version())
    names = registered()
    count = sum(len(group) for group in names.values())
    if "xoie" not in names.get("spacy_factories", {}):
        advice = f"pip install {__title__}, with the Python {sys.executable}"
        yield Check("package", __title__, "broken", "spaCy does not see it", advice)
    else:
        state = f"{__version__}, {count} registered names"
        yield Check("package", __title__, "ok", state)
    for requirement in _requirements(None):
        yield _check_requirement("package", requirement, needed=True)


def _models(run: bool) -> Iterator[Check]:
    models = installed_models()
    if not any(model.kind == "pretrained" for model in models):
        advice = f"pip install --force-reinstall {__title__}"
        yield Check("models", "pretrained", "broken", "there is none", advice)
    for model in models:
        state = f"{model.size / 1e6:.1f} MB, {' '.join(model.languages) or 'any'}"
        if run and model.kind == "pretrained":
            error = _try_model(model.name)
            if error is not None:
                yield _fault(model.name, state, error)
                continue
            state += ", works"
        yield Check("models", model.name, "ok", state)


def _try_model(name: str) -> Optional[Exception]:
    """RETURNS (Optional[Exception]): What is wrong with a model, if anything."""
    from spacy import blank

    config = {
        "model": {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": name}
    }
    try:
        nlp = blank("en")
        nlp.add_pipe("xoie", config=config)
        nlp(SAMPLE)
    except Exception as e:
        return e
    return None


def _fault(name: str, state: str, error: Exception) -> Check:
    text = " ".join(str(error).split())
    if isinstance(error, EngineError) or isinstance(error.__cause__, ImportError):
        # It needs an extra, and says which.
        return Check("models", name, "missing", state, text)
    advice = f"pip install --force-reinstall {__title__}"
    return Check("models", name, "broken", f"{type(error).__name__}: {text}", advice)


def _device() -> Iterator[Check]:
    import torch

    if not torch.cuda.is_available():
        advice = "none is needed; for one: a CUDA build of torch, and cupy for spaCy"
        yield Check("device", "GPU", "missing", f"torch {torch.__version__}", advice)
        return
    state = f"{torch.cuda.get_device_name(0)}, CUDA {torch.version.cuda}"
    yield Check("device", "GPU", "ok", state)
    try:
        importlib.import_module("cupy")
    except ImportError:
        major = (torch.version.cuda or "12").partition(".")[0]
        advice = f"pip install cupy-cuda{major}x (spacy.require_gpu needs it)"
        yield Check("device", "cupy", "missing", "", advice)


def _apertium() -> Check:
    from ..projection.translators.modes import installed_pairs

    pairs = [f"{source}-{target}" for source, target in installed_pairs()]
    advice = "apt install apertium apertium-eng-spa (or another pair)"
    if shutil.which("apertium") is None or not pairs:
        there = "programs without a pair" if shutil.which("apertium") else ""
        return Check("engines", "Apertium", "missing", there, advice)
    return Check("engines", "Apertium", "ok", " ".join(pairs))


def _freedict() -> Check:
    from ..projection.lexicon import installed_lexicons

    pairs = sorted({"-".join(sorted(pair)) for pair in installed_lexicons()})
    if not pairs:
        advice = "apt install dict-freedict-eng-spa (or another pair)"
        return Check("engines", "FreeDict", "missing", "", advice)
    return Check("engines", "FreeDict", "ok", " ".join(pairs))


def _eflomal() -> Check:
    return _library("eflomal", "pip install eflomal (it needs a C compiler)")


def _ctranslate2() -> Check:
    return _library("ctranslate2", f"pip install '{__title__}[translate]'")


def _library(name: str, advice: str) -> Check:
    try:
        importlib.import_module(name)
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        version = ""
    except ImportError as e:
        is_there = importlib.util.find_spec(name) is not None
        status: Status = "broken" if is_there else "missing"
        return Check("engines", name, status, str(e) if is_there else "", advice)
    return Check("engines", name, "ok", version)


def _extras() -> Iterator[Check]:
    try:
        extras = metadata.metadata(__title__).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        extras = []
    for extra in sorted(extras):
        checks = [
            _check_requirement("extras", requirement, needed=False)
            for requirement in _requirements(extra)
        ]
        gaps = [check.name for check in checks if check.status != "ok"]
        if gaps:
            state = f"without {', '.join(gaps)}"
            advice = f"pip install '{__title__}[{extra}]'"
            yield Check("extras", extra, "missing", state, advice)
        else:
            names = ", ".join(f"{check.name} {check.found}" for check in checks)
            yield Check("extras", extra, "ok", names)


def _requirements(extra: Optional[str]) -> List[Requirement]:
    """What the package asks for, always or for an extra."""
    try:
        lines = metadata.requires(__title__) or []
    except metadata.PackageNotFoundError:
        return []
    requirements = []
    for requirement in map(Requirement, lines):
        marker = requirement.marker
        always = marker is None or marker.evaluate({"extra": ""})
        if always if extra is None else not always and _is_of_extra(requirement, extra):
            requirements.append(requirement)
    return requirements


def _is_of_extra(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is not None and requirement.marker.evaluate(
        {"extra": extra}
    )


def _check_requirement(group: str, requirement: Requirement, *, needed: bool) -> Check:
    status: Status = "broken" if needed else "missing"
    advice = f"pip install '{requirement.name}{requirement.specifier}'"
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Check(group, requirement.name, status, "not installed", advice)
    if not requirement.specifier.contains(version, prereleases=True):
        state = f"{version}, but it must be {requirement.specifier}"
        return Check(group, requirement.name, "broken", state, advice)
    return Check(group, requirement.name, "ok", version)
