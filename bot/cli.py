"""The command line: `steward run, demo, check, explain, audit, admin`."""

import argparse
import asyncio
import json
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.book import command
from bot.settings import Settings
from bot.sources import BadSettings, load_settings

if TYPE_CHECKING:
    from bot.words import Words


SWITCH_SECONDS = 0.001
"""The database's threads give the interpreter back at every statement, and by default wait 5 ms each time for a busy loop to let
them in again: for a click that would be fifteen times."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="steward", description="A chat-ops steward for one Kubernetes cluster.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="the daemon")
    demo = commands.add_parser("demo", help="the main job in this terminal, with no account, cluster or key")
    demo.add_argument("--script", type=Path, metavar="FILE", help="play the steps in this file instead of chatting")
    doctor = commands.add_parser(
        "check", help="try the settings, each platform and the cluster; exit 1 if something is wrong"
    )
    doctor.add_argument(
        "--click", action="store_true", help="also post a card and wait until somebody presses its button"
    )
    demo.add_argument("--platform", choices=("dingtalk", "feishu", "both"), default="both", help="both unless told")
    explain = commands.add_parser("explain", help="what the bot would do, executing nothing; a JSON object per request")
    explain.add_argument("--model", action="store_true", help="ask the model that ANTHROPIC_API_KEY pays for, too")
    explain.add_argument("text", nargs="*", help="the request; standard input, line by line, when absent")
    command.add_to(commands)
    _add_admin(commands)
    return top


def _add_admin(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verbs = commands.add_parser("admin", help="accounts and the people behind them").add_subparsers(
        dest="verb", required=True, metavar="WHAT"
    )
    verbs.add_parser("list", help="accounts, roles, identities, last login")
    add = verbs.add_parser("add", help="a new account; asks for its password twice")
    add.add_argument("username", metavar="NAME")
    roles = ("administrator", "member", "viewer")
    add.add_argument("--role", choices=roles, default="administrator", help="administrator unless told")
    reset = verbs.add_parser("reset-password", help="another password; ends every session of the account")
    reset.add_argument("username", metavar="NAME")
    for one in (add, reset):
        one.add_argument("--password-file", type=Path, metavar="FILE", help="read it from here instead of asking")
    verbs.add_parser("setup-token", help="a new token for /setup, while there is no administrator")
    pair = verbs.add_parser("pair", help="a code that ties a DingTalk or Feishu identity to the account")
    pair.add_argument("username", metavar="NAME")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 well, 1 something is wrong, 2 wrong usage or settings, 130 interrupted."""
    options = parser().parse_args(argv)
    try:
        match options.command:
            case "demo":
                from sandbox.demo import PLATFORMS  # noqa: PLC0415 - the stand-ins load only for the demo
                from sandbox.demo import main as demo  # noqa: PLC0415

                return demo(options.script, PLATFORMS if options.platform == "both" else (options.platform,))
            case "explain":
                return _explain(load_settings(), " ".join(options.text), model=options.model)
            case "audit":
                return _audit(load_settings(), options)
            case "admin":
                from bot.admin import admin  # noqa: PLC0415 - loads bcrypt

                return asyncio.run(admin(load_settings(), options))
            case "check":
                return _check(load_settings(), click=options.click)
            case _:
                return _run(load_settings())
    except BadSettings as error:
        print(f"steward: wrong settings:\n{error}", file=sys.stderr)  # noqa: T201 - the command line speaks
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _run(settings: Settings) -> int:
    import structlog  # noqa: PLC0415

    from bot.alone import AlreadyRunning  # noqa: PLC0415
    from bot.app import run, until_signalled  # noqa: PLC0415 - the other commands start faster without it
    from bot.log import configure_log  # noqa: PLC0415
    from bot.store import StoreTooNew  # noqa: PLC0415
    from setup_server.app import AddressTaken  # noqa: PLC0415

    configure_log()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        asyncio.run(until_signalled(lambda stop: run(settings, stop, reread=load_settings)))
    except (AlreadyRunning, AddressTaken, StoreTooNew, sqlite3.DatabaseError) as error:
        print(f"steward: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except asyncio.CancelledError:
        return 1
    except Exception:  # noqa: BLE001 - whatever it is: the interpreter would tell it unmasked
        structlog.get_logger().critical("steward.crashed", exc_info=True)
        return 1
    return 0


def _check(settings: Settings, *, click: bool) -> int:
    """With what /setup keeps beneath the settings from outside."""
    from bot.check import check  # noqa: PLC0415 - loads the adapters
    from bot.setup.kept import kept_in, origins  # noqa: PLC0415

    stored = kept_in(settings.steward_data_dir / "steward.db")
    return asyncio.run(check(load_settings(stored), click=click, sources=origins(stored)))


def _explain(settings: Settings, text: str, *, model: bool) -> int:
    from bot.words import Words  # noqa: PLC0415

    words = Words(settings.steward_locale)
    if model and not settings.anthropic_api_key.get_secret_value():
        print(f"steward: {words('model.no_key')}", file=sys.stderr)  # noqa: T201
        return 1
    asyncio.run(_explained(settings, text, words, model=model))
    return 0


async def _explained(settings: Settings, text: str, words: "Words", *, model: bool) -> None:
    from contextlib import AsyncExitStack  # noqa: PLC0415

    from bot.brain.explain import explain, explain_lines  # noqa: PLC0415
    from bot.brain.planner import Planner  # noqa: PLC0415
    from bot.brain.rules import RulesPlanner  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        planner: Planner = RulesPlanner()
        if model:
            from bot.explain_model import with_model  # noqa: PLC0415 - it brings the cluster's client

            planner = await stack.enter_async_context(with_model(settings, words))
        if text:
            print(json.dumps(await explain(planner, text, words), ensure_ascii=False))  # noqa: T201
        else:
            await explain_lines(sys.stdin.buffer, sys.stdout, planner, words)


def _audit(settings: Settings, options: argparse.Namespace) -> int:
    path = settings.steward_data_dir / "steward.db"
    if not path.exists():
        print(f"steward: no database at {path}", file=sys.stderr)  # noqa: T201
        return 1
    return command.run(path, options)
