"""options: how every command here reads its options, and what it says of a wrong one.

--help tells what the command is for (the first lines of its module) and what it takes. A wrong
option is a setup verdict with status 126, as for everything else that keeps a command from starting.
"""
import argparse

from project import SetupError


class Parser(argparse.ArgumentParser):
    def __init__(self, name, text, **more):
        super().__init__(prog=f"scripts/{name}", description=text, allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **more)

    def error(self, message):
        raise SetupError(f"{message} ({self.prog} --help tells)")


def no_install(parser):
    parser.add_argument("--no-install", action="store_true", help="install no packages")
