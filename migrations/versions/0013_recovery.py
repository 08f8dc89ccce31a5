"""Recoveries through a branch"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assisted_recoveries",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("checked", Json(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("factors_go", sa.Boolean(), nullable=False),
        sa.Column("cancel_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], op.f("fk_assisted_recoveries_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assisted_recoveries")),
        sa.UniqueConstraint("number", name=op.f("uq_assisted_recoveries_number")),
    )
    op.create_index(op.f("ix_assisted_recoveries_account_id"), "assisted_recoveries", ["account_id"])
    op.create_index("ix_assisted_recoveries_state_due_at", "assisted_recoveries", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("assisted_recoveries")
