"""The first tables, and the frontend `default`, which always exists.

Revision: 0001
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    frontend = op.create_table(
        "frontend",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(63), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frontend"),
        sa.UniqueConstraint("slug", name="uq_frontend_slug"),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("permissions", sa.String(80), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("username", name="uq_user_username"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("prefix", sa.String(16), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("permissions", sa.String(80), nullable=True),
        sa.Column("narrowed_to_frontends", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_api_token_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"])
    op.create_table(
        "api_token_frontend",
        sa.Column("api_token_id", sa.Integer(), nullable=False),
        sa.Column("frontend_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_token_id"], ["api_token.id"], name="fk_api_token_frontend_api_token_id_api_token", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["frontend_id"], ["frontend.id"], name="fk_api_token_frontend_frontend_id_frontend", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("api_token_id", "frontend_id", name="pk_api_token_frontend"),
    )
    op.create_table(
        "frontend_deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frontend_id", sa.Integer(), nullable=False),
        sa.Column("environment", sa.String(63), server_default="production", nullable=False),
        sa.Column("deployed_at", MOMENT, server_default=sa.func.current_timestamp(), nullable=False),
        sa.Column("deployed_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.String(64), nullable=True),
        sa.Column("commit_sha", sa.String(64), nullable=True),
        sa.Column("url", sa.String(500), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(16), server_default="release", nullable=False),
        sa.Column("mode", sa.String(16), server_default="prompt", nullable=False),
        sa.Column("severity", sa.String(16), server_default="normal", nullable=False),
        sa.Column("min_version", sa.String(64), nullable=True),
        sa.Column("reload_window", sa.Integer(), server_default="0", nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=True),
        sa.Column("idempotency_fingerprint", sa.String(64), nullable=True),
        sa.CheckConstraint("kind IN ('release', 'rollback')", name=op.f("ck_frontend_deployment_kind")),
        sa.CheckConstraint(
            "mode IN ('silent', 'prompt', 'idle', 'navigation', 'force')", name=op.f("ck_frontend_deployment_mode")
        ),
        sa.CheckConstraint("severity IN ('normal', 'critical')", name=op.f("ck_frontend_deployment_severity")),
        sa.CheckConstraint("reload_window >= 0", name=op.f("ck_frontend_deployment_reload_window")),
        sa.ForeignKeyConstraint(
            ["deployed_by_id"], ["user.id"], name="fk_frontend_deployment_deployed_by_id_user", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["frontend_id"], ["frontend.id"], name="fk_frontend_deployment_frontend_id_frontend", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_frontend_deployment"),
        sa.UniqueConstraint(
            "deployed_by_id", "idempotency_key", name="uq_frontend_deployment_deployed_by_id_idempotency_key"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_frontend_deployment_deployed_at", "frontend_deployment", ["deployed_at"])
    op.create_index("ix_frontend_deployment_topic_id", "frontend_deployment", ["frontend_id", "environment", "id"])
    op.create_index(
        "ix_frontend_deployment_topic_time", "frontend_deployment", ["frontend_id", "environment", "deployed_at"]
    )
    op.bulk_insert(frontend, [{"slug": "default", "name": "Default", "created_at": datetime.now(UTC)}])


def downgrade() -> None:
    for table in ("frontend_deployment", "api_token_frontend", "api_token", "user", "frontend"):
        op.drop_table(table)
