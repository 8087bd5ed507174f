#!/bin/bash
# Builds newlib as PE from Debian's newlib-source package:  newlib.sh OUTPUT_DIR [JOBS]
# OUTPUT_DIR gets include/, lib/libc.a and lib/libm.a, COPYING.NEWLIB, and `recipe`, a digest of
# this script, its edits, the tarball and the compiler; while it is the same, nothing is built.
# newlib's own build cannot stand spaces in paths, so it runs in a scratch folder. While it compiles
# it prints "newlib: N objects" (scripts/lib/build.py shows such lines).
set -euo pipefail
out=$(realpath -m "$1")
jobs=${2:-2}
tarball=${NEWLIB_TARBALL:-/usr/src/newlib/newlib-3.3.0.tar.xz}
cross=i686-w64-mingw32

if [ ! -r "$tarball" ]; then
  echo "newlib: $tarball is missing: install the package newlib-source" >&2
  exit 1
fi
here=$(cd "$(dirname "$0")" && pwd)
recipe=$( (cat "$here/newlib.sh" "$here/newlib_edits.py"; sha256sum <"$tarball";
            $cross-gcc --version) | sha256sum | cut -c1-64)
if [ "$(cat "$out/recipe" 2>/dev/null)" = "$recipe" ]; then
  exit 0
fi

echo "newlib: building the C library, about a minute or two"
# The folder is the recipe's own: a build that was cut off goes on there. One build at a time does.
place=${TMPDIR:-/tmp}
case $place in *[[:space:]]*) place=/tmp ;; esac
scratch=$place/mobius-newlib-$UID-${recipe:0:16}
exec 8>"$place/mobius-newlib-$UID.lock"
flock -n 8 || { echo "newlib: waiting for another build of it"; flock 8; }
for folder in "$place/mobius-newlib-$UID"-*; do
  [ "$folder" = "$scratch" ] || rm -rf "$folder"
done
if [ -L "$scratch" ] || ! { [ -O "$scratch/sources" ] && [ -O "$scratch" ]; }; then
  rm -rf "$scratch"
  mkdir -m 700 "$scratch"
fi

prepare_sources() {
  tar -C "$scratch" -xf "$tarball"
  cd "$scratch/newlib-salsa/newlib/libc/include/sys"
  # What newlib is to know of Mobius, in the places where its other systems tell it the same.
  sed -i '/^\/\* exceptions first \*\//i\
#define __DYNAMIC_REENT__\
#define _READ_WRITE_RETURN_TYPE _ssize_t\
#define _READ_WRITE_BUFSIZE_TYPE size_t\
' config.h
  sed -i '/^#ifdef __rtems__$/i\
#define _POSIX_TIMERS 1\
#define _POSIX_MONOTONIC_CLOCK 200112L\
#define _POSIX_CPUTIME 1\
#define _POSIX_PRIORITY_SCHEDULING 1\
#define _POSIX_SPAWN 1\
' features.h
  # What flushes all streams asks libc/streams.c about each, and exit() leaves them open.
  cd "$scratch/newlib-salsa/newlib/libc/stdio"
  sed -i 's/(_GLOBAL_REENT, _fflush_r)/(_GLOBAL_REENT, __mobius_flush_stream)/' fflush.c
  sed -i 's/cleanup_func = _fclose_r;/cleanup_func = __mobius_flush_stream;/' findfp.c
  for file in fflush.c findfp.c; do
    grep -q __mobius_flush_stream $file
    sed -i '/^#include "local.h"/a\
extern int __mobius_flush_stream (struct _reent *, FILE *);' $file
  done
  # Whichever thread uses a stream first: the process has streams to flush when it ends.
  grep -q 's->__cleanup = _cleanup_r;' findfp.c
  sed -i 's/s->__cleanup = _cleanup_r;/_GLOBAL_REENT->__cleanup = s->__cleanup = _cleanup_r;/' findfp.c
  # The console is line buffered also where it is a pipe (of scripts/run): what a program said
  # before a fault is not lost.
  grep -q 'couldbetty && _isatty_r' makebuf.c
  sed -i 's/couldbetty && _isatty_r (ptr, fp->_file)/couldbetty/' makebuf.c
  "$here/newlib_edits.py" "$scratch/newlib-salsa/newlib/libc"
  touch "$scratch/sources"
}

