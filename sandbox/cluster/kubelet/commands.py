"""The few commands that a container of the stand-in understands."""

import re
from dataclasses import dataclass

from sandbox.cluster.clock import Clock
from sandbox.cluster.planted import DATABASE_PASSWORD, SESSION_TOKEN

FOLDERS = {"/": ("app", "bin", "etc", "tmp", "var"), "/app": ("main.py",), "/tmp": ("app.sock", "cache")}  # noqa: S108 - a listing

_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Outcome:
    out: str = ""
    err: str = ""
    code: int = 0


async def run(argv: list[str], hostname: str, clock: Clock) -> Outcome:
    """true, false, echo, printf (with `\\uHHHH`), hostname, env, cat /app/app.conf, ls [FOLDER], sleep N, exit N, and `sh -c` with
    one of these; 127 for everything else."""
    environment = {
        "HOSTNAME": hostname,
        "PATH": "/usr/bin:/bin",
        "DB_PASSWORD": DATABASE_PASSWORD,
        "SESSION_TOKEN": SESSION_TOKEN,
    }
    if len(argv) >= 3 and argv[0].rsplit("/", 1)[-1] in ("sh", "bash") and argv[1] == "-c":
        argv = argv[2].split()
    head, rest = (argv[0] if argv else ""), argv[1:]
    match head:
        case "echo":
            return Outcome(" ".join(rest) + "\n")
        case "printf" if rest:
            return Outcome(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), rest[0]) + "\n")
        case "hostname":
            return Outcome(hostname + "\n")
        case "env":
            return Outcome("".join(f"{name}={value}\n" for name, value in environment.items()))
        case "cat" if rest == ["/app/app.conf"]:
            return Outcome(f"port=8080\ndb.password={DATABASE_PASSWORD}\ntoken: {SESSION_TOKEN}\n")
        case "ls" if (found := FOLDERS.get(rest[-1].rstrip("/") or "/" if rest else "/")) is not None:
            return Outcome("".join(f"{name}\n" for name in found))
        case "ls":
            return Outcome(err=f"ls: {rest[-1]}: No such file or directory\n", code=1)
        case "sleep" if rest and rest[0].replace(".", "", 1).isdecimal():
            await clock.sleep(float(rest[0]))
            return Outcome()
        case "sleep":
            return Outcome(err="sleep: invalid time interval\n", code=1)
        case "exit":
            return Outcome(code=int(rest[0]) % 256 if rest and rest[0].isdecimal() else 0)
        case "true" | "false":
            return Outcome(code=int(head == "false"))
        case _:
            return Outcome(err=f"sh: {head}: not found\n", code=127)
