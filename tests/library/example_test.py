#!/usr/bin/python3
"""The examples: built against what is installed, as a user of the library builds them, by CMake and by pkg-config."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ["BACKSTOP"]
BUILD = pathlib.Path(PROGRAM).parent
SOURCE = pathlib.Path(os.environ["BACKSTOP_SOURCE_DIR"])
EXAMPLES = SOURCE / "examples/library"
MAILS = sorted((SOURCE / "src/response/fixtures/bounce").glob("*.eml"))[:20]
COMPILERS = {"CC": os.environ.get("CC", "clang-19"), "CXX": os.environ.get("CXX", "clang++-19")}
SKIPPED = 77


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False, **options)
    assert done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())
    return done.stdout


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.prefix = cls.folder / "place"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", "development")

    def outputs(self, program):
        return [run(program, input=mail.read_bytes()).decode() for mail in MAILS]

    def want(self):
        told = [json.loads(line) for line in run(PROGRAM, "classify", "--json", *MAILS).splitlines()]
        self.assertGreater(len(told), 10)
        return told

    def tells_kinds(self, program):
        self.assertEqual([text.partition(":")[0] for text in self.outputs(program)], [one["kind"] for one in self.want()])

    def test_by_cmake(self):
        build = self.folder / "build"
        run("cmake", "-S", EXAMPLES, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", env={**os.environ, **COMPILERS})
        run("cmake", "--build", build)
        self.tells_kinds(build / "read_mail")
        # The one in C prints the JSON.
        self.assertEqual([{**json.loads(text), "file": ""} for text in self.outputs(build / "read_mail_c")], [{**one, "file": ""} for one in self.want()])

    def test_by_pkg_config(self):
        path = next(self.prefix.rglob("backstop.pc")).parent
        words = run("pkg-config", "--static", "--cflags", "--libs", "backstop", env={**os.environ, "PKG_CONFIG_PATH": str(path)}).decode().split()
        program = self.folder / "by-pkg-config"
        # An older standard than the project's own: the headers ask for no more.
        run(COMPILERS["CXX"], "-std=c++17", "-Wall", "-Wextra", "-Werror", "-o", program, EXAMPLES / "read_mail.cc", *words)
        self.tells_kinds(program)


if __name__ == "__main__":
    if not all(map(shutil.which, ("cmake", "pkg-config", *COMPILERS.values()))):
        print("skipped: no cmake, no pkg-config or no compiler")
        sys.exit(SKIPPED)
    unittest.main()
