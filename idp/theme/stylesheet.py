"""The one stylesheet: colour tokens of theme.toml, then the rules of base.css, squeezed."""

import re
from collections.abc import Mapping

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def assemble(light: Mapping[str, str], dark: Mapping[str, str], rules: str) -> str:
    """CSS text. Raises ValueError for a token that is no `#rrggbb` colour or that only one of the two palettes has."""
    if light.keys() != dark.keys():
        raise ValueError(f"tokens: only one of light and dark has {', '.join(sorted(light.keys() ^ dark.keys()))}")
    for name, colour in [*light.items(), *dark.items()]:
        if not _COLOUR.fullmatch(colour):
            raise ValueError(f"tokens: {name} must be a colour as #rrggbb, in small letters")
    variables = f":root{{color-scheme:light dark;{_declare(light)}}}"
    # On paper there is no night: white letters would stay on white.
    night = f"@media screen and (prefers-color-scheme:dark){{:root{{{_declare(dark)}}}}}"
    return variables + night + _squeeze(rules)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _declare(tokens: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in tokens.items())


def _squeeze(rules: str) -> str:
    without = re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", without)).replace(";}", "}").strip()
