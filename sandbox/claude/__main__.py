"""`python -m sandbox.claude`: the model as a process. The first line on standard output says where it listens."""

import argparse
import asyncio
from pathlib import Path

from sandbox.claude.control import ClaudeDoor
from sandbox.claude.script import talks, talks_of
from sandbox.claude.standin import API_KEY, ClaudeStandIn
from sandbox.process import serve


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.claude", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--api-key", default=API_KEY)
    parser.add_argument("--talks", type=Path, metavar="FILE", help="recorded talks to play; the small player without")
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    claude = ClaudeStandIn(port=options.port, api_key=options.api_key)
    if options.talks:
        claude.script = talks(talks_of(options.talks.read_text("utf-8")))
    asyncio.run(serve(claude, ClaudeDoor(claude, port=options.control_port)))


if __name__ == "__main__":
    main(arguments())
