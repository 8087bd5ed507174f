"""Others run while one program has much to do: writes to the console, long memory calls."""
from emulator_tests import BOTH, Boot

LINES = "".join(f"{i:04} {i * 37:058}\n" for i in range(1024))


def every_line(result):
    """The first write as a whole, whatever came after it."""
    assert LINES in result.text(), "the 1,024 lines are not there as they were written"


TESTS = [
    Boot("Console_output_leaves_the_processor_to_others", "console_write.exe", checks=4,
         verify=every_line, emulators=BOTH, timeout=60, bochs_timeout=200),
    Boot("Long_calls_leave_the_processor_to_others", "long_calls.exe", checks=5, emulators=BOTH,
         timeout=90, bochs_timeout=300),
]
