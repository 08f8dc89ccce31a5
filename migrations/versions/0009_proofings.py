"""Checks of identities, and when a membership was last asked for"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id, Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proofings",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("flags", Json(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("documents_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], op.f("fk_proofings_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proofings")),
    )
    op.create_index(op.f("ix_proofings_account_id"), "proofings", ["account_id"])
    op.create_index("ix_proofings_state_created_at", "proofings", ["state", "created_at"])
    op.add_column("memberships", sa.Column("asked_at", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_memberships_asked_at"), "memberships", ["asked_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_memberships_asked_at"), "memberships")
    with op.batch_alter_table("memberships") as memberships:
        memberships.drop_column("asked_at")
    op.drop_table("proofings")
