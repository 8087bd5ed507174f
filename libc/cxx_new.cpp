/* cxx_new.cpp: operator new and delete, all forms, over malloc. */
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace std {
const nothrow_t nothrow{};
[[noreturn]] void __throw_bad_alloc();

static new_handler handler;
new_handler set_new_handler(new_handler next) noexcept {
  new_handler previous = handler;
  handler = next;
  return previous;
}
new_handler get_new_handler() noexcept { return handler; }
}  // namespace std

using std::align_val_t;
using std::nothrow_t;
using std::size_t;

static void *plain(size_t bytes) { return std::malloc(bytes); }

void *operator new(size_t bytes) {
  for (;;) {
    if (void *p = plain(bytes)) return p;
    if (!std::handler) std::__throw_bad_alloc();
    std::handler();
  }
}
void *operator new(size_t bytes, align_val_t alignment) {
  for (;;) {
    if (void *p = memalign(static_cast<size_t>(alignment), bytes)) return p;
    if (!std::handler) std::__throw_bad_alloc();
    std::handler();
  }
}
void *operator new[](size_t bytes) { return operator new(bytes); }
void *operator new[](size_t bytes, align_val_t alignment) { return operator new(bytes, alignment); }
void *operator new(size_t bytes, const nothrow_t &) noexcept { return plain(bytes); }
void *operator new[](size_t bytes, const nothrow_t &) noexcept { return plain(bytes); }
void *operator new(size_t bytes, align_val_t alignment, const nothrow_t &) noexcept {
  return memalign(static_cast<size_t>(alignment), bytes);
}
void *operator new[](size_t bytes, align_val_t alignment, const nothrow_t &) noexcept {
  return memalign(static_cast<size_t>(alignment), bytes);
}

void operator delete(void *p) noexcept { std::free(p); }
void operator delete[](void *p) noexcept { std::free(p); }
void operator delete(void *p, size_t bytes) noexcept { free_sized(p, bytes); }
void operator delete[](void *p, size_t bytes) noexcept { free_sized(p, bytes); }
void operator delete(void *p, const nothrow_t &) noexcept { std::free(p); }
void operator delete[](void *p, const nothrow_t &) noexcept { std::free(p); }
void operator delete(void *p, align_val_t) noexcept { std::free(p); }
void operator delete[](void *p, align_val_t) noexcept { std::free(p); }
void operator delete(void *p, size_t bytes, align_val_t) noexcept { free_sized(p, bytes); }
void operator delete[](void *p, size_t bytes, align_val_t) noexcept { free_sized(p, bytes); }
void operator delete(void *p, align_val_t, const nothrow_t &) noexcept { std::free(p); }
void operator delete[](void *p, align_val_t, const nothrow_t &) noexcept { std::free(p); }
