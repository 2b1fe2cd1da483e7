"""Requests about people: `绑定 7F3K-92QD`, `授权 @某人 管理员`, `撤销授权 @某人`, `谁能审批`.

Read from the text itself and before all else: names and ids of people are no names of Kubernetes, and mentions are left out of the
words. The whole message must be such a request: with a negation, a question, a condition or a remark around it, it is none, and
nothing happens.
"""

import re

from bot.brain.planner import Bind, Clarify, Grant, Plan, Reply, Revoke
from executor.reason import reason

_LONGEST = 200
_CODE = r"(?P<code>[A-HJKMNP-Za-hjkmnp-z2-9]{4}[-‐‑–—－ ]?[A-HJKMNP-Za-hjkmnp-z2-9]{4})"
"""Eight characters that nobody takes for others (no 0 O 1 I L) with some dash or none between."""
_WHO = (
    r"(?P<who>@[^\s@，。,;；?？!！]{1,64}?|(?:dingtalk|feishu):[\w.@-]{1,100}"
    r"|(?<=[\s:：])[A-Za-z0-9][\w.-]{0,100}|(?<=[\s:：])[\u4e00-\u9fff·]{2,8}?)"
)
"""A bare id or name stands apart from the verb, so that 授权流程 is nobody."""
_ROLE = (
    r"(?P<role>超级管理员|管理员|审批人|审批|普通成员|成员|只读成员|只读|访客|观察者"
    r"|administrator|admin|approver|approval|member|viewer|read-only|readonly|read only)"
)
_ROLES = {
    "admin": ("超级管理员", "管理员", "审批人", "审批", "administrator", "admin", "approver", "approval"),
    "member": ("普通成员", "成员", "member"),
    "viewer": ("只读成员", "只读", "访客", "观察者", "viewer", "read-only", "readonly", "read only"),
}
_PLEASE = re.compile(r"^(?:请帮我|麻烦帮我|帮我|帮忙|麻烦|请|please\s+)\s*", re.IGNORECASE)
_THANKS = re.compile(r"(?:\s*(?:一下|吧|谢谢|thanks|please|[。.!！~]))+$", re.IGNORECASE)
_ASKED = re.compile(r"[吗呢么嘛]$")
_BIND = re.compile(rf"(?:绑定账号|绑定|bind|pair)\s*[:：]?\s*{_CODE}", re.IGNORECASE)
_BIND_ALONE = re.compile(r"(?:绑定账号|绑定|bind|pair)(?:\s+(?=[\w-]*[\d-])[\w-]{1,20})?", re.IGNORECASE | re.ASCII)
_MENTION = r"(?P<who>@[^\s@，。,;；?？!！'’]{1,64}?)"
_GIVE = "开通|开|加上|加|分配|配|授予|赋予|设置|设为|设"
_ACCESS = "(?:admin\\s+|approver\\s+|approval\\s+)?(?:role|rights|access|permissions?|privileges)|admin|approver"
_GRANTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:授权|授予|赋予)(?:给)?\s*{_WHO}(?:\s*(?:为|成为|成|当|做|以)?\s*{_ROLE}(?:权限|角色)?)?",
        rf"(?:把|将|给)?\s*{_WHO}\s*(?:设置为|设为|设成|授权为|提升为|升为|改为|改成)\s*{_ROLE}",
        rf"(?:给|帮|为)\s*{_WHO}\s*(?:{_GIVE})?(?:一?个|一下|下)?\s*{_ROLE}的?(?:权限|角色)",
        rf"(?:给|帮|为)\s*{_MENTION}\s*(?:{_GIVE})(?:一?个|一下|下)?\s*{_ROLE}",
        rf"(?:让|把|将)?\s*{_MENTION}\s*(?:当|做|成为)\s*{_ROLE}",
        rf"(?:give|grant)\s+{_MENTION}\s+(?:an?\s+|the\s+)?{_ROLE}\s+(?:role|rights|access|permissions?|privileges)",
        rf"set\s+{_MENTION}\s+(?:as|to)\s+(?:an?\s+|the\s+)?{_ROLE}",
        rf"(?:把|将)?\s*{_WHO}\s*(?:加为|加成|加到|提为|提成|升成|降为|降成|改回|变成)\s*{_ROLE}",
        rf"(?:grant|authori[sz]e)\s+{_WHO}(?:\s+(?:as\s+)?(?:an?\s+|the\s+)?{_ROLE}(?:\s+(?:role|rights))?)?",
        rf"grant\s+(?:the\s+)?{_ROLE}(?:\s+(?:role|rights))?\s+to\s+{_WHO}",
        rf"make\s+{_WHO}\s+(?:an?\s+|the\s+)?{_ROLE}",
    )
)
_TAKE = "撤销|撤掉|撤了|撤|取消|收回来|收回|收掉|收了|回收|解除|去掉|拿掉|移除|删掉|下掉"
_RIGHTS = "(?:所有|全部)?(?:的)?(?:授权|管理员权限|管理员角色|管理员|审批权限|审批权|权限|角色)"
_REVOKES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:撤销授权|取消授权|收回授权|解除授权|撤销管理员|取消管理员)\s*[:：]?\s*{_WHO}",
        rf"(?:{_TAKE})\s*{_WHO}\s*的?(?:{_RIGHTS})",
        rf"(?:把|将)?\s*{_MENTION}\s*的?(?:{_RIGHTS})\s*(?:都|也|给)?(?:{_TAKE})了?",
        rf"{_MENTION}\s*(?:已经|已)?(?:离职|转岗|调岗|调走)了?\s*[，, ]\s*(?:{_TAKE})\s*(?:他|她|其)?的?(?:{_RIGHTS})",
        rf"{_MENTION}\s*(?:已经|已)?(?:离职|转岗|调岗|调走)了?\s*[，, ]\s*(?:把|将)?(?:他|她|其)?的?(?:{_RIGHTS})(?:{_TAKE})了?",
        rf"(?:remove|revoke|take\s+away)\s+{_MENTION}(?:['’]s)?\s+(?:{_ACCESS})",
        rf"(?:remove|revoke|take\s+away)\s+(?:the\s+)?(?:{_ACCESS})\s+(?:from|of|for)\s+{_MENTION}",
        rf"(?:把|将)\s*{_WHO}\s*的?(?:{_RIGHTS})\s*(?:都|也|给)?(?:{_TAKE})了?",
        rf"(?:revoke|deauthori[sz]e)\s+(?:(?:access|rights)\s+(?:of|from)\s+)?{_WHO}",
    )
)
_WHO_MAY = frozenset(
    {"谁能审批", "谁可以审批", "谁能批准", "谁可以批准", "谁有权审批", "谁是管理员",
     "管理员都有谁", "谁能批", "谁可以批", "谁来审批", "审批人是谁", "审批人有谁", "有哪些审批人",
     "管理员是谁", "管理员有谁", "管理员有哪些",
     "谁有审批权限", "谁有审批权", "谁有权限审批", "谁有管理员权限", "谁有管理权限", "谁有权限批", "谁有权批准", "谁能点批准",
     "哪些人能审批", "哪些人可以审批", "哪些人有审批权限", "哪些人是管理员", "有审批权限的有谁", "谁是审批人", "谁能点同意",
     "审批找谁", "找谁审批", "谁负责审批", "审批人都有谁", "审批人列表",
     "who has approval rights", "who has admin rights", "who are the approvers", "who is an approver", "who is an admin",
     "who has approve permission", "who has approval permission", "list approvers", "approvers", "who can approve this",
     "who can approve changes",
     "有哪些管理员", "管理员列表", "管理员名单", "授权列表", "审批人", "管理员",
     "who can approve", "who may approve", "who is admin", "who are the admins", "who are the administrators", "list admins",
     "list administrators", "admins", "administrators"}
)  # fmt: skip
_MAY = re.compile(
    r"(?:现在|目前|请问|都|咱们|我们|群里|这里)*(?:谁|有谁|哪些人|哪几个人|哪位)(?:都)?(?:能|可以|有权限|有权|来|负责)"
    r"(?:点)?(?:审批|批准|批|同意)(?:变更|操作|卡片|这个)?(?:啊|呀|呢|哈)?"
    r"|(?:现在|目前|请问)*(?:审批人|审批人员|管理员)(?:都|现在|目前)*(?:是谁|有谁|有哪些人?|是哪些人?|是哪几个|是哪位|名单|列表)(?:啊|呀|呢)?"
    r"|who(?:'s| is| are| has| have)? (?:the |an? |all the )?(?:admins?|approvers?|administrators?)(?: here| now| right now)?"
    r"|who (?:has|have) (?:the )?(?:permissions?|rights?) to approve(?: changes| this)?"
)
_NOBODY = frozenset(
    {"access", "rights", "role", "to", "me", "us", "them", "it", "him", "her", "an", "a", "the", "all", "everyone"}
)


