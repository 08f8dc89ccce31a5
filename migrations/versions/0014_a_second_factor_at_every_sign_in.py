"""A second factor at every sign-in, for whoever wants that, and the devices that are excused from it for a while"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("asks_factor_since", sa.BigInteger()))
    op.add_column("known_devices", sa.Column("factor_until", sa.BigInteger()))
    op.add_column("sessions", sa.Column("public_device", sa.Boolean()))


def downgrade() -> None:
    op.drop_column("sessions", "public_device")
    op.drop_column("known_devices", "factor_until")
    op.drop_column("accounts", "asks_factor_since")
