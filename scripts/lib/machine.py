"""machine: the emulators, headless, with COM1 and COM2 in our hands.

A Machine is a running emulator in a process group of its own, killed as one, which dies with us
even if we are killed. The ports are descriptors: QEMU has the other ends of two socket pairs, Bochs
the other sides of two pseudo-terminals (its own TCP sockets lose the last bytes when it ends with
input unread). Both give flow control: a byte not yet read waits, none is lost.
"""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import termios
import threading
import time
import tty
from dataclasses import dataclass, field
from pathlib import Path

import swap_file
from project import SetupError

MOST_DISKS = 2  # on one channel; the CD is on the other


@dataclass
class Hardware:
    iso: Path
    memory_mib: int = 64
    cpu: str = ""             # the emulator's name for a processor; "": its default
    icount: bool = False      # one instruction is one nanosecond: repeatable to the digit
    gdb_port: int = 0         # QEMU waits for gdb there
    graphic: bool = False
    cd_errors: Path | None = None   # QEMU: a blkdebug configuration for the CD
    swap: list[Path] = field(default_factory=list)  # images: the hard disks
    swap_errors: Path | None = None   # as cd_errors, for the first of them
    extra: list[str] = field(default_factory=list)  # more arguments for the emulator


class Machine:
    def __init__(self, process, com1, com2, folder, command):
        self.process, self.com1, self.com2 = process, com1, com2
        self.folder, self.command = folder, command
        self.started = time.monotonic()

    def ended(self):
        return self.process.poll() is not None

    def kill(self):
        """Ends the emulator and whatever it started; safe to call twice."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def complaint(self):
        """What the emulator itself had to say, for a run that ended without a verdict."""
        bochs = self.folder / "bochs.log"
        path = bochs if bochs.exists() else self.folder / "emulator.err"
        lines = path.read_text(errors="replace").splitlines()
        return [line for line in lines if path != bochs or "PANIC" in line][-10:]


def _spawn(command, folder, pass_fds=(), env=None):
    with open(folder / "emulator.err", "wb") as errors:
        return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], cwd=folder, env=env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=errors, pass_fds=pass_fds, process_group=0)


def _qemu_display(folder):
    """A window where there is one to open, else VNC on this machine; says which."""
    window = any(Path("/usr/lib").glob("*/qemu/ui-gtk.so"))
    if window and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return ["-display", "gtk"], "a window"
    for number in range(100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", 5900 + number))
            except OSError:
                continue
            return ["-vnc", f"127.0.0.1:{number}"], f"VNC on 127.0.0.1:{5900 + number}"
    raise SetupError("no free VNC port")


def _qemu_drive(image, errors, folder):
    """The beginning of -drive for an image in the folder, with errors put in by blkdebug."""
    if not errors:
        return f"file={image},format=raw"
    rules = f"{image}.errors"
    (folder / rules).write_bytes(Path(errors).read_bytes())
    readable = "rerror=report" if image.endswith(".iso") else "rerror=report,werror=report"
    return f"file=blkdebug:{rules}:{image},format=raw,{readable}"


def swap_drive(image, index=0):
    """A hard disk. Swap space need not outlive the machine: no waiting for the host's disk at its
    end."""
    return ["-drive", f"{image},media=disk,cache=unsafe,if=ide,index={index}"]


def icount(swap):
    """Time leaps ahead where the processor idles; not while it waits for the host's disk, for then
    every command would time out."""
    return ["-icount", "shift=0" if swap else "shift=0,sleep=off"]


def qemu_command(hardware, fds, folder):
    """The command line, and where the screen can be seen ('' for nowhere)."""
    cd = _qemu_drive("disc.iso", hardware.cd_errors, folder)
    command = ["qemu-system-i386", "-accel", "tcg", "-m", str(hardware.memory_mib),
               "-drive", f"{cd},media=cdrom,readonly=on,if=ide,index=2", "-boot", "d",
               "-no-reboot", "-nic", "none", "-monitor", "none",
               "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    for index in range(len(hardware.swap)):
        errors = hardware.swap_errors if index == 0 else None
        command += swap_drive(_qemu_drive(f"swap{index}.img", errors, folder), index)
    for name, fd in zip(("com1", "com2"), fds):
        command += ["-chardev", f"socket,id={name},fd={fd}", "-serial", f"chardev:{name}"]
    display, where = _qemu_display(folder) if hardware.graphic else (["-display", "none"], "")
    command += display
    if hardware.icount:
        command += icount(hardware.swap)
    if hardware.cpu:
        command += ["-cpu", hardware.cpu]
    if hardware.gdb_port:
        command += ["-gdb", f"tcp:127.0.0.1:{hardware.gdb_port}", "-S"]
    return command + hardware.extra, where


def _link_images(hardware, folder):
    """Bochs' lock files, which stay when it is killed, lie beside the links and go with them."""
    (folder / "disc.iso").symlink_to(hardware.iso.resolve())
    for index, disk in enumerate(hardware.swap):
        (folder / f"swap{index}.img").symlink_to(disk.resolve())


