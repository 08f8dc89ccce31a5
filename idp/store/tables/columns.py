"""Column types that read the same on PostgreSQL and on SQLite, and the metadata that all tables hang on."""

import uuid
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Text, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Id(TypeDecorator[uuid.UUID]):
    """A UUIDv7: native on PostgreSQL, 16 bytes on SQLite (text would double the index)."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid())
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: uuid.UUID | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> uuid.UUID | None:
        return None if value is None else as_id(value)


class Json(TypeDecorator[Any]):
    """JSON kept as text: the hot statements read it raw on both databases, and nothing queries inside it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def as_id(value: uuid.UUID | bytes) -> uuid.UUID:
    """An id as a bare driver returns it: 16 bytes from SQLite, from PostgreSQL a subclass of UUID that JSON encoders refuse."""
    if isinstance(value, uuid.UUID):
        return value if type(value) is uuid.UUID else uuid.UUID(int=value.int)
    return uuid.UUID(bytes=value)


def moment(name: str, *, nullable: bool = True, index: bool = False) -> Column[int]:
    """A point in time in whole UNIX seconds."""
    return Column(name, BigInteger, nullable=nullable, index=index)
