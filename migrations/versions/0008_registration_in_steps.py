"""Drafts of registrations, documents, and what a person declares about who they are"""

import sqlalchemy as sa
from alembic import op

from idp.store.tables import Id

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_ups", sa.Column("declared_sealed", sa.LargeBinary()))
    op.add_column("accounts", sa.Column("passport_sealed", sa.LargeBinary()))
    op.add_column("accounts", sa.Column("review", sa.String(length=128)))
    op.create_table(
        "drafts",
        sa.Column("id", Id(), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_expires_at"), "drafts", ["expires_at"])
    op.create_table(
        "documents",
        sa.Column("id", Id(), nullable=False),
        sa.Column("subject_id", Id(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("object", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("delete_after", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_subject_id"), "documents", ["subject_id"])
    op.create_index(op.f("ix_documents_delete_after"), "documents", ["delete_after"])


def downgrade() -> None:
    for table in ("documents", "drafts"):
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("review")
        accounts.drop_column("passport_sealed")
    with op.batch_alter_table("sign_ups") as sign_ups:
        sign_ups.drop_column("declared_sealed")
