"""What is paid for lark-oapi: its frames, and nothing of it is in the way of the whole package."""

import subprocess
import sys

PROBE = """
import sys
import warnings
warnings.simplefilter("error")
import adapters.feishu.sdk as sdk

ours = [name for name in sys.modules if name.startswith("lark_oapi")]
print(len(ours), any(name.startswith("lark_oapi.api") for name in ours), "pkg_resources" in sys.modules)
print({"lark_oapi", "lark_oapi.ws", "lark_oapi.ws.pb.google"} & set(sys.modules))
"""

WHOLE = """
import adapters.feishu.sdk as sdk
import lark_oapi
from lark_oapi.ws import const
from lark_oapi.ws.client import Frame
from lark_oapi.api.im.v1 import CreateMessageRequest

print(Frame is sdk.Frame, const is sdk.const, lark_oapi.ws.Client("cli_x", "secret").__class__.__name__)
"""


EARLIER = """
import importlib.util, sys, types

found = importlib.util.find_spec("lark_oapi")
for name, below in {"lark_oapi": "", "lark_oapi.ws": "/ws"}.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path + below for path in found.submodule_search_locations]
earlier = sys.modules["lark_oapi"]
import adapters.feishu.sdk as sdk

print(sys.modules["lark_oapi"] is earlier, "lark_oapi.ws" in sys.modules)
"""


def _said(code: str) -> list[str]:
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return said.stdout.splitlines()


def test_only_the_frames_are_imported() -> None:
    counted, stand_ins = _said(PROBE)
    modules, apis, setuptools = counted.split()
    assert int(modules) < 40
    assert (apis, setuptools) == ("False", "False")
    assert stand_ins == "set()"


def test_the_whole_package_still_can_be_imported() -> None:
    assert _said(WHOLE) == ["True True Client"]


def test_what_is_already_there_is_not_taken_away() -> None:
    assert _said(EARLIER) == ["True True"]
