/* fault.c: ends by the fault or exception that its argument names:  fault WHAT. Without one it
 * lists what it knows. If nothing happens it says so and exits with 3; a thing that this processor
 * lacks is exit 4. */
#include "check.h"
#include "faults.h"

static volatile char sink;
static const char constant[] = "read-only data";

#define AT(address) ((volatile char *)(uintptr_t)(address))
#define NOINLINE __attribute__((noipa)) static /* the compiler is not to see what is meant */

NOINLINE void read_at(volatile char *p) { sink = *p; }
NOINLINE void write_at(volatile char *p) { *p = 1; }
NOINLINE void jump_to(volatile char *p) { ((void (*)(void))(uintptr_t)p)(); }

static void null_read(void) { read_at(AT(0)); }
static void null_write(void) { write_at(AT(0)); }
static void null_jump(void) { jump_to(AT(0)); }
static void null_read_fff(void) { read_at(AT(0xFFF)); }
static void null_write_fff(void) { write_at(AT(0xFFF)); }
static void null_jump_fff(void) { jump_to(AT(0xFFF)); }
static void kernel_read(void) { read_at(AT(0x80000000)); }
static void kernel_write(void) { write_at(AT(0x80100000)); }
static void kernel_jump(void) { jump_to(AT(0x80100000)); }
static void kernel_top(void) { read_at(AT(0xFFFFFFFF)); }
static void write_code(void) { write_at((volatile char *)(uintptr_t)write_at); }
static void write_rodata(void) { write_at((volatile char *)(uintptr_t)constant); }
static void no_access_read(void) { read_at(VmmAlloc(1, NULL, 0)); }
static void no_access_write(void) { write_at(VmmAlloc(1, NULL, 0)); }
static void read_only_write(void) { write_at(VmmAlloc(1, NULL, VM_MEM_READ)); }
static void reserved_read(void) { read_at(VmmReserveArea(1, NULL)); }
static void unmapped_read(void) { read_at(AT(0x6FFF0000)); }
static void unmapped_write(void) { write_at(AT(0x6FFF0000)); }
static void unmapped_jump(void) { jump_to(AT(0x6FFF0000)); }

static void freed_block(void) {
  volatile char *block = take_pages(4);
  block[2 * PAGE] = 1;
  VmmFree((void *)block);
  read_at(block + 2 * PAGE);
}

static void protected_write(void) {
  volatile char *block = take_pages(2);
  block[0] = 1;
  VmmProtect((void *)block, 1, VM_MEM_READ);
  write_at(block);
}

NOINLINE int recurse(int depth) {
  volatile char frame[600];
  frame[depth % 600] = (char)depth;
  return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

static void stack_overflow(void) { sink = (char)recurse(0); }

/* The lowest page of the stack, touched without any recursion. */
static void stack_guard(void) {
  struct vmm_block stack;
  if (!VmmQuery(0, __builtin_frame_address(0), &stack)) die("VmmQuery");
  write_at(stack.base);
}

static const struct {
  const char *name;
  void (*run)(void);
} memory_faults[] = {
    {"null-read", null_read}, {"null-write", null_write}, {"null-jump", null_jump},
    {"null-read-fff", null_read_fff}, {"null-write-fff", null_write_fff},
    {"null-jump-fff", null_jump_fff}, {"kernel-read", kernel_read},
    {"kernel-write", kernel_write}, {"kernel-jump", kernel_jump}, {"kernel-top", kernel_top},
    {"write-code", write_code}, {"write-rodata", write_rodata},
    {"no-access-read", no_access_read}, {"no-access-write", no_access_write},
    {"read-only-write", read_only_write}, {"protected-write", protected_write},
    {"reserved-read", reserved_read}, {"unmapped-read", unmapped_read},
    {"unmapped-write", unmapped_write}, {"unmapped-jump", unmapped_jump},
    {"freed-block", freed_block}, {"stack-overflow", stack_overflow},
    {"stack-guard", stack_guard}};

#define COUNT (sizeof memory_faults / sizeof *memory_faults)

int main(int argc, char **argv) {
  if (argc != 2) {
    for (size_t i = 0; i < COUNT; i++) printf("%s\n", memory_faults[i].name);
    for (size_t i = 0; i < exception_count; i++) printf("%s\n", exceptions[i].name);
    return 2;
  }
  void (*run)(void) = NULL;
  for (size_t i = 0; i < COUNT; i++) {
    if (strcmp(argv[1], memory_faults[i].name) == 0) run = memory_faults[i].run;
  }
  for (size_t i = 0; i < exception_count; i++) {
    if (strcmp(argv[1], exceptions[i].name) == 0) run = exceptions[i].run;
  }
  if (!run) {
    printf("no fault is called %s\n", argv[1]);
    return 2;
  }
  printf("now %s\n", argv[1]);
  fflush(stdout);
  run();
  printf("nothing happened\n");
  return 3;
}
