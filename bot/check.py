"""The doctor: tries the settings, each platform and the cluster, and says what to fix."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from adapters.errors import CredentialsRejected, PlatformError, Unreachable
from bot.app import adapters_of
from bot.settings import Settings
from bot.words import Words
from executor.cluster import connect
from executor.errors import ClusterError, NotConfigured
from executor.kinds import kind_named

NEEDED = (
    ("list", "Pod", ""),
    ("list", "Event", ""),
    ("get", "Pod", "log"),
    ("patch", "Deployment", ""),
    ("patch", "StatefulSet", ""),
    ("patch", "DaemonSet", ""),
    ("delete", "Pod", ""),
    ("create", "Pod", "exec"),
)
"""What the main job needs, by verb, kind and subresource."""
LEAST_FREE = 100 * 1024 * 1024
"""Bytes of disk that the audit book should always find."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was tried."""

    name: str
    well: bool
    said: str


async def check(settings: Settings) -> int:
    """Print a line per thing that was tried; 0 when all is well, 1 otherwise."""
    ill = 0
    async with aclosing(looks(settings, Words(settings.steward_locale))) as all_looks:
        async for look in all_looks:
            ill += not look.well
            print(f"{'✅' if look.well else '❌'} {look.name}: {look.said}")  # noqa: T201 - the command line speaks
    return 1 if ill else 0


async def looks(settings: Settings, words: Words) -> AsyncGenerator[Look, None]:
    yield _admins(settings, words)
    yield _disk(settings, words)
    doors = adapters_of(settings)
    if not doors:
        yield Look(words("check.platforms"), well=False, said=words("check.no_platform"))
    for name, door in doors.items():
        try:
            await door.check()
            yield Look(name, well=True, said=words("check.credentials_work"))
        except CredentialsRejected as error:
            yield Look(name, well=False, said=words("check.credentials_rejected", reason=str(error)))
        except Unreachable as error:
            yield Look(name, well=False, said=words("check.unreachable", reason=str(error)))
        except PlatformError as error:
            yield Look(name, well=False, said=str(error))
        finally:
            await door.close()
    async with aclosing(_cluster(settings, words)) as cluster_looks:
        async for look in cluster_looks:
            yield look


def _admins(settings: Settings, words: Words) -> Look:
    count = len(settings.steward_admins)
    said = words("check.admins", count=count) if count else words("access.no_admin_bound")
    return Look("STEWARD_ADMINS", well=bool(count), said=said)


def _disk(settings: Settings, words: Words) -> Look:
    folder = settings.steward_data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Look(
        "STEWARD_DATA_DIR", well=free > LEAST_FREE, said=words("check.disk", path=str(folder), mib=free // 2**20)
    )


async def _cluster(settings: Settings, words: Words) -> AsyncGenerator[Look, None]:
    name = words("check.cluster")
    try:
        async with connect(settings.kubeconfig or None) as connection:
            yield Look(name, well=True, said=await connection.reader.version())
            for verb, kind, subresource in NEEDED:
                allowed = await connection.reader.may(verb, kind_named(kind), subresource=subresource)
                what = f"{verb} {kind_named(kind).plural}{'/' if subresource else ''}{subresource}"
                yield Look(what, well=allowed, said=words("check.allowed" if allowed else "check.not_allowed"))
    except NotConfigured as error:
        yield Look(name, well=False, said=words("check.no_kubeconfig", reason=str(error)))
    except ClusterError as error:
        yield Look(name, well=False, said=str(error) or type(error).__name__)
