"""What Prometheus scrapes: each event is counted once, each state is as the store has it."""

import io
import json
import re
from pathlib import Path

import structlog
from prometheus_client.parser import text_string_to_metric_families

import bot
from bot.budget import Budget
from bot.lines import Lines
from bot.metrics import Metrics
from bot.router import NotificationRouter
from bot.store import Store
from tests.bot.stand import GROUP, Clock, Door
from tests.bot.test_router import CARD


def counted(*events: dict[str, object]) -> Metrics:
    metrics = Metrics()
    log = structlog.wrap_logger(
        structlog.PrintLogger(io.StringIO()), processors=[metrics.count, structlog.processors.JSONRenderer()]
    )
    for event in events:
        log.info(**event)
    return metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_every_kind_of_event_is_counted() -> None:
    metrics = counted(
        {"event": "message.answered", "outcome": "refused.risk.exec", "ms": 40},
        {"event": "approval.asked", "verb": "restart", "action": "a", "code": "7F3K"},
        {"event": "approval.clicked", "verb": "approve", "outcome": "access.not_admin"},
        {"event": "approval.decided", "verb": "approve", "outcome": "decide.approve"},
        {"event": "approval.expired", "action": "a"},
        {"event": "action.finished", "verb": "restart", "outcome": "succeeded", "ms": 4200},
        {"event": "card.shown", "platform": "feishu", "new": True},
        {"event": "card.delayed"},
        {"event": "card.refused"},
        {"event": "card.gone"},
        {"event": "click.unanswered"},
        {"event": "model.answered", "purpose": "plan", "input": 100, "cached": 80, "output": 20, "calls": 2, "ms": 9},
        {"event": "model.without", "reason": "model.stalled"},
        {"event": "model.without", "reason": "model.too_much", "input": 500, "cached": 90, "output": 7},
        {"event": "something.else"},
    )
    assert value(metrics, "steward_messages_total", outcome="refused") == 1
    assert value(metrics, "steward_actions_proposed_total", verb="restart") == 1
    assert value(metrics, "steward_decisions_total", verb="approve", outcome="not_admin") == 1
    assert value(metrics, "steward_decisions_total", verb="approve", outcome="approve") == 1
    assert value(metrics, "steward_approvals_expired_total") == 1
    assert value(metrics, "steward_actions_finished_total", verb="restart", outcome="succeeded") == 1
    assert value(metrics, "steward_action_seconds_sum", verb="restart") == 4.2
    assert value(metrics, "steward_cards_shown_total", platform="feishu", new="true") == 1
    assert value(metrics, "steward_cards_delayed_total") == 1
    assert value(metrics, "steward_cards_refused_total", how="refused") == 1
    assert value(metrics, "steward_cards_refused_total", how="gone") == 1
    assert value(metrics, "steward_clicks_unanswered_total") == 1
    assert value(metrics, "steward_model_requests_total", purpose="plan") == 1
    assert value(metrics, "steward_model_tokens_total", purpose="plan", kind="cached") == 80
    assert value(metrics, "steward_model_tokens_total", purpose="unanswered", kind="input") == 500
    assert value(metrics, "steward_model_failures_total", reason="model.stalled") == 1


async def test_a_scrape_shows_how_it_is_now(store: Store, clock: Clock, door: Door) -> None:
    metrics, budget = Metrics(), Budget(store, clock, "dingtalk", 5000)
    await budget.load()
    budget.spend("PUT")
    door.last_heard = clock()
    await NotificationRouter(store, {"dingtalk": door}, clock).send_card(CARD, (GROUP,))
    text = (await metrics.scrape(store, Lines({"dingtalk": door}, clock), [budget])).decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["steward_line_up", "dingtalk"] == 0
    assert found["steward_line_last_heard_timestamp_seconds", "dingtalk"] == clock().timestamp()
    assert found["steward_deliveries_behind", "dingtalk"] == 1
    assert found["steward_actions_open", "WAIT_APPROVAL"] == 0
    assert found["steward_platform_calls_month", "dingtalk"] == 1
    assert found["steward_platform_calls_month_limit", "dingtalk"] == 5000


def test_counting_changes_no_event() -> None:
    out = io.StringIO()
    log = structlog.wrap_logger(
        structlog.PrintLogger(out), processors=[Metrics().count, structlog.processors.JSONRenderer()]
    )
    log.info("card.shown", platform="feishu", new=False)
    assert json.loads(out.getvalue()) == {"event": "card.shown", "platform": "feishu", "new": False}


def test_every_event_that_is_counted_is_told_somewhere() -> None:
    source = {path: path.read_text("utf-8") for path in (Path(bot.__file__).parent).rglob("*.py")}
    metrics = source.pop(Path(bot.__file__).with_name("metrics.py"))
    told = "".join(source.values())
    for name in re.findall(r'"([a-z]+\.[a-z]+)"', metrics):
        assert f'"{name}"' in told, name
