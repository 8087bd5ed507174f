"""plant: copies of sources with a planted bug, for CMake: plant.py BUG FOLDER

BUG is a `planted_*` of tests/mutants.toml. The changed file is written below FOLDER, where it lies
below kernel/ otherwise; without FOLDER the names of all bugs are printed. A bug whose text is not
in its file exactly once is an error.
"""
import sys
import tomllib

from project import ROOT


def planted():
    """All planted bugs, by name."""
    everything = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text())["mutant"]
    return {bug["name"]: bug for bug in everything if bug["name"].startswith("planted_")}


def main():
    bugs = planted()
    if len(sys.argv) == 1:
        print(";".join(bugs), end="")
        return
    bug, folder = bugs[sys.argv[1]], sys.argv[2]
    text = (ROOT / bug["file"]).read_text()
    old, new = bug["old"].strip("\n"), bug["new"].strip("\n")
    if text.count(old) != 1:
        sys.exit(f"{bug['name']}: its text is {text.count(old)} times in {bug['file']}")
    path = ROOT / folder / bug["file"].removeprefix("kernel/")
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = text.replace(old, new)
    if not path.exists() or path.read_text() != changed:
        path.write_text(changed)
    print(bug["file"], end="")


if __name__ == "__main__":
    main()
