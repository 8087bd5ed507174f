# i586 is the least processor we run on: no CMOV, no SSE, CMPXCHG8B and RDTSC are there.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
# Nothing here needs a stack aligned to 16 bytes, which costs stack and instructions in every
# function; below 8, g++ realigns it in each one that holds a 64-bit value. Tuning for the K8 gives
# fewer instructions than for any other processor that was tried (i586, i686, pentium-m, core2,
# haswell, generic): operations take their operands from memory. The layers are optimised as one
# program at the link: their borders are for readers. Frame pointers stay: backtraces follow them.
set(kernel_options
  -march=i586 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -mno-sse -mno-mmx
  -flto=auto -mtune=k8 -mpreferred-stack-boundary=3 -fno-asynchronous-unwind-tables
  -fno-omit-frame-pointer
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -Wall -Wextra -Werror=switch -Werror=return-type -Werror=unused-result)
add_compile_options(
  "$<$<COMPILE_LANGUAGE:C,CXX>:${kernel_options}>"
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
  $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics> $<$<COMPILE_LANGUAGE:CXX>:-fno-use-cxa-atexit>)
set(CMAKE_ASM_NASM_OBJECT_FORMAT elf32)
set(CMAKE_ASM_NASM_FLAGS "-g -F dwarf")
