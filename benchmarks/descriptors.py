"""How many connections one process may hold here."""

import resource

MOST = 50_000  # what one load client holds
OTHERS = 600  # a server's own limit stays below the kernel's: Deployapp keeps 512 for HTTP and files


def hard_limit() -> int:
    """Descriptors a process may have open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return MOST + OTHERS if hard == resource.RLIM_INFINITY else min(MOST + OTHERS, hard)


def most_connections() -> int:
    """As many connections as the descriptor limit lets one process hold beside its other descriptors."""
    return hard_limit() - OTHERS
