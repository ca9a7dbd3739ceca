"""Helpers' assertions, too, say what they compared."""

from pathlib import Path

import pytest

parts = (path.stem for path in Path(__file__).parent.iterdir() if path != Path(__file__))
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in parts))
