"""What all lists of the admin API have in common: a limit, a cursor, and a page of answers."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=200, description="Most items of one page.")]
Cursor = Annotated[
    str | None, Query(max_length=512, description="`next` of the page before; absent for the first page.")
]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="Cursor of the next page; null on the last one.")


class Body(BaseModel):
    """What a caller sends: members that we do not know are refused, not ignored (T38)."""

    model_config = ConfigDict(extra="forbid", strict=True)
