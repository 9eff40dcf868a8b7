"""How large the program is."""

import os

from table import verdict

LIMIT = 10.0


def measure(stage):
    for name, path in [("binary, stripped", stage.orchest), ("static binary (tests/run package)", "target/package/out/orchest")]:
        if os.path.exists(path):
            got = os.path.getsize(path) / 1e6
            stage.table.add(name, f"{got:.2f} MB", budget=f"≤ {LIMIT:.0f} MB", holds=verdict(got, LIMIT))
    packages = sum(
        os.path.getsize(os.path.join(place, name))
        for place, _, names in os.walk(os.path.dirname(os.path.dirname(stage.openstack))) for name in names
        if not os.path.islink(os.path.join(place, name)))
    stage.table.add("openstackclient with what it needs, but for Python", f"{packages / 1e6:.0f} MB")
