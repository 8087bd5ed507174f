"""report: counts tests, shows what failed, and prints the summary line."""
import sys
import threading
import time


class Report:
    """Of all tests asked for. `pattern`: only tests whose name it matches are run (-R)."""

    def __init__(self, pattern=None, verbose=False):
        self.pattern, self.verbose = pattern, verbose
        self.passed, self.skipped, self.failed = 0, 0, []
        self._lock = threading.Lock()
        self._began = time.monotonic()

    def wants(self, name):
        return self.pattern is None or self.pattern.search(name) is not None

    def section(self, text):
        seconds = time.monotonic() - self._began
        print(f"-- {text}  [{seconds:.0f} s]", flush=True)

    def note(self, text):
        print(f"   {text}", flush=True)

    def add(self, name, problem=None, output=""):
        """One finished test: `problem` None is passed; the output of a failed one is shown."""
        with self._lock:
            if problem is None:
                self.passed += 1
                if self.verbose:
                    print(f"ok   {name}", flush=True)
                return
            self.failed.append(name)
            print(f"FAIL {name}: {problem}", flush=True)
            for line in output.rstrip().splitlines()[-60:]:
                print(f"     | {line}")
            sys.stdout.flush()

    def skip(self, name, why):
        with self._lock:
            self.skipped += 1
            print(f"skip {name}: {why}", flush=True)

    def close(self):
        """Prints the summary, its last line `N passed, N failed, N skipped`; the exit status."""
        if self.failed:
            print("failed:")
            for name in self.failed:
                print(f"  {name}")
        nothing = not (self.passed or self.failed or self.skipped)
        if nothing:
            print("no test matched")
        print(f"{self.passed} passed, {len(self.failed)} failed, {self.skipped} skipped",
              flush=True)
        return 1 if self.failed or nothing else 0
