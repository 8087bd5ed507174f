"""Options of the kernel that cannot be meant: named together with those there are, by scripts/run
before anything is made, and by the kernel itself where a CD has them."""
import image
from emulator_tests import BOTH, QEMU, Boot

POLICIES = r"policy=fifo\|clock\|clock-grace\|clock-pro\|duel\|random"


def cd_with(options):
    """A CD that scripts/run has not checked."""
    def prepare(folder):
        iso = folder / "options.iso"
        image.make(iso, image.Contents(options=f"stdin=pipe {options}", init="commands\nhello\n"))
        return ["--iso", str(iso)]
    return prepare


def refused(name, options, verdict, *log_has):
    """The machine ends before it has run anything."""
    return Boot(f"Option_{name}", prepare=cd_with(options), verdict=f"setup: {verdict}", stdout=b"",
                log_has=(rf"^setup: {verdict}$", "^The kernel's options are:$", r"^  no-dma: \w",
                         *log_has), emulators=BOTH)


def refused_by_run(name, options, verdict):
    return Boot(f"Option_{name}_is_refused_by_run", "hello.exe", f"--append '{options}'",
                verdict=f"setup: {verdict}", stdout=b"", emulators=QEMU)


TESTS = [
    refused("unknown", "polcy=fifo", "unknown kernel option 'polcy=fifo'", f"^  {POLICIES}: "),
    refused("with_an_impossible_value", "policy=typo",
            rf"kernel option 'policy=typo': possible are {POLICIES}"),
    refused("with_no_number", "usable-frames=1k",
            "kernel option 'usable-frames=1k': possible are usable-frames=N"),
    refused("given_twice", "policy=fifo policy=duel",
            "kernel option 'policy=duel' after another policy="),
    refused_by_run("unknown", "polcy=fifo",
                   rf"unknown kernel option 'polcy=fifo' \(there are: .*{POLICIES}.*\)"),
    refused_by_run("with_an_impossible_value", "no-dma policy=typo",
                   rf"kernel option 'policy=typo': possible are {POLICIES}"),
    Boot("Options_with_a_CD_that_is_there_are_refused", "hello.exe", prepare=cd_with("no-dma"),
         verdict="setup: --iso boots a CD as it is: .*", stdout=b""),
    Boot("Options_that_are_known_are_taken", "hello.exe",
         "--append 'policy=fifo no-dma usable-frames=2000'", emulators=BOTH,
         log_has=("^paging: policy fifo, ", "^paging: 2000 usable frames, ")),
]
