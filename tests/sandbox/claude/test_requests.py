"""The stand-in refuses what the real API refuses, and counts what was really sent."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.claude import ClaudeStandIn, Talk, Turn, Use, talks
from sandbox.claude.script import talks_of
from sandbox.clock import Clock

LOOK = {"name": "look", "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
USE = {"type": "tool_use", "id": "t1", "name": "look", "input": {"name": "web"}}
USE_2 = USE | {"id": "t2"}


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def result(use_id: str) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": use_id, "content": "fine"}


def body(*messages: Any, **more: Any) -> dict[str, Any]:
    said = [{"role": "user" if at % 2 == 0 else "assistant", "content": each} for at, each in enumerate(messages)]
    return {"model": "claude-x", "max_tokens": 100, "messages": said or [{"role": "user", "content": "hi"}], **more}


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn(talks([Talk(turns=(Turn(text="hello there"),))]), clock=Clock(frozen=True)) as made:
        yield made


async def ask(claude: ClaudeStandIn, given: Any, **headers: str) -> tuple[int, Any]:
    known = {"x-api-key": claude.api_key, "anthropic-version": "2023-06-01"} | headers
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{claude.url}/v1/messages", json=given, headers=known) as response,
    ):
        raw = await response.text()
        return response.status, json.loads(raw) if response.content_type == "application/json" else raw


GOOD = [
    body(),
    body("hi", [USE], [result("t1"), text("and?")], tools=[LOOK]),
    body("hi", [text("ok"), USE, USE_2], [result("t1"), result("t2")], tools=[LOOK]),
    body(system=[text("be kind") | {"cache_control": {"type": "ephemeral", "ttl": "1h"}}]),
    body(tools=[LOOK], tool_choice={"type": "none"}),
]


@pytest.mark.parametrize("given", GOOD, ids=range(len(GOOD)))
async def test_a_request_that_keeps_the_rules_is_answered(claude: ClaudeStandIn, given: dict[str, Any]) -> None:
    status, answer = await ask(claude, given)
    assert (status, answer["content"], answer["stop_reason"]) == (200, [text("hello there")], "end_turn")


BAD = {
    "max_tokens: Field required": {"model": "m", "messages": [{"role": "user", "content": "hi"}]},
    "max_tokens: Input should be": body(max_tokens=0),
    "temperature: Extra inputs": body(temperature=1.0),
    "at least one message": {"model": "m", "max_tokens": 1, "messages": []},
    "roles must alternate": {
        "model": "m",
        "max_tokens": 1,
        "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    },
    "text content blocks must be non-empty": body([text("  ")]),
    "non-empty content": body([]),
    "without `tool_result`": body("hi", [USE], [text("no result")], tools=[LOOK]),
    "unexpected `tool_use_id`": body("hi", [USE], [result("t1"), result("t9")], tools=[LOOK]),
    "single result, in the order": body("hi", [USE, USE_2], [result("t2"), result("t1")], tools=[LOOK]),
    "must come first": body("hi", [USE], [text("first"), result("t1")], tools=[LOOK]),
    "ids must be unique": body("hi", [USE, USE], [result("t1"), result("t1")], tools=[LOOK]),
    "prefill": body("hi", "and then"),
    "not allowed for role": body([USE]),
    "JSON schema is invalid": body(
        tools=[LOOK | {"input_schema": {"type": "object", "properties": {"a": {"type": "text"}}}}]
    ),
    "input_schema.type": body(tools=[LOOK | {"input_schema": {}}]),
    "names what is no property": body(tools=[LOOK | {"input_schema": {"type": "object", "required": ["b"]}}]),
    "no such keyword": body(tools=[LOOK | {"input_schema": {"type": "object", "additionalProps": False}}]),
    "Tool names must be unique": body(tools=[LOOK, LOOK]),
    "should match pattern": body(tools=[LOOK | {"name": "two words"}]),
    "not found in provided tools": body(tools=[LOOK], tool_choice={"type": "tool", "name": "other"}),
    "cache_control": body([text("hi") | {"cache_control": {"type": "forever"}}]),
    "maximum of 4": body([text("hi") | {"cache_control": {"type": "ephemeral"}}] * 5),
}


@pytest.mark.parametrize("said", BAD)
async def test_a_request_that_breaks_a_rule_is_told_which(claude: ClaudeStandIn, said: str) -> None:
    status, answer = await ask(claude, BAD[said])
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert said in answer["error"]["message"]
    assert len(claude.refused) == 1


async def test_a_wrong_key_an_unknown_model_and_no_version_are_refused(claude: ClaudeStandIn) -> None:
    assert (await ask(claude, body(), **{"x-api-key": "wrong"}))[0] == 401
    claude.models = ("claude-y",)
    assert (await ask(claude, body()))[0] == 404
    assert "anthropic-version" in (await ask(claude, body(), **{"anthropic-version": ""}))[1]["error"]["message"]


async def test_tokens_are_counted_and_a_marked_prefix_is_read_again(claude: ClaudeStandIn) -> None:
    system = [text("rule " * 2000) | {"cache_control": {"type": "ephemeral"}}]
    for question in ("one", "two"):
        await ask(claude, body(question, system=system))
    first, second = claude.usage
    assert first["cache_read_input_tokens"] == 0
    assert first["cache_creation_input_tokens"] == second["cache_read_input_tokens"] > 2000
    assert second["cache_creation_input_tokens"] == 0
    await claude.clock.advance(301)
    await ask(claude, body("three", system=system))
    assert claude.usage[-1]["cache_read_input_tokens"] == 0
    await ask(claude, body("four", system=[system[0] | {"text": "rule " * 1999 + "rule!"}]))
    assert claude.usage[-1]["cache_read_input_tokens"] == 0


async def test_a_conversation_reads_what_its_round_before_has_stored(claude: ClaudeStandIn) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    long = text("log line " * 1000)
    await ask(claude, body([long | mark]))
    await ask(claude, body([long], "seen", [text("and now?") | mark]))
    first, second = claude.usage
    assert second["cache_read_input_tokens"] == first["cache_creation_input_tokens"] > 1000


async def test_a_short_prefix_is_not_kept(claude: ClaudeStandIn) -> None:
    for _ in range(2):
        await ask(claude, body(system=[text("short") | {"cache_control": {"type": "ephemeral"}}]))
    assert claude.usage[-1]["cache_read_input_tokens"] == 0


async def test_the_talk_is_chosen_by_its_words_and_goes_on_by_its_turns(claude: ClaudeStandIn) -> None:
    claude.play(
        (
            Talk(when="web", turns=(Turn(uses=(Use(name="look", input={"name": "web"}),)), Turn(text="web is fine"))),
            Talk(turns=(Turn(text="something else"),)),
        )
    )
    _, first = await ask(claude, body("how is web?", tools=[LOOK]))
    assert (first["stop_reason"], first["content"][0]["name"]) == ("tool_use", "look")
    used = first["content"][0]
    _, second = await ask(claude, body("how is web?", [used], [result(used["id"])], tools=[LOOK]))
    assert second["content"] == [text("web is fine")]
    assert (await ask(claude, body("how is api?")))[1]["content"] == [text("something else")]


async def test_thoughts_come_back_as_they_were_or_are_refused(claude: ClaudeStandIn) -> None:
    claude.script = lambda _: Turn(thinking="hm", text="hello there")
    _, first = await ask(claude, body())
    thought, said = first["content"]
    assert thought["type"] == "thinking" and thought["signature"]
    assert (await ask(claude, body("hi", [thought, said], "and?")))[0] == 200
    for changed in (thought | {"thinking": "ha"}, thought | {"signature": "x"}):
        status, answer = await ask(claude, body("hi", [changed, said], "and?"))
        assert status == 400 and "signature" in answer["error"]["message"]


async def test_an_endpoint_may_know_one_tool_at_a_time(claude: ClaudeStandIn) -> None:
    claude.script = lambda _: Turn(uses=(Use(name="look", input={"name": "a"}), Use(name="look", input={"name": "b"})))
    claude.faults.lack(parallel=True)
    _, answer = await ask(claude, body(tools=[LOOK]))
    assert [block["input"]["name"] for block in answer["content"]] == ["a"]


async def test_a_redirect_says_where_to(claude: ClaudeStandIn) -> None:
    claude.faults.redirect_next("/elsewhere")
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{claude.url}/v1/messages", headers={"x-api-key": claude.api_key}, allow_redirects=False
        ) as answer,
    ):
        assert (answer.status, answer.headers["location"]) == (307, "/elsewhere")


async def test_what_was_heard_can_be_played_again(claude: ClaudeStandIn) -> None:
    await ask(claude, body("how is web?"))
    again = talks_of(claude.recorder.text())
    claude.play(again)
    assert (await ask(claude, body("how is web?")))[1]["content"] == [text("hello there")]
    assert (await ask(claude, body("never heard")))[1]["content"] == [text("I have no script for this.")]
