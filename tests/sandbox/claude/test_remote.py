"""The model as a process of its own, with its control door."""

import anthropic
import pytest

from sandbox.claude import Talk, Turn
from sandbox.claude.remote import claude_process


async def test_a_process_plays_talks_makes_trouble_and_tells_what_it_heard() -> None:
    async with (
        claude_process() as claude,
        anthropic.AsyncAnthropic(api_key=claude.api_key, base_url=claude.url, max_retries=0) as client,
    ):
        await claude.play([Talk(when="hi", turns=(Turn(text="hello"),))])
        await claude.fault("overload_next")
        with pytest.raises(anthropic.OverloadedError):
            await client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
        answer = await client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}])
        assert isinstance(answer.content[0], anthropic.types.TextBlock) and answer.content[0].text == "hello"
        assert len(await claude.bodies()) == 2
        assert (await claude.recorded())[0].turns == (Turn(text="hello"),)
        assert (await claude.usage())[0]["output_tokens"] == 2
        with pytest.raises(LookupError, match="no fault"):
            await claude.fault("explode")
