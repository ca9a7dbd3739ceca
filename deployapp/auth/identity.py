"""Who is asking and what they may do. Knows nothing of HTTP."""

from dataclasses import dataclass
from typing import Self

from deployapp.models import ApiToken, Permission, User
from deployapp.services.errors import Forbidden


@dataclass(frozen=True)
class Identity:
    """A signed-in user; through a token perhaps narrowed to some permissions and frontends (None: all).

    Who is signed in may read (`reads`), unless by a token that is narrowed to permissions without `view`.
    """

    user: User
    permissions: frozenset[Permission]
    frontends: frozenset[str] | None = None
    reads: bool = True

    @classmethod
    def of_user(cls, user: User) -> Self:
        return cls(user, frozenset(Permission) if user.is_superuser else user.permissions)

    @classmethod
    def of_token(cls, token: ApiToken) -> Self:
        whole = cls.of_user(token.user).permissions
        return cls(
            token.user,
            whole if token.permissions is None else whole & token.permissions,
            frozenset(frontend.slug for frontend in token.frontends) if token.narrowed_to_frontends else None,
            token.permissions is None or Permission.VIEW in token.permissions,
        )

    def may(self, permission: Permission, frontend: str | None = None) -> bool:
        """Whether this may be done, to this frontend if one is named."""
        return permission in self.permissions and self.reaches(frontend)

    def reaches(self, frontend: str | None) -> bool:
        return frontend is None or self.frontends is None or frontend in self.frontends

    def require(self, permission: Permission, frontend: str | None = None) -> None:
        """Raises `Forbidden`, saying what lacks."""
        if permission not in self.permissions:
            raise Forbidden(f"This needs the permission {permission.value!r}.")
        self._require_reach(frontend)

    def require_reading(self, frontend: str | None = None) -> None:
        """Raises `Forbidden`, saying what lacks."""
        if not self.reads:
            raise Forbidden(f"This token is narrowed to permissions without {Permission.VIEW.value!r}.")
        self._require_reach(frontend)

    def _require_reach(self, frontend: str | None) -> None:
        if not self.reaches(frontend):
            raise Forbidden(f"This token is not for the frontend {frontend!r}.")
