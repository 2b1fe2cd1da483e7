"""Which planner the settings ask for: the rules, or a model with the rules behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.brain.claude.endpoint import Endpoint
from bot.brain.claude.patience import Patience
from bot.brain.claude.planner import ClaudePlanner
from bot.brain.planner import Planner
from bot.brain.rules import RulesPlanner
from bot.settings import Settings
from bot.words import Words
from executor.cluster import Reader
from executor.risk import Policy


def endpoint_of(settings: Settings, patience: Patience | None = None) -> Endpoint | None:
    """None without a key. Nothing is loaded and nobody is called yet."""
    key = settings.anthropic_api_key.get_secret_value()
    return Endpoint(key, settings.anthropic_base_url, settings.anthropic_model, patience=patience) if key else None


@asynccontextmanager
async def planner_of(
    settings: Settings,
    reader: Reader | None,
    words: Words,
    *,
    policy: Policy,
    patience: Patience | None = None,
) -> AsyncIterator[Planner]:
    """With a key, messages that the rules do not fully understand go to the model."""
    rules = RulesPlanner(settings.steward_locale)
    endpoint = endpoint_of(settings, patience)
    if endpoint is None:
        yield rules
        return
    try:
        yield ClaudePlanner(endpoint, rules, reader, words, policy=policy, mask_names=settings.steward_model_mask_names)
    finally:
        await endpoint.close()
