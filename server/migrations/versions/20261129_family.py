"""family: codes and ties, and whom an account files for

Revision ID: 2b91f0c7a6d8
Revises: 4d7a1c90b6e2
"""

import sqlalchemy as sa
from alembic import op

revision: str = "2b91f0c7a6d8"
down_revision: str | None = "4d7a1c90b6e2"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "family_code",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner_id"),
    )
    op.create_index("ix_family_code_code_key", "family_code", ["code_key"])
    op.create_index("ix_family_code_expires_at", "family_code", ["expires_at"])
    op.create_table(
        "family_tie",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("helper_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_family_tie_owner_id", "family_tie", ["owner_id"])
    op.create_index("ix_family_tie_helper_id", "family_tie", ["helper_id"])
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wards", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("wards")
    op.drop_table("family_tie")
    op.drop_table("family_code")
