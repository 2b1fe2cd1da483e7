"""The doctor: tries the settings, each platform and the cluster, and says what to fix. /setup asks it, too."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import Literal, cast

from adapters.errors import CredentialsRejected, PlatformError, Refused, Unreachable
from adapters.types import Adapter, Conversation, Platform
from bot.check_alerts import alertmanager_look
from bot.check_click import WAIT_SECONDS, ClickTrial, NoClick
from bot.check_model import model_look
from bot.doors import adapters_of
from bot.look import Look
from bot.settings import Settings
from bot.sources import Origin
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


_SIGNS = {True: "✅", False: "❌", None: "⚠️"}


async def check(
    settings: Settings,
    *,
    click: bool = False,
    wait: float = WAIT_SECONDS,
    sources: Mapping[str, Origin] = MappingProxyType({}),
) -> int:
    """Print a line per thing that was tried; 0 when nothing is wrong, 1 otherwise. `click` also posts a card per platform and
    waits so many seconds for its button to be pressed. `sources` says where storable settings come from."""
    words = await asyncio.to_thread(Words, settings.steward_locale)
    ill = 0
    async with aclosing(looks(settings, words, wait=wait if click else 0.0, sources=sources)) as all_looks:
        async for look in all_looks:
            ill += look.well is False
            print(f"{_SIGNS[look.well]} {look.name}: {look.said}", flush=True)  # noqa: T201 - the command line speaks
    return 1 if ill else 0


async def looks(
    settings: Settings, words: Words, *, wait: float = 0.0, sources: Mapping[str, Origin] = MappingProxyType({})
) -> AsyncGenerator[Look, None]:
    yield _admins(settings, words)
    yield await asyncio.to_thread(_disk, settings, words)
    doors = adapters_of(settings)
    if not doors:
        yield Look(words("check.platforms"), well=False, said=words("check.no_platform"))
    for name, door in doors.items():
        if source := sources.get(f"{name}_enabled"):
            yield Look(f"{name} settings", well=True, said=words(f"check.from_{source}"))
        try:
            async with aclosing(_platform(name, door, settings, words, wait=wait)) as platform_looks:
                async for look in platform_looks:
                    yield look
        finally:
            await door.close()
    yield await alertmanager_look(settings, words)
    yield await model_look(settings, words)
    async with aclosing(cluster_looks(settings.kubeconfig, words)) as found:
        async for look in found:
            yield look


async def _platform(
    name: Platform, door: Adapter, settings: Settings, words: Words, *, wait: float
) -> AsyncGenerator[Look, None]:
    """Credentials, then what the developer console is set to, then, where there are seconds to `wait`, a real click."""
    accepted: bool | None = None
    async with aclosing(platform_looks(name, door, words)) as found:
        async for look in found:
            accepted = look.well if accepted is None else accepted
            yield look
    if not accepted:
        return
    if not wait:
        yield Look(f"{name} click", well=None, said=words("check.click_untried"))
        return
    where = _where(name, settings)
    if where is None:
        yield Look(f"{name} click", well=False, said=words("check.click_nowhere"))
        return
    yield Look(f"{name} click", well=None, said=words("check.click_waiting", id=where.id, seconds=int(wait)))
    try:
        await ClickTrial(door, words, where).listen(seconds=wait)
        yield Look(f"{name} click", well=True, said=words("check.click_came"))
    except NoClick:
        yield Look(f"{name} click", well=False, said=words(f"{name}.no_click"))
    except PlatformError as error:
        yield Look(f"{name} click", well=False, said=why(error, name, words))


async def platform_looks(name: Platform, door: Adapter, words: Words) -> AsyncGenerator[Look, None]:
    """Whether it knows us and works for us, in the first look; then what the developer console says, which may be why not: who is
    known and still refused hears that, too."""
    try:
        try:
            await door.check()
            yield Look(name, well=True, said=words("check.credentials_work"))
        except Refused as error:
            yield Look(name, well=False, said=why(error, name, words))
        for found in await door.audit():
            yield Look(f"{name} {found.name}", well=found.well, said=words(found.said, **found.values))
    except PlatformError as error:
        rejected = isinstance(error, CredentialsRejected)
        yield Look(name, well=False, said=why(error, name, words), rejected=rejected)


def why(error: PlatformError, platform: Platform, words: Words) -> str:
    match error:
        case CredentialsRejected():
            return words(f"{platform}.credentials_rejected", reason=str(error))
        case Unreachable():
            return words("check.unreachable", reason=str(error))
        case _:
            return str(error)


def _where(platform: Platform, settings: Settings) -> Conversation | None:
    """The first ops conversation, else the first administrator alone."""
    for kind, places in (("group", settings.steward_ops_conversations), ("single", settings.steward_admins)):
        for _, place in sorted(each for each in places if each[0] == platform):
            return Conversation(platform=platform, id=place, kind=cast("Literal['group', 'single']", kind))
    return None


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


async def cluster_looks(kubeconfig: str, words: Words) -> AsyncGenerator[Look, None]:
    """Whether it answers, in the first look, and what we may do there, by verb."""
    name = words("check.cluster")
    try:
        async with connect(kubeconfig or None) as connection:
            yield Look(name, well=True, said=await connection.reader.version())
            for verb, kind, subresource in NEEDED:
                allowed = await connection.reader.may(verb, kind_named(kind), subresource=subresource)
                what = f"{verb} {kind_named(kind).plural}{'/' if subresource else ''}{subresource}"
                yield Look(what, well=allowed, said=words("check.allowed" if allowed else "check.not_allowed"))
    except NotConfigured as error:
        yield Look(name, well=False, said=words("check.no_kubeconfig", reason=str(error)))
    except ClusterError as error:
        yield Look(name, well=False, said=str(error) or type(error).__name__)
