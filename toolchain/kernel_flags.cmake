# i586 is the least processor we run on: no CMOV, no SSE, CMPXCHG8B and RDTSC are there.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
add_compile_options(
  -march=i586 -ffreestanding -fno-pic -fno-pie -fno-stack-protector -mno-sse -mno-mmx
  -fno-asynchronous-unwind-tables -fno-omit-frame-pointer
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -Wall -Wextra -Werror=switch -Werror=return-type
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>
  $<$<COMPILE_LANGUAGE:CXX>:-fno-threadsafe-statics> $<$<COMPILE_LANGUAGE:CXX>:-fno-use-cxa-atexit>)
