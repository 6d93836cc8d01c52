"""What a run left out for want of something, printed last by name; it fails the run when nothing may be left out."""

from pathlib import Path

import pytest

SHOWN = 5
"""Names for each thing that was wanted."""


class LeftOut:
    """Plugin that gathers skipped tests and files; what it prints is also added to `file`."""

    def __init__(self, *, must_be_empty: bool, file: Path | None = None) -> None:
        self.must_be_empty, self.file = must_be_empty, file
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
        if not self.reasons or hasattr(terminalreporter.config, "workerinput"):
            return  # one of several processes: the one that started it has heard of everything
        verdict = "and nothing may be" if self.must_be_empty else "for want of something"
        terminalreporter.section(f"left out, {verdict}", red=self.must_be_empty, yellow=not self.must_be_empty)
        lines = self._lines()
        for line in lines:
            terminalreporter.write_line(line)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as output:
                output.write("".join(f"{line}\n" for line in lines))

    def _lines(self) -> list[str]:
        names: dict[str, list[str]] = {}
        for name, reason in sorted(self.reasons.items()):
            names.setdefault(reason, []).append(name)
        lines: list[str] = []
        for reason, of in names.items():
            lines.append(f"{reason}: {len(of)} left out")
            lines += [f"    {name}" for name in of[:SHOWN]]
            if len(of) > SHOWN:
                lines.append(f"    and {len(of) - SHOWN} more")
        return lines
