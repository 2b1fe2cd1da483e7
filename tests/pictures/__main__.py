"""`python -m tests.pictures [PART]`: takes the pictures whose names contain PART, all without one, into `docs/pictures`; with `web`
those of the pages."""

import asyncio
import io
import os
import sys
import time
from pathlib import Path
from typing import cast

from PIL import Image, ImageChops
from playwright.async_api import Browser

from tests.browser.chromium import MISSING, chromium, path
from tests.pictures.album import Picture, album
from tests.pictures.web import web

FOLDER = Path(__file__).parents[2] / "docs/pictures"
_COLOURS = 256
_EXACT = 24


async def take(part: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    async with chromium() as browser:
        for picture in album():
            if part in picture.name:
                small = await asyncio.to_thread(_small, await _shot(browser, picture))
                (FOLDER / f"{picture.name}.png").write_bytes(small)
                sys.stdout.write(f"{picture.name}.png {len(small) // 1024} KB\n")
        if not part or part.startswith("web"):
            (FOLDER / "web").mkdir(exist_ok=True)
            async for name, shot in web(browser):
                small = await asyncio.to_thread(_small, shot)
                (FOLDER / f"{name}.png").write_bytes(small)
                sys.stdout.write(f"{name}.png {len(small) // 1024} KB\n")


async def _shot(browser: Browser, picture: Picture) -> bytes:
    context = await browser.new_context(
        viewport={"width": picture.width, "height": 200}, device_scale_factor=picture.scale, color_scheme=picture.scheme
    )
    try:
        page = await context.new_page()
        await page.set_content(picture.source)
        return await page.locator("main").screenshot(animations="disabled")
    finally:
        await context.close()


def _small(shot: bytes) -> bytes:
    """Few colours are enough for text on plain ground: the most frequent ones exactly, so that two pale grounds stay two, and
    others chosen to cover all there are, so that a small sign keeps its own."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    found = cast("list[tuple[int, tuple[int, int, int]]]", image.getcolors(image.width * image.height))
    counted = sorted(found, reverse=True)[:_EXACT]
    small = image.quantize(_COLOURS - len(counted), Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    others = (small.getpalette() or [])[: 3 * (_COLOURS - len(counted))]
    small.putpalette([*others, *(part for _, colour in counted for part in colour)])
    for index, (_, colour) in enumerate(counted, len(others) // 3):
        apart = ImageChops.difference(image, Image.new("RGB", image.size, colour)).split()
        same = ImageChops.lighter(ImageChops.lighter(apart[0], apart[1]), apart[2]).point([255] + [0] * 255)
        small.paste(index, mask=same)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    if path() is None:
        sys.exit(MISSING)
    asyncio.run(take(sys.argv[1] if len(sys.argv) > 1 else ""))
