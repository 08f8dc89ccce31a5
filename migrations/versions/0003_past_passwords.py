"""Passwords that an account had before"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_passwords",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("replaced_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], op.f("fk_past_passwords_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_passwords")),
    )
    op.create_index(op.f("ix_past_passwords_account_id"), "past_passwords", ["account_id"])


def downgrade() -> None:
    op.drop_table("past_passwords")
