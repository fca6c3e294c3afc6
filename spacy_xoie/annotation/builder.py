"""The builder of training data: input, cleaning, teacher, store, final files."""

from contextlib import contextmanager
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

import srsly

from ..errors import EngineError, XoieError
from .clean import clean, derive_thresholds
from .outputs import write_outputs
from .settings import Settings
from .sources import input_files, read_items
from .store import Asked, Store
from .ty import Annotator, Discard, Item, Labelled

STORE = "store.sqlite"
"""Name of the store in the folder of the output."""

Progress = Callable[[int, int], None]
"""Told how many items are answered, and how many there are."""


class TeacherError(EngineError):
    """The teacher does not keep to what teachers promise, or fails for all."""


def build(
    settings: Settings,
    *,
    overwrite: bool = False,
    on_progress: Optional[Progress] = None,
) -> Dict[str, Any]:
    """Make training data. A run that was ended at any moment goes on where it was:
    what was answered is not asked again.

    settings (Settings): The settings, see `read_settings`.
    overwrite (bool): Whether to start anew, instead of going on.
    on_progress (Optional[Callable[[int, int], None]]): Told of each batch.
    RETURNS (Dict[str, Any]): The report.
    RAISES (ConfigError): If the folder holds a run with other settings or input.
    RAISES (EngineError): If what the teacher needs is missing.
    RAISES (DataError): If the store cannot be read or written.
    """
    folder = Path(settings.output.path)
    files = input_files(settings.input)
    if overwrite:
        remove_store(folder)
    with Store(folder / STORE) as store:
        store.claim(
            {name: _digest(part) for name, part in settings.given.items()},
            {name: _file_digest(path) for name, path in files.items()},
        )
        if not store.is_filled:
            _fill(store, settings)
        _ask(store, settings, on_progress)
        return write_outputs(store, folder, settings.output, settings.consistency)


def remove_store(folder: Path) -> None:
    """Remove the store of a run; its final files stay until they are replaced."""
    for name in (STORE, f"{STORE}-journal"):
        (folder / name).unlink(missing_ok=True)


def answered(folder: Path) -> Tuple[int, int]:
    """Count what a run has.

    folder (Path): The folder of the output.
    RETURNS (Tuple[int, int]): How many items are answered, and how many there are.
    """
    if not (folder / STORE).is_file():
        return 0, 0
    with Store(folder / STORE) as store:
        counts = store.counts()
        return counts["answers"], counts["items"]


def _fill(store: Store, settings: Settings) -> None:
    cleaning = settings.cleaning
    thresholds = derive_thresholds(read_items(settings.input), cleaning)
    told = {code: threshold._asdict() for code, threshold in thresholds.items()}
    cleaned = clean(read_items(settings.input), cleaning, thresholds)
    store.fill(cleaned, {"thresholds": told})


def _ask(store: Store, settings: Settings, on_progress: Optional[Progress]) -> None:
    counts = store.counts()
    done, total = counts["answers"], counts["items"]
    if on_progress is not None:
        on_progress(done, total)
    for batch in store.pending(settings.run.batch_size):
        with _kept(store) as answers:
            _answer(settings.teacher, batch, answers)
        done += len(batch)
        if on_progress is not None:
            on_progress(done, total)


@contextmanager
def _kept(store: Store) -> Iterator[List[Tuple[int, Labelled]]]:
    """Keeps what is in the list at the end, also if something goes wrong before: what
    was answered may have been dear."""
    answers: List[Tuple[int, Labelled]] = []
    try:
        yield answers
    finally:
        if answers:
            store.answer(answers)


def _answer(
    teacher: Annotator, batch: List[Asked], answers: List[Tuple[int, Labelled]]
) -> None:
    """Ask about a batch. If the teacher breaks over it, it is asked again about each
    of the rest, so that only what it breaks over is lost."""
    try:
        _ask_teacher(teacher, batch, answers)
        return
    except (XoieError, OSError):
        raise
    except Exception as error:
        rest, last = batch[len(answers) :], error
    failed: List[Tuple[int, Labelled]] = []
    for place, item in rest:
        single: List[Tuple[int, Labelled]] = []
        try:
            _ask_teacher(teacher, [(place, item)], single)
        except (XoieError, OSError):
            raise
        except Exception as error:
            last = error
            reason = Discard("the teacher failed", f"{type(error).__name__}: {error}")
            single = [(place, Labelled(item, None, (reason,)))]
            failed += single
        answers += single
    if len(failed) == len(batch) > 1:
        answers.clear()
        raise TeacherError(
            f"The teacher '{teacher.name}' fails for every sentence of a batch, the "
            f"last time with {type(last).__name__}: {last}. Correct its settings; what "
            f"was answered before is kept."
        ) from last


def _ask_teacher(
    teacher: Annotator, batch: List[Asked], answers: List[Tuple[int, Labelled]]
) -> None:
    items: List[Item] = [item for _, item in batch]
    for asked, answer in zip_longest(batch, teacher(items)):
        if asked is None or answer is None or answer.item.id != asked[1].id:
            raise TeacherError(
                f"The teacher '{teacher.name}' must give one answer for each sentence, "
                f"in order; for {_name(asked)} there is {_name(answer)}."
            )
        answers.append((asked[0], answer))


def _name(value: Any) -> str:
    if value is None:
        return "none"
    item = value.item if isinstance(value, Labelled) else value[1]
    return repr(item.id)


def _digest(section: Any) -> str:
    text = srsly.json_dumps(_plain(section), sort_keys=True)
    return blake2b(text.encode("utf8"), digest_size=16).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value


def _file_digest(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
