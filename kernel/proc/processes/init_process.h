// The init process: pid 1, what /boot/init.cmd asks for; its end is the machine's.
#pragma once

#include "proc/processes/system.h"

namespace mobius::proc {

// Mounts the volume, reads the boot command and spawns the init process. Sleeps. Where that cannot
// be done the machine ends: exit 127 (no such program), exit 126 (it cannot be started).
void start_init_process(System& system);

}  // namespace mobius::proc
