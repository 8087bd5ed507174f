/* stack.c: stacks (D4): one region, all of it taken, at least 1 MiB, its lowest page the guard;
 * every page above it commits by a touch, in any order. */
#include <pthread.h>

#include "check.h"

static struct vmm_block region_of(const void *address) {
  struct vmm_block region;
  if (!VmmQuery(0, address, &region)) die("VmmQuery");
  return region;
}

static void shape(const char *main_or_thread) {
  char name[64];
  struct vmm_block stack = region_of(__builtin_frame_address(0));
  sniprintf(name, sizeof name, "D4_%s_stack_is_one_region_of_1MiB", main_or_thread);
  CHECK(name, stack.kind == VMM_STACK && stack.pages >= 256);
  /* Pages far below, lowest first: no order is asked for. */
  bool ok = true;
  volatile char *base = stack.base;
  for (uint32_t page = 1; page < stack.pages - 16; page += 7) {
    EXPECT(ok, page_state(base + page * PAGE) == VMM_PAGE_UNCOMMITTED);
    base[page * PAGE] = 1;
    EXPECT(ok, page_state(base + page * PAGE) == VMM_PAGE_DIRTY);
  }
  sniprintf(name, sizeof name, "D4_%s_stack_commits_by_touch", main_or_thread);
  CHECK(name, ok);
  char *block = VmmAlloc(1, (char *)stack.base + 10 * PAGE, RW);
  uintptr_t low = (uintptr_t)stack.base, high = low + stack.pages * PAGE;
  sniprintf(name, sizeof name, "D4_%s_stack_is_taken", main_or_thread);
  CHECK(name, block && ((uintptr_t)block < low || (uintptr_t)block >= high));
  VmmFree(block);
}

__attribute__((noinline)) static int deep(int depth) {
  volatile char frame[3000];
  frame[0] = frame[2999] = (char)depth;
  return depth == 0 ? 0 : deep(depth - 1) + (frame[0] == (char)depth);
}

static void *on_thread(void *argument) {
  (void)argument;
  shape("a_threads");
  CHECK("D4_recursion_on_a_threads_stack", deep(300) == 300);
  return NULL;
}

static void *on_large(void *argument) {
  (void)argument;
  struct vmm_block stack = region_of(__builtin_frame_address(0));
  CHECK("D4_a_stack_of_the_asked_size", stack.pages >= 1024);
  CHECK("D4_recursion_on_a_large_stack", deep(1200) == 1200);
  return NULL;
}

int main(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  shape("the_main");
  CHECK("D4_recursion", deep(300) == 300);
  if (pthread_create(&thread, NULL, on_thread, NULL) || pthread_join(thread, NULL)) die("thread");
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 4u << 20);
  if (pthread_create(&thread, &attributes, on_large, NULL) || pthread_join(thread, NULL)) {
    die("thread");
  }
  return finish();
}
