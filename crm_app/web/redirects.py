"""Where a reader may be sent back to: a path of our own, never another site."""

from urllib.parse import urlsplit


def local_path(target: str | None, otherwise: str) -> str:
    """`target` if it is a plain path of this site, `otherwise` if it is anything else."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if any(c in target for c in "\\\r\n\t\0") or len(target) > 2000 or not target.isprintable():
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
