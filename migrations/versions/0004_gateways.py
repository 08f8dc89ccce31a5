"""Who took a message, what became of it, and what messages cost in a day"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("gateway", sa.String(length=32)))
    op.add_column("outbox", sa.Column("receipt", sa.String(length=8)))
    op.add_column("outbox", sa.Column("route", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "spending",
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("rupiah", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "prefix", name=op.f("pk_spending")),
    )


def downgrade() -> None:
    op.drop_table("spending")
    with op.batch_alter_table("outbox") as outbox:
        for column in ("route", "receipt", "gateway"):
            outbox.drop_column(column)
