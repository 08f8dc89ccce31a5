"""What may stand before the verb or behind it: `idp --dev keys list` is `idp keys list --dev`."""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from typing import Any

from typer.core import TyperGroup, TyperOption

_SHARED = ("dev", "config", "form")


class Root(TyperGroup):
    """The root of the command line. Every verb takes its options too, and hands what was said on to `Flags`."""

    def __init__(self, **made: Any) -> None:
        super().__init__(**made)
        shared = [_behind(one) for one in self.params if isinstance(one, TyperOption) and one.name in _SHARED]
        for command in _below(self.commands.values()):
            own = {one.name for one in command.params}
            command.params.extend(one for one in shared if one.name not in own)


def _below(commands: Iterable[Any]) -> Iterator[Any]:
    for command in commands:
        yield command
        if isinstance(command, TyperGroup):
            yield from _below(command.commands.values())


def _behind(option: TyperOption) -> TyperOption:
    again = copy(option)
    again.expose_value, again.callback = False, _note
    return again


def _note(context: Any, option: Any, value: Any) -> Any:
    if value is not None:
        context.obj = replace(context.obj, **{option.name: value})
    return value
