"""Runs commands in turn (A B C A B C …), so that whatever else the machine does falls on all of them, and prints a table
of medians, ratios and peak memory. Called by benches/run."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

ORCHEST = os.path.abspath("target/release/orchest")
HELLO = os.path.abspath("target/benches/hello")
PASSWORD = "orchest-test-admin"
USERS = 1000


def once(command, environment):
    """Seconds and peak memory in KiB of one process."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begin
    if status != 0:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return took, usage.ru_maxrss


def race(commands, rounds, environment):
    """Medians of (seconds, KiB) by name, all commands in turn."""
    runs = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            result = once(command, environment)
            if number:  # the first one warms up
                runs[name].append(result)
    return {name: tuple(statistics.median(column) for column in zip(*results)) for name, results in runs.items()}


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def at_latency(environment, home):
    """A service with its policies on servers that hold every answer back for 50 ms: as it is sent, and one after the
    other. The requests are the same; only how many are under way at once differs."""
    base = 25000
    platform = subprocess.Popen([ORCHEST, "sandbox", "up", "--latency", "50", "--port-base", str(base)],
                                env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    here = {key: value for key, value in environment.items() if not key.startswith(("ORCHEST_", "OS_"))}
    here |= {"ORCHEST_USER": "admin", "ORCHEST_PASSWORD": "sand-castle-15000"}
    for place, name in enumerate(["KEYSTONE", "KEYPASS", "ORION", "PERSEO", "IOTAGENT"]):
        here[f"ORCHEST_{name}"] = f"http://127.0.0.1:{base + place}"
    for _ in range(100):
        if subprocess.run([ORCHEST, "auth", "whoami"], env=here, cwd=home, capture_output=True).returncode == 0:
            break
        time.sleep(0.1)
    password = os.path.join(home, "admin.pw")
    took = {"16": [], "1": []}
    for turn in range(4):
        for parallel, times in took.items():
            create = [ORCHEST, "service", "create", f"far_{parallel}_{turn}", "--admin-user", "adm1", "--generic-roles",
                      "--default-groups", "--new-password-file", password]
            seconds, _ = once(create, here | {"ORCHEST_PARALLEL": parallel})
            if turn:
                times.append(seconds)
    platform.terminate()
    platform.wait()
    beside, after = statistics.median(took["16"]), statistics.median(took["1"])
    row("`service create`, all of it, at 50 ms", milliseconds(beside), f"{beside / after:.2f} × one after the other",
        "≤ 1/6")
    row("the same requests one after the other", milliseconds(after), "1", "")


def main():
    servers = os.path.abspath(sys.argv[1])
    home = tempfile.mkdtemp()
    prepared = os.path.join(servers, "keystone-30")
    keystone = subprocess.Popen(
        [os.path.join(prepared, "venv/bin/python"), "tests/servers/keystone_serve.py", "--prepared", prepared],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    url = keystone.stdout.readline().split()[1]
    environment = {
        "PATH": os.environ["PATH"], "HOME": home, "ORCHEST_KEYSTONE": url, "ORCHEST_USER": "admin",
        "ORCHEST_PASSWORD": PASSWORD, "OS_AUTH_URL": url + "/v3", "OS_USERNAME": "admin", "OS_PASSWORD": PASSWORD,
        "OS_USER_DOMAIN_NAME": "Default", "OS_SYSTEM_SCOPE": "all", "OS_IDENTITY_API_VERSION": "3",
    }

    def orchest(*words):
        done = subprocess.run([ORCHEST, *words], env=environment, cwd=home, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    print("| measured | median | ratio | budget |")
    print("|---|---|---|---|")
    start = race({"hello": [HELLO], "version": [ORCHEST, "--version"], "help": [ORCHEST, "--help"]}, 100, environment)
    row("hello world", milliseconds(start["hello"][0]), "1", "")
    for name in ["version", "help"]:
        ratio = start[name][0] / start["hello"][0]
        row(f"`orchest --{name}`", milliseconds(start[name][0]), f"{ratio:.2f} × hello world",
            "≤ 2 ×" if name == "version" else "")

    password = os.path.join(home, "admin.pw")
    orchest("service", "create", "bench", "--admin-user", "adm1", "--generate-password", "--password-out", password)
    people = os.path.join(home, "people.csv")
    with open(people, "w") as file:
        file.write("name\n" + "".join(f"user{number}\n" for number in range(USERS - 1)))
    orchest("user", "create", "--from", people, "-s", "bench")
    domain = orchest("service", "show", "bench", "-o", "value", "--columns", "id")
    token = orchest("auth", "token")
    header = os.path.join(home, "header")
    with open(header, "w") as file:
        file.write(f"X-Auth-Token: {token}\n")
    # The same two requests over one connection: the name of the service, and one page of its users.
    curl = ["curl", "-sSf", "-H", f"@{header}", f"{url}/v3/domains?name=bench", "-o", "/dev/null",
            f"{url}/v3/users?domain_id={domain}&limit=1000", "-o", "/dev/null"]
    openstack = [os.path.join(servers, "openstackclient/bin/openstack"), "user", "list", "--domain", "bench"]
    lists = race(
        {"orchest": [ORCHEST, "user", "list", "-s", "bench"], "curl": curl}, 30, environment)
    peer = race({"openstack": openstack}, 5, environment)
    row(f"`user list` of {USERS}", milliseconds(lists["orchest"][0]),
        f"{lists['orchest'][0] / lists['curl'][0]:.2f} × curl", "≤ 1.1 ×")
    row("curl, the same requests", milliseconds(lists["curl"][0]), "1", "")
    row("openstackclient", milliseconds(peer["openstack"][0]),
        f"{peer['openstack'][0] / lists['orchest'][0]:.1f} × orchest", "")
    row(f"peak memory of `user list` of {USERS}", f"{lists['orchest'][1] / 1024:.1f} MiB",
        f"openstackclient {peer['openstack'][1] / 1024:.0f} MiB", "≤ 30 MiB")
    at_latency(environment, home)
    row("binary, stripped", f"{os.path.getsize(ORCHEST) / 1e6:.2f} MB", "", "≤ 10 MB")
    keystone.stdin.close()
    keystone.wait()


main()
