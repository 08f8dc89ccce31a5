"""One-time codes with a reference, codes by SMS switched off, and factors on their way out"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("challenges", sa.Column("reference", sa.String(length=4)))
    op.add_column("accounts", sa.Column("sms_off_at", sa.BigInteger()))
    op.create_table(
        "removals",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("factor", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], op.f("fk_removals_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sa.UniqueConstraint("account_id", "factor", name=op.f("uq_removals_account_id_factor")),
    )
    op.create_index(op.f("ix_removals_due_at"), "removals", ["due_at"])


def downgrade() -> None:
    op.drop_table("removals")
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("sms_off_at")
    with op.batch_alter_table("challenges") as challenges:
        challenges.drop_column("reference")
