// What the compiler expects to find: the memory functions, and ends for what never happens.
//
// The string instructions are one instruction to start and fast on every processor since; four
// bytes at a time where it is worth it.
// A loop here must not be compiled into a call of the very function it implements.
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#include <cstddef>
#include <cstdint>

#include "base/assert.h"

extern "C" {

void* memcpy(void* to, const void* from, size_t bytes) {
  void* target = to;
  size_t words = bytes / 4;
  size_t rest = bytes % 4;
  asm volatile("rep movsl" : "+D"(target), "+S"(from), "+c"(words) : : "memory");
  asm volatile("rep movsb" : "+D"(target), "+S"(from), "+c"(rest) : : "memory");
  return to;
}

void* memmove(void* to, const void* from, size_t bytes) {
  auto target = static_cast<std::byte*>(to);
  auto source = static_cast<const std::byte*>(from);
  if (target <= source || target >= source + bytes) return memcpy(to, from, bytes);
  target += bytes - 1;
  source += bytes - 1;
  asm volatile("std; rep movsb; cld" : "+D"(target), "+S"(source), "+c"(bytes) : : "memory");
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  void* target = to;
  size_t words = bytes / 4;
  size_t rest = bytes % 4;
  uint32_t pattern = static_cast<uint8_t>(value) * 0x01010101u;
  asm volatile("rep stosl" : "+D"(target), "+c"(words) : "a"(pattern) : "memory");
  asm volatile("rep stosb" : "+D"(target), "+c"(rest) : "a"(pattern) : "memory");
  return to;
}

int memcmp(const void* a, const void* b, size_t bytes) {
  auto x = static_cast<const uint8_t*>(a);
  auto y = static_cast<const uint8_t*>(b);
  for (size_t i = 0; i < bytes; ++i)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

void* memchr(const void* from, int value, size_t bytes) {
  auto byte = static_cast<const uint8_t*>(from);
  for (; bytes > 0; --bytes, ++byte)
    if (*byte == static_cast<uint8_t>(value)) return const_cast<uint8_t*>(byte);
  return nullptr;
}

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

[[noreturn]] void abort() { mobius::assert_failed("abort", "runtime", 0); }
[[noreturn]] void __cxa_pure_virtual() { mobius::assert_failed("pure virtual call", "runtime", 0); }

}  // extern "C"
