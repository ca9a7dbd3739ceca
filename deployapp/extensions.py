"""The Flask extensions' objects, bound to no app yet. Imports nothing of the project."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData

metadata = MetaData(
    # Named constraints, so that a migration can drop them on every database.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class _LoginManager(LoginManager):  # type: ignore[misc]  # publishes no types
    """Nobody is remembered beyond the session. The library reads the cookie all the same, and raises for an `é`."""

    def _load_user_from_remember_cookie(self, cookie: str) -> None:
        return None


db = SQLAlchemy(metadata=metadata, session_options={"expire_on_commit": False})
migrate = Migrate(render_as_batch=True)
login_manager = _LoginManager()
csrf = CSRFProtect()
