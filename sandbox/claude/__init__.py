"""The Messages API of Anthropic, to run a planner against on this machine, without a key.

    async with ClaudeStandIn(model_script) as claude:    # claude.url is ANTHROPIC_BASE_URL
        ...                                              # whoever asks does so with claude.api_key
        claude.faults.overload_next()
        claude.bodies                                    # every request as it came

It is strict: a request that breaks a rule of the API is answered by 400 and the reason. What it answers is a script's doing: a
function of what it was asked, a list of talks chosen by their first words, or talks recorded before. Tokens are counted from what
was really sent, and what is read from the cache is what an earlier request put there. `python -m sandbox.claude` is the same as a
process, `sandbox.claude.remote` its client.
"""

from sandbox.claude.asked import Asked, ToolResult
from sandbox.claude.player import play
from sandbox.claude.script import Script, Talk, Turn, Use, talks
from sandbox.claude.standin import ClaudeStandIn

__all__ = ["Asked", "ClaudeStandIn", "Script", "Talk", "ToolResult", "Turn", "Use", "play", "talks"]
