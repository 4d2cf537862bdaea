"""knowledge: entries and their use

Revision ID: b7e7a58aec91
Revises: 2d8f98360e29
"""

import sqlalchemy as sa
from alembic import op

revision: str = "b7e7a58aec91"
down_revision: str | None = "2d8f98360e29"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "knowledge_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("source_on", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("staff_only", sa.Boolean(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("knowledge_entry", schema=None) as batch_op:
        batch_op.create_index("knowledge_entry_no", ["entry_id", "no"], unique=True)
        batch_op.create_index("knowledge_entry_review", ["state", "review_on", "id"], unique=False)
        batch_op.create_index("knowledge_entry_state", ["state", "changed_at", "id"], unique=False)

    op.create_table(
        "knowledge_use",
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("useless", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("area", "day", "entry_id"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("knowledge_use")
    with op.batch_alter_table("knowledge_entry", schema=None) as batch_op:
        batch_op.drop_index("knowledge_entry_state")
        batch_op.drop_index("knowledge_entry_review")
        batch_op.drop_index("knowledge_entry_no")

    op.drop_table("knowledge_entry")
