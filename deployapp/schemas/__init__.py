"""What may be put in and what comes out: checked once, for the API, the admin pages and the command line alike."""

from deployapp.schemas.deployment import (
    DeploymentChange,
    DeploymentFilter,
    DeploymentOut,
    DeploymentPage,
    Metadata,
    NewDeployment,
    TopicChoice,
)
from deployapp.schemas.error import ErrorDetail, ErrorOut

__all__ = [
    "DeploymentChange",
    "DeploymentFilter",
    "DeploymentOut",
    "DeploymentPage",
    "ErrorDetail",
    "ErrorOut",
    "Metadata",
    "NewDeployment",
    "TopicChoice",
]
