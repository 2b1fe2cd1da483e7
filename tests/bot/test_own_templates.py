"""The main job in DingTalk templates of one's own: asked, approved, executed and reported on one card."""

from pathlib import Path

import pytest

from sandbox.dingtalk import read_template
from sandbox.dingtalk.api import STREAMING
from tests.bot.stage import stage
from tests.daemon import ADMIN

FILES = Path(__file__).parents[2] / "deploy" / "dingtalk"
OWN = {form: f"own-{form}.schema" for form in ("approval", "diagnosis", "status")}


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_operation_from_the_question_to_the_outcome(tmp_path: Path, streaming: bool) -> None:
    async with stage(tmp_path, templates=OWN, streaming=streaming) as play:
        gateway = play.gateway
        for form, template_id in OWN.items():
            gateway.add_template(template_id, read_template((FILES / f"{form}.json").read_text("utf-8")))
        card = await play.card("重启 web", containing="高危操作确认")
        assert card.template_id == OWN["approval"]
        assert card.view(ADMIN).panels
        click = await gateway.click(ADMIN, card.out_track_id, "approve")
        assert click.ok
        view = await gateway.shown(card.out_track_id, "✅", seconds=30)
        assert view.status == "3"
        assert len(gateway.cards) == 1
        assert not gateway.violations, list(gateway.violations)
        assert streaming or not gateway.calls[STREAMING.name]
        assert gateway.limits.calls.total() <= 4 or streaming
