"""Serves a fresh Infrastructure Manager on loopback, until its standard input closes. Run by the python of im.sh.

Prints one line, `ready http://127.0.0.1:PORT LOGFILE`, when it answers. How it ends: serving.py. It reaches nothing but
loopback: the machines of its cloud `Dummy` do not exist, and somebody else may have their addresses.
"""

import argparse
import os
import socket
import sys

sys.dont_write_bytecode = True
import serving  # noqa: E402


def fence():
    connect = socket.socket.connect

    def connect_to_loopback(self, address):
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise OSError(f"{address[0]} is outside of the test")
        return connect(self, address)

    socket.socket.connect = connect_to_loopback


def be_the_server(data, port, issuers):
    """The child: the real server, with settings of this run in place of its file's."""
    fence()
    from IM.config import Config

    Config.DATA_DB = f"sqlite:///{data}/inf.dat"
    Config.LOG_FILE = os.path.join(data, "im.log")
    Config.REST_ADDRESS = "127.0.0.1"
    Config.REST_PORT = port
    Config.OIDC_ISSUERS = issuers
    # How often it looks whether it can go on, and so log more: five seconds as a rule.
    Config.CONFMAMAGER_CHECK_STATE_INTERVAL = 1
    sys.argv[1:] = []
    from IM.im_service import main as run

    run()


def main():
    if sys.argv[1:2] == ["--serve"]:
        be_the_server(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issuer", action="append", default=[], help="an issuer whose tokens are taken")
    options = parser.parse_args()
    # It opens its port by itself.
    with serving.listen() as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    data = serving.fresh_folder("orchest-im-")

    def launch():
        return serving.start([os.path.abspath(__file__), "--serve", data, str(port), *options.issuer], data)

    words = [url, os.path.join(data, "im.log")]
    serving.serve("the Infrastructure Manager", data, launch, lambda: serving.answers(url + "/version"), words, patience=2)


main()
