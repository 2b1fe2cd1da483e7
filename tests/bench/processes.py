"""What a process costs: the time of a plain import, and resident memory."""

import asyncio
import importlib.util
import sys
import time
from pathlib import Path

SDKS = ("dingtalk_stream", "lark_oapi", "kubernetes_asyncio")
"""What a daemon would import that used every SDK as its documentation says."""


def installed(*modules: str) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name)]


def resident(pid: int | str = "self", *, peak: bool = False) -> float:
    """MB of RSS (10^6 bytes), now or the most it ever was."""
    name = "VmHWM" if peak else "VmRSS"
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"no {name} for {pid}")


async def imported(*modules: str) -> tuple[float, float]:
    """Seconds from process start to exit, and MB resident, of a process that only imports these."""
    text = f"import {', '.join(modules)}\nprint(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", text, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"import {', '.join(modules)} failed")
    return time.perf_counter() - begun, int(said) * 1024 / 1e6
