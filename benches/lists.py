"""Lists: of 10, 1,000 and 10,000 users, on a server that costs nothing and on the real Keystone, and of 100,000."""

import subprocess
import time

from race import Runs, once, race
from table import ms, verdict

SIZES = [10, 1000, 10000]


def pages(url, size):
    """The requests of a list, for curl: the name of the service, and its pages; one connection carries them all."""
    users = f"{url}/v3/users?domain_id=n{size}&limit=1000"
    asked = [f"{url}/v3/domains?name=n{size}", users]
    asked += [f"{users}&marker={begin - 1:032x}" for begin in range(1000, size, 1000)]
    return [word for one in asked for word in (one, "-o", "/dev/null")]


def cheap(stage, url):
    table, environment = stage.table, stage.at(url)
    curl = ["curl", "-sSf", "-H", f"@{stage.header(environment)}"]
    medians = {}
    for size in SIZES:
        runs = race(
            {"orchest": [stage.orchest, "user", "list", "-s", f"n{size}"], "curl": [*curl, *pages(url, size)]},
            30 if size < 10000 else 10, environment, stage.home)
        peer = race({"openstack": [stage.openstack, "user", "list", "--domain", f"n{size}"]}, 3, environment, stage.home)
        medians[size] = runs["orchest"]
        over = runs["orchest"].wall - runs["curl"].wall
        limit = 0.025 if size == 1000 else None
        table.runs(f"`user list` of {size:,} for nothing", runs["orchest"], f"curl + {ms(over)}", limit, got=over,
                   budget="curl + 25 ms" if limit else "")
        table.runs("curl, the same requests", runs["curl"])
        table.runs("openstackclient", peer["openstack"], f"{peer['openstack'].wall / runs['orchest'].wall:.0f} × orchest, "
                   f"{peer['openstack'].memory / 1024:.0f} MiB")
    few, more, many = (medians[size] for size in SIZES)
    for low, high, least, most in [(few, more, 10, 1000), (more, many, 1000, 10000)]:
        row = (high.wall - low.wall) / (most - least)
        table.add(f"one more row, from {least:,} to {most:,}", f"{row * 1e6:.1f} µs",
                  cpu=f"{(high.cpu - low.cpu) / (most - least) * 1e6:.1f} µs")


def real(stage):
    """A thousand users at Keystone."""
    with stage.keystone() as url:
        environment = stage.at(url)
        stage.ask(environment, "service", "create", "bench", "--admin-user", "adm1", "--generate-password", "--password-out",
                  stage.path("admin.pw"))
        people = stage.path("people.csv", "name\n" + "".join(f"user{number}\n" for number in range(999)))
        stage.ask(environment, "user", "create", "--from", people, "-s", "bench")
        domain = stage.ask(environment, "service", "show", "bench", "-o", "value", "--columns", "id")
        curl = ["curl", "-sSf", "-H", f"@{stage.header(environment)}", f"{url}/v3/domains?name=bench", "-o", "/dev/null",
                f"{url}/v3/users?domain_id={domain}&limit=1000", "-o", "/dev/null"]
        runs = race({"orchest": [stage.orchest, "user", "list", "-s", "bench"], "curl": curl}, 30, environment, stage.home)
        ratio = runs["orchest"].wall / runs["curl"].wall
        stage.table.runs("`user list` of 1,000 at Keystone", runs["orchest"], f"{ratio:.2f} × curl", 1.1, got=ratio, budget="≤ 1.1 × curl")
        peer = race({"openstack": [stage.openstack, "user", "list", "--domain", "bench"]}, 5, environment, stage.home)
        stage.table.runs("openstackclient", peer["openstack"], f"{peer['openstack'].wall / runs['orchest'].wall:.1f} × orchest")


def first_row(stage):
    """How long after the first page has come its first row is there, though the second page takes a second."""
    with stage.fake("--slow-page", "1000") as url:
        environment = stage.at(url)
        stage.ask(environment, "auth", "token")
        curl = ["curl", "-sSf", "-H", f"@{stage.header(environment)}", *pages(url, 1000)]
        late = []
        for _ in range(6):
            alone = once(curl, environment).wall
            begin = time.perf_counter()
            process = subprocess.Popen([stage.orchest, "user", "list", "-s", "n10000", "-o", "jsonl"], env=environment,
                                       cwd=stage.home, stdout=subprocess.PIPE)
            process.stdout.readline()
            late.append(time.perf_counter() - begin - alone)
            process.kill()
            process.wait()
            process.stdout.close()
    got = sorted(late[1:])[len(late) // 2 - 1]
    stage.table.add("first row of a list as `jsonl`", ms(got), against="after the first page", budget="≤ 20 ms",
                    holds=verdict(got, 0.020))


def measure(stage):
    with stage.fake() as url:
        cheap(stage, url)
    first_row(stage)
    real(stage)


def memory(stage):
    """What a list of 100,000 takes, row by row and as a table, and how much of it grows with the list."""
    with stage.fake() as url:
        environment = stage.at(url)
        stage.ask(environment, "auth", "token")
        for form, limit in [("jsonl", 30), ("csv", 30), ("table", 150)]:
            took = {}
            for size in [1000, 10000, 100000]:
                command = [stage.orchest, "user", "list", "-s", f"n{size}", "-o", form]
                took[size] = Runs(once(command, environment, stage.home) for _ in range(3))
            got = took[100000].memory / 1024
            grows = (took[100000].memory - took[10000].memory) * 1024 / 90000
            stage.table.add(f"peak memory of a list of 100,000 as `{form}`", f"{got:.1f} MiB", cpu=ms(took[100000].cpu),
                            against=f"{took[1000].memory / 1024:.1f} MiB for 1,000; {grows:.0f} bytes a row", budget=f"≤ {limit} MiB",
                            holds=verdict(got, limit))
