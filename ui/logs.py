"""The station's own log; see app.logs."""

from app.logs import ErrorCount, start_log

__all__ = ["ErrorCount", "start_log"]
