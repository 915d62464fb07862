"""Serves METRICS to Prometheus over HTTP, on threads of its own. Loaded only where it is wanted.

Owns the port. What is served is read on the core's loop, where the state may be read.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

from app.domain.errors import KnownError
from app.readmodel.metrics import Kind, Sample, Seen, read_all
from app.readmodel.metrics import Metric as Row

log = logging.getLogger("lineside.metrics")

LOCAL, HOST = "127.0.0.1", "LINESIDE_METRICS_HOST"
"""Where it is served unless the environment names another address of this machine."""
PATIENCE_S = 2.0

Read = list[tuple[Row, tuple[Sample, ...]]]


class Metrics:
    """`look` makes what is seen now; it runs on `loop`. `close` gives the port back."""

    def __init__(self, port: int, look: Callable[[], Seen], loop: asyncio.AbstractEventLoop, host: str = "") -> None:
        host = host or os.environ.get(HOST) or LOCAL
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Figures(look, loop))
        try:
            self._server, self._thread = start_http_server(port, addr=host, registry=registry)
        except OSError as error:
            raise KnownError(
                f"The metrics can't be served on {host}:{port}: {error.strerror or error}.",
                "Name another port with --metrics; 0 is none.",
            ) from error
        self._port = int(self._server.server_port)
        log.info("metrics at http://%s:%d/metrics", host, self._port)

    @property
    def port(self) -> int:
        """Where it is served."""
        return self._port

    def close(self) -> None:
        """Serve nothing more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(PATIENCE_S)


class Figures(Collector):
    """One station's, as Prometheus collects them."""

    def __init__(self, look: Callable[[], Seen], loop: asyncio.AbstractEventLoop) -> None:
        self._look, self._loop = look, loop

    def collect(self) -> Iterator[Metric]:
        """Everything as it is now; only that it does not answer where the core does not."""
        found = self._read()
        yield GaugeMetricFamily("lineside_up", "Whether the station's core answers.", value=float(found is not None))
        for row, samples in found or ():
            yield family(row, samples)

    def _read(self) -> Read | None:
        reading: Future[Read | None] = Future()

        def read() -> None:
            try:
                reading.set_result(read_all(self._look()))
            except Exception:
                log.exception("the metrics could not be read")
                reading.set_result(None)

        try:
            self._loop.call_soon_threadsafe(read)
            return reading.result(PATIENCE_S)
        except (RuntimeError, TimeoutError):  # the loop is gone, or hangs: that is what is served
            return None


def family(row: Row, samples: tuple[Sample, ...]) -> Metric:
    """A row as the library has it."""
    if row.kind is Kind.SUMMARY:
        made = SummaryMetricFamily(row.name, row.help)
        for (label,), value in samples:
            if label in ("count", "sum"):
                made.add_sample(f"{row.name}_{label}", {}, value)
            else:
                made.add_sample(row.name, {"quantile": label}, value)
        return made
    kind = CounterMetricFamily if row.kind is Kind.COUNTER else GaugeMetricFamily
    plain: Metric = kind(row.name, row.help, labels=row.labels)
    for labels, value in samples:
        plain.add_metric(labels, value)  # type: ignore[attr-defined]
    return plain
