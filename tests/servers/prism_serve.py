"""Serves GitHub's routes about members by Prism, which answers with examples and says what is wrong with a request, on
loopback until its standard input closes. Run by the python of descriptions.sh.

Prints one line, `ready http://127.0.0.1:PORT`, when it answers. How it ends: serving.py.
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True
import serving  # noqa: E402

PRISM = "node_modules/@stoplight/prism-cli/dist/index.js"


def be_the_server(prepared, port):
    """The child becomes the server."""
    node = os.environ.get("NODE", "node")
    description = os.path.join(prepared, "github-members.json")
    # Requests are refused all the same; with --errors its own answers would be too, and not all of GitHub's examples obey
    # GitHub's schemas.
    words = ["mock", "--host", "127.0.0.1", "--port", port, description]
    os.execvp(node, [node, os.path.join(prepared, PRISM), *words])


def main():
    if sys.argv[1:2] == ["--serve"]:
        be_the_server(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", required=True, help="the folder that descriptions.sh has filled")
    options = parser.parse_args()
    # It opens its port by itself.
    with serving.listen() as probe:
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    data = serving.fresh_folder("orchest-prism-")

    def launch():
        return serving.start([os.path.abspath(__file__), "--serve", os.path.abspath(options.prepared), port], data)

    ready = url + "/orgs/acme/members"
    serving.serve("Prism", data, launch, lambda: serving.answers(ready), [url], patience=2)


main()
