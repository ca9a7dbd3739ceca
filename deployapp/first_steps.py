"""The first deployment that somebody announces: the line that works when pasted, and the token behind it."""

from pathlib import Path

from config import Settings

TOKEN_FILE = "admin_token"  # noqa: S105  # a file's name


def token_file(settings: Settings) -> Path:
    """Where development keeps the administrator's token; production has no such file."""
    return settings.instance_path / TOKEN_FILE


def curl_line(settings: Settings, address: str) -> str:
    """A shell line that announces a deployment to the server at `address`."""
    token = "$DEPLOYAPP_TOKEN" if settings.production else f"$(cat '{token_file(settings)}')"
    return (
        f'curl -X POST {address.rstrip("/")}/api/deployments/trigger/ -H "Authorization: Bearer {token}" '
        '-H "Content-Type: application/json"'
    )
