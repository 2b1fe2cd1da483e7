"""What we use of lark-oapi, without the rest of it.

Importing any part of it runs an `__init__` that imports every API: 10 600 modules, 176 MB and seconds. So while the frames of
its long connection and their constants are imported, empty packages with its paths stand in for the ones with such an `__init__`,
and are gone afterwards: whoever imports the whole package later gets the whole package. See docs/adr/0013.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

__all__ = ["DecodeError", "Frame", "FrameType", "MessageType", "const"]

_PACKAGE = "lark_oapi"
_STAND_INS = {_PACKAGE: "", f"{_PACKAGE}.ws": "/ws", f"{_PACKAGE}.ws.pb.google": "/ws/pb/google"}
"""The last one would only import setuptools' pkg_resources, to declare a namespace that nothing shares."""


@contextmanager
def _lightly() -> Iterator[None]:
    found = importlib.util.find_spec(_PACKAGE) if _PACKAGE not in sys.modules else None
    if found is None or not found.submodule_search_locations:
        yield  # it is here already, or not installed: then the import below says so
        return
    for name, below in _STAND_INS.items():
        package = ModuleType(name)
        package.__path__ = [f"{path}{below}" for path in found.submodule_search_locations]
        sys.modules[name] = package
    try:
        yield
    finally:
        for name in _STAND_INS:
            del sys.modules[name]


with _lightly():
    from lark_oapi.ws import const
    from lark_oapi.ws.enum import FrameType, MessageType
    from lark_oapi.ws.pb.google.protobuf.message import DecodeError
    from lark_oapi.ws.pb.pbbp2_pb2 import Frame
