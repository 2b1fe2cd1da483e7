"""The phrases of requests: where, what, how many, which image."""

from bot.brain.grammar import Grammar

_RULES = {
    # where: 在 shop 命名空间下的 · -n shop · in the shop namespace
    "place": """
        everywhere=EVERYWHERE INSIDE? DE? | FROM? AT? IN? everywhere=ALL NAMESPACE inside=INSIDE* DE?
        | everywhere=FLAG.A | everywhere=FLAG.all-namespaces
        | (FLAG.n | FLAG.namespace) COLON? ns=NAME INSIDE* DE?
        | (AT | FROM | IN)? nsw=NAMESPACE (COLON | CALLED | TO)? ns=NAME inside=INSIDE* DE?
        | (AT | FROM | IN | OF)? ns=NAME DE? THIS? nsw=NAMESPACE inside=INSIDE* DE?
        | (AT | FROM | TO)? ns=NAME inside=INSIDE inside=INSIDE* DE?
        | at=AT ns=NAME DE? | from=FROM ns=NAME DE? | in=IN ns=NAME DE?
    """,
    # what: deployment/nginx · shop/nginx · shop 的 nginx · nginx 这个 pod · pod nginx · pod · 它
    "object": """
        (AT | OF | FROM | IN)? (object=OBJECT | pair=PATH | kind=KIND pair=PATH | pair=PATH kind=KIND) INSIDE*
        | (AT | OF | FROM | IN)? named INSIDE*
        | TO named INSIDE INSIDE*
        | (AT | OF | FROM | IN)? (ns=NAME DE)? (CALLED name=NAME DE kind=KIND | kind=KIND DE? CALLED name=NAME) INSIDE*
        | OF? name=NAME !(CONTAINER !NAME)
        | (AT | IN)? ns=NAME DE (named | object=OBJECT) INSIDE*
        | (AT | IN)? ns=NAME DE !container name=NAME INSIDE*
        | ns=NAME DE kind=KIND !CONTAINER
        | kind=KIND OF ns=NAME
        | kind=KIND | kind=NAMESPACE
        | OF? pronoun=THIS NUMBER? UNIT? kind=KIND | OF? pronoun=PRONOUN UNIT? kind=KIND
        | OF? pronoun=PRONOUN | pronoun=THIS
    """,
    "named": """
        kind=KIND COLON? name=NAME !(CONTAINER !NAME)
        | name=NAME (THIS | NUMBER UNIT | THIS NUMBER? UNIT)? kind=KIND
        | PRONOUN UNIT? kind=KIND name=NAME
    """,
    "container": """
        (AT | IN | OF)? (container=NAME DE? CONTAINER !NAME | CONTAINER (COLON | CALLED)? container=NAME) INSIDE* DE?
        | (FLAG.c | FLAG.container) container=NAME
    """,
    # how many: 到 5 个副本 · by 2 · 一倍 · to half
    "amount": """
        to=TO? ORIGINAL? DE? n=NUMBER times=TIMES DE? REPLICAS?
        | to=TO? factor=MULTIPLE REPLICAS?
        | to=TO? n=NUMBER UNIT? DE? (repl=REPLICAS | repl=KIND.Pod)?
        | repl=REPLICAS COLON? to=TO? n=NUMBER UNIT?
        | by=BY n=NUMBER UNIT? (repl=REPLICAS | repl=KIND.Pod)?
        | repl=REPLICAS delta=DELTA
        | by=BY? delta=DELTA UNIT? (repl=REPLICAS | repl=KIND.Pod)?
        | by=BY factor=MULTIPLE
        | FLAG.replicas n=NUMBER
        | to=TO? (ORIGINAL DE?)? half=HALF DE? REPLICAS? | by=BY half=HALF
    """,
    "tail": """
        RECENT? DE? n=NUMBER UNIT? LINES DE? | RECENT n=NUMBER | FLAG.tail n=NUMBER
    """,
    # shop 命名空间 nginx: which of the two is the namespace is not said
    "riddle": "first=NAME nsw=NAMESPACE second=NAME !DE",
    "since": "RECENT? DE? (NUMBER UNIT? half=HALF? | half=HALF UNIT?) MINUTES (INSIDE | DE)* | RECENT MINUTES",
    # payment 那边 web 挂了: not said of payment itself, unless nothing else is named
    "aside": "name=NAME ASIDE",
    "image": "to=TO? ref=IMAGE | TO IMAGE_WORD ref=IMAGE | to=TO? assign=ASSIGN",
    "goal": "TO ref=NAME !KIND | TO ref=PATH | TO ref=DECIMAL",
    "origin": "FROM (ref=IMAGE | ref=DECIMAL | ref=PATH | NUMBER UNIT? (REPLICAS | KIND.Pod)?)",
    "previous": "FLAG.previous | FLAG.p | PREVIOUS FAULT? INSIDE? DE?",
}

GRAMMAR = Grammar(
    _RULES,
    (
        "riddle",
        "place",
        "aside",
        "object",
        "container",
        "amount",
        "tail",
        "since",
        "image",
        "goal",
        "origin",
        "previous",
    ),
)
