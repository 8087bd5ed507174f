# i586 is the least processor we run on: no CMOV, no SSE, CMPXCHG8B and RDTSC are there.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
# Nothing here needs a stack aligned to more than words; the default of 16 bytes costs instructions
# and stack in every function. So would 4 bytes: a function with a Result among its locals would
# align the stack itself, to 8. Frame pointers stay: backtraces follow them.
set(kernel_options
  -march=i586 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -mno-sse -mno-mmx
  -mpreferred-stack-boundary=3 -fno-asynchronous-unwind-tables -fno-omit-frame-pointer
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -Wall -Wextra -Werror=switch -Werror=return-type)
add_compile_options(
  "$<$<COMPILE_LANGUAGE:C,CXX>:${kernel_options}>"
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
  $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics> $<$<COMPILE_LANGUAGE:CXX>:-fno-use-cxa-atexit>)
set(CMAKE_ASM_NASM_OBJECT_FORMAT elf32)
set(CMAKE_ASM_NASM_FLAGS "-g -F dwarf")
