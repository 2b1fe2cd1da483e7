"""Commands to run inside a container: where they begin in a message, and their words without a shell."""

import re
import shlex

from bot.brain.characters import code_point, odd_character
from bot.brain.readings import Ask, Refuse, Unclear
from bot.brain.spelling import Token
from bot.brain.tags import CHANGES, Tag
from executor.reason import reason
from executor.redact import mask

_OBJECTS = (Tag.NAME, Tag.OBJECT, Tag.PATH)
_BEFORE_COMMAND = (Tag.COLON, Tag.COMMAND_WORD, Tag.SOFT, Tag.INSIDE, Tag.COMMA)
_OTHER_VERBS = (Tag.RESTART, Tag.SCALE, Tag.ROLLBACK, Tag.DELETE, Tag.LOOK, Tag.LOGS)
_PROSE = (Tag.THEN, Tag.LATER, Tag.IF, Tag.PERIOD, Tag.SHOULD)
"""Words behind which an unquoted command is not sure to be one."""
_NOT_FIRST = (Tag.IN, Tag.FROM, Tag.AT, Tag.AND, Tag.NAMESPACE, Tag.KIND, Tag.FLAG)
_PROGRAMS = frozenset(
    {
        "cat",
        "ls",
        "ps",
        "df",
        "du",
        "env",
        "date",
        "id",
        "top",
        "free",
        "uptime",
        "hostname",
        "curl",
        "wget",
        "ping",
        "nslookup",
    }
    | {"dig", "netstat", "ss", "printenv", "whoami", "uname", "mount"}
)
_SHELL = frozenset(";&|$`<>(){}*?~\\#\n")
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")


def lift_command(text: str, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """The words with what is to be run inside a container as one COMMAND token: a quoted piece behind the verb, or all that
    follows it to the end (`在 web-0 里执行 ls -l /tmp`, `exec web-0 -- date`). As they were where that is not certain."""
    tokens = _with_verb(tokens)
    at = next((index for index, token in enumerate(tokens) if token.tag is Tag.EXEC), None)
    if at is None or any(token.tag in CHANGES for token in tokens[:at]):
        return tokens
    quoted = [i for i in range(at, len(tokens)) if tokens[i].text.startswith("`") or tokens[i].tag is Tag.QUOTED]
    if quoted:
        place = quoted[-1]
        token = tokens[place]
        inner = token.text.strip("`").strip() if token.text.startswith("`") else token.value
        behind = (each for each in tokens[place + 1 :] if each.tag is not Tag.LOOK)
        return (*tokens[:place], Token(Tag.COMMAND, token.text, token.start, token.end, inner), *behind)
    begins = _tail(tokens, at)
    if begins is None:
        return tokens
    last = max((i for i in range(begins, len(tokens)) if not _ends(tokens[i])), default=-1)
    if last < begins:
        return tokens
    start, end = tokens[begins].start, tokens[last].end
    raw = text[start:end]
    alone = last == begins and tokens[begins].tag in _OTHER_VERBS
    if alone or not raw.isascii() or any(token.tag in _PROSE for token in tokens[begins : last + 1]):
        return tokens
    before = (token for token in tokens[:begins] if token.value != "--")
    return (*before, Token(Tag.COMMAND, raw, start, end, raw))


def _ends(token: Token) -> bool:
    """What may stand behind a command and is no word of it: `执行 df -h 看看`."""
    return token.tag in (Tag.NOISE, Tag.STOP, Tag.COMMA) or (token.tag is Tag.LOOK and not token.text.isascii())


def _with_verb(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """`在 web-0 里 cat /etc/hosts`: a program's name where only a command can stand."""
    for at, (thing, inside, program) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        if thing.tag in _OBJECTS and inside.tag is Tag.INSIDE and program.text in _PROGRAMS:
            verb = Token(Tag.EXEC, inside.text, inside.start, inside.end, "run")
            return (*tokens[: at + 2], verb, *tokens[at + 2 :])
    return tokens


def _tail(tokens: tuple[Token, ...], at: int) -> int | None:
    """Where an unquoted command begins: behind the verb if the object came before it, else behind the object."""
    verb = max((i for i, token in enumerate(tokens) if token.tag is Tag.EXEC and token.value != "enter"), default=at)
    named = [i for i, token in enumerate(tokens) if token.tag in _OBJECTS]
    if any(i < verb for i in named) and tokens[verb].value != "exec":
        begins = verb + 1
    else:
        after = next((i for i in named if i > verb), None)
        if after is None or tokens[verb].value == "run":
            return None
        begins = _behind_object(tokens, after)
    while begins < len(tokens) and (tokens[begins].tag in _BEFORE_COMMAND or tokens[begins].value == "--"):
        begins += 1
    unsaid = begins >= len(tokens) or tokens[begins].tag in _NOT_FIRST
    return None if unsaid else begins


def _behind_object(tokens: tuple[Token, ...], at: int) -> int:
    end = at + 1
    while end + 1 < len(tokens) and tokens[end].value in ("n", "namespace", "c", "container"):
        end += 2
    return end


def argv(command: str) -> tuple[str, ...]:
    """The command's words, quotes taken away. Raises Unclear for what only a shell could do: pipes, variables, globs."""
    if (odd := odd_character(command.replace(" ", ""))) is not None:
        raise Unclear(
            Refuse(
                (reason("rules.odd_character", text=mask(command).text, code=code_point(odd)),),
                command=mask(command).text,
            )
        )
    shell = next((character for character in _QUOTED.sub("", command) if character in _SHELL), None)
    if shell is not None:
        raise Unclear(Refuse((reason("rules.no_shell", character=shell),), command=mask(command).text))
    try:
        words = tuple(shlex.split(command))
    except ValueError:
        raise Unclear(Refuse((reason("rules.unbalanced"),), command=mask(command).text)) from None
    if not words:
        raise Unclear(Ask(reason("rules.which_command"), severity=1))
    return words
