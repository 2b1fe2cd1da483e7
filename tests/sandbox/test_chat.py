"""What the terminal shows of cards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.dingtalk.card_view import Button, CardView
from sandbox.terminal_card import draw, plain, width, wrapped
from sandbox.tour import PATIENCE, ScriptWrong, Step, steps_of

ROOM = 60


def view(title: str = "", markdown: str = "", tips: str = "", buttons: tuple[str, ...] = ()) -> CardView:
    return CardView(
        out_track_id="track",
        template_id="template",
        title=title,
        markdown=markdown,
        tips=tips,
        status="",
        buttons=tuple(Button(text=text) for text in buttons),
        variables={},
    )


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("pod", 3),
        ("滚动重启", 8),
        ("（shop）", 8),
        ("✅", 2),
        ("⚠️", 2),
        ("↩️ 撤销", 7),
        ("e\u0301", 1),
        ("a\u200bb", 2),
        ("▓▓░", 3),
    ],
)
def test_wide_characters_and_emoji_take_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=200),
    st.lists(
        st.sampled_from(("✅ 批准", "❌ 拒绝", "↩️ 撤销", "查看 pod/cart-755459bdbb-qwpj7 的日志（shop）")), max_size=5
    ),
)
def test_every_line_of_a_card_is_as_wide_as_its_frame(text: str, buttons: list[str]) -> None:
    lines = draw(view(text, text, text, tuple(buttons)), ROOM).split("\n")
    assert {width(line) for line in lines} == {ROOM + 2}


def test_a_card_has_its_parts_between_rules_and_its_buttons_numbered() -> None:
    assert draw(view("🟠 待审批", "重启 nginx", "编号 U688", ("✅ 批准", "❌ 拒绝")), 24).split("\n") == [
        "╭────────────────────────╮",
        "│ 🟠 待审批              │",
        "├────────────────────────┤",
        "│ 重启 nginx             │",
        "├────────────────────────┤",
        "│ 编号 U688              │",
        "├────────────────────────┤",
        "│ [1] ✅ 批准            │",
        "│ [2] ❌ 拒绝            │",
        "╰────────────────────────╯",
    ]


def test_an_empty_part_leaves_no_rule() -> None:
    assert draw(view("帮助", "你好"), 10).count("├") == 1


def test_a_button_that_counts_itself_is_not_counted_twice() -> None:
    assert "[2] deployment/api" in draw(view("?", buttons=("1. deployment/web", "2. deployment/api")), ROOM)


def test_columns_of_a_table_line_up_under_wide_characters() -> None:
    assert plain("| 时间 | 谁 | 结果 |\n|---|---|:--|\n| 14:48:10 | 王伟 | SUCCESS |\n| 9:1 | user123 | 已拒绝 |") == [
        "时间      谁       结果",
        "14:48:10  王伟     SUCCESS",
        "9:1       user123  已拒绝",
    ]


def test_the_last_column_goes_on_below_itself() -> None:
    table = plain("| TYPE | MESSAGE |\n|---|---|\n| Normal | Successfully assigned shop/redis-1 to node-1 |", 40)
    assert table == ["TYPE    MESSAGE", "Normal  Successfully assigned", "        shop/redis-1 to node-1"]


def test_marks_are_taken_away_and_escapes_undone() -> None:
    marked = "### 标题\n**粗** `code` <font color=red>红</font>\n\n---\n1\\. 不是列表 a\\_b &lt;x&gt;\n> 引用"
    assert plain(marked) == ["标题", "粗 code 红", "1. 不是列表 a_b <x>", "▏引用"]


def test_code_is_left_as_it_is_behind_a_bar() -> None:
    assert plain("```\n**a** | b\n```\n**c**") == ["  │ **a** | b", "c"]


@given(st.text("ab 中文│-", max_size=80), st.integers(10, 30))
def test_wrapping_loses_nothing_but_space(line: str, room: int) -> None:
    rows = wrapped(line, room)
    assert all(width(row) <= room for row in rows)
    marks = str.maketrans("", "", " │-")
    assert "".join(rows).translate(marks) == line.translate(marks)


def test_wrapped_words_stay_whole_and_code_keeps_its_bar() -> None:
    assert wrapped("  │ failed to pull and unpack image", 20) == ["  │ failed to pull", "  │ and unpack image"]


def test_a_step_waits_as_long_as_it_says() -> None:
    script = "# a comment\n\nsay 李雷 你好 吗\nwait 60 ✅ 成功\nwait 哈希链完整\nnote 完\n"
    assert steps_of(script) == (
        Step(3, "say", who="李雷", what="你好 吗"),
        Step(4, "wait", what="✅ 成功", seconds=60),
        Step(5, "wait", what="哈希链完整", seconds=PATIENCE),
        Step(6, "note", what="完"),
    )


@pytest.mark.parametrize("line", ["say 李雷", "press 王伟", "wait", "note", "dance 李雷 1"])
def test_a_line_that_is_no_step_is_named(line: str) -> None:
    with pytest.raises(ScriptWrong, match=f"第 2 行看不懂：{line}"):
        steps_of(f"note 好\n{line}\n")
