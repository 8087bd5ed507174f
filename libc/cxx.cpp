/* cxx.cpp: what the C++ compiler calls behind a program's back. There are no exceptions: `new`
 * that finds no memory and the throw functions of the standard library say so and abort. */
#include <unistd.h>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

#include "futex_lock.h"

namespace {

[[noreturn]] void die(const char *what) {
  write(2, what, std::strlen(what));
  write(2, "\n", 1);
  std::abort();
}

/* The texts of libstdc++ know %s, %zu and %%. (Not vsnprintf: it is large, and most programs that
 * have a vector never come here.) */
struct Text {
  char characters[512];
  std::size_t length = 0;

  void add(char c) {
    if (length < sizeof characters - 1) characters[length++] = c;
  }
  void add(const char *text) {
    while (*text) add(*text++);
  }
  void add(std::size_t number) {
    if (number >= 10) add(number / 10);
    add(static_cast<char>('0' + number % 10));
  }
};

[[noreturn]] void die_formatted(const char *what, va_list values) {
  Text text;
  for (const char *p = what; *p; p++) {
    if (p[0] == '%' && p[1] == 's') {
      text.add(va_arg(values, const char *));
      p++;
    } else if (p[0] == '%' && p[1] == 'z' && p[2] == 'u') {
      text.add(va_arg(values, std::size_t));
      p += 2;
    } else {
      text.add(*p);
      if (p[0] == '%' && p[1] == '%') p++;
    }
  }
  text.characters[text.length] = 0;
  die(text.characters);
}

}  // namespace

extern "C" void __cxa_pure_virtual() { die("pure virtual function called"); }
extern "C" void __cxa_deleted_virtual() { die("deleted virtual function called"); }

/* Static locals. The first byte says "done": the compiler looks at it. */
struct guard {
  unsigned char done;
  uint32_t lock __attribute__((aligned(4)));
};

extern "C" int __cxa_guard_acquire(guard *guard) {
  if (__atomic_load_n(&guard->done, __ATOMIC_ACQUIRE)) return 0;
  futex_lock(&guard->lock);
  if (!guard->done) return 1;
  futex_unlock(&guard->lock);
  return 0;
}

extern "C" void __cxa_guard_release(guard *guard) {
  __atomic_store_n(&guard->done, 1, __ATOMIC_RELEASE);
  futex_unlock(&guard->lock);
}

extern "C" void __cxa_guard_abort(guard *guard) { futex_unlock(&guard->lock); }

namespace std {

[[noreturn]] void terminate() noexcept { die("terminate called"); }
[[noreturn]] void __throw_bad_alloc() { die("std::bad_alloc"); }
[[noreturn]] void __throw_bad_array_new_length() { die("std::bad_array_new_length"); }
[[noreturn]] void __throw_bad_function_call() { die("std::bad_function_call"); }
[[noreturn]] void __throw_bad_optional_access() { die("std::bad_optional_access"); }
[[noreturn]] void __throw_bad_variant_access(const char *what) { die(what); }
[[noreturn]] void __throw_length_error(const char *what) { die(what); }
[[noreturn]] void __throw_logic_error(const char *what) { die(what); }
[[noreturn]] void __throw_out_of_range(const char *what) { die(what); }
[[noreturn]] void __throw_out_of_range_fmt(const char *what, ...) {
  va_list values;
  va_start(values, what);
  die_formatted(what, values);
}
[[noreturn]] void __throw_invalid_argument(const char *what) { die(what); }
[[noreturn]] void __throw_domain_error(const char *what) { die(what); }
[[noreturn]] void __throw_overflow_error(const char *what) { die(what); }
[[noreturn]] void __throw_range_error(const char *what) { die(what); }
[[noreturn]] void __throw_runtime_error(const char *what) { die(what); }
[[noreturn]] void __glibcxx_assert_fail(const char *, int, const char *,
                                        const char *condition) noexcept {
  die(condition ? condition : "unreachable");
}

}  // namespace std
