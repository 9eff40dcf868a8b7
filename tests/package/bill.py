"""Whether a bill of materials is right: bill.py BILL Cargo.lock, with the crates that are linked, `name v1.2.3 …`, on standard
input."""

import json
import sys
import tomllib

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def main():
    path, lock = sys.argv[1:]
    text = open(path).read()
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    if error:
        raise SystemExit(f"{path} is not what the schema of CycloneDX 1.5 asks for: {error}")
    bill = json.loads(text)
    product = bill["metadata"]["component"]
    if product["name"] != "orchester":
        raise SystemExit(f"{path} is about {product['name']}")
    linked = {tuple(line.split()[:2]) for line in sys.stdin}
    linked = {(name, version.lstrip("v")) for name, version in linked} - {("orchester", product["version"])}
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
    print(f"{len(listed)} crates, each with its licence, sum and needs; valid CycloneDX 1.5", file=sys.stderr)


main()
