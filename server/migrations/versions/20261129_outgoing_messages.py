"""notify: the outbox, where people are reached, what they want of the channels

Revision ID: 6f1c0b7e52aa
Revises: 2b91f0c7a6d8
"""

import sqlalchemy as sa
from alembic import op

revision: str = "6f1c0b7e52aa"
down_revision: str | None = "2b91f0c7a6d8"
branch_labels: str | None = None
depends_on: str | None = None

WAITS = {"sqlite_where": sa.text("next_at IS NOT NULL"), "postgresql_where": sa.text("next_at IS NOT NULL")}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "outgoing_message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("address_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.create_index("outgoing_due", ["next_at"], unique=False, **WAITS)
        batch_op.create_index("outgoing_line", ["person_id", "subject"], unique=False, **WAITS)
        batch_op.create_index("outgoing_list", ["state", "created_at", "id"], unique=False)

    op.create_table(
        "message_address",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("message_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_address_person_id"), ["person_id"], unique=False)

    op.create_table(
        "notice_wish",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("off", sa.String(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_to", sa.Integer(), nullable=False),
        sa.Column("alarm", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("notice_wish")
    with op.batch_alter_table("message_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_address_person_id"))

    op.drop_table("message_address")
    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.drop_index("outgoing_list")
        batch_op.drop_index("outgoing_line", **WAITS)
        batch_op.drop_index("outgoing_due", **WAITS)

    op.drop_table("outgoing_message")
