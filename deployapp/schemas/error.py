"""The one shape of an error answer (docs/protocol.md)."""

from pydantic import BaseModel, Field


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs.", examples=["validation_error"])
    message: str = Field(description="For people.", examples=["Some fields are not valid."])
    fields: dict[str, list[str]] | None = Field(
        None,
        description="Only with 422: each wrong field and what is wrong with it.",
        examples=[{"version": ["Longer than 64 characters."]}],
    )


class ErrorOut(BaseModel):
    """Every error answer of the API."""

    error: ErrorDetail
