#!/usr/bin/env python3
"""Mutates what must not break, in a crate of a few rooms, and counts which of the mutants its unit tests catch.

    mutants.py FOLDER              makes the crate in FOLDER, tries all mutants, and judges
    mutants.py FOLDER FILE...      of these files only
    mutants.py --judge FOLDER      judges what was tried before

The crate is a copy of src/ with tests/mutants/lib.rs as its root. It has all dependencies of the whole, so that these are
compiled once for both. Fails where a group has too few caught, and where equal.txt names a mutant that is caught, or that there
is not.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# So many of a hundred have to be caught, in every group.
BAR = 90

GROUPS = {
    "engine": ["engine", "graph", "walk", "undo", "shared", "root", "sweep"],
    "retry": ["retry", "exchange", "send", "create"],
    "redaction": ["redact", "address", "secret", "show"],
    "path encoding": ["endpoint", "request"],
}
FOLDERS = {
    "engine": "src/flows",
    "retry": "src/http",
    "redaction": "src/base",
    "path encoding": "src/http",
    "create": "src/api/keystone",
    "show": "src/http",
}

# Values that are tried for types of which one cannot be made so: they would only cost the time in which that is found out.
NO_CODE = r"with (Ok\()?(LocalFuture|Made|Walked|Range)::"

# What comes of a mutant, as cargo-mutants calls it. One that never ends is noticed as well.
CAUGHT, HUNG, MISSED, UNVIABLE = "CaughtMutant", "Timeout", "MissedMutant", "Unviable"
# One that changes nothing which anybody could see.
EQUAL = "Equal"


def files_of(group):
    return [f"{FOLDERS.get(name, FOLDERS[group])}/{name}.rs" for name in GROUPS[group]]


def manifest():
    """Features, dependencies and profile of the whole, and nothing else of it."""
    kept = ("[features]", "[dependencies]", "[dev-dependencies]", "[profile.dev")
    sections = re.split(r"(?m)^(?=\[)", (ROOT / "Cargo.toml").read_text())
    own = """\
[package]
name = "mutants"
version = "0.1.0"
edition = "2024"
autobins = false

[workspace]

[lib]
name = "mutants"
path = "src/lib.rs"
doctest = false

[lints.rust]
unexpected_cfgs = { level = "allow" }

"""
    return own + "".join(section for section in sections if section.startswith(kept))


def make_crate(crate):
    shutil.rmtree(crate, ignore_errors=True)
    shutil.copytree(ROOT / "src", crate / "src")
    shutil.copy(HERE / "lib.rs", crate / "src/lib.rs")
    shutil.copy(ROOT / "Cargo.lock", crate / "Cargo.lock")
    (crate / "Cargo.toml").write_text(manifest())


def try_mutants(folder, files):
    make_crate(folder / "crate")
    shutil.rmtree(folder / "mutants.out", ignore_errors=True)
    command = [os.environ.get("CARGO", "cargo"), "mutants", "--in-place", "--dir", folder / "crate", "--output", folder]
    command += ["--features", "real", "--colors", "never", "--timeout", "120"]
    command += ["--exclude-re", NO_CODE] + [f"--file={file}" for file in files]
    # Nobody looks at a stack, and to link is most of the work. Of the dependencies it changes nothing.
    environment = dict(os.environ, CARGO_TARGET_DIR=str(ROOT / "target"), CARGO_PROFILE_DEV_DEBUG="false")
    code = subprocess.run(command, env=environment).returncode
    # 2: some were missed. 3: some hung. Both are for the judge.
    if code not in (0, 2, 3):
        sys.exit(f"mutants.py: cargo mutants ended with {code}")


def read_equal():
    """Mutants, each with the reason why no test can tell it from the original."""
    reasons, reason = {}, []
    for line in (HERE / "equal.txt").read_text().splitlines():
        if line.startswith("#"):
            reason.append(line.lstrip("# "))
        elif line:
            if not reason:
                sys.exit(f"mutants.py: equal.txt gives no reason for {line}")
            reasons[line] = " ".join(reason)
        else:
            reason = []
    return reasons


def judge(folder, files):
    equal, left, complaints = read_equal(), [], []
    counts, needed = {file: Counter() for file in files}, set()
    for outcome in json.loads((folder / "mutants.out/outcomes.json").read_text())["outcomes"]:
        if outcome["scenario"] == "Baseline":
            continue
        mutant, end = outcome["scenario"]["Mutant"], outcome["summary"]
        # Lines and columns move.
        text = re.sub(r":\d+:\d+:", ":", mutant["name"], count=1)
        if end == MISSED and text in equal:
            needed.add(text)
            end = EQUAL
        elif end == MISSED:
            left.append(mutant["name"])
        counts[mutant["file"]][end] += 1
    stale = [text for text in equal if text not in needed and text.split(":")[0] in files]
    complaints += [f"equal.txt names what was caught, or is no mutant: {text}" for text in stale]

    print(f"{'':32} {'caught':>7} {'hung':>5} {'missed':>7} {'of':>5}  {'':>6} {'equal':>6} {'no code':>8}")
    for group in GROUPS:
        rows = [(file, counts[file]) for file in files_of(group) if file in files]
        if not rows:
            continue
        total = sum((of_file for _, of_file in rows), Counter())
        for name, row in [*rows, (group, total)]:
            caught, of = row[CAUGHT] + row[HUNG], row[CAUGHT] + row[HUNG] + row[MISSED]
            part = f"{100 * caught / of:.1f} %" if of else "-"
            name = name.removeprefix("src/") if name != group else name.upper()
            print(
                f"{name:32} {row[CAUGHT]:7} {row[HUNG]:5} {row[MISSED]:7} {of:5}  {part:>7} {row[EQUAL]:5} "
                f"{row[UNVIABLE]:8}"
            )
        if 100 * (total[CAUGHT] + total[HUNG]) < BAR * (total[CAUGHT] + total[HUNG] + total[MISSED]) or not total[CAUGHT]:
            complaints.append(f"of the mutants of {group} fewer than {BAR} % are caught")
        print()
    if left:
        print("missed:", *left, sep="\n  ")
    for complaint in complaints:
        print(f"mutants.py: {complaint}", file=sys.stderr)
    return not complaints


def main():
    words = sys.argv[1:]
    only_judge = words[:1] == ["--judge"]
    words = words[only_judge:]
    if not words:
        sys.exit(__doc__)
    folder, every = Path(words[0]).resolve(), [file for group in GROUPS for file in files_of(group)]
    files = words[1:] or every
    if unknown := [file for file in files if file not in every]:
        sys.exit(f"mutants.py: of no group: {' '.join(unknown)}")
    if not only_judge:
        try_mutants(folder, files)
    sys.exit(0 if judge(folder, files) else 1)


if __name__ == "__main__":
    main()
