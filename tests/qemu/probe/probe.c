/* probe.c: a kernel of one page that tests the runner, not Mobius: it speaks the consoles' protocol
 * (COM1 the user's bytes, COM2 log and verdict out, `eof N` in) and ends as its command line says:
 *   echo          sends COM1 input back until `eof N` says that all N bytes came; exit 7
 *   flood=N       writes N bytes of a pattern on COM1; exit 0
 *   say=TEXT#     writes the line `mobius: TEXT`
 *   silent        ends without a verdict      hang   never ends     triple   triple fault
 *   late          the verdict, then one more line of log
 * With `stuck` first it does not switch the machine off after its verdict. */
typedef unsigned char u8;
typedef unsigned int u32;

__asm__(".section .multiboot,\"a\"\n"
        ".align 4\n.long 0x1BADB002, 3, -(0x1BADB002 + 3)\n"
        ".text\n.global _start\n_start:\n"
        "mov $stack + 4096, %esp\npush %ebx\npush %eax\ncall kmain\n1: cli\nhlt\njmp 1b\n"
        ".bss\n.align 16\nstack: .skip 4096\n");

enum { kCom1 = 0x3F8, kCom2 = 0x2F8, kLsr = 5, kReady = 1, kEmpty = 0x20, kIdle = 0x40 };

static void outb(u32 port, u8 value) {
  __asm__ volatile("outb %0, %w1" : : "a"(value), "Nd"(port));
}
static u8 inb(u32 port) {
  u8 value;
  __asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static void open_port(u32 port) {
  outb(port + 1, 0);
  outb(port + 3, 0x80);
  outb(port, 1);
  outb(port + 1, 0);
  outb(port + 3, 3);
  outb(port + 2, 0); /* no FIFOs: Bochs drops what comes while one is full */
  outb(port + 4, 0x0B);
}

static void put(u32 port, u8 c) {
  while (!(inb(port + kLsr) & kEmpty)) {}
  outb(port, c);
}
static void put_text(u32 port, const char *s) {
  while (*s) put(port, (u8)*s++);
}
static int starts(const char *s, const char *word) {
  while (*word) if (*s++ != *word++) return 0;
  return 1;
}
static u32 number(const char *s) {
  u32 n = 0;
  while (*s >= '0' && *s <= '9') n = n * 10 + (u32)(*s++ - '0');
  return n;
}

static void echo(void) {
  char line[32];
  u32 used = 0, received = 0, total = 0;
  int ended = 0;
  while (!ended || received != total) {
    if (inb(kCom1 + kLsr) & kReady) {
      put(kCom1, inb(kCom1));
      ++received;
    }
    if (inb(kCom2 + kLsr) & kReady) {
      u8 c = inb(kCom2);
      if (c == '\n') {
        line[used] = 0;
        if (starts(line, "eof ")) {
          ended = 1;
          total = number(line + 4);
        }
        used = 0;
      } else if (used < sizeof line - 1) {
        line[used++] = (char)c;
      }
    }
  }
}

static void power_off(void) {
  const char *word = "Shutdown";
  while (!(inb(kCom1 + kLsr) & kIdle) || !(inb(kCom2 + kLsr) & kIdle)) {}
  outb(0xF4, 0);
  while (*word) outb(0x8900, (u8)*word++);
}

void kmain(u32 magic, const u32 *info) {
  const char *options = (const char *)info[4];
  int stuck = 0;
  (void)magic;
  open_port(kCom1);
  open_port(kCom2);
  put_text(kCom2, "probe: ");
  put_text(kCom2, options);
  put(kCom2, '\n');
  if (starts(options, "stuck ")) {
    stuck = 1;
    options += 6;
  }
  if (starts(options, "hang")) return;
  if (starts(options, "triple")) {
    static const u8 none[6];
    __asm__ volatile("lidt %0\nint3" : : "m"(none));
  }
  if (starts(options, "echo")) {
    echo();
    put_text(kCom2, "mobius: exit 7\n");
  } else if (starts(options, "flood=")) {
    u32 n = number(options + 6);
    for (u32 i = 0; i < n; ++i) put(kCom1, (u8)(i ^ (i >> 8)));
    put_text(kCom2, "mobius: exit 0\n");
  } else if (starts(options, "say=")) {
    put_text(kCom2, "mobius: ");
    for (options += 4; *options && *options != '#'; ++options) put(kCom2, (u8)*options);
    put(kCom2, '\n');
  } else if (starts(options, "late")) {
    put_text(kCom2, "mobius: exit 3\none more line");
  }
  if (!stuck) power_off();
}
