"""How a moment is written down."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def utc_text(wall_ns: int | None) -> str:
    """Return UTC nanoseconds since 1970 as ISO 8601 with microseconds; empty for None."""
    if wall_ns is None:
        return ""
    moment = _EPOCH + timedelta(microseconds=wall_ns // 1000)
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
