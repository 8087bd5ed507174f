#!/bin/sh
# build.sh OUTPUT: compiles the runner's test kernel.
exec gcc -m32 -march=i586 -O2 -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie -static \
  -fno-stack-protector -fno-asynchronous-unwind-tables -nostdlib \
  -Wl,--build-id=none,--no-warn-rwx-segments,-m,elf_i386 \
  -T "$(dirname "$0")/probe.ld" -o "$1" "$(dirname "$0")/probe.c"
