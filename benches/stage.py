"""Where the runs take place: the programs, a home, and servers that end with the `with`."""

import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager

from table import Table

PASSWORD = "orchest-test-admin"


class Stage:
    def __init__(self, servers):
        self.servers = os.path.abspath(servers)
        self.orchest = os.path.abspath("target/release/orchest")
        self.hello = os.path.abspath("target/benches/hello")
        self.openstack = os.path.join(self.servers, "openstackclient/bin/openstack")
        self.orpy = os.path.join(self.servers, "orpy/bin/orpy")
        self.home = tempfile.mkdtemp(prefix="orchest-bench-")
        self.table = Table()
        self.plain = {"PATH": os.environ["PATH"], "HOME": self.home}

    def at(self, url, user="admin", password=PASSWORD):
        """The environment in which both `orchest` and `openstack` speak to this Keystone."""
        return self.plain | {
            "ORCHEST_KEYSTONE": url, "ORCHEST_USER": user, "ORCHEST_PASSWORD": password, "OS_AUTH_URL": url + "/v3",
            "OS_USERNAME": user, "OS_PASSWORD": password, "OS_USER_DOMAIN_NAME": "Default", "OS_SYSTEM_SCOPE": "all",
            "OS_IDENTITY_API_VERSION": "3",
        }

    def path(self, name, text=None):
        path = os.path.join(self.home, name)
        if text is not None:
            with open(path, "w") as file:
                file.write(text)
        return path

    def ask(self, environment, *words):
        done = subprocess.run([self.orchest, *words], env=environment, cwd=self.home, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"orchest {' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def header(self, environment):
        """What curl sends to be let in, in a file."""
        return self.path("header", f"X-Auth-Token: {self.ask(environment, 'auth', 'token')}\n")

    def prepared(self, words):
        return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @contextmanager
    def serving(self, *words):
        """A server that says `ready URL` and ends when nobody holds its input."""
        server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield server.stdout.readline().split()[1]
        finally:
            server.stdin.close()
            server.wait()

    def keystone(self):
        prepared = os.path.join(self.servers, "keystone-30")
        return self.serving(os.path.join(prepared, "venv/bin/python"), "tests/servers/keystone_serve.py", "--prepared", prepared)

    def fake(self, *words):
        return self.serving(sys.executable, "benches/fake.py", *words)

    @contextmanager
    def platform(self, latency):
        """The emulated platform with so many milliseconds before each answer; gives the environment that speaks to it."""
        base = 25000
        server = subprocess.Popen([self.orchest, "sandbox", "up", "--latency", str(latency), "--port-base", str(base)],
                                  env=self.plain, cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        here = self.plain | {"ORCHEST_USER": "admin", "ORCHEST_PASSWORD": "sand-castle-15000"}
        for place, name in enumerate(["KEYSTONE", "KEYPASS", "ORION", "PERSEO", "IOTAGENT"]):
            here[f"ORCHEST_{name}"] = f"http://127.0.0.1:{base + place}"
        try:
            for _ in range(100):
                if subprocess.run([self.orchest, "auth", "whoami"], env=here, cwd=self.home, capture_output=True).returncode == 0:
                    break
                time.sleep(0.1)
            yield here
        finally:
            server.terminate()
            server.wait()


def number(text, pattern):
    return int(re.search(pattern, text).group(1).replace(",", ""))
