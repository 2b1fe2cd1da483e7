"""A planner between the model's stand-in and a small Kubernetes API, with what may never reach a model planted in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.brain.claude.endpoint import Endpoint
from bot.brain.claude.patience import Limits, Patience
from bot.brain.claude.planner import ClaudePlanner
from bot.brain.rules import RulesPlanner
from executor.cluster import Connection, connect
from executor.risk import Policy
from sandbox.claude import Asked, ClaudeStandIn, Turn, Use
from tests.bot.stand import EN, ZH
from tests.executor.fake_api import FakeApi, deployment, kubeconfig, pod, serving, status
from tests.executor.test_redact_corpus import PLANTED as SHAPES
from tests.executor.test_redact_corpus import planted

__all__ = ["EN", "ZH"]

QUICK = Patience(
    connect=2.0, silence=0.4, whole=5.0, tries=2, pause=0.01, longest_pause=0.5, rest=0.3, longest_rest=2.0
)
OPEN = "web 快顶不住了，想想办法多来点人手"
"""A request that the rules do not understand, so that the model is asked."""
CORPUS = Path(__file__).parents[2] / "corpus"

_FILLED = [planted(line, 9) for line in SHAPES]
PLANTED = [text for text, _ in _FILLED]
"""Every line of the corpus of secrets, with secrets in it."""
SECRETS = [secret for _, secrets in _FILLED for secret in secrets]


def leaked(claude: ClaudeStandIn) -> list[str]:
    """Secrets of the corpus in whatever reached the model; short ones would be found by chance."""
    heard = "\n".join(claude.bodies)
    return [secret for secret in [*SECRETS, "s3cr3t-pw"] if len(secret) >= 8 and secret in heard]


class Cluster(FakeApi):
    """Whose pods have logs, and which serves the kinds that it was given objects of."""

    log: str = "all is well\n"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path.endswith("/log"):
            return web.Response(text=self.log)
        if path == "/version":
            return web.json_response({"gitVersion": "v1.30.1"})
        if path.startswith("/apis/") and path.count("/") == 3 and (held := self._held(path)):
            return web.json_response({"resources": [{"name": plural} for plural in held]})
        if path.startswith("/apis/") and path.count("/") == 2:
            group = path.rpartition("/")[2]
            found = sorted({place.split("/")[3] for place in self.objects if place.startswith(f"/apis/{group}/")})
            if not found:
                return status(404, "NotFound", f"{path} not found")
            return web.json_response({"versions": [{"version": version} for version in found]})
        return await super()._answer(request)

    def _held(self, group: str) -> set[str]:
        """The plurals of the objects of an API group; those that every cluster has are FakeApi's."""
        if group == "/apis/apps/v1" or "authorization" in group:
            return set()
        return {place.split("/")[-2] for place in self.objects if place.startswith(f"{group}/")} or {"nothing"}

    def event(self, message: str, *, reason: str = "BackOff", about: str = "uid-web", name: str = "e1") -> None:
        self.put(
            {
                "kind": "Event",
                "apiVersion": "v1",
                "metadata": {"name": name, "namespace": "shop", "uid": f"uid-{name}"},
                "involvedObject": {"kind": "Deployment", "name": "web", "namespace": "shop", "uid": about},
                "type": "Warning",
                "reason": reason,
                "message": message,
                "count": 3,
                "lastTimestamp": "2026-11-27T00:00:00Z",
            }
        )


def replicas_of(owner: str, uid: str) -> dict[str, Any]:
    labels = {"app": "web", "pod-template-hash": "5d4"}
    return {
        "kind": "ReplicaSet",
        "apiVersion": "apps/v1",
        "metadata": {
            "name": f"{owner}-5d4",
            "namespace": "shop",
            "uid": "uid-rs",
            "labels": labels,
            "annotations": {"deployment.kubernetes.io/revision": "1"},
            "ownerReferences": [{"kind": "Deployment", "name": owner, "uid": uid, "controller": True}],
        },
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}},
    }


def shop() -> Cluster:
    api = Cluster()
    owned = pod("web-5d4-x1")
    owned["metadata"]["labels"]["pod-template-hash"] = "5d4"
    owned["metadata"]["ownerReferences"] = [
        {"kind": "ReplicaSet", "name": "web-5d4", "uid": "uid-rs", "controller": True}
    ]
    api.put(deployment(), replicas_of("web", "uid-web"), owned)
    api.put({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "shop", "uid": "uid-shop"}})
    return api


@dataclass
class World:
    claude: ClaudeStandIn
    api: Cluster
    connection: Connection
    planner: ClaudePlanner
    endpoint: Endpoint
    more: list[Endpoint] = field(default_factory=list)

    def another(self, *, limits: Limits | None = None, patience: Patience = QUICK, **more: Any) -> ClaudePlanner:
        endpoint = Endpoint(self.claude.api_key, self.claude.url, patience=patience, limits=limits)
        self.more.append(endpoint)
        return ClaudePlanner(endpoint, RulesPlanner(), self.connection.reader, ZH, policy=Policy(), **more)


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """At the end nothing that reached the model held a secret, and the stand-in had nothing to find fault with."""
    async with (
        ClaudeStandIn() as claude,
        serving(shop()) as api,
        connect(kubeconfig(folder / "kubeconfig", api.url)) as connection,
    ):
        assert isinstance(api, Cluster)
        endpoint = Endpoint(claude.api_key, claude.url, patience=QUICK)
        await endpoint.open()
        planner = ClaudePlanner(endpoint, RulesPlanner(), connection.reader, ZH, policy=Policy())
        made = World(claude, api, connection, planner, endpoint)
        try:
            yield made
        finally:
            for each in (endpoint, *made.more):
                await each.close()
        assert leaked(claude) == []
        assert list(claude.refused) == []
        assert not api.writes


WEB = {"kind": "Deployment", "name": "web", "namespace": "shop"}
FIND = Turn(uses=(Use(name="find", input={"text": "web"}),))


def one_after_the_other(*turns: Turn) -> Any:
    """Answers by their turn; the last one stays."""

    def script(asked: Asked) -> Turn:
        return turns[min(asked.round, len(turns) - 1)]

    return script


def uses(name: str, /, **given: Any) -> Turn:
    return Turn(uses=(Use(name=name, input=given),))
