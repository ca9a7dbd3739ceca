"""What the numbers were measured on."""

import os
import platform
import resource
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCHEDULING = {os.SCHED_OTHER: "normal", os.SCHED_FIFO: "real-time"}  # servers and clients inherit the run's
SERVER = ("deployapp", "config.py", "wsgi.py", "requirements.txt")


def describe() -> dict[str, Any]:
    """Date, commit, processor, kernel, Python, limits."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "scheduling": f"{SCHEDULING.get(os.sched_getscheduler(0), 'other')}, nice {os.getpriority(os.PRIO_PROCESS, 0)}",
        "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
    }


def _commit() -> str:
    """The commit under measurement, marked with a `+` if the server's files differ from it."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", *SERVER], cwd=ROOT, capture_output=True)
    return (head.stdout.strip() + "+" * (changed.returncode == 1)) or "unknown"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
