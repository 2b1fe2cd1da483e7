"""What Prometheus scrapes: counted where events are told, and read from the store when somebody asks.

The log already has one event for everything that happens, with the fields that matter. So it is counted there, by one processor,
instead of once more in each place (ADR 0021); what is a state and not an event is looked up at the scrape.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from structlog.typing import EventDict, WrappedLogger

from bot.alerts.ear import Ear
from bot.budget import Budget
from bot.lines import Lines
from bot.store import Store

SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
"""Of an action from its approval to its verified end."""
_WELL = frozenset({"up", "retiring"})


class Metrics:
    """One registry, of nobody else's numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = self._counter("messages", "Messages answered, by what they became.", "outcome")
        self._answering = Histogram(
            "steward_message_seconds", "From taking a message up to its answer.", registry=self.registry
        )
        self._proposed = self._counter("actions_proposed", "Changes shown for approval.", "verb")
        self._decisions = self._counter("decisions", "Clicks and typed answers on approvals.", "verb", "outcome")
        self._expired = self._counter("approvals_expired", "Approvals that nobody gave in time.")
        self._finished = self._counter("actions_finished", "Approved actions that came to an end.", "verb", "outcome")
        self._lasted = Histogram(
            "steward_action_seconds",
            "From approval to the verified end.",
            ["verb"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._shown = self._counter("cards_shown", "Cards posted or changed.", "platform", "new")
        self._delayed = self._counter(
            "cards_delayed", "Deliveries put off by a platform that was away or asked to wait."
        )
        self._refused = self._counter("cards_refused", "Cards told in words instead, or lost.", "how")
        self._late = self._counter("clicks_unanswered", "Clicks whose answer the platform did not take.")
        self._asked = self._counter("model_requests", "Requests that a model answered, by what for.", "purpose")
        self._tokens = self._counter("model_tokens", "Tokens of the model, by what for and kind.", "purpose", "kind")
        self._without = self._counter(
            "model_failures", "Requests answered by rules because the model was not there.", "reason"
        )
        self._line_up = self._gauge("line_up", "1 while the platform's line works.", "platform")
        self._heard = self._gauge("line_last_heard_timestamp_seconds", "When it was last heard.", "platform")
        self._waiting = self._gauge("inbox_waiting", "Messages that wait to be handled.")
        self._behind = self._gauge("deliveries_behind", "Copies of cards that show less than the store.", "platform")
        self._open = self._gauge("actions_open", "Actions that are not over.", "state")
        self._alertmanager_up = Gauge(
            "steward_alertmanager_up", "1 while Alertmanager answers.", registry=self.registry
        )
        self._alerts = Gauge("steward_alerts_firing", "Groups of alerts that fire.", registry=self.registry)
        self._calls = self._gauge("platform_calls_month", "Calls of this month that count.", "platform")
        self._limit = self._gauge("platform_calls_month_limit", "How many there may be; 0 is no limit.", "platform")

    def _counter(self, name: str, said: str, *labels: str) -> Counter:
        return Counter(f"steward_{name}", said, labels, registry=self.registry)

    def _gauge(self, name: str, said: str, *labels: str) -> Gauge:
        return Gauge(f"steward_{name}", said, labels, registry=self.registry)

    def count(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:  # noqa: C901 - a case per event
        """A processor of structlog: looks, changes nothing."""
        match event.get("event"):
            case "message.answered":
                self._messages.labels(str(event["outcome"]).partition(".")[0]).inc()
                self._answering.observe(event["ms"] / 1000)
            case "approval.asked":
                self._proposed.labels(event["verb"]).inc()
            case "approval.decided" | "approval.clicked":
                self._decisions.labels(event["verb"], str(event["outcome"]).rpartition(".")[2]).inc()
            case "approval.expired":
                self._expired.inc()
            case "action.finished":
                self._finished.labels(event["verb"], str(event["outcome"])).inc()
                self._lasted.labels(event["verb"]).observe(event["ms"] / 1000)
            case "card.shown":
                self._shown.labels(event["platform"], str(event["new"]).lower()).inc()
            case "card.delayed":
                self._delayed.inc()
            case "card.refused" | "card.gone":
                self._refused.labels(event["event"].rpartition(".")[2]).inc()
            case "click.unanswered":
                self._late.inc()
            case "model.answered":
                self._asked.labels(event["purpose"]).inc()
                self._spent(event["purpose"], event)
            case "model.without":
                self._without.labels(event["reason"]).inc()
                self._spent("unanswered", event)
        return event

    def _spent(self, purpose: str, event: EventDict) -> None:
        for kind in ("input", "cached", "output"):
            self._tokens.labels(purpose, kind).inc(event.get(kind, 0))

    async def scrape(self, store: Store, lines: Lines, budgets: Sequence[Budget], ear: Ear | None = None) -> bytes:
        """The text exposition format."""
        if ear is not None and ear.present is not None:
            self._alertmanager_up.set(ear.present.state == "up")
        row = await store.row("SELECT count(*) AS n FROM alerts WHERE closed_at IS NULL")
        self._alerts.set(row["n"] if row else 0)
        for platform, line in lines.by_platform.items():
            self._line_up.labels(platform).set(line.state.state in _WELL)
            heard = line.adapter.last_heard
            self._heard.labels(platform).set(heard.timestamp() if heard else 0)
        waiting = await store.row("SELECT count(*) AS n FROM inbox WHERE state = 'NEW'")
        self._waiting.set(waiting["n"] if waiting else 0)
        self._behind.clear()
        for row in await store.rows(
            "SELECT platform, count(*) AS n FROM deliveries WHERE state <> 'gone' AND behind = 1 GROUP BY platform"
        ):
            self._behind.labels(row["platform"]).set(row["n"])
        counted = await store.rows(
            "SELECT state, count(*) AS n FROM actions WHERE state IN ('WAIT_APPROVAL', 'EXECUTING', 'VERIFYING') GROUP BY state"
        )
        numbers = {row["state"]: row["n"] for row in counted}
        for state in ("WAIT_APPROVAL", "EXECUTING", "VERIFYING"):
            self._open.labels(state).set(numbers.get(state, 0))
        for budget in budgets:
            self._calls.labels(budget.platform).set(budget.used)
            self._limit.labels(budget.platform).set(budget.limit)
        return generate_latest(self.registry)


METRICS = Metrics()
"""The process's own: a log is configured once for it, too."""
