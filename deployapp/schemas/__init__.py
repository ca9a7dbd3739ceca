"""What may be put in and what comes out: checked once, for the API, the admin pages and the command line alike."""

from deployapp.schemas.deployment import DeploymentChange, DeploymentFilter, DeploymentOut, NewDeployment, TopicChoice

__all__ = ["DeploymentChange", "DeploymentFilter", "DeploymentOut", "NewDeployment", "TopicChoice"]
