"""An import of 1,000 users beside what the server can do: the same requests from curl, as many at once."""

import json
import urllib.request

from race import Runs, once
from table import ms, verdict

JOBS = 8


def people(stage, count, prefix):
    return stage.path(f"{prefix}.csv", "name\n" + "".join(f"{prefix}{number:05}\n" for number in range(count)))


def load(stage, url, header, domain, count, prefix):
    """The POSTs of an import as curl's own list, after the two looks that an import has."""
    lines = []
    for number in range(count):
        body = json.dumps({"user": {"name": f"{prefix}{number:05}", "domain_id": domain}}).replace('"', '\\"')
        lines += [f'url = "{url}/v3/users"', f'header = "@{header}"', 'header = "Content-Type: application/json"',
                  f'data = "{body}"', 'output = "/dev/null"', "next"]
    return ["curl", "-sS", "--fail-early", "--parallel", "--parallel-immediate", "--parallel-max", str(JOBS), "--config",
            stage.path(f"{prefix}.curl", "\n".join(lines[:-1]) + "\n")]


def real(stage):
    """At Keystone, which takes most of the time: turn by turn, into services of their own."""
    runs = {(who, count): Runs() for count in (100, 1000) for who in ("orchest", "curl")}
    with stage.keystone() as url:
        environment = stage.at(url)
        header = stage.header(environment)
        for turn in range(3):
            for count in (100, 1000):
                for who in ("orchest", "curl"):
                    service = f"{who}_{count}_{turn}"
                    stage.ask(environment, "service", "create", service, "--admin-user", "adm1", "--generate-password",
                              "--password-out", stage.path(service + ".pw"))
                    domain = stage.ask(environment, "service", "show", service, "-o", "value", "--columns", "id")
                    if who == "curl":
                        command = load(stage, url, header, domain, count, service)
                    else:
                        command = [stage.orchest, "user", "create", "--from", people(stage, count, service), "-s", service,
                                   "--no-password", "--jobs", str(JOBS)]
                    runs[who, count].append(once(command, environment, stage.home))
                    listed = stage.ask(environment, "user", "list", "-s", service, "-o", "name").split()
                    if len(listed) != count + 1:
                        raise SystemExit(f"{service} has {len(listed)} users")
    for count in (100, 1000):
        ours, limit = runs["orchest", count], runs["curl", count]
        ratio = ours.wall / limit.wall
        stage.table.runs(f"import of {count:,} users at Keystone, {JOBS} at once", ours, f"{ratio:.2f} × the server's limit",
                         1.1 if count == 1000 else None, got=ratio, budget="≤ 1.1 ×" if count == 1000 else "")
        stage.table.runs(f"the server's limit: curl, the same requests, {JOBS} at once", limit)
    each = (runs["orchest", 1000].wall - runs["orchest", 100].wall) / 900
    stage.table.add("one more user of an import", ms(each), against="no more than the first ones" if each * 100 <= runs["orchest", 100].wall else "more than the first ones")


def far(stage):
    """50 ms away, where only waiting costs."""
    with stage.fake("--latency", "50") as url:
        environment = stage.at(url)
        stage.ask(environment, "auth", "token")
        took = Runs()
        opened = []
        for turn in range(3):
            before = count(url)
            took.append(once([stage.orchest, "user", "create", "--from", people(stage, 1000, f"far{turn}"), "-s", "n0", "--no-password",
                              "--jobs", str(JOBS)], environment, stage.home))
            opened.append(count(url) - before - 1)
    stage.table.runs(f"import of 1,000 users at 50 ms, {JOBS} at once", took, f"{1000 / JOBS * 0.05:.2f} s of waiting", 7.5, got=took.wall, budget="≤ 7.5 s")
    stage.table.add("connections that it opened", str(max(opened)), budget=f"≤ {JOBS + 1}", holds=verdict(max(opened), JOBS + 1))


def count(url):
    with urllib.request.urlopen(url + "/connections") as answer:
        return json.load(answer)["connections"]


def measure(stage):
    real(stage)
    far(stage)
