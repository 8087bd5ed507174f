/*
 * trace_plugin: records which pages a program refers to, inside QEMU's user-mode emulation.
 *
 * Argument: out=FILE. Little-endian 64-bit records: page number << 32 | references since the last
 * record << 1 | write. Instructions (once a translation block) and data count alike. A page that is
 * among the last WINDOW records, and as written as it is now, is not recorded again; so the order
 * of last references is known to WINDOW records. What the system does on the program's behalf
 * inside a system call is not seen, nor are the program's children.
 *
 * The distribution packages QEMU without the header of its plugin interface; the few functions of
 * it (version 1) that are needed here are declared below.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint64_t plugin_id;
typedef uint32_t plugin_meminfo;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGS = 0, MEM_READ_WRITE = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
                                           void (*cb)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id, void *), void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
                                          void (*cb)(unsigned, void *), int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      void (*cb)(unsigned, plugin_meminfo, uint64_t, void *),
                                      int flags, int rw, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(plugin_meminfo info);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

enum { WINDOW = 64, ENTRIES = 4096 };

static struct {
  uint64_t page;
  uint64_t at; /* number of its last record */
  bool written;
} recent[ENTRIES];
static uint64_t records = WINDOW + 1;
static uint32_t references;
static FILE *out;
static pid_t recorded_process;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static void write_record(uint64_t page, bool write) {
  if (page >> 31 != 0) {
    fprintf(stderr, "trace_plugin: page %llx is beyond what a record can hold\n",
            (unsigned long long)page);
    _exit(125);
  }
  const uint64_t record = page << 32 | (uint64_t)(references & 0x7FFFFFFF) << 1 | write;
  if (fwrite(&record, sizeof record, 1, out) != 1) {
    perror("trace_plugin");
    _exit(125);
  }
  references = 0;
  ++records;
}

static void refer(uint64_t address, bool write) {
  const uint64_t page = address >> 12;
  pthread_mutex_lock(&one_at_a_time);
  ++references;
  typeof(recent[0]) *entry = &recent[(page ^ page >> 12) % ENTRIES];
  const bool fresh = entry->page == page && records - entry->at <= WINDOW;
  if (!(fresh && (entry->written || !write)) && getpid() == recorded_process) {
    write_record(page, write);
    entry->written = write || (fresh && entry->written);
    entry->page = page;
    entry->at = records;
  }
  pthread_mutex_unlock(&one_at_a_time);
}

static void on_fetch(unsigned vcpu, void *address) {
  (void)vcpu;
  refer((uint64_t)(uintptr_t)address, false);
}

static void on_access(unsigned vcpu, plugin_meminfo info, uint64_t address, void *data) {
  (void)vcpu;
  (void)data;
  refer(address, qemu_plugin_mem_is_store(info));
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *tb) {
  (void)id;
  const size_t count = qemu_plugin_tb_n_insns(tb);
  uint64_t page = ~0ull;
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    const uint64_t address = qemu_plugin_insn_vaddr(insn);
    if (address >> 12 != page) {
      page = address >> 12;
      qemu_plugin_register_vcpu_tb_exec_cb(tb, on_fetch, CB_NO_REGS, (void *)(uintptr_t)address);
    }
    qemu_plugin_register_vcpu_mem_cb(insn, on_access, CB_NO_REGS, MEM_READ_WRITE,
                                     NULL);
  }
}

static void on_exit_(plugin_id id, void *data) {
  (void)id;
  (void)data;
  if (getpid() == recorded_process && fclose(out) != 0) perror("trace_plugin");
}

__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info,
                                                               int argc, char **argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "out=", 4) == 0) out = fopen(argv[i] + 4, "wb");
  }
  if (out == NULL) {
    fprintf(stderr, "trace_plugin: out=FILE is missing, or FILE cannot be written\n");
    return -1;
  }
  setvbuf(out, NULL, _IOFBF, 1 << 20);
  recorded_process = getpid();
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit_, NULL);
  return 0;
}
