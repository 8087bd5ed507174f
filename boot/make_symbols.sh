#!/bin/sh
# make_symbols.sh [KERNEL] > table.asm: the panic screen's symbol table, as NASM source.
#
# Pairs of (address, name), ascending, of the functions that `nm` finds in KERNEL (local labels of
# assembly left out); none at all without KERNEL. kernel/arch/i386/symbols.h reads the table.
set -eu
symbols() { if [ $# -gt 0 ]; then nm --numeric-sort --demangle "$1"; fi; }
symbols "$@" | LC_ALL=C awk '
BEGIN {
  print "section .kernel_symbols align=4 noexec nowrite"
  print "global kernel_symbols_begin, kernel_symbols_end"
  print "kernel_symbols_begin:"
}
$2 ~ /^[tTwW]$/ {
  name = $0
  sub(/^[^ ]+ [^ ]+ /, "", name)
  sub(/ \[clone .*/, "", name)
  gsub(/\(anonymous namespace\)::/, "", name)
  gsub(/mobius::/, "", name)
  sub(/\(.*/, "", name)
  gsub(/[`\\]/, "", name)
  if (name == "" || name ~ /\./ || $1 == last) next
  last = $1
  printf "dd 0x%s, name%d\n", $1, count
  names[count++] = name
}
END {
  print "kernel_symbols_end:"
  for (i = 0; i < count; i++) printf "name%d: db `%s`, 0\n", i, names[i]
  print "section .note.GNU-stack noalloc noexec nowrite progbits"
}'
