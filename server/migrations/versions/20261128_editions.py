"""editions: what the city decides

Revision ID: 2ecf9e14406f
Revises: 83030c6f7ac7
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2ecf9e14406f"
down_revision: str | None = "83030c6f7ac7"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "edition",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "no"),
    )
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.create_index("edition_state", ["state", "kind", "no"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index("edition_state")

    op.drop_table("edition")
