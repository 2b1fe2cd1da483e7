"""The platforms that the settings enable, and where in them the team is."""

from typing import cast

from adapters.dingtalk import DingTalk, unheard
from adapters.feishu import Feishu
from adapters.types import UNMETERED, Adapter, Conversation, Platform
from bot.budget import Budget
from bot.organisation import Organisation
from bot.router import OpsConversations
from bot.settings import Settings


def adapters_of(
    settings: Settings, budget: Budget | None = None, organisation: Organisation | None = None
) -> dict[Platform, Adapter]:
    """One door per enabled platform. Logs are streamed only where calls need not be saved. `organisation` is asked where the
    settings name none, and hears what DingTalk says."""
    doors: dict[Platform, Adapter] = {}
    if settings.dingtalk_enabled:
        doors["dingtalk"] = DingTalk(
            client_id=settings.dingtalk_client_id,
            client_secret=settings.dingtalk_client_secret.get_secret_value(),
            openapi_endpoint=settings.dingtalk_openapi_endpoint,
            oapi_endpoint=settings.dingtalk_oapi_endpoint,
            card_template_id=settings.dingtalk_public_template,
            templates=settings.dingtalk_own_templates,
            corp_id=settings.dingtalk_corp_id or (organisation.id if organisation else ""),
            on_corp_id=organisation.learned if organisation else unheard,
            streaming=budget is not None and budget.level == "rich",
            meter=budget or UNMETERED,
        )
    if settings.feishu_enabled:
        doors["feishu"] = Feishu(
            settings.feishu_app_id, settings.feishu_app_secret.get_secret_value(), domain=settings.feishu_domain
        )
    return doors


def ops_conversations(settings: Settings) -> OpsConversations:
    """Where every action is shown, by platform; groups, since nobody else is to be told unasked."""
    found: dict[Platform, tuple[Conversation, ...]] = {}
    for name, place in sorted(settings.steward_ops_conversations):
        platform = cast("Platform", name)
        group = Conversation(platform=platform, id=place, kind="group")
        found[platform] = (*found.get(platform, ()), group)
    return found
