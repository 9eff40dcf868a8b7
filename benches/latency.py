"""A service with its policies and groups on servers that hold every answer back: as it is sent, and the same requests one after
the other. How the time grows with the latency tells how many of them wait for each other."""

import statistics

from race import Runs, once
from table import ms, verdict

LATENCIES = [0, 20, 50, 100]


def measure(stage):
    password = stage.path("latency.pw")
    medians = {}
    for latency in LATENCIES:
        with stage.platform(latency) as here:
            runs = {"16": Runs(), "1": Runs()}
            for turn in range(6 if latency < 100 else 4):
                for parallel, kept in runs.items():
                    create = [stage.orchest, "service", "create", f"far_{parallel}_{turn}", "--admin-user", "adm1",
                              "--generic-roles", "--default-groups", "--generate-password", "--password-out", f"{password}{parallel}{turn}{latency}"]
                    run = once(create, here | {"ORCHEST_PARALLEL": parallel}, stage.home)
                    if turn:
                        kept.append(run)
        beside, after = runs["16"], runs["1"]
        medians[latency] = (beside.wall, after.wall)
        ratio = beside.wall / after.wall
        # Without latency there is nothing to win but the time of the servers, which share the processor.
        limit = 1 / 6 if latency >= 20 else None
        stage.table.runs(f"`service create`, all of it, at {latency} ms", beside, f"{ratio:.2f} × one after the other", limit,
                         got=ratio, budget="≤ 1/6" if limit else "")
        stage.table.runs("the same requests one after the other", after)
    at_hundred = medians[100][0]
    stage.table.add("`service create` at 100 ms, in all", ms(at_hundred), budget="≤ 1.2 s", holds=verdict(at_hundred, 1.2))
    for name, place, limit in [("rounds of `service create`", 0, 8), ("of the same one after the other", 1, None)]:
        slope = statistics.linear_regression(LATENCIES, [medians[latency][place] * 1000 for latency in LATENCIES]).slope
        stage.table.add(f"{name}: ms for each ms of latency", f"{slope:.1f}", budget=f"≤ {limit}" if limit else "",
                        holds=verdict(round(slope, 1), limit) if limit else "")
