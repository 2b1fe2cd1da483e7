"""Who is who, by user id, union id or mobile number."""

from typing import Any

from aiohttp import web

from sandbox.dingtalk import api
from sandbox.dingtalk.directory import Directory, User
from sandbox.dingtalk.door import Ask, Door
from sandbox.dingtalk.errors import OapiError


class PeopleCalls:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def routes(self, door: Door) -> list[web.RouteDef]:
        return [
            door.route(api.USER_GET, self.get),
            door.route(api.USER_BY_UNION_ID, self.by_union_id),
            door.route(api.USER_BY_MOBILE, self.by_mobile),
        ]

    async def get(self, ask: Ask) -> dict[str, Any]:
        user = _inside(self._directory.users.get(_key(ask, "userid")))
        return _found(
            {
                "userid": user.user_id,
                "unionid": user.union_id,
                "name": user.name,
                "title": user.title,
                "job_number": "",
                "dept_id_list": [1],
                "role_list": [],
                "admin": user.admin,
                "boss": False,
                "senior": False,
                "active": True,
            }
        )

    async def by_union_id(self, ask: Ask) -> dict[str, Any]:
        user = _inside(self._directory.by_id(_key(ask, "unionid"), 2))
        return _found({"contact_type": 0, "userid": user.user_id})

    async def by_mobile(self, ask: Ask) -> dict[str, Any]:
        return _found({"userid": _inside(self._directory.by_mobile(_key(ask, "mobile"))).user_id})


def _key(ask: Ask, name: str) -> str:
    value = ask.body.get(name)
    if not value or not isinstance(value, str):
        raise OapiError(400002, f"参数{name}不合法")
    return value


def _inside(user: User | None) -> User:
    if user is None or user.outside:
        raise OapiError(33012, "无效的USERID")
    return user


def _found(result: dict[str, Any]) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", "request_id": "standin", "result": result}
