"""`python -m tests.bench [NAME…]`: measure, and print one line per figure.

A goal that is missed is said loudly and is no error: the machine may be busy. Exit code 1: something could not be measured.
"""

import argparse
import asyncio
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.audit import audit
from tests.bench.calls import calls
from tests.bench.chaos import chaos
from tests.bench.clicks import clicks, feishu_clicks
from tests.bench.crowd import crowd
from tests.bench.failures import failures
from tests.bench.figure import Figure, Skipped
from tests.bench.lag import lag
from tests.bench.masking import masking
from tests.bench.memory import memory
from tests.bench.messages import feishu_messages, messages
from tests.bench.model import model
from tests.bench.open_cards import open_cards
from tests.bench.risk import risk
from tests.bench.rules import rules
from tests.bench.start import start
from tests.bench.triage import triage
from tests.bench.world import real_cluster

ALONE: dict[str, Callable[[Path], Awaitable[Figure]]] = {
    "click": clicks,
    "message": messages,
    "feishu-click": feishu_clicks,
    "feishu-message": feishu_messages,
    "audit": audit,
    "growth-cards": open_cards,
    "growth-pods": crowd,
    "triage": triage,
    "model": model,
    "rules": rules,
    "risk": risk,
    "masking": masking,
    "chaos": chaos,
}
"""Before a control plane shares the processors."""
ON_A_CLUSTER: dict[str, Callable[[Path, Path], Awaitable[Figure]]] = {
    "start": start,
    "memory": memory,
    "lag": lag,
    "failure": failures,
    "calls": calls,
}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(names: list[str]) -> int:
    broken = 0
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steward-bench-")))
        kubeconfig: Path | None = None
        for name in names:
            home = folder / name
            home.mkdir()
            try:
                if name in ALONE:
                    figure = await ALONE[name](home)
                else:
                    kubeconfig = kubeconfig or await stack.enter_async_context(real_cluster(folder))
                    figure = await ON_A_CLUSTER[name](home, kubeconfig)
            except Skipped as skipped:
                say(f"skipped {name}: {skipped}")
            except Exception:  # noqa: BLE001 - told below; the other figures are still wanted
                broken += 1
                say(f"BROKEN  {name}: could not be measured")
                traceback.print_exc()
            else:
                say(str(figure))
    return 1 if broken else 0


if __name__ == "__main__":
    every = [*ALONE, *ON_A_CLUSTER]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(every)}; all without one")
    asked = parser.parse_args().names
    if unknown := set(asked) - set(every):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    sys.exit(asyncio.run(main([name for name in every if not asked or name in asked])))
