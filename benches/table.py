"""The table: what was measured, against what, and whether the budget holds."""

import os
import platform
import subprocess
import sys
import time

HEAD = """| measured | median | p95 | CPU | against | budget | holds |
|---|---|---|---|---|---|---|"""


def ms(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


class Table:
    def __init__(self):
        self.lines = []
        self.load = os.getloadavg()[0]

    def add(self, name, value, p95="", cpu="", against="", budget="", holds=""):
        line = f"| {name} | {value} | {p95} | {cpu} | {against} | {budget} | {holds} |"
        self.lines.append(line)
        print(line, file=sys.stderr, flush=True)

    def runs(self, name, runs, against="", limit=None, got=None, budget=None, form=ms):
        """A row of runs. `got` (or their p95) is held against the limit; `budget` words it otherwise than `form` does."""
        holds = ""
        if limit is not None:
            got = runs.slow if got is None else got
            budget = budget or f"≤ {form(limit)}"
            holds = verdict(got, limit)
        self.add(name, ms(runs.wall), ms(runs.slow), ms(runs.cpu), against, budget or "", holds)

    def text(self):
        return "\n".join([HEAD, *self.lines])


def verdict(got, limit):
    return "yes" if got <= limit else f"missed by {(got / limit - 1) * 100:.0f} %"


def words(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def machine(table):
    """One sentence about where and when."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/etc/os-release") as file:
        system = next(line.split("=")[1].strip().strip('"') for line in file if line.startswith("PRETTY_NAME"))
    rust = words("rustc", "--version").split()[1]
    day = time.strftime("%Y-%m-%d")
    return (f"The last run, {day}, of {words('git', 'rev-parse', '--short', 'HEAD')}: {os.cpu_count()} cores of a virtual machine "
            f"({model}), {system}, Rust {rust}, Python {platform.python_version()}; load {table.load:.1f} before it and "
            f"{os.getloadavg()[0]:.1f} after it.")
