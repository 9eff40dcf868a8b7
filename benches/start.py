"""How long it takes until a command that asks nobody has answered."""

import subprocess

from race import race
from stage import number

START = 0.010
# With names that are few, and with 10,000 of them.
COMPLETION = {10: 0.030, 10000: 0.100}


def callgrind(stage, *words):
    """Instructions of one run; the same on every machine but for a thousandth."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", stage.orchest, *words],
        env=stage.plain, cwd=stage.home, capture_output=True, text=True,
    )
    return number(done.stderr, r"Collected : (\d+)")


def completion(stage):
    """What a shell asks when somebody presses Tab: of words, and of names known here. The other two have nothing that answers
    then; they print a list of all their words for the shell to keep."""
    table = stage.table
    asks = {"words": [stage.orchest, "__complete", "fish", "1", "service", ""]}
    with stage.fake() as url:
        environment = stage.at(url)
        for names in COMPLETION:
            stage.ask(environment, "user", "list", "-s", f"n{names}")
            asks[names] = [stage.orchest, "__complete", "fish", "4", "user", "show", "-s", f"n{names}", "user00000"]
            offered = stage.ask(environment, *asks[names][1:])
            if "user000001" not in offered:
                raise SystemExit(f"{' '.join(asks[names])} offers {offered}")
        runs = race(asks, 50, environment, stage.home)
    prints = race({"orchest": [stage.orchest, "completions", "bash"]}, 50, stage.plain, stage.home)
    theirs = {"orpy": [stage.orpy, "complete"], "openstack": [stage.openstack, "complete"]}
    # It wants to know a server before it does anything.
    peers = race(theirs, 5, stage.plain | {"ORCHESTRATOR_URL": "http://127.0.0.1:9", "ORCHESTRATOR_TOKEN": "none"}, stage.home)
    table.runs("completion of words", runs["words"], limit=COMPLETION[10])
    for names, limit in COMPLETION.items():
        table.runs(f"completion of a name, {names:,} known", runs[names], limit=limit)
    table.runs("`orchest completions bash`", prints["orchest"], limit=START)
    for name, peer in peers.items():
        table.runs(f"`{name} complete`", peer, f"{peer.wall / prints['orchest'].wall:.0f} × orchest")


def measure(stage):
    table = stage.table
    own = {
        "hello": [stage.hello], "version": [stage.orchest, "--version"], "help": [stage.orchest, "--help"],
        "noun": [stage.orchest, "service", "create", "--help"], "wrong": [stage.orchest, "servce", "list"],
        "show": [stage.orchest, "config", "show"],
    }
    runs = race(own, 100, stage.plain, stage.home, expect={"wrong": 2})
    hello = runs["hello"].wall

    def row(name, kind, limit=START):
        table.runs(name, runs[kind], f"{runs[kind].wall / hello:.2f} × hello world", limit)

    table.runs("hello world", runs["hello"])
    row("`orchest --version`", "version")
    row("`orchest --help`", "help")
    row("`orchest service create --help`", "noun")
    row("a mistyped noun", "wrong")
    row("`orchest config show`", "show")
    completion(stage)
    peers = {
        "orpy --version": [stage.orpy, "--version"], "orpy --help": [stage.orpy, "--help"],
        "openstack --version": [stage.openstack, "--version"], "openstack --help": [stage.openstack, "--help"],
    }
    slow = race(peers, 5, stage.plain, stage.home)
    for name, ours in [("orpy --version", "version"), ("orpy --help", "help"), ("openstack --version", "version"),
                       ("openstack --help", "help")]:
        table.runs(f"`{name}`", slow[name], f"{slow[name].wall / runs[ours].wall:.0f} × orchest")
    for words, limit in [(["--version"], 1e6), (["config", "show"], 3e6)]:
        got = callgrind(stage, *words)
        table.add(f"instructions of `orchest {' '.join(words)}`", f"{got / 1e6:.2f} M", budget=f"≤ {limit / 1e6:.0f} M",
                  holds="yes" if got <= limit else f"missed by {(got / limit - 1) * 100:.0f} %")
