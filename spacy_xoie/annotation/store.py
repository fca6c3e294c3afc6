"""Where a run keeps what it has: a database of SQLite in the folder of the output.

The input that is left after cleaning goes in at once, and each batch of answers: a
transaction is there wholly or not at all, whenever the process is killed. A store
belongs to one run: to its settings and to the content of its input.
"""

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Tuple

from ..errors import ChangedError, DataError
from .codec import (
    annotation_from_dict,
    annotation_to_dict,
    item_from_dict,
    item_to_dict,
)
from .sources import Removal
from .ty import Annotation, Instance

_VERSION = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS removed (position INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    position INTEGER PRIMARY KEY REFERENCES items, body TEXT NOT NULL);
"""


class StoreBusyError(DataError):
    """Another process has the store open."""


Question = Tuple[int, Instance]
"""An item, and its place in the store."""


class Store:
    """The store of a run. One process at a time can have it open.

    path (Path): The file; made if there is none.
    RAISES (DataError): If the file is no store.
    RAISES (StoreBusyError): If another process has it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._explain():
            # Transactions are begun and ended here, not by the module.
            self._base = sqlite3.connect(self.path, timeout=1, isolation_level=None)
        try:
            with self._explain():
                self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._base.execute("PRAGMA synchronous = FULL")
                self._base.executescript("BEGIN EXCLUSIVE;" + _TABLES + "COMMIT;")
        except DataError:
            self._base.close()
            raise

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._base.close()

    def claim(self, settings: Mapping[str, str], files: Mapping[str, str]) -> None:
        """Say what run the store belongs to, or check that it is the same one.

        settings (Mapping[str, str]): Digest of each section of the config.
        files (Mapping[str, str]): Digest of each file of the input.
        RAISES (ChangedError): If the store is of another run.
        """
        mine = {"version": _VERSION, "settings": dict(settings), "files": dict(files)}
        run = self.fact("run")
        if run is None:
            with self.transaction():
                self.set_fact("run", mine)
            return
        changes = [] if run["version"] == _VERSION else ["the version of the store"]
        for name in sorted({*settings, *run["settings"]}):
            if settings.get(name) != run["settings"].get(name):
                changes.append(f"[{name}]")
        for name in sorted({*files, *run["files"]}):
            if files.get(name) != run["files"].get(name):
                changes.append(f"the input file {name}")
        if changes:
            raise ChangedError(self.path, changes)

    def fact(self, name: str) -> Any:
        """RETURNS (Any): A fact about the run, None if it is not known."""
        with self._explain():
            row = self._base.execute(
                "SELECT value FROM facts WHERE name = ?", (name,)
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def set_fact(self, name: str, value: Any) -> None:
        """Keep a fact about the run; within a transaction."""
        with self._explain():
            self._base.execute(
                "REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value))
            )

    def fill(self, cleaned: Iterable[Any], facts: Mapping[str, Any]) -> None:
        """Take the input in, all of it or nothing.

        cleaned (Iterable[Union[Instance, Removal]]): What is to be asked, and what not.
        facts (Mapping[str, Any]): Facts to keep with it.
        """
        with self.transaction():
            for position, item in enumerate(cleaned):
                if isinstance(item, Removal):
                    row: Tuple[Any, ...] = (position, json.dumps(asdict(item)))
                    command = "INSERT INTO removed VALUES (?, ?)"
                else:
                    row = (position, item.id, json.dumps(item_to_dict(item)))
                    command = "INSERT INTO items VALUES (?, ?, ?)"
                with self._explain():
                    self._base.execute(command, row)
            for name, value in {**facts, "filled": True}.items():
                self.set_fact(name, value)

    @property
    def is_filled(self) -> bool:
        return self.fact("filled") is not None

    def counts(self) -> Dict[str, int]:
        """RETURNS (Dict[str, int]): How many rows each table has."""
        with self._explain():
            row = self._base.execute(
                "SELECT (SELECT COUNT(*) FROM items), (SELECT COUNT(*) FROM removed), "
                "(SELECT COUNT(*) FROM answers)"
            ).fetchone()
        return dict(zip(("items", "removed", "answers"), row, strict=True))

    def pending(self, size: int) -> Iterator[List[Question]]:
        """Read what was not answered yet.

        size (int): Items of a batch.
        YIELDS (List[Tuple[int, Instance]]): Batches of items with their places.
        """
        last = -1
        while True:
            with self._explain():
                rows = self._base.execute(
                    "SELECT items.position, items.body FROM items "
                    "LEFT JOIN answers ON answers.position = items.position "
                    "WHERE items.position > ? AND answers.position IS NULL "
                    "ORDER BY items.position LIMIT ?",
                    (last, size),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [(place, item_from_dict(json.loads(body))) for place, body in rows]

    def answer(self, answers: Iterable[Tuple[int, Annotation]]) -> None:
        """Keep answers, all of them or none.

        answers (Iterable[Tuple[int, Annotation]]): Answers with the places of what was
            asked.
        """
        rows = [(n, json.dumps(annotation_to_dict(answer))) for n, answer in answers]
        with self.transaction(), self._explain():
            self._base.executemany("INSERT INTO answers VALUES (?, ?)", rows)

    def answers(self) -> Iterator[Tuple[Instance, Annotation]]:
        """YIELDS (Tuple[Instance, Annotation]): What was asked and answered, in the
        order of the input."""
        rows = self._rows(
            "SELECT items.body, answers.body FROM items "
            "JOIN answers ON answers.position = items.position "
            "ORDER BY items.position"
        )
        for item, annotation in rows:
            yield (
                item_from_dict(json.loads(item)),
                annotation_from_dict(json.loads(annotation)),
            )

    def removals(self) -> Iterator[Removal]:
        """YIELDS (Removal): What was not asked, in the order of the input."""
        for (body,) in self._rows("SELECT body FROM removed ORDER BY position"):
            yield Removal(**json.loads(body))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done within it is done wholly or not at all."""
        with self._explain():
            self._base.execute("BEGIN")
        try:
            yield
            with self._explain():
                self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def _rows(self, query: str) -> Iterator[Any]:
        with self._explain():
            cursor = self._base.execute(query)
        while True:
            with self._explain():
                row = cursor.fetchone()
            if row is None:
                return
            yield row

    @contextmanager
    def _explain(self) -> Iterator[None]:
        """Says what file it is that the database complains of."""
        try:
            yield
        except sqlite3.Error as e:
            if getattr(e, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise StoreBusyError(
                    f"{self.path}: {e}. Another run is at work in this folder; wait "
                    f"for it or end it."
                ) from e
            if getattr(e, "sqlite_errorname", "") in _DAMAGED:
                hint = "The file is damaged or no store; start anew with --overwrite."
            else:
                hint = (
                    "Make room and see that the folder can be written to, then give "
                    "the same command again: what was answered is kept."
                )
            raise DataError(f"{self.path}: {e}. {hint}") from e


_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR")
