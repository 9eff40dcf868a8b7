"""A program in a folder that is all it sees, as a user who owns nothing."""

import os
import subprocess

NOBODY = 65534


class Closed:
    def __init__(self, folder, workdir="/"):
        self.folder = folder
        self.workdir = workdir

    def start(self, *words, **variables):
        def enter():
            os.chroot(self.folder)
            os.chdir(self.workdir)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

        return subprocess.Popen(
            words, env=variables, preexec_fn=enter, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def run(self, *words, **variables):
        """Its exit code and all that it says."""
        process = self.start(*words, **variables)
        said, complaints = process.communicate(timeout=300)
        return process.returncode, said + complaints

    def expect(self, code, text, *words, **variables):
        got, said = self.run(*words, **variables)
        if got != code or text not in said:
            raise SystemExit(f"{' '.join(words)}: {got}, not {code} with {text!r}:\n{said}")
        return said
