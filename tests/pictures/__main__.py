"""`python -m tests.pictures [PART]`: takes the pictures whose names contain PART, all without one, into `docs/pictures`; with `web`
those of the pages."""

import asyncio
import io
import sys
from collections import Counter
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser

from tests.browser.chromium import MISSING, chromium, path
from tests.pictures.album import Picture, album
from tests.pictures.web import web

FOLDER = Path(__file__).parents[2] / "docs/pictures"
_COLOURS = 256
_EXACT = 32


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
    """Few colours are enough for text on plain ground: chosen to cover all there are, so that a small sign keeps its own, and
    then the most frequent ones made exact, so that the grounds do."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    small = image.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    palette = bytearray(small.getpalette() or [])
    some = (image.width // 3, image.height // 3)
    before, after = (each.resize(some, Image.Resampling.NEAREST).tobytes() for each in (image, small))
    found = Counter((after[at], before[3 * at : 3 * at + 3]) for at in range(len(after)))
    for (index, colour), _ in reversed(found.most_common(_EXACT)):
        palette[3 * index : 3 * index + 3] = colour
    small.putpalette(palette)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    if path() is None:
        sys.exit(MISSING)
    asyncio.run(take(sys.argv[1] if len(sys.argv) > 1 else ""))
