"""The builder of training data: input, cleaning, teacher, store, final files."""

from itertools import zip_longest
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import srsly

from ..errors import DataError, EngineError, XoieError
from ..files import digest, file_digest
from .clean import clean, derive_thresholds
from .outputs import write_outputs
from .settings import Settings
from .sources import input_files, read_items
from .store import Question, Store, StoreBusyError
from .ty import Annotation, Annotator, Discard

STORE = "store.sqlite"
"""Name of the store in the folder of the output."""

Progress = Callable[[int, int], None]
"""Told how many items are answered, and how many there are."""


PATIENCE = 10
"""After so many sentences that a teacher breaks over, with none between them that it
answers, a run is ended."""

NumberedAnnotation = Tuple[int, Annotation]


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
            {name: _digest(part) for name, part in settings.identity.items()},
            {name: file_digest(path) for name, path in files.items()},
        )
        if not store.is_filled:
            _fill(store, settings)
        _ask(store, settings, on_progress)
        return write_outputs(store, folder, settings.output, settings.consistency)


def remove_store(folder: Path) -> None:
    """Remove the store of a run; its final files stay until they are replaced.

    folder (Path): The folder of the output.
    RAISES (StoreBusyError): If the run is at work.
    """
    if (folder / STORE).is_file():
        try:
            Store(folder / STORE).close()
        except StoreBusyError:
            raise
        except DataError:
            pass  # It is damaged, which is a reason to remove it.
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
    fact = {code: threshold._asdict() for code, threshold in thresholds.items()}
    items = clean(read_items(settings.input), cleaning, thresholds)
    store.fill(items, {"thresholds": fact})


def _ask(store: Store, settings: Settings, on_progress: Optional[Progress]) -> None:
    counts = store.counts()
    done, total = counts["answers"], counts["items"]
    inquiry = _Inquiry(settings.teacher, store)
    if on_progress is not None:
        on_progress(done, total)
    for batch in store.pending(settings.run.batch_size):
        inquiry.ask(batch)
        done += len(batch)
        if on_progress is not None:
            on_progress(done, total)
    inquiry.finish()


class _Inquiry:
    """Asks a teacher and stores what it answers.

    Sentences that it breaks over are set aside until it answers another one: if it
    breaks over all of them, the fault is not theirs.

    teacher (Annotator): The teacher.
    store (Store): The store.
    """

    def __init__(self, teacher: Annotator, store: Store) -> None:
        self.teacher = teacher
        self.store = store
        self._answers: List[NumberedAnnotation] = []
        self._failures: List[NumberedAnnotation] = []
        self._done = 0

    def ask(self, batch: List[Question]) -> None:
        """Ask about a batch, and about each of the rest if the teacher breaks over it.
        What it answered is stored also if something goes wrong after that: it may
        have been dear.

        batch (List[Tuple[int, Instance]]): The batch.
        """
        self._done = 0
        try:
            try:
                self._ask(batch)
            except (XoieError, OSError):
                raise
            except Exception:
                for question in batch[self._done :]:
                    self._ask_alone(question)
        finally:
            answers, self._answers = self._answers, []
            if answers:
                self.store.answer(answers)

    def finish(self) -> None:
        """Store what is still set aside."""
        if self._failures:
            self.store.answer(self._failures)

    def _ask_alone(self, question: Question) -> None:
        try:
            self._ask([question])
        except (XoieError, OSError):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            place, item = question
            lost = Annotation(item, None, (Discard("the teacher failed", reason),))
            self._failures.append((place, lost))
            if len(self._failures) >= PATIENCE:
                raise TeacherError(
                    f"The teacher '{self.teacher.name}' failed for "
                    f"{len(self._failures)} sentences one after the other, the last "
                    f"time with {reason}. Correct its settings; what was answered "
                    f"before is kept."
                ) from error

    def _ask(self, batch: List[Question]) -> None:
        answers = self.teacher([item for _, item in batch])
        for question, answer in zip_longest(batch, answers):
            if question is None or answer is None or answer.item.id != question[1].id:
                raise TeacherError(
                    f"The teacher '{self.teacher.name}' must give one answer for each "
                    f"sentence, in order; for {_name(question)} there is "
                    f"{_name(answer)}."
                )
            self._answers += [*self._failures, (question[0], answer)]
            self._failures = []
            self._done += 1


def _name(value: Any) -> str:
    if value is None:
        return "none"
    item = value.item if isinstance(value, Annotation) else value[1]
    return repr(item.id)


def _digest(section: Any) -> str:
    return digest(srsly.json_dumps(_plain(section), sort_keys=True))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value
