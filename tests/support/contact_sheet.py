"""Every state of every page at two widths, by day and by night, on sheets to look at: `./run gallery FOLDER [THEME] [--only PAGE]`.

FOLDER gets the pages as files (`idp.theme.gallery`), a picture of each, sheets of them as `sheet-320-light-01.png`,
and `sheets.html`, which holds all of it.
"""

import argparse
import asyncio
import sys
from html import escape
from itertools import product
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Browser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from idp.theme import samples
from idp.theme.gallery import THEMES, draw
from idp.theme.render import Theme
from tests.support.chromium import chromium

WIDTHS = {320: 8, 1280: 3}
"""Width of the window in pixels, and how many pictures stand beside each other on a sheet."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ROWS = 2
GAP, CAPTION = 16, 30
GROUND, INK = "#7a7a7a", "#ffffff"


async def photograph(browser: Browser, folder: Path, names: list[str], progress: Progress) -> dict[str, list[Path]]:
    """Pictures of the pages `names` below `folder`, by look: `320-light`, in the order of `names`."""
    task = progress.add_task("Pages", total=len(names) * len(WIDTHS) * len(SCHEMES))
    taken: dict[str, list[Path]] = {}
    for width, scheme in product(WIDTHS, SCHEMES):
        look = f"{width}-{scheme}"
        context = await browser.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)
        page = await context.new_page()
        for name in names:
            await page.goto((folder / name).as_uri())
            picture = folder / "pictures" / look / name.replace("/", "-").replace(".html", ".png")
            await page.screenshot(path=picture, full_page=True)
            taken.setdefault(look, []).append(picture)
            progress.advance(task)
        await context.close()
    return taken


def tile(pictures: list[Path], beside: int, name: str) -> list[Path]:
    """Sheets with a name under each picture, written next to the folder of pictures; their paths."""
    font = ImageFont.load_default(18)
    sheets: list[Path] = []
    for start in range(0, len(pictures), beside * ROWS):
        rows = [pictures[at : at + beside] for at in range(start, min(start + beside * ROWS, len(pictures)), beside)]
        opened = [[Image.open(picture) for picture in row] for row in rows]
        wide = max(image.width for row in opened for image in row)
        heights = [max(image.height for image in row) for row in opened]
        size = ((wide + GAP) * beside + GAP, sum(heights) + len(rows) * (GAP + CAPTION) + GAP)
        sheet = Image.new("RGB", size, GROUND)
        pen, top = ImageDraw.Draw(sheet), GAP
        for row, images, height in zip(rows, opened, heights, strict=True):
            for column, (picture, image) in enumerate(zip(row, images, strict=True)):
                left = GAP + column * (wide + GAP)
                pen.text((left, top), picture.stem, fill=INK, font=font)
                sheet.paste(image, (left, top + CAPTION))
                image.close()
            top += height + GAP + CAPTION
        sheets.append(pictures[0].parents[2] / f"{name}-{len(sheets) + 1:02}.png")
        sheet.save(sheets[-1])
    return sheets


def index(folder: Path, sheets: list[Path], names: list[str]) -> None:
    """One HTML file with all sheets, and a link to every page."""
    shown = "".join(f'<h2>{escape(one.stem)}</h2><img src="{escape(one.name)}" loading="lazy">' for one in sheets)
    links = "".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in names)
    head = "<!doctype html><meta charset=utf-8><title>Contact sheet</title><style>img{max-width:100%}</style>"
    (folder / "sheets.html").write_text(f"{head}{shown}<ul>{links}</ul>")


async def main(folder: Path, theme: str, only: str) -> int:
    """Draw the pages whose names begin with `only` below `folder`; the number of sheets."""
    names = [
        name for name in draw(Theme(THEMES, theme, terms=samples.TERMS), folder) if name.split("/")[1].startswith(only)
    ]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        async with chromium() as browser:
            taken = await photograph(browser, folder, names, progress)
        task = progress.add_task("Sheets", total=len(taken))
        sheets: list[Path] = []
        for look, pictures in taken.items():
            sheets += tile(pictures, WIDTHS[int(look.split("-")[0])], f"sheet-{look}")
            progress.advance(task)
    index(folder, sheets, names)
    return len(sheets)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="./run gallery", description="Every state of every page on sheets to look at.")
    asked.add_argument("folder", type=Path)
    asked.add_argument("theme", nargs="?", default="default")
    asked.add_argument("--only", default="", metavar="PAGE", help="only pages whose name begins so")
    given = asked.parse_args()
    sheets_made = asyncio.run(main(given.folder.resolve(), given.theme, given.only))
    sys.stdout.write(f"{sheets_made} sheets; open {given.folder}/sheets.html\n")
