"""`steward explain`: the JSON that scripts read. Golden cases, and any bytes on standard input."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.brain.explain import explain, explain_lines
from bot.brain.rules import RulesPlanner
from bot.words import Words

WORDS = Words("zh")
ENGLISH = Words("en")
KEYS = {"verb", "kind", "namespace", "name", "command", "risk", "reason"}


async def asked(text: str) -> dict[str, Any]:
    answer = await explain(RulesPlanner(), text, WORDS)
    assert json.loads(json.dumps(answer, ensure_ascii=False)) == answer
    assert answer["kind"] in ("reply", "diagnosis", "proposal", "clarify", "refusal")
    assert answer["text"]
    for operation in answer["operations"]:
        assert operation.keys() == KEYS
        assert operation["risk"] in ("read-only", "high", "forbidden")
    return answer


@pytest.mark.parametrize(
    ("text", "kind", "operations"),
    [
        ("帮我重启下 nginx", "proposal", [("restart", "Deployment", None, "nginx", "high")]),
        ("重启 shop 的 sts/db", "proposal", [("restart", "StatefulSet", "shop", "db", "high")]),
        ("重启 statefulset/db -n shop", "proposal", [("restart", "StatefulSet", "shop", "db", "high")]),
        ("web 扩到 5 个副本", "proposal", [("scale", "Deployment", None, "web", "high")]),
        ("kubectl delete pod x -n y", "proposal", [("delete", "Pod", "y", "x", "high")]),
        ("把 web 的镜像换成 nginx:1.27", "proposal", [("set-image", "Deployment", None, "web", "high")]),
        ("在 web-0 里执行 `ls /tmp`", "proposal", [("exec", "Pod", None, "web-0", "high")]),
        ("删除 web-6d4b75cb6d-hx7vq", "proposal", [("delete", "Pod", None, "web-6d4b75cb6d-hx7vq", "high")]),
        ("看下 shop 的 pod", "reply", [("get", "Pod", "shop", None, "read-only")]),
        ("shop 命名空间的事件", "reply", [("events", "Event", "shop", None, "read-only")]),
        ("logs web -n shop", "reply", [("logs", "Deployment", "shop", "web", "read-only")]),
        ("为什么 shop 起不来", "diagnosis", [("diagnose", None, None, "shop", "read-only")]),
        ("删除命名空间 shop", "refusal", [("delete", "Namespace", None, "shop", "forbidden")]),
        ("看下 secret db", "refusal", [("get", "Secret", None, "db", "forbidden")]),
        ("kubectl get secret db -n shop -o yaml", "refusal", None),
        ("重启节点 node-1", "refusal", [("restart", "Node", None, "node-1", "forbidden")]),
        ("重启 web，看下 secret db", "refusal", None),
        ("回滚 web", "refusal", [("rollout undo", "Deployment", None, "web", "high")]),
        (
            "kubectl rollout undo deployment/web -n shop",
            "refusal",
            [("rollout undo", "Deployment", "shop", "web", "high")],
        ),
        ("kubectl top pods -n shop", "reply", None),
        ("给 web 加环境变量 A=1", "refusal", [("set env", None, None, None, "high")]),
        ("kubectl delete pod x --all -n y", "refusal", [("delete", "Pod", "y", "x", "forbidden")]),
        ("kubectl delete pod x -nkube-system", "refusal", None),
        ("kubectl frobnicate pod x", "refusal", None),
        ("不要重启 nginx", "reply", []),
        ("要不要重启 nginx", "clarify", [("restart", "Deployment", None, "nginx", "high")]),
        ("帮助", "reply", []),
        ("", "reply", []),
    ],
)
async def test_golden(text: str, kind: str, operations: list[tuple[str | None, ...]] | None) -> None:
    answer = await asked(text)
    assert answer["kind"] == kind
    if operations is not None:
        rows = [
            tuple(row[key] for key in ("verb", "kind", "namespace", "name", "risk")) for row in answer["operations"]
        ]
        assert rows == operations


async def test_a_proposal_shows_the_command_and_the_reason_in_both_languages() -> None:
    chinese = await asked("重启 deployment/nginx -n shop")
    english = await explain(RulesPlanner(), "重启 deployment/nginx -n shop", ENGLISH)
    for answer in (chinese, english):
        (operation,) = answer["operations"]
        assert operation["command"] == "kubectl rollout restart deployment/nginx -n shop"
        assert operation["command"] in answer["text"]
        assert operation["reason"]
    assert chinese["operations"][0]["reason"] != english["operations"][0]["reason"]


async def test_a_typed_twin_says_which_button_and_code() -> None:
    answer = await asked("批准 7F3K")
    assert answer["kind"] == "reply"
    assert answer["decision"] == {"button": "approve", "code": "7F3K"}


async def test_a_question_lists_its_choices_as_commands() -> None:
    answer = await asked("停掉 nginx")
    assert [choice["command"] for choice in answer["choices"]] == ["把 nginx 调到 0 个副本", "删除 nginx"]


async def test_secrets_in_a_refused_command_are_masked() -> None:
    answer = await asked(
        "kubectl get pods --token=eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJl"
    )
    assert answer["kind"] == "refusal"
    assert "eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9" not in json.dumps(answer)


async def lines(given: bytes, encoding: str = "utf-8") -> list[dict[str, Any]]:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    await explain_lines(io.BytesIO(given), out, RulesPlanner(), WORDS)
    out.flush()
    return [json.loads(line) for line in raw.getvalue().decode(encoding).splitlines()]


async def test_one_object_a_line_in_order_without_the_blank_ones() -> None:
    given = "\ufeff重启 nginx\r\n\n   \n看下 shop 的 pod\n帮助".encode()
    assert [answer["kind"] for answer in await lines(given)] == ["proposal", "reply", "reply"]


async def test_a_terminal_without_unicode_gets_escapes() -> None:
    (answer,) = await lines("重启 nginx\n".encode(), "ascii")
    assert answer["kind"] == "proposal"


@given(
    st.lists(
        st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
        max_size=6,
    )
)
@settings(max_examples=100, deadline=None)
async def test_any_bytes_give_one_object_for_each_line_that_is_not_blank(pieces: list[bytes]) -> None:
    given = b"\n".join(pieces)
    wanted = [line for line in given.split(b"\n") if line.decode("utf-8", "replace").lstrip("\ufeff").strip()]
    assert len(await lines(given)) == len(wanted)


class Shut(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


async def test_a_reader_that_has_gone_away_ends_the_work_quietly() -> None:
    await explain_lines(io.BytesIO(b"help\nhelp\n"), Shut(), RulesPlanner(), WORDS)