def start_qemu(hardware, folder):
    """Starts QEMU. Returns the Machine and where its screen is."""
    if not shutil.which("qemu-system-i386"):
        raise SetupError("qemu-system-i386 is missing")
    _link_images(hardware, folder)
    com1, com1_theirs = socket.socketpair()
    com2, com2_theirs = socket.socketpair()
    with com1_theirs, com2_theirs:
        fds = (com1_theirs.fileno(), com2_theirs.fileno())
        command, where = qemu_command(hardware, fds, folder)
        process = _spawn(command, folder, fds)
        return Machine(process, com1.detach(), com2.detach(), folder, command), where


# The instructions per second fix how many instructions a serial byte (87 us) or a tick lasts. sync
# none and a constant time0 make runs repeat exactly.
_BOCHSRC = """config_interface: textconfig
display_library: {display}
memory: guest={memory}, host={memory}
romimage: file=$BXSHARE/BIOS-bochs-latest
vgaromimage: file=$BXSHARE/VGABIOS-lgpl-latest
cpu: model={cpu}, count=1, ips=50000000, reset_on_triple_fault=0
clock: sync=none, time0=1000000000
boot: cdrom
ata0: enabled=true, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata1: enabled=true, ioaddr1=0x170, ioaddr2=0x370, irq=15
ata1-master: type=cdrom, path=disc.iso, status=inserted
{swap}com1: enabled=true, mode=term, dev={com1}
com2: enabled=true, mode=term, dev={com2}
log: bochs.log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
speaker: enabled=0
sound: driver=dummy
"""


def _bochs_disk(index, image):
    # It may say less than there is, but not more.
    heads, sectors, size = swap_file.HEADS, swap_file.SECTORS, image.stat().st_size
    if size < swap_file.CYLINDER:
        heads = sectors = 1
    cylinders = size // (heads * sectors * 512)
    return (f"ata0-{('master', 'slave')[index]}: type=disk, path=swap{index}.img, mode=flat, "
            f"cylinders={cylinders}, heads={heads}, spt={sectors}\n")


def _wait_until_opened(terminals, process):
    """Until Bochs has opened both terminals, which shows in their settings: only then may we let
    go of our own hold on them. False where it ended or took longer than 30 s."""
    before = [termios.tcgetattr(fd) for fd in terminals]
    limit = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < limit:
        if all(termios.tcgetattr(fd) != old for fd, old in zip(terminals, before)):
            return True
        time.sleep(0.01)
    return False


def _discard_screen(folder):
    """Bochs shows the screen on a terminal of its own, and stands still when nobody reads that."""
    said = (folder / "emulator.err").read_text(errors="replace")
    screen = os.open(re.search(r'connected to screen "(.+?)"', said)[1], os.O_RDONLY | os.O_NOCTTY)
    tty.setraw(screen)

    def discard():
        with contextlib.suppress(OSError):  # EIO: Bochs has ended
            while os.read(screen, 1 << 16):
                pass
        os.close(screen)
    threading.Thread(target=discard, daemon=True).start()


def start_bochs(hardware, folder):
    """Starts Bochs. Returns the Machine and where its screen is."""
    if not shutil.which("bochs"):
        raise SetupError("bochs is missing")
    if hardware.icount or hardware.gdb_port or hardware.cd_errors or hardware.swap_errors:
        raise SetupError("--icount, --gdb, --cd-errors, --swap-errors need --emulator qemu")
    if hardware.graphic and not (os.environ.get("DISPLAY")
                                 and any(Path("/usr/lib").glob("*/bochs/plugins/libbx_x_gui.so"))):
        raise SetupError("a Bochs window needs DISPLAY and the package bochs-x")
    _link_images(hardware, folder)
    (com1, theirs1), (com2, theirs2) = os.openpty(), os.openpty()
    for fd in (theirs1, theirs2):
        tty.setraw(fd)
    (folder / "bochsrc").write_text(_BOCHSRC.format(
        memory=hardware.memory_mib, cpu=hardware.cpu or "p3_katmai", com1=os.ttyname(theirs1),
        com2=os.ttyname(theirs2), swap="".join(map(_bochs_disk, range(MOST_DISKS), hardware.swap)),
        display="x" if hardware.graphic else "term"))
    (folder / "continue").write_text("c\n")
    command = ["bochs", "-q", "-f", "bochsrc", "-rc", "continue", *hardware.extra]
    environment = os.environ | {"TERM": "xterm", "BXSHARE": "/usr/share/bochs"}
    machine = Machine(_spawn(command, folder, env=environment), com1, com2, folder, command)
    opened = _wait_until_opened((theirs1, theirs2), machine.process)
    os.close(theirs1)
    os.close(theirs2)
    if not opened:
        machine.kill()
        raise SetupError("Bochs did not start: " + " / ".join(machine.complaint()))
    if not hardware.graphic:
        _discard_screen(folder)
    return machine, "a window" if hardware.graphic else ""


START = {"qemu": start_qemu, "bochs": start_bochs}
