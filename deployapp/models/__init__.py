"""The tables. Knows SQLAlchemy and the shared column types; no rule of the product beyond what a row must be."""

from deployapp.models.api_token import ApiToken
from deployapp.models.base import Base, Permission
from deployapp.models.deployment import FrontendDeployment, Kind, Mode, Severity
from deployapp.models.frontend import Frontend
from deployapp.models.user import User

__all__ = ["ApiToken", "Base", "Frontend", "FrontendDeployment", "Kind", "Mode", "Permission", "Severity", "User"]
