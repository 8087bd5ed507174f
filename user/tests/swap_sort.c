/* swap_sort.c: sorts in several processes at once, together four times the memory (R13):
 *   swap_sort [TIMES [PROCESSES]]
 * Each child fills chunks of 1 MiB with RC4, sorts each, merges all of them; what comes out must be
 * in order and the same numbers. */
#include "swap.h"

#define CHUNK_WORDS (1u << 18)

static uint32_t *chunks, *spare;
static uint32_t chunk_count;

static uint8_t rc4_state[256], rc4_i, rc4_j;

static void rc4_start(uint32_t seed, uint32_t chunk) {
  uint8_t key[8], j = 0;
  memcpy(key, &seed, 4);
  memcpy(key + 4, &chunk, 4);
  for (int i = 0; i < 256; i++) rc4_state[i] = (uint8_t)i;
  for (int i = 0; i < 256; i++) {
    uint8_t kept = rc4_state[i];
    j = (uint8_t)(j + kept + key[i % 8]);
    rc4_state[i] = rc4_state[j];
    rc4_state[j] = kept;
  }
  rc4_i = rc4_j = 0;
}

static uint8_t rc4_byte(void) {
  uint8_t a = rc4_state[++rc4_i], b = rc4_state[rc4_j = (uint8_t)(rc4_j + a)];
  rc4_state[rc4_i] = b;
  rc4_state[rc4_j] = a;
  return rc4_state[(uint8_t)(a + b)];
}

/* The same for the same numbers in any order. */
struct digest {
  uint64_t sum, mixed;
};

static void digest_add(struct digest *digest, uint32_t number) {
  digest->sum += number;
  digest->mixed += (uint64_t)number * (number ^ 0x9E3779B9u);
}

static void fill(struct digest *digest, uint32_t seed) {
  for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
    uint32_t *words = chunks + (size_t)chunk * CHUNK_WORDS;
    rc4_start(seed, chunk);
    for (uint32_t i = 0; i < CHUNK_WORDS; i++) {
      uint32_t word = rc4_byte();
      word |= (uint32_t)rc4_byte() << 8;
      word |= (uint32_t)rc4_byte() << 16;
      words[i] = word | (uint32_t)rc4_byte() << 24;
      digest_add(digest, words[i]);
    }
  }
}

static void radix_pass(const uint32_t *from, uint32_t *to, unsigned shift) {
  static uint32_t places[256];
  memset(places, 0, sizeof places);
  for (uint32_t i = 0; i < CHUNK_WORDS; i++) places[from[i] >> shift & 255]++;
  uint32_t place = 0;
  for (int i = 0; i < 256; i++) {
    uint32_t count = places[i];
    places[i] = place;
    place += count;
  }
  for (uint32_t i = 0; i < CHUNK_WORDS; i++) to[places[from[i] >> shift & 255]++] = from[i];
}

static void sort_chunks(void) {
  for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
    uint32_t *words = chunks + (size_t)chunk * CHUNK_WORDS;
    for (unsigned shift = 0; shift < 32; shift += 16) {
      radix_pass(words, spare, shift);
      radix_pass(spare, words, shift + 8);
    }
  }
}

/* A heap of the chunks' heads: the smallest on top. */
static const uint32_t **heads, **ends;

static void sink(uint32_t at, uint32_t count) {
  for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && *heads[child + 1] < *heads[child]) child++;
    if (*heads[at] <= *heads[child]) return;
    const uint32_t *head = heads[at], *end = ends[at];
    heads[at] = heads[child];
    ends[at] = ends[child];
    heads[child] = head;
    ends[child] = end;
  }
}

/* Whether the merged numbers are in order; they go into the digest. */
static bool merge(struct digest *digest) {
  uint32_t left = chunk_count, last = 0;
  for (uint32_t i = 0; i < left; i++) {
    heads[i] = chunks + (size_t)i * CHUNK_WORDS;
    ends[i] = heads[i] + CHUNK_WORDS;
  }
  for (uint32_t i = left / 2 + 1; i-- > 0;) sink(i, left);
  while (left > 0) {
    uint32_t word = *heads[0];
    if (word < last) return false;
    last = word;
    digest_add(digest, word);
    if (++heads[0] == ends[0]) {
      heads[0] = heads[--left];
      ends[0] = ends[left];
    }
    sink(0, left);
  }
  return true;
}

static int child(uint32_t seed, uint32_t count) {
  struct digest before = {0, 0}, after = {0, 0};
  chunk_count = count;
  chunks = (uint32_t *)(void *)take_pages((size_t)count * CHUNK_WORDS / WORDS);
  spare = (uint32_t *)(void *)take_pages(CHUNK_WORDS / WORDS);
  heads = malloc(count * sizeof *heads);
  ends = malloc(count * sizeof *ends);
  if (!heads || !ends) die("malloc");
  fill(&before, seed);
  sort_chunks();
  if (!merge(&after)) return 3;
  return before.sum == after.sum && before.mixed == after.mixed ? 0 : 4;
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "child") == 0) {
    return child((uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]));
  }
  uint32_t processes = argc > 2 ? (uint32_t)atoi(argv[2]) : 4;
  uint32_t total = times_memory(argc > 1 ? atof(argv[1]) : 4) / (CHUNK_WORDS / WORDS);
  uint32_t pids[16];
  bool ok = processes > 0 && processes <= 16;
  for (uint32_t i = 0; ok && i < processes; i++) {
    char seed[12], chunks_each[12];
    sniprintf(seed, sizeof seed, "%u", (unsigned)i + 1);
    sniprintf(chunks_each, sizeof chunks_each, "%u", (unsigned)(total / processes));
    const char *const words[] = {argv[0], "child", seed, chunks_each, NULL};
    pids[i] = start_self(argv[0], words);
  }
  for (uint32_t i = 0; ok && i < processes; i++) {
    struct proc_status status = wait_for(pids[i]);
    if (status.code) printf("child %u ended with %d\n", (unsigned)i, (int)status.code);
    ok &= status.end == PROC_EXITED && status.code == 0;
  }
  CHECK("R13_sort_and_merge_in_several_processes", ok);
  return finish();
}
