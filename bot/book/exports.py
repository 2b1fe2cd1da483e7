"""Rows as JSON lines and as CSV, with every column; as they come, holding nothing back."""

import csv
import json
import sqlite3
from collections.abc import Iterable
from typing import TextIO

from bot.book.chain import EVERY

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a spreadsheet would calculate; the apostrophe itself too, so that the mark can be taken off again."""
_encode = json.JSONEncoder(ensure_ascii=False).encode


def as_jsonl(pages: Iterable[Iterable[sqlite3.Row]], to: TextIO) -> int:
    """One object a line, values as they are; the number of rows."""
    count = 0
    for page in pages:
        lines = [_encode({name: row[name] for name in EVERY}) for row in page]
        to.write("".join(f"{line}\n" for line in lines))
        count += len(lines)
    return count


def as_csv(pages: Iterable[Iterable[sqlite3.Row]], to: TextIO) -> int:
    """A line of column names, then the rows; the number of rows. See `harmless`."""
    table = csv.writer(to)
    table.writerow(EVERY)
    count = 0
    for page in pages:
        lines = [[harmless(row[name]) for name in EVERY] for row in page]
        table.writerows(lines)
        count += len(lines)
    return count


def harmless(cell: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, which makes it text to all of them. Whoever
    reads the file with a program takes one leading apostrophe off and has the value as it was."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
