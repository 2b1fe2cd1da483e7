"""`steward audit list, export, verify, prune`."""

import argparse
import asyncio
import getpass
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.book.chain import Broken, Mark, Walked
from bot.book.periods import POSSIBLE, since, until
from bot.clock import utc_now

if TYPE_CHECKING:
    from bot.store import Store


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The options of all four."""
    book = commands.add_parser("audit", help="the audit book").add_subparsers(
        dest="page", required=True, metavar="WHAT"
    )
    listing = book.add_parser("list", help="the newest rows, oldest of them first, a JSON object each")
    _filters(listing)
    listing.add_argument("--limit", type=_count, default=50, metavar="ROWS", help="how many, 50 unless told")
    export = book.add_parser("export", help="every row that fits, oldest first, to standard output")
    export.add_argument("--format", choices=("jsonl", "csv"), default="jsonl")
    _filters(export)
    export.add_argument("--limit", type=_count, metavar="ROWS", help="only the newest so many")
    verify = book.add_parser("verify", help="walk the hash chain; exit 1 at the first edit or gap")
    verify.add_argument("--head", type=_mark, metavar="SEQ:HASH", help="a head that was posted: it must be in the book")
    prune = book.add_parser(
        "prune", help="write rows from before a day to a file and remove them; the chain stays provable"
    )
    prune.add_argument("--before", type=_moment(since), required=True, metavar="DATE", help=POSSIBLE)
    prune.add_argument("--folder", type=Path, metavar="DIR", help="where the file goes; the data directory unless told")


def _filters(one: argparse.ArgumentParser) -> None:
    one.add_argument("--since", type=_moment(since), metavar="WHEN", help=POSSIBLE)
    one.add_argument("--until", type=_moment(until), metavar="WHEN", help="same; a day counts to its end")
    one.add_argument("--user", default="", metavar="WHO", help="a name, an id or platform:id")
    one.add_argument("--platform", default="", metavar="NAME", help="dingtalk, feishu or web")
    one.add_argument("--action", default="", metavar="TYPE", help="approve_restart, or with a star: approve_*")
    one.add_argument("--status", default="", metavar="WORD", help="APPROVED, DENIED, SUCCESS, FAILED…")
    one.add_argument("--target", default="", metavar="OBJECT", help="deployment/nginx, or only nginx")
    one.add_argument("--card", default="", metavar="ID", help="rows of one card")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a number from 1 is needed, not {text!r}")
    return int(text)


def _mark(text: str) -> Mark:
    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or len(digest) != 64:
        raise argparse.ArgumentTypeError("write it as it was posted: 1234:9f86d0…, 64 characters after the colon")
    return Mark(int(seq), digest.lower())


def _moment(read: Callable[[str, datetime], datetime | None]) -> Callable[[str], datetime | None]:
    def moment(text: str) -> datetime | None:
        try:
            return read(text, utc_now())
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return moment


def run(path: Path, options: argparse.Namespace) -> int:
    """The exit code. A database that cannot be read is told, not raised."""
    try:
        return asyncio.run(_run(path, options))
    except Broken as error:
        from bot.words import Words  # noqa: PLC0415

        return _complain(f"chain broken: {Words('en').say(error.reason)}")
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _complain(f"steward: {error}")


async def _run(path: Path, options: argparse.Namespace) -> int:
    from bot.store import StoreTooNew, open_store  # noqa: PLC0415 - the other commands start faster without it

    try:
        async with open_store(path) as store:
            match options.page:
                case "verify":
                    from bot.book.checks import prove  # noqa: PLC0415

                    return _say_proven(await prove(store, *filter(None, (options.head,))), options.head)
                case "prune":
                    return await _prune(store, path.parent, options)
                case _:
                    await asyncio.to_thread(_carry_out, path, options)
    except StoreTooNew as error:
        return _complain(f"steward: {error}")
    return 0


def _say_proven(walked: Walked, head: Mark | None) -> int:
    _say(f"{walked.rows} rows, chain intact")
    if walked.seal is not None:
        gone, at, file = walked.seal.mark.seq, walked.seal.sealed_at, walked.seal.file
        _say(f"from row {gone + 1} on: rows up to {gone} were removed at {at} and are in {file}")
    _say(f"head {walked.head}")
    if head is not None and head.seq < walked.base.seq:
        return _complain(
            f"row {head.seq} is not in the book any more: look for its hash in the file that was written then"
        )
    return 0


async def _prune(store: "Store", folder: Path, options: argparse.Namespace) -> int:
    from bot.book.prune import TooYoung, prune  # noqa: PLC0415

    try:
        gone = await prune(store, options.before, options.folder or folder, utc_now, by=f"shell:{_user()}")
    except TooYoung:
        return _complain("steward: rows of the last two days stay in the book; name an earlier day")
    if gone is None:
        _say("nothing to remove")
        return 0
    _say(f"rows {gone.first} to {gone.last.seq} were written to {gone.file} (sha256 {gone.sha256}) and removed")
    return 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _carry_out(path: Path, options: argparse.Namespace) -> None:
    """List and export, page by page."""
    from bot.book.exports import as_csv, as_jsonl  # noqa: PLC0415
    from bot.book.search import Search, latest, pages  # noqa: PLC0415

    names = ("since", "until", "user", "platform", "action", "status", "target", "card")
    search = Search(**{name: getattr(options, name) for name in names})
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as book:
        book.row_factory = sqlite3.Row
        rows = pages(book, search) if options.limit is None else [latest(book, search, options.limit)]
        write = as_csv if options.page == "export" and options.format == "csv" else as_jsonl
        write(rows, sys.stdout)
        sys.stdout.flush()


def _say(text: str) -> None:
    print(text)  # noqa: T201 - the command line speaks


def _complain(text: str) -> int:
    print(text, file=sys.stderr)  # noqa: T201
    return 1
