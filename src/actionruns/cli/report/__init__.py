"""Report: what a watch has seen, as one page that needs nothing else.

`Collector` gathers it from the updates while the watch goes on, `statistics` and `timeline` make
figures of it, `drawing` shapes of the figures, and `page` the page.
"""

from __future__ import annotations

from actionruns.cli.report.collecting import Collector, Life, Sample
from actionruns.cli.report.page import Report, check_report

__all__ = ["Collector", "Life", "Report", "Sample", "check_report"]
