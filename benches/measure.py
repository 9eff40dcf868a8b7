"""All parts in one run, or those that are named. Called by benches/run."""

import re
import shutil
import sys

import bulk
import changes
import latency
import lists
import size
import start
from stage import Stage
from table import machine

PARTS = {
    "start": start.measure, "lists": lists.measure, "memory": lists.memory, "changes": changes.measure,
    "latency": latency.measure, "bulk": bulk.measure, "size": size.measure,
}
PAGE = "benches/README.md"


def main():
    servers, *words = sys.argv[1:]
    wanted = [word for word in words if word != "--write"] or list(PARTS)
    for word in wanted:
        if word not in PARTS:
            raise SystemExit(f"benches/run: no part {word}; there are {' '.join(PARTS)}")
    stage = Stage(servers)
    try:
        for part in wanted:
            PARTS[part](stage)
    finally:
        shutil.rmtree(stage.home, ignore_errors=True)
    text = f"{machine(stage.table)}\n\n{stage.table.text()}\n"
    print(text)
    if "--write" in words:
        with open(PAGE) as file:
            page = file.read()
        with open(PAGE, "w") as file:
            file.write(re.sub(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", lambda _: text, page, flags=re.S))


main()
