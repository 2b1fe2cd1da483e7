"""The doctor's look at the model: one tiny call, and a sentence for each way in which it can fail."""

from bot.brain.claude.away import Away, Unusable
from bot.brain.claude.endpoint import Endpoint
from bot.look import Look
from bot.planners import endpoint_of
from bot.settings import Settings
from bot.words import Words

SYSTEM = "Answer with the one word: ok"
OUTPUT = 64


async def model_look(settings: Settings, words: Words, endpoint: Endpoint | None = None) -> Look:
    """Costs a few tokens. Without a key nothing is called, and nothing is wrong."""
    endpoint = endpoint or endpoint_of(settings)
    if endpoint is None:
        return Look("ANTHROPIC_API_KEY", well=None, said=words("model.no_key"))
    try:
        answer = await endpoint.ask(
            SYSTEM, [{"role": "user", "content": [{"type": "text", "text": "ok?"}]}], output=OUTPUT
        )
    except (Away, Unusable) as error:
        return Look("ANTHROPIC_BASE_URL", well=False, said=words.say(error.reason))
    finally:
        await endpoint.close()
    return Look(
        "ANTHROPIC_MODEL", well=True, said=words("model.works", model=endpoint.model, tokens=answer.usage.total)
    )
