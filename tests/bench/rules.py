"""rules: what the planner without a model makes of the requests in the corpus."""

from pathlib import Path

from bot.brain.rules import RulesPlanner
from tests.bench.figure import Check, Figure
from tests.corpus.requests import fresh, requests, score


async def rules(_: Path) -> Figure:
    """The three parts apart: accuracy on requests that a grammar was written from says little about the next one. Of the fresh ones
    only those count here that were never looked at; the others are written from by now."""
    planner = RulesPlanner()
    written = await score(planner, requests(held_out=False))
    held_out = await score(planner, requests(held_out=True))
    newest = await score(planner, fresh())
    every = (written, held_out, newest)
    total = sum(one.total for one in every)
    questions = sum(one.needless_questions for one in every)
    return Figure(
        "rules",
        (
            Check("wrong actions", sum(one.wrong_actions for one in every), 0, ""),
            Check("right, written from", 100 * written.accuracy, 100, "%", at_least=True),
            Check("right, held out", 100 * held_out.accuracy, 90, "%", at_least=True),
            Check("right, unseen half of the fresh", 100 * newest.accuracy, 90, "%", at_least=True),
            Check("needless questions", 100 * questions / total, 2, "%"),
        ),
        f"{total} requests: {written.total} written from, {held_out.total} held out, {newest.total} fresh",
    )
