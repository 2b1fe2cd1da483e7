"""`steward explain --model`: the same plans with a model, and with the cluster where there is one. Only the plan is made: nothing
is shown to anybody and nothing can be run."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.brain.planner import Planner
from bot.log import configure_log
from bot.planners import planner_of
from bot.settings import Settings
from bot.words import Words
from executor.cluster import Reader, connect
from executor.errors import ClusterError, NotConfigured
from executor.risk import Policy


@asynccontextmanager
async def with_model(settings: Settings, words: Words) -> AsyncIterator[Planner]:
    """A cluster that is not there is done without: names are then taken as they are said."""
    configure_log()
    async with AsyncExitStack() as stack:
        reader: Reader | None = None
        policy = Policy()
        try:
            connection = await stack.enter_async_context(connect(settings.kubeconfig or None))
            await connection.reader.version()
        except (NotConfigured, ClusterError):
            pass
        else:
            reader, policy = connection.reader, Policy(own_namespace=connection.own_namespace)
        yield await stack.enter_async_context(planner_of(settings, reader, words, policy=policy))
