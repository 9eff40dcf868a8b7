"""Changes at the real Keystone, beside curl with the same requests in the same order and openstackclient."""

import json

from race import race


def measure(stage):
    with stage.keystone() as url:
        environment = stage.at(url)
        stage.ask(environment, "service", "create", "bench", "--admin-user", "adm1", "--generate-password", "--password-out",
                  stage.path("changes.pw"))
        stage.ask(environment, "user", "create", "carl", "-s", "bench", "--no-password")
        domain = stage.ask(environment, "service", "show", "bench", "-o", "value", "--columns", "id")
        carl = stage.ask(environment, "user", "show", "carl", "-s", "bench", "-o", "value", "--columns", "id")
        role = stage.ask(environment, "role", "list", "-s", "bench", "-o", "value", "--columns", "id", "--filter", "name=ServiceCustomer")
        curl = ["curl", "-sSf", "-o", "/dev/null", "-H", f"@{stage.header(environment)}"]
        grant(stage, environment, url, curl, domain, carl, role)
        five(stage, environment, url, curl, domain)


def rows(stage, name, runs, peer):
    ratio = runs["orchest"].wall / runs["curl"].wall
    stage.table.runs(name, runs["orchest"], f"{ratio:.2f} × curl")
    stage.table.runs("curl, the same requests one after the other", runs["curl"])
    stage.table.runs("openstackclient", peer["openstack"], f"{peer['openstack'].wall / runs['orchest'].wall:.1f} × orchest")


def chained(curl, *steps):
    """Steps as one process of curl, over one connection: each is a list of words."""
    words = ["curl", "-sSf", "--fail-early"]
    for number, step in enumerate(steps):
        words += (["--next"] if number else []) + curl[1:] + step
    return words


def grant(stage, environment, url, curl, domain, carl, role):
    put = f"{url}/v3/domains/{domain}/users/{carl}/roles/{role}"
    same = chained(curl, [f"{url}/v3/domains?name=bench"], [f"{url}/v3/roles?name={domain}%23ServiceCustomer"],
                   [f"{url}/v3/users?domain_id={domain}&name=carl"], ["-X", "PUT", put])

    # A grant that is there already is not granted.
    def before(name, number):
        stage.ask(environment, "role", "revoke", "ServiceCustomer", "--from-user", "carl", "-s", "bench")

    ours = {"orchest": [stage.orchest, "role", "grant", "ServiceCustomer", "--to-user", "carl", "-s", "bench"], "curl": same}
    runs = race(ours, 15, environment, stage.home, before)
    theirs = [stage.openstack, "role", "add", "--user", "carl", "--user-domain", "bench", "--domain", "bench", role]
    peer = race({"openstack": theirs}, 3, environment, stage.home, before)
    rows(stage, "`role grant` with names", runs, peer)


def five(stage, environment, url, curl, domain):
    names = [f"five{number}" for number in range(5)]

    def before(name, number):
        stage.ask(environment, "user", "create", *names, "-s", "bench", "--no-password")
        if name != "curl":
            return None
        listed = json.loads(stage.ask(environment, "user", "list", "-s", "bench", "-o", "json"))
        gone = [["-X", "DELETE", f"{url}/v3/users/{one['id']}"] for one in listed if one["name"] in names]
        assert len(gone) == len(names), gone
        return chained(curl, [f"{url}/v3/domains?name=bench"], [f"{url}/v3/users?domain_id={domain}&limit=1000"], *gone)

    ours = {"orchest": [stage.orchest, "user", "delete", *names, "-s", "bench", "--yes"], "curl": []}
    runs = race(ours, 10, environment, stage.home, before)
    peer = race({"openstack": [stage.openstack, "user", "delete", "--domain", "bench", *names]}, 3, environment, stage.home, before)
    rows(stage, "`user delete` of 5", runs, peer)
