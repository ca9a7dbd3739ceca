"""What can be done. The only place that commits for the API and the command line; raises `services.errors`."""
