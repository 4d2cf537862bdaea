"""talks: conversations of citizens with the desk

Revision ID: 19ee883c4ce1
Revises: 22f2d08fd15d
"""

import sqlalchemy as sa
from alembic import op

revision: str = "19ee883c4ce1"
down_revision: str | None = "22f2d08fd15d"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "talk",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("citizen_id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_shown", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.create_index("talk_mine", ["citizen_id", "asked_at", "id"], unique=False)
        batch_op.create_index("talk_queue", ["state", "asked_at", "id"], unique=False)

    op.create_table(
        "talk_message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("talk_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("talk_message", schema=None) as batch_op:
        batch_op.create_index("talk_message_seq", ["talk_id", "seq"], unique=True)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("talk_message", schema=None) as batch_op:
        batch_op.drop_index("talk_message_seq")

    op.drop_table("talk_message")
    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_index("talk_queue")
        batch_op.drop_index("talk_mine")

    op.drop_table("talk")
