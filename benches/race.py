"""Runs commands in turn (A B C A B C …), so that whatever else the machine does falls on all of them."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Once:
    """One run of a process: seconds on the clock, seconds of the processor, KiB at most."""

    wall: float
    cpu: float
    memory: int


class Runs(list):
    @property
    def wall(self):
        return statistics.median(run.wall for run in self)

    @property
    def cpu(self):
        return statistics.median(run.cpu for run in self)

    @property
    def memory(self):
        return statistics.median(run.memory for run in self)

    @property
    def slow(self):
        """What 95 of 100 stay below."""
        return sorted(run.wall for run in self)[min(len(self) - 1, int(len(self) * 0.95))]


def once(command, environment, cwd=None, expect=0, output=subprocess.DEVNULL):
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expect:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Once(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def race(commands, rounds, environment, cwd=None, before=None, expect=None):
    """Runs by name. `before(name, number)` prepares a run and is not measured; it may give the command. `expect` has the exit
    codes that are not 0."""
    runs = {name: Runs() for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            given = before(name, number) if before else None
            run = once(given or command, environment, cwd, (expect or {}).get(name, 0))
            if number:  # the first one warms up
                runs[name].append(run)
    return runs
