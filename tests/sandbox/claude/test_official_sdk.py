"""The official SDK meets the stand-in unchanged: streams, tools and every kind of trouble."""

from collections.abc import AsyncIterator

import anthropic
import httpx2
import pytest

from sandbox.claude import ClaudeStandIn, Talk, Turn, Use, talks

TOOLS: list[anthropic.types.ToolParam] = [
    {"name": "look", "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}}}
]
ANSWER = Turn(text="Let me look at it.", uses=(Use(name="look", input={"name": "网关"}),))


@pytest.fixture
async def claude() -> AsyncIterator[ClaudeStandIn]:
    async with ClaudeStandIn(talks([Talk(turns=(ANSWER,))])) as made:
        yield made


@pytest.fixture
async def client(claude: ClaudeStandIn) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        api_key=claude.api_key, base_url=claude.url, max_retries=0, timeout=5.0
    ) as made:
        yield made


async def whole(client: anthropic.AsyncAnthropic) -> anthropic.types.Message:
    async with client.messages.stream(
        model="claude-x", max_tokens=100, messages=[{"role": "user", "content": "hi"}], tools=TOOLS
    ) as stream:
        return await stream.get_final_message()


async def test_a_stream_and_a_document_say_the_same(client: anthropic.AsyncAnthropic) -> None:
    streamed = await whole(client)
    at_once = await client.messages.create(
        model="claude-x", max_tokens=100, messages=[{"role": "user", "content": "hi"}], tools=TOOLS
    )
    for answer in (streamed, at_once):
        said, used = answer.content
        assert isinstance(said, anthropic.types.TextBlock) and said.text == ANSWER.text
        assert isinstance(used, anthropic.types.ToolUseBlock) and used.input == {"name": "网关"}
        assert answer.stop_reason == "tool_use"
        assert answer.usage.output_tokens > 1


TROUBLE = {
    "throttle_next": anthropic.RateLimitError,
    "overload_next": anthropic.OverloadedError,
    "fail_next": anthropic.InternalServerError,
    "error_next": anthropic.APIStatusError,
    "cut_next": httpx2.TransportError,
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_trouble_is_what_the_sdk_takes_it_for(
    claude: ClaudeStandIn, client: anthropic.AsyncAnthropic, name: str
) -> None:
    getattr(claude.faults, name)()
    with pytest.raises(TROUBLE[name]):
        await whole(client)
    assert (await whole(client)).stop_reason == "tool_use"


async def test_silence_ends_by_the_clients_patience(claude: ClaudeStandIn, client: anthropic.AsyncAnthropic) -> None:
    claude.faults.stall_next(after=2)
    with pytest.raises((anthropic.APITimeoutError, httpx2.TimeoutException)):
        await whole(client.with_options(timeout=0.2))


async def test_answers_that_stop_early_say_why(claude: ClaudeStandIn, client: anthropic.AsyncAnthropic) -> None:
    claude.faults.refuse_next()
    claude.faults.empty_next()
    assert ((first := await whole(client)).stop_reason, first.content) == ("refusal", [])
    assert ((second := await whole(client)).stop_reason, second.content) == ("end_turn", [])
