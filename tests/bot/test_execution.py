"""Carrying out: no action stays open, none is taken for interrupted that is on its way, none waits for another's end (I4 I12)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import actions
from bot.actions import Action, State
from bot.approvals import Approvals
from bot.execution import PARALLEL, Execution
from bot.identities import Identities
from bot.router import NotificationRouter
from bot.store import Store
from bot.turns import BURST
from bot.views import Views
from executor import preview
from executor.cluster import Writer, connect
from executor.operations import ContainerImage, SetImage, Target
from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.bot.stand import ADMIN, GROUP, MEMBER, ZH, Clock, restart_order

FIXED = frozenset({(ADMIN.platform, ADMIN.id)})


class Broken:
    """A client with a bug: every call raises what nobody expects."""

    def __getattr__(self, name: str) -> Any:
        async def call(*_: object, **__: object) -> None:
            raise KeyError(name)

        return call


@asynccontextmanager
async def running(execution: Execution) -> AsyncIterator[None]:
    task = asyncio.create_task(execution.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def offered(_: Action) -> None:
    return


def execution_of(
    cluster: Any, store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> Execution:
    return Execution(
        store, cluster, approvals, router, Views(ZH), clock, offered, Identities(store, clock, fixed=FIXED)
    )


async def approved(approvals: Approvals, request: str) -> Action:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="", request=request)
    await approvals.decide(action.id, "approve", ADMIN)
    return action


async def ended(store: Store, action: Action) -> Action:
    async with asyncio.timeout(10):
        while (now := await actions.get(store, action.id)) is None or not now.state.terminal:
            await asyncio.sleep(0.005)
    return now


@pytest.mark.parametrize(("claimed", "code"), [(False, "execution.failed_before"), (True, "execution.failed")])
async def test_our_own_bug_ends_the_action_and_not_the_daemon(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock, claimed: bool, code: str
) -> None:
    actions_of_both = [await approved(approvals, request) for request in ("m1", "m2")]
    for action in actions_of_both if claimed else ():
        assert await approvals.approved(action.id, action.order.digest)
    async with running(execution_of(Broken(), store, router, approvals, clock)):
        for action in actions_of_both:
            outcome = (await ended(store, action)).outcome
            assert outcome is not None and outcome.reason.code == code


async def test_what_a_restart_interrupted_is_ended_even_when_looking_for_it_fails(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    action = await approved(approvals, "m1")
    await approvals.approved(action.id, action.order.digest)
    after = execution_of(Broken(), store, router, approvals, clock)
    await after.look_back()
    async with running(after):
        outcome = (await ended(store, action)).outcome
    assert outcome is not None and outcome.reason.code == "execution.failed"


async def test_what_is_approved_while_starting_is_not_taken_for_interrupted(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    execution = execution_of(Broken(), store, router, approvals, clock)
    await execution.look_back()
    action = await approved(approvals, "m1")
    async with running(execution):
        outcome = (await ended(store, action)).outcome
    assert outcome is not None and outcome.reason.code != "execution.interrupted_before"


def settled(cluster: ClusterStandIn, name: str) -> bool:
    """Nobody but us will write it any more."""
    found = cluster.get("deployment", name, "shop")
    return found is not None and found.get("status", {}).get("availableReplicas") == 1


async def test_a_write_does_not_wait_for_the_verification_of_others(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock, tmp_path: Path
) -> None:
    names = [f"web-{number}" for number in range(PARALLEL + 1)]
    async with ClusterStandIn() as cluster:
        cluster.apply(m.namespace("shop"))
        for name in names:
            cluster.apply(m.deployment(name, "nginx:1.27", home="shop"))
        await cluster.until(lambda: all(settled(cluster, name) for name in names))
        cluster.write_kubeconfig(tmp_path / "kubeconfig")
        async with connect(str(tmp_path / "kubeconfig")) as connection:
            writer: Writer = connection.writer
            async with running(execution_of(writer, store, router, approvals, clock)):
                for name in names:
                    target = Target(kind="Deployment", name=name, namespace="shop")
                    images = (ContainerImage(container="*", image="nginx:1.28-unready"),)
                    order = await preview.preview(writer, SetImage(target=target, images=images))
                    action = await approvals.propose(order, MEMBER, GROUP, intent="", request=name)
                    await approvals.decide(action.id, "approve", ADMIN)
                async with asyncio.timeout(10):
                    while len(await actions.in_state(store, State.VERIFYING)) < len(names):
                        await asyncio.sleep(0.01)


async def test_a_polite_stop_waits_for_everything_that_was_approved(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    execution = execution_of(Broken(), store, router, approvals, clock)
    async with running(execution):
        for number in range(BURST + 2):
            await approved(approvals, f"m{number}")
        await execution.drain(10)
        assert await actions.in_state(store, State.EXECUTING) == []
