"""Takes out of a bill of materials what is not linked, and says whether it is right: bill.py BILL Cargo.lock, with the crates
that are linked, `name v1.2.3 …`, on standard input.

cargo tells its tools also of crates that only a test switches on, or a feature that is off; a bill names what is there.
"""

import json
import sys
import tomllib

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def without(bill, linked):
    """The bill without what is not linked, and without whoever would need that."""
    out = {part["bom-ref"] for part in bill["components"] if (part["name"], part["version"]) not in linked}
    bill["components"] = [part for part in bill["components"] if part["bom-ref"] not in out]
    bill["dependencies"] = [one for one in bill["dependencies"] if one["ref"] not in out]
    for one in bill["dependencies"]:
        if "dependsOn" in one:
            one["dependsOn"] = [ref for ref in one["dependsOn"] if ref not in out]
    return len(out)


def main():
    path, lock = sys.argv[1:]
    with open(path) as file:
        bill = json.load(file)
    product = bill["metadata"]["component"]
    if product["name"] != "orchester":
        raise SystemExit(f"{path} is about {product['name']}")
    linked = {tuple(line.split()[:2]) for line in sys.stdin}
    linked = {(name, version.lstrip("v")) for name, version in linked} - {("orchester", product["version"])}
    taken = without(bill, linked)
    if taken > 10:
        raise SystemExit(f"{taken} crates of {path} are not linked; what is it a bill of?")
    text = json.dumps(bill, indent=2) + "\n"
    with open(path, "w") as file:
        file.write(text)
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    if error:
        raise SystemExit(f"{path} is not what the schema of CycloneDX 1.5 asks for: {error}")
    listed = {(part["name"], part["version"]): part for part in bill["components"]}
    if linked != set(listed):
        raise SystemExit(f"only linked: {sorted(linked - set(listed))}; only listed: {sorted(set(listed) - linked)}")
    sums = {(crate["name"], crate["version"]): crate.get("checksum") for crate in tomllib.load(open(lock, "rb"))["package"]}
    for name, part in listed.items():
        if not part.get("licenses"):
            raise SystemExit(f"{name} has no licence")
        if sums[name] not in [one["content"] for one in part.get("hashes", []) if one["alg"] == "SHA-256"]:
            raise SystemExit(f"{name} is not the one that is locked")
        if not part["purl"].startswith(f"pkg:cargo/{name[0]}@"):
            raise SystemExit(f"{name} is called {part['purl']}")
    whole = {product["bom-ref"], *(part["bom-ref"] for part in bill["components"])}
    related = {one["ref"] for one in bill["dependencies"]}
    if related != whole:
        raise SystemExit(f"what needs what is told of {len(related)} of {len(whole)}")
    print(f"{len(listed)} crates ({taken} more were taken out), each with its licence, sum and needs; valid CycloneDX 1.5", file=sys.stderr)


main()
