"""One handler for every request: record, break on demand, authenticate, authorize, dispatch."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from sandbox.cluster.access import Access, User, denied_path
from sandbox.cluster.api import discovery, listing, pods, scale, writing
from sandbox.cluster.api.rendering import encode, single, wants_metadata, whole
from sandbox.cluster.api.rendering import listing as as_list
from sandbox.cluster.api.routes import Route, parse_route, segments_of
from sandbox.cluster.api.watching import Watches
from sandbox.cluster.decoding import parse_json
from sandbox.cluster.failures import Failure, bad_request, method_not_allowed, no_such_group, no_such_resource
from sandbox.cluster.faults import Call, Traffic
from sandbox.cluster.kubelet.node import Kubelet
from sandbox.cluster.objects import Object
from sandbox.cluster.registry import Registry
from sandbox.cluster.resources import NODES, PODS, Resource
from sandbox.cluster.store import Key

_HEALTH = ("/healthz", "/livez", "/readyz")
_REVIEWS = "authorization.k8s.io"
_MAX_BODY = 3 * 1024 * 1024
"""The API server's own limit on a request body."""


class ConnectionDropped(Exception):
    """The connection is cut on purpose; there is nobody left to answer."""


@dataclass(slots=True)
class ApiServer:
    """The parts that requests need."""

    registry: Registry
    access: Access
    traffic: Traffic
    kubelet: Kubelet
    watches: Watches

    def application(self) -> web.Application:
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._answer(request)
        except Failure as failure:
            if failure.text:
                return web.Response(text=failure.text, status=failure.code)
            return _json(failure.status, failure.code, failure.headers)
        except ConnectionDropped:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        except ConnectionError:
            # The client of a watch or a log went away: there is nobody to tell.
            return web.Response()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = request.headers
        agent = headers.get("User-Agent", "")
        user = self.access.user_of(
            headers.get("Authorization", ""),
            headers.get("Impersonate-User", ""),
            headers.getall("Impersonate-Group", []),
        )
        call = Call(request.method, request.path, request.rel_url.raw_query_string, agent, user.name, body)
        self.traffic.calls.append(call)
        fault = self.traffic.fault_for(request.method, request.path)
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.drop == "before":
                raise ConnectionDropped
            if failure := fault.failure():
                raise failure
        response = await self._dispatch(request, user, body)
        await asyncio.sleep(fault.hold if fault else 0)
        if fault is not None and fault.drop == "after":
            raise ConnectionDropped
        return response

    async def _dispatch(self, request: web.Request, user: User, body: bytes) -> web.StreamResponse:
        steps = segments_of(request.rel_url.raw_path)
        route = parse_route(steps)
        if route is None:
            path = "/" + "/".join(steps)
            if not user.may_get_path(path):
                raise denied_path(user, path)
            if request.rel_url.raw_path in _HEALTH:
                return web.Response(text="ok")
            return _json(discovery.answer(steps, request.host))
        verb = route.verb(request.method, request.query)
        self.access.require(user, route.ask(verb))
        if route.group == _REVIEWS:
            return self._review(request, user, route, body)
        resource = route.resource
        if not discovery.serves_group(route.group):
            raise no_such_group()
        if resource is None or (route.subresource and route.subresource not in resource.subresources):
            raise no_such_resource()
        if route.subresource and not discovery.allowed(route.subresource, verb):
            raise method_not_allowed()
        if route.subresource == "log":
            pod = self._pod(route)
            node = self.registry.store.get(NODES, "", pod["spec"].get("nodeName", ""))
            return await pods.log(request, pod, node, self.kubelet, self.registry.clock)
        if route.subresource == "exec":
            # Since 1.35 a WebSocket exec, which is a GET, needs `create` as well (core/pod/rest/authorize.go).
            self.access.require(user, route.ask("create"))
            return await pods.execute(request, self._pod(route), self.kubelet, self.registry.clock)
        if verb == "watch":
            partial = wants_metadata(request.headers.get("Accept", ""))
            return await self.watches.serve(request, resource, route.home, partial=partial)
        if verb in ("get", "list"):
            return self._read(request, resource, route, verb)
        return self._write(request, resource, route, verb, body)

    def _pod(self, route: Route) -> Object:
        return self.registry.read(PODS, route.namespace, route.name)

    def _review(self, request: web.Request, user: User, route: Route, body: bytes) -> web.Response:
        kind = discovery.REVIEW_KINDS.get(route.plural)
        if kind is None:
            raise no_such_resource()
        if request.method != "POST":
            raise method_not_allowed()
        given = parse_json(body, kind)
        if not isinstance(given, dict) or not isinstance(given.get("spec"), dict):
            raise bad_request(f"the object provided is unrecognized (must be of type {kind})")
        return _json(self.access.review(user, kind, given["spec"]), 201)

    def _read(self, request: web.Request, resource: Resource, route: Route, verb: str) -> web.Response:
        partial = wants_metadata(request.headers.get("Accept", ""))
        store = self.registry.store
        if verb == "list":
            items, metadata = listing.page(store, resource, route.home, request.query)
            return _json(as_list(resource, items, metadata, partial=partial))
        obj = self.registry.read(resource, route.home, route.name)
        if route.subresource == "scale":
            return _json(scale.scale_of(obj))
        return _json(single(resource, obj, partial=partial))

    def _write(self, request: web.Request, resource: Resource, route: Route, verb: str, body: bytes) -> web.Response:
        if verb == "delete":
            key = Key(resource, route.home, route.name)
            return _json(writing.delete(self.registry, key, body, request.query))
        if verb == "deletecollection" and resource.list_delete and resource.namespaced == bool(route.home):
            gone = writing.delete_collection(self.registry, resource, route.home, body, request.query)
            metadata = {"resourceVersion": str(self.registry.store.revision)}
            return _json(as_list(resource, gone, metadata, partial=False))
        named = bool(route.name)
        if verb not in ("create", "update", "patch") or named == (verb == "create"):
            raise method_not_allowed()
        if verb == "create" and resource.namespaced and not route.namespace:
            raise method_not_allowed()
        return self._change(request, resource, route, verb, body)

    def _change(self, request: web.Request, resource: Resource, route: Route, verb: str, body: bytes) -> web.Response:
        content_type = request.headers.get("Content-Type", "")
        kind = {"create": "CreateOptions", "update": "UpdateOptions", "patch": "PatchOptions"}[verb]
        options = writing.write_options(kind, request.query, request.headers.get("User-Agent", ""))
        key = Key(resource, route.home, route.name)
        if verb != "patch":
            writing.require_json(content_type)
        if verb == "create":
            obj = whole(resource, writing.create(self.registry, resource, route.home, body, options))
        elif route.subresource == "scale":
            if verb == "update":
                obj = scale.replace_scale(self.registry, key, body, options)
            else:
                obj = scale.patch_scale(self.registry, key, content_type, body, options)
        elif verb == "update":
            obj = whole(resource, writing.replace(self.registry, key, body, options, route.subresource))
        else:
            changed = writing.patch_object(self.registry, key, content_type, body, options, route.subresource)
            obj = whole(resource, changed)
        response = _json(obj, 201 if verb == "create" else 200)
        for warning in options.warnings:
            response.headers.add("Warning", warning)
        return response


def _json(body: Object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=encode(body), status=status, headers=headers, content_type="application/json")