def people(text: str) -> Plan | None:
    """The plan of a message that is such a request; None for everything else."""
    if len(text) > _LONGEST or "\n" in text:
        return None
    said = text.strip()
    if _MAY.fullmatch(said.rstrip("?？ 。!！").lower()):
        return Reply(topic="admins")
    if (asked := said.rstrip("?？ ").lower()) in _WHO_MAY or asked.removesuffix("呢") in _WHO_MAY:
        return Reply(topic="admins")
    said = _THANKS.sub("", _PLEASE.sub("", said)).strip()
    if bound := _BIND.fullmatch(said):
        return Bind(code=re.sub(r"[^A-Za-z0-9]", "", bound["code"]).upper())
    if _BIND_ALONE.fullmatch(said):
        return Clarify(question=reason("rules.pairing_code"))
    return _granted(said)


def _granted(said: str) -> Plan | None:
    for pattern in _REVOKES:
        if (found := pattern.fullmatch(said)) and (who := _somebody(found["who"])):
            return Revoke(who=who)
    for pattern in _GRANTS:
        if (found := pattern.fullmatch(said)) and (who := _somebody(found["who"])):
            return Grant.model_validate({"who": who, "role": _role(found["role"])})
    if re.fullmatch(r"(?:授权|撤销授权|取消授权|grant|revoke)", said, re.IGNORECASE):
        return Clarify(question=reason("rules.who"))
    return None


def _somebody(who: str) -> str:
    """ "" for what is no person but a word of the sentence, or the beginning of a question."""
    bare = who.removesuffix("的") if who.startswith("@") else who
    return "" if bare.lower() in _NOBODY or _ASKED.search(bare) else bare


def _role(said: str | None) -> str:
    """Without a word for it, the right to approve is meant: asking and proposing need no grant."""
    return next((role for role, words in _ROLES.items() if (said or "管理员").lower() in words), "admin")
