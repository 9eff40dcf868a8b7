"""Lays out what a Containerfile describes and runs it: image.py CONTAINERFILE CONTEXT FOLDER, as root.

It knows what an image without a base can have; whatever else stands there is an error, not passed over.
"""

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys

from closed import NOBODY, Closed


def instructions(path):
    """Pairs of an instruction and the rest of its line."""
    text = "".join(line for line in open(path) if not line.lstrip().startswith("#"))
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


def pairs(rest):
    return dict(one.split("=", 1) for one in shlex.split(rest))


class Image:
    def __init__(self, containerfile, context, folder):
        self.context, self.folder = context, folder
        self.variables, self.labels = {}, {}
        self.user, self.workdir, self.entrypoint, self.command = "0:0", "/", None, []
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for word, rest in instructions(containerfile):
            if word not in self.KNOWN:
                raise SystemExit(f"{containerfile}: {word} is not known here")
            self.KNOWN[word](self, rest)

    def inside(self, path):
        return os.path.join(self.folder, path.lstrip("/"))

    def start(self, rest):
        if rest != "scratch":
            raise SystemExit(f"FROM {rest}: only nothing can be laid out by hand")

    def copy(self, rest):
        words = rest.split()
        mode = None
        while words[0].startswith("--"):
            name, value = words.pop(0).split("=")
            if name != "--chmod":
                raise SystemExit(f"COPY {name} is not known here")
            mode = int(value, 8)
        source, target = words
        os.makedirs(os.path.dirname(self.inside(target)), exist_ok=True)
        shutil.copy(os.path.join(self.context, source), self.inside(target))
        if mode is not None:
            os.chmod(self.inside(target), mode)

    def enter(self, rest):
        """Engines give a folder that they make to whoever is the user by then."""
        self.workdir = rest
        if not os.path.exists(self.inside(rest)):
            os.makedirs(self.inside(rest))
            os.chown(self.inside(rest), *map(int, self.user.split(":")))

    def keep(name, read):
        """An instruction that says one thing about the image."""
        return lambda self, rest: setattr(self, name, read(rest))

    KNOWN = {
        "FROM": start,
        "COPY": copy,
        "WORKDIR": enter,
        "ENV": keep("variables", pairs),
        "LABEL": keep("labels", pairs),
        "USER": keep("user", str),
        "ENTRYPOINT": keep("entrypoint", json.loads),
        "CMD": keep("command", json.loads),
    }


def main():
    containerfile, context, folder = sys.argv[1:]
    image = Image(containerfile, context, folder)
    closed = Closed(folder, image.workdir)

    def expect(code, text, *words):
        return closed.expect(code, text, *image.entrypoint, *words, **image.variables)

    if image.user != f"{NOBODY}:{NOBODY}":
        raise SystemExit(f"it runs as {image.user}")
    files = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    if files != [image.inside(image.entrypoint[0])]:
        raise SystemExit(f"there is more in it than the program: {files}")
    for kind, name, flags in [("proc", "proc", []), ("tmpfs", "dev", ["-o", "mode=755"])]:
        os.makedirs(image.inside(name), exist_ok=True)
        subprocess.run(["mount", "-t", kind, *flags, kind, image.inside(name)], check=True)
    os.mknod(image.inside("dev/null"), 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    os.chmod(image.inside("dev/null"), 0o666)
    version = expect(0, "orchest ", "--version").strip()
    expect(0, "Usage: orchest", *image.command)
    # What is set in one run is there in the next one, which a volume makes last.
    expect(0, "", "config", "set", "keystone.url", "https://keystone.city.example:5000")
    expect(0, "https://keystone.city.example:5000", "config", "show")
    expect(0, "Nothing is left", "sandbox", "tour")
    print(f"{version}: as user {NOBODY}, alone in its image, with settings that last, and the whole tour", file=sys.stderr)


main()
