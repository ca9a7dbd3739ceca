"""Measures this service's fan-out side by side with other servers; `python -m benchmarks --help`."""
