"""What the registry says of a person: participant numbers, category, employers. A row exists once a registry has matched."""

from sqlalchemy import Column, ForeignKey, String, Table

from idp.store.tables.columns import Id, Json, metadata, moment

memberships = Table(
    "memberships",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("numbers", Json, nullable=False),  # list of participant numbers (KPJ); one worker may have several
    Column("category", String(8), nullable=False),  # PU | BPU | PMI | JAKON
    Column("status", String(16), nullable=False),  # active | inactive
    Column("employers", Json, nullable=False),  # list of {npp, peran}: the companies that this person acts for
    moment("verified_at", nullable=False),
    moment("asked_at", index=True),  # when a registry was last asked to say it again
)