[ -e "$scratch/sources" ] || prepare_sources
mkdir -p "$scratch/build"
cd "$scratch/build"

for tool in as ld ar ranlib nm objdump strip dlltool; do
  export "${tool^^}_FOR_TARGET=$cross-$tool"
done
export READELF_FOR_TARGET=readelf CC_FOR_TARGET=$cross-gcc
# The same code generation, headers and macros as programs get (toolchain/user.flags). REP STOS
# and REP MOVS make newlib's i386 memset and memcpy; nothing here may need more than an i586.
headers=$(gcc -print-file-name=include)
flags="-O2 -g0 -march=i586 -ffreestanding -fno-builtin -fno-asynchronous-unwind-tables"
flags+=" -nostdinc -isystem $headers -D__mobius__=1 -DMALLOC_PROVIDED"
for name in _WIN32 __WIN32__ WIN32 __WIN32 _WIN32_ __MINGW32__ __MINGW64__ __MSVCRT__ \
            WINNT __WINNT __WINNT__; do
  flags+=" -U$name"
done
export CFLAGS_FOR_TARGET=$flags

log=$scratch/log
# newlib's folders too: make takes one whose Makefile is there for configured, also when the
# folders below it were cut off.
configure() {
  ../newlib-salsa/configure --target=i686-pe --prefix="$scratch/installed" \
    --disable-multilib --disable-nls --disable-libgloss --disable-shared \
    --disable-newlib-supplied-syscalls --disable-newlib-wide-orient \
    --enable-newlib-mb --enable-newlib-io-long-long --enable-newlib-io-c99-formats \
    --enable-newlib-io-long-double --enable-newlib-retargetable-locking \
    --enable-newlib-global-atexit --enable-newlib-global-stdio-streams >"$log" 2>&1 &&
    make configure-target-newlib >>"$log" 2>&1 &&
    touch "$scratch/configured"
}

objects() { find . -name '*.o' -printf '%T@ %p\n'; }

# What was being written when the last build was cut off is not trusted.
discard_unfinished() {
  find . -name '*.a' -delete
  objects | sort -rn | sed -n "1,$((2 * jobs))p" | cut -d' ' -f2 | xargs -r rm -f
}

compile() {
  make -j"$jobs" all-target-newlib 2>&1 | tee -a "$log" | awk -v n="$(objects | wc -l)" '
    / -c -o / && ++n % 25 == 0 { printf "newlib: %d objects\n", n; fflush() }' &&
    make install-target-newlib >>"$log" 2>&1
}

if [ -e "$scratch/configured" ]; then
  discard_unfinished
else
  rm -rf "$scratch/build/"*
fi
if ! { { [ -e "$scratch/configured" ] || configure; } && compile; }; then
  tail -30 "$log" >&2
  echo "newlib: the build failed" >&2
  exit 1
fi

# Members that libc/ has versions of its own of: left in, they would clash or, worse, shadow.
cd "$scratch/installed/i686-pe"
members=(getreent lock sbrkr mlock aligned_alloc malloc mallocr calloc callocr realloc reallocr free
         freer cfreer malign malignr mallinfor mallstatsr msize msizer mstats mtrim pvallocr valloc
         vallocr rename dtoa dtoastub system exit __atexit __call_atexit cxa_finalize)
for member in "${members[@]}"; do
  $cross-ar d lib/libc.a "lib_a-$member.o"
done
# In mingw's compilers the archetype `printf` means Microsoft's format letters.
sed -i 's/(__printf__/(__gnu_printf__/; s/(__scanf__/(__gnu_scanf__/' include/stdio.h
cp "$scratch/newlib-salsa/COPYING.NEWLIB" .
mkdir -p "$out"
rm -rf "$out/include" "$out/lib"
cp -R include lib COPYING.NEWLIB "$out/"
echo "$recipe" >"$out/recipe"
rm -rf "$scratch"
