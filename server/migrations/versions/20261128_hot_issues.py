"""hot: issues, members and gatherings

Revision ID: ca77ffb27aae
Revises: 2e104f2b6598
"""

import sqlalchemy as sa
from alembic import op

revision: str = "ca77ffb27aae"
down_revision: str | None = "2e104f2b6598"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gathering",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matter_code", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gathering", schema=None) as batch_op:
        batch_op.create_index("ix_gathering_last_at", ["last_at"], unique=False)

    op.create_table(
        "hot_issue",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("hot_issue", schema=None) as batch_op:
        batch_op.create_index("ix_hot_issue_last_at", ["last_at"], unique=False)

    op.create_table(
        "hot_member",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("issue_id", sa.String(), nullable=False),
        sa.Column("near", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    with op.batch_alter_table("hot_member", schema=None) as batch_op:
        batch_op.create_index("ix_hot_member_issue_id", ["issue_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("hot_member", schema=None) as batch_op:
        batch_op.drop_index("ix_hot_member_issue_id")

    op.drop_table("hot_member")
    with op.batch_alter_table("hot_issue", schema=None) as batch_op:
        batch_op.drop_index("ix_hot_issue_last_at")

    op.drop_table("hot_issue")
    with op.batch_alter_table("gathering", schema=None) as batch_op:
        batch_op.drop_index("ix_gathering_last_at")

    op.drop_table("gathering")
