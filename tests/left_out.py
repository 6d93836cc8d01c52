"""What a run left out for want of something, printed last by name; it fails the run when nothing may be left out."""

import pytest

SHOWN = 5
"""Names for each thing that was wanted."""


class LeftOut:
    """Plugin that gathers skipped tests and files."""

    def __init__(self, *, must_be_empty: bool) -> None:
        self.must_be_empty = must_be_empty
        self.reasons: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._add(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._add(report.nodeid, report.longrepr)

    def _add(self, name: str, longrepr: object) -> None:
        text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        self.reasons[name] = text.removeprefix("Skipped: ")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.reasons and self.must_be_empty and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.reasons:
            return
        verdict = "and nothing may be" if self.must_be_empty else "for want of something"
        terminalreporter.section(f"left out, {verdict}", red=self.must_be_empty, yellow=not self.must_be_empty)
        names: dict[str, list[str]] = {}
        for name, reason in sorted(self.reasons.items()):
            names.setdefault(reason, []).append(name)
        for reason, of in names.items():
            terminalreporter.write_line(f"{reason}: {len(of)} left out")
            for name in of[:SHOWN]:
                terminalreporter.write_line(f"    {name}")
            if len(of) > SHOWN:
                terminalreporter.write_line(f"    and {len(of) - SHOWN} more")
