"""Shares, and where they lie, as texts."""

from fer_desktop.domain.expression_summary import Estimate


def percent(share: float | None) -> str:
    """Return a share in whole percent; empty where it is not known."""
    if share is None:
        return ""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def estimate_text(estimate: Estimate) -> str:
    """Return a share in percent, with its interval where there is one."""
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return percent(estimate.value)
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{percent(estimate.value)} ({low:.0f} to {high:.0f})"
