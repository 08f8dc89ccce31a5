"""Contacts that were changed, and may be brought back; who reads the newsletter"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("newsletter_since", sa.BigInteger()))
    op.create_table(
        "contact_changes",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("was_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("revertible_until", sa.BigInteger(), nullable=False),
        sa.Column("reverted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], op.f("fk_contact_changes_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_changes")),
    )
    op.create_index(op.f("ix_contact_changes_account_id"), "contact_changes", ["account_id"])
    op.create_index(op.f("ix_contact_changes_revertible_until"), "contact_changes", ["revertible_until"])


def downgrade() -> None:
    op.drop_table("contact_changes")
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("newsletter_since")
