"""The settings: declared once, read from the environment, checked together.

Each field is an environment variable of the same name in capitals. `load()` reports every mistake at once in plain
words. docs/settings.md is tested against this file.
"""

import os
import resource
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from limits import parse_many
from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

INSTANCE = Path(__file__).resolve().parent / "instance"
MIN_PASSWORD = 10
SECRETS = {"ADMIN_PASSWORD", "DATABASE_URL", "MESSAGE_QUEUE_URL", "SECRET_KEY"}  # never repeated in a message
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg2", "postgres": "postgresql+psycopg2"}


class ConfigError(Exception):
    """Some settings are wrong; the message lists all of them, a line each."""


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """Everything that can be set. Times are seconds, sizes bytes."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    # Where it runs
    deployapp_env: Literal["development", "production"] = Field(
        "development", description="`production` refuses generated secrets, logs JSON and marks cookies secure."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one and prints it.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Address that people use, when a proxy stands in front; for printed links.",
    )
    instance_path: Path = Field(
        INSTANCE, description="Folder for what a single machine keeps: the SQLite file and the generated secret."
    )
    database_url: str = Field(
        "", description="SQLAlchemy address of the database; empty is an SQLite file in `INSTANCE_PATH`."
    )
    database_pool_size: int = Field(
        10, ge=1, le=1000, description="Connections to PostgreSQL per process; more requests wait for one."
    )
    database_timeout: float = Field(
        5.0, ge=1, le=300, description="How long PostgreSQL may take for a connection or a statement before a 503."
    )
    secret_key: str = Field(
        "",
        validate_default=True,
        description="Signs sessions; empty generates one into `INSTANCE_PATH` (refused in production).",
    )
    admin_username: str = Field("admin", min_length=1, max_length=80, description="First administrator's name.")
    admin_password: str = Field(
        "", description="First administrator's password; empty makes a random one, printed once at the first start."
    )

    # Bus and reconciling
    message_queue_url: str = Field(
        "", description="Bus between processes: `redis://`, `rediss://`, `valkey://`, …; empty is in-process."
    )
    reconcile_interval: float = Field(
        2.0, gt=0, le=3600, description="How often each process looks into the database for what it has not announced."
    )

    # Sign-in and browsers
    session_cookie_secure: bool | None = Field(
        None, description="Send the session cookie over HTTPS only; unset means yes in production."
    )
    sign_in_limit: str = Field(
        "10 per minute; 100 per hour",
        description="Sign-in attempts per client address; ten times as many per user name.",
    )
    cors_origins: Words = Field(
        ("*",), description="Origins that may read the public endpoints (status, SSE), comma-separated; `*` is any."
    )
    allowed_origins: Words = Field(
        ("*",),
        description="Origins that may open WebSocket, Socket.IO and SSE connections, comma-separated; `*` is any.",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="How many proxies in front set `X-Forwarded-*`; 0 trusts none of these headers."
    )
    max_body_size: int = Field(65_536, ge=1024, description="Largest request body.")

    # What clients are told
    status_cache_control: str = Field(
        "public, max-age=0, must-revalidate",
        pattern=r"^[\x20-\x7e]*$",
        description="`Cache-Control` of the status answer; `public, max-age=10` lets a CDN carry the polling.",
    )
    client_enabled: bool = Field(True, description="`false` tells every client to stay quiet: no banner, no reload.")
    poll_interval: float = Field(300, ge=1, description="Seconds between polls of a client that cannot be pushed to.")
    poll_jitter: float = Field(0.2, ge=0, le=1, description="Share of the poll interval that is random.")
    reconnect_max: float = Field(60, ge=1, description="Ceiling of a client's full-jitter reconnect backoff.")

    # Connections
    heartbeat_interval: float = Field(25, gt=0, le=600, description="Seconds between heartbeats on an idle connection.")
    max_connections: int = Field(
        0, ge=0, description="Push connections per process, more get 503; 0 is what the descriptor limit allows."
    )
    max_connections_per_address: int = Field(
        2000, ge=0, description="Push connections per client address, more get 429; 0 is no limit."
    )
    http_max_connections: int = Field(
        4096,
        ge=16,
        description="HTTP connections served at once; Socket.IO clients may poll up to a third as many, more get 503.",
    )
    request_timeout: float = Field(
        10.0, gt=0, le=300, description="How long a client may take for the head of its request, all bytes together."
    )
    reuse_port: bool = Field(
        False,
        description="Share `PORT` with other processes of this host (`SO_REUSEPORT`); `make run WORKERS=…` sets it.",
    )
    listen_backlog: int = Field(4096, ge=1, description="Connections the kernel keeps waiting to be accepted.")
    send_buffer_limit: int = Field(
        65_536, ge=4096, description="Bytes kept for a client that reads too slowly; past that it is closed."
    )
    drain_seconds: float = Field(
        2.0, ge=0, le=600, description="At SIGTERM the connections are closed spread over this time."
    )

    # Logging
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severity that is logged."
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="`json` writes one JSON object a line; `auto` does so in production."
    )

    # Metrics
    metrics_token: str = Field(
        "", description="Bearer token that reads `/metrics`; empty lets anyone in development and nobody in production."
    )
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Serve `/metrics` on this loopback port too, without token; 0 does not."
    )

    @field_validator("admin_password")
    @classmethod
    def _is_a_password(cls, password: str) -> str:
        if password and len(password) < MIN_PASSWORD:
            raise ValueError(f"too short: at least {MIN_PASSWORD} characters")
        return password

    @field_validator("instance_path")
    @classmethod
    def _is_a_folder(cls, path: Path) -> Path:
        there = next(place for place in (path, *path.absolute().parents) if os.path.exists(place))
        if not os.path.isdir(there):
            raise ValueError(f"cannot be a folder: {there} is a file")
        return path  # not made here: who gives `DATABASE_URL` and `SECRET_KEY` needs none

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, address: str) -> str:
        return _with_driver(address) if address else ""

    @field_validator("message_queue_url")
    @classmethod
    def _is_a_bus(cls, address: str) -> str:
        if address:
            from deployapp.bus import redis_address  # a single process does not pay for the import

            redis_address.parse(address)
        return address

    @field_validator("sign_in_limit")
    @classmethod
    def _is_a_limit(cls, rates: str) -> str:
        try:
            parse_many(rates)
        except ValueError:
            raise ValueError("not a limit like: 10 per minute; 100 per hour") from None
        return rates

    @field_validator("secret_key")
    @classmethod
    def _is_a_secret(cls, secret: str, info: ValidationInfo) -> str:
        if not secret and info.data.get("deployapp_env") == "production":
            raise ValueError("must be given in production (for example: openssl rand -hex 32)")
        if secret and len(secret) < 16:
            raise ValueError("too short: at least 16 characters (for example: openssl rand -hex 32)")
        return secret

    @property
    def production(self) -> bool:
        return self.deployapp_env == "production"

    @property
    def database_uri(self) -> str:
        """`DATABASE_URL`, or the SQLite file in the instance folder."""
        return self.database_url or f"sqlite:///{self.instance_path / 'deployapp.sqlite3'}"

    @property
    def connection_limit(self) -> int:
        """`MAX_CONNECTIONS`, never above what the descriptor limit leaves beside HTTP, files and the database."""
        room = max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 512)
        return min(self.max_connections, room) if self.max_connections else room

    @property
    def polling_limit(self) -> int:
        """How many may poll: each holds two HTTP connections, one that waits and one that sends; a third is left."""
        return self.http_max_connections // 3

    def signing_key(self) -> str:
        """`SECRET_KEY`, or the one generated once and kept in the instance folder with mode 600.

        Raises `ConfigError` if it cannot be kept there.
        """
        try:
            return self.secret_key or _kept_secret(self.instance_path / "secret_key")
        except OSError as error:
            raise ConfigError(
                f"INSTANCE_PATH={self.instance_path}: cannot keep the generated secret there: {error.strerror}"
            ) from None

    def flask(self) -> dict[str, Any]:
        """The configuration of Flask and its extensions."""
        secure = self.production if self.session_cookie_secure is None else self.session_cookie_secure
        return {
            "SETTINGS": self,
            "SECRET_KEY": self.signing_key(),
            "SQLALCHEMY_DATABASE_URI": self.database_uri,
            "MAX_CONTENT_LENGTH": self.max_body_size,
            "SESSION_COOKIE_NAME": "deployapp_session",
            "SESSION_COOKIE_SECURE": secure,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
        }


def load(**overrides: Any) -> Settings:
    """Read the environment; `overrides` win (tests). Raises `ConfigError` naming every mistake."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [f"  {_name(mistake)}{mistake['msg'].removeprefix('Value error, ')}" for mistake in error.errors()]
        raise ConfigError("Some settings are wrong (see docs/settings.md):\n" + "\n".join(lines)) from None


def _name(mistake: Any) -> str:
    name = str(mistake["loc"][0]).upper()
    return f"{name}: " if name in SECRETS else f"{name}={mistake['input']}: "


def _with_driver(address: str) -> str:
    """The address with the driver that we bring: psycopg2 can be made cooperative, SQLAlchemy's default cannot."""
    try:
        url = make_url(address)
    except ArgumentError:
        raise ValueError("not an address like postgresql://user:password@host/name") from None
    if url.get_backend_name() not in DRIVERS:
        raise ValueError(f"no such kind of database here: {url.get_backend_name()} (postgresql or sqlite)")
    return url.set(drivername=DRIVERS[url.get_backend_name()]).render_as_string(hide_password=False)


def _kept_secret(path: Path) -> str:
    """Read the secret, or make it once; processes that race end up with the same, whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mode 600
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    return path.read_text()
