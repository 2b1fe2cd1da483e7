"""The grammatical categories that words of a request fall into."""

from enum import StrEnum, auto


class Tag(StrEnum):
    # spellings: what is recognised by its form
    NAME = auto()
    CASED = auto()  # a name but for its upper-case letters
    BAD = auto()  # ASCII that is no name, image or number
    ODD = auto()  # holds a character that no name may hold: look-alikes, zero-width, full-width letters
    HAN = auto()  # Chinese that no word list knows
    OBJECT = auto()  # deployment/nginx
    PATH = auto()  # shop/nginx
    IMAGE = auto()
    ASSIGN = auto()  # app=nginx:1.27
    PAIR = auto()  # DEBUG=1
    NUMBER = auto()
    DECIMAL = auto()
    DELTA = auto()  # +2
    MULTIPLE = auto()  # 2x
    FLAG = auto()
    JSON = auto()
    QUOTED = auto()
    COMMAND = auto()  # what an exec is to run

    # marks
    COMMA = auto()
    STOP = auto()
    QUESTION = auto()
    COLON = auto()

    # verbs
    DELETE = auto()
    RESTART = auto()
    SCALE = auto()  # up, down, to, add, remove
    DOUBLE = auto()
    HALVE = auto()
    ALTER = auto()  # 改, set: what is meant follows from what is altered
    UPGRADE = auto()
    PATCH = auto()
    EXEC = auto()  # run, exec, enter
    ROLLBACK = auto()
    HALT = auto()  # 停掉: no Kubernetes operation by itself
    UNDONE = auto()  # verbs that are known and not performed
    DECIDE = auto()  # approve, deny, cancel, undo
    LOOK = auto()
    DESCRIBE = auto()
    DIAGNOSE = auto()
    LIGHT = auto()  # 进行, do: carries no meaning beside another verb
    DONE = auto()  # restarted, deleted: English past forms

    # nouns
    KIND = auto()
    NAMESPACE = auto()
    LOGS = auto()
    EVENTS = auto()
    STATUS = auto()
    IMAGE_WORD = auto()
    REPLICAS = auto()
    CONTAINER = auto()
    COMMAND_WORD = auto()
    LINES = auto()
    MINUTES = auto()
    TIMES = auto()
    HALF = auto()
    UNIT = auto()
    COUNT = auto()  # 几次, how many times
    HISTORY = auto()
    LISTING = auto()
    CLUSTER = auto()

    # mood: whether a verb is asked for at all
    NEG = auto()
    EXCEPT = auto()  # 除了, other than
    IF = auto()
    SHOULD = auto()
    CAN = auto()
    HOW = auto()
    WHY = auto()
    WHO = auto()
    PERFECT = auto()  # 了, 过
    ALREADY = auto()
    LATER = auto()
    ASK = auto()
    FAULT = auto()
    SOUND = auto()  # 正常, healthy
    OFTEN = auto()  # 一直, keeps
    WHICH = auto()
    HOWMANY = auto()
    WANT = auto()
    BENEFIT = auto()  # 帮我, please
    SOFT = auto()  # 一下

    # function words
    BA = auto()
    AT = auto()
    IN = auto()
    OF = auto()
    DE = auto()
    INSIDE = auto()
    ASIDE = auto()  # 那边: beside it stands whose matter it is
    TO = auto()
    FROM = auto()
    BY = auto()
    DIRECTION = auto()  # up, down
    CALLED = auto()
    THIS = auto()
    PRONOUN = auto()
    AND = auto()
    THEN = auto()
    ALL = auto()
    EVERYWHERE = auto()
    BOTH = auto()
    PREVIOUS = auto()
    RECENT = auto()
    ORIGINAL = auto()
    FORCE = auto()
    LOOSE = auto()  # means nothing in a read, and stops a change
    PROSE = auto()  # an ordinary word, or a name where nothing else could be one
    FILLER = auto()  # known to be no name, and not understood
    NOISE = auto()

    # built-in pages
    HELP = auto()
    HELLO = auto()
    AUDIT = auto()
    WHOAMI = auto()
    PERIOD = auto()
    PICK = auto()


CHANGES = frozenset(
    {
        Tag.DELETE,
        Tag.RESTART,
        Tag.SCALE,
        Tag.DOUBLE,
        Tag.HALVE,
        Tag.ALTER,
        Tag.UPGRADE,
        Tag.PATCH,
        Tag.EXEC,
        Tag.ROLLBACK,
        Tag.HALT,
        Tag.UNDONE,
    }
)
"""Verbs that would change something."""

READS = frozenset({Tag.LOOK, Tag.DESCRIBE, Tag.DIAGNOSE})

VERBS = CHANGES | READS
