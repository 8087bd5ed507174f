"""report: counts tests, shows what failed, and prints the summary line."""
import sys
import threading
import time

import progress


class Report:
    """Of all tests asked for. `pattern`: only tests whose name it matches are run (-R)."""

    def __init__(self, pattern=None, verbose=False):
        self.pattern, self.verbose = pattern, verbose
        self.passed, self.skipped, self.failed = 0, 0, []
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._progress, self._begun, self._running = progress.Progress("tests"), 0, ""

    def wants(self, name):
        return self.pattern is None or self.pattern.search(name) is not None

    def section(self, text):
        seconds = time.monotonic() - self._began
        self._print(f"-- {text}  [{seconds:.0f} s]")
        self._progress, self._begun = progress.Progress(text), 0

    def expect(self, tests):
        """n more tests will be begun in this section."""
        self._progress.total = (self._progress.total or 0) + tests

    def running(self, name):
        """A test has begun: the terminal's last line says which one, and how many of them."""
        with self._lock:
            self._begun, self._running = self._begun + 1, name
            self._show()

    def note(self, text):
        self._print(f"   {text}")

    def _show(self):
        failed = f"{len(self.failed)} failed  " if self.failed else ""
        self._progress.at(self._begun, failed + self._running)

    @staticmethod
    def _print(text):
        progress.clear()
        print(text, flush=True)

    def add(self, name, problem=None, output=""):
        """One finished test: `problem` None is passed; the output of a failed one is shown."""
        with self._lock:
            if problem is None:
                self.passed += 1
                if self.verbose:
                    self._print(f"ok   {name}")
                return
            self.failed.append(name)
            self._print(progress.coloured(f"FAIL {name}: {problem}", False, sys.stdout))
            for line in output.rstrip().splitlines()[-60:]:
                print(f"     | {line}")
            sys.stdout.flush()

    def skip(self, name, why):
        with self._lock:
            self.skipped += 1
            self._print(f"skip {name}: {why}")

    def close(self):
        """Prints the summary, its last line `N passed, N failed, N skipped`; the exit status."""
        progress.clear()
        if self.failed:
            print("failed:")
            for name in self.failed:
                print(f"  {name}")
        nothing = not (self.passed or self.failed or self.skipped)
        if nothing:
            print("no test matched")
        bad = bool(self.failed) or nothing
        self._print(progress.coloured(
            f"{self.passed} passed, {len(self.failed)} failed, {self.skipped} skipped", not bad,
            sys.stdout))
        return 1 if bad else 0
