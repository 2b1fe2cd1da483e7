"""Below the planner: numerals, words with their categories, and the grammar engine."""

import pytest

from bot.brain.grammar import Grammar
from bot.brain.numerals import number_of
from bot.brain.tags import Tag
from bot.brain.tokens import tokenise


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("三", 3), ("两", 2), ("俩", 2), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("两百", 200), ("一千", 1000),
        ("一万二千", 12000), ("零", 0), ("〇", 0), ("5", 5), ("１２", 12), ("一二三", 123), ("", None), ("十百", None),
        ("万", None),
        ("二三十", None), ("a", None), ("99999999999", None), ("²", None),
    ],
)  # fmt: skip
def test_numerals(numeral: str, number: int | None) -> None:
    assert number_of(numeral) == number


def seen(text: str) -> list[tuple[str, str]]:
    return [(token.tag.value, token.value or token.text) for token in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("重启nginx", [("restart", "重启"), ("name", "nginx")]),
        ("不要重启", [("neg", "不要"), ("restart", "重启")]),
        ("deploy/web", [("object", "Deployment/web")]),
        ("shop/web", [("path", "shop/web")]),
        ("shop/deploy/web", [("object", "Deployment/web/shop")]),
        ("nginx:1.27", [("image", "nginx:1.27")]),
        ("a.b/c/d@sha256:" + "0" * 64, [("image", "a.b/c/d@sha256:" + "0" * 64)]),
        ("nginx:1.27.", [("image", "nginx:1.27"), ("stop", ".")]),
        ("app=nginx:1.27", [("assign", "app=nginx:1.27")]),
        ("--tail=50", [("flag", "tail"), ("number", "50")]),
        ("-n shop", [("flag", "n"), ("name", "shop")]),
        ("x2 +3 1.5", [("multiple", "2"), ("delta", "3"), ("decimal", "1.5")]),
        ("what's wrong", [("why", "what's wrong")]),
        ("nginx's", [("name", "nginx"), ("de", "'s")]),
        ("Web", [("cased", "web")]),
        ("..", [("bad", "..")]),
        ("a_b", [("bad", "a_b")]),
        ("nginх", [("odd", "х")]),
        ("一下", [("soft", "一下")]),
        ("三个", [("number", "3"), ("unit", "个")]),
        ("`ls -l`", [("quoted", "ls -l")]),
        ("“web”", [("name", "web")]),
        ('{"a": 1}', [("json", '{"a": 1}')]),
        ("😀 @张三 [微笑]", []),
        ("1️⃣", [("number", "1")]),
        ("重启——web", [("restart", "重启"), ("name", "web")]),
    ],
)
def test_words_have_the_category_of_their_form_or_meaning(text: str, expected: list[tuple[str, str]]) -> None:
    assert seen(text) == expected


def test_a_token_says_where_it_was_written() -> None:
    text = "把 shop/web 的镜像换成 nginx:1.27，谢谢"
    assert [text[token.start : token.end] for token in tokenise(text)] == [token.text for token in tokenise(text)]


def test_the_longest_phrase_wins_and_captures_its_words() -> None:
    grammar = Grammar({"place": "ns=NAME NAMESPACE", "object": "name=NAME !NUMBER"}, ("place", "object"))
    place, thing = grammar.chunk(tokenise("shop 命名空间 web"))
    assert (place.role, place.value("ns")) == ("place", "shop")
    assert (thing.role, thing.value("name")) == ("object", "web")
    assert [phrase.role for phrase in grammar.chunk(tokenise("web 5"))] == [Tag.NAME, Tag.NUMBER]


@pytest.mark.parametrize("rule", ["NAME (", "NAME )", "nothing", "NAME &"])
def test_a_rule_that_cannot_be_read_is_an_error_at_start(rule: str) -> None:
    with pytest.raises(ValueError, match="rule"):
        Grammar({"rule": rule}, ("rule",))


def test_optional_repeated_and_alternative_parts() -> None:
    grammar = Grammar({"amount": "TO? n=NUMBER (UNIT | TIMES)* REPLICAS?"}, ("amount",))
    for text in ("5", "到 5", "到 5 个", "5 倍", "到 5 个副本"):
        (phrase,) = grammar.chunk(tokenise(text))
        assert (phrase.role, phrase.value("n")) == ("amount", "5")
