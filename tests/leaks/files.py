"""What a test leaves on disk: the rows of databases, logs and exports."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_TEXTS = frozenset({".log", ".jsonl", ".csv", ".html", ".txt"})
_LARGEST = 64 * 1024 * 1024


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """The way and the text of everything that Steward writes: kubeconfigs and settings are the test's own."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        if path.suffix == ".db":
            yield from rows(path)
        elif path.suffix in _TEXTS:
            yield f"log: {path.name}", path.read_text("utf-8", errors="replace")


def rows(database: Path) -> Iterator[tuple[str, str]]:
    """Every text in every table, by `store: table.column`. A file that is no database, or none any more, holds no rows."""
    try:
        with closing(sqlite3.connect(database, timeout=5)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                cursor = connection.execute(f'SELECT * FROM "{table}"')
                columns = [column[0] for column in cursor.description]
                for row in cursor:
                    for column, value in zip(columns, row, strict=True):
                        if isinstance(value, str | bytes):
                            text = value if isinstance(value, str) else value.decode(errors="replace")
                            yield f"store: {table}.{column}", text
    except sqlite3.DatabaseError:
        return
