/* swap_sort.c: sorts in several processes at once, together four times the memory (R13):
 *   swap_sort [TIMES [PROCESSES]]
 * Each child fills chunks of 1 MiB with RC4, sorts each and merges all of them into a result as big
 * as they are. Then it fills and sorts the chunks anew and merges them again, beside the result:
 * that must be in order and, word for word, what the merge takes from the chunks, each word once.
 * What RC4 made anew has the result's digest, too, so nothing was lost both times. */
#include "swap.h"

#define CHUNK_WORDS (1u << 18)

static uint32_t *chunks, *result, *spare;
static uint32_t chunk_count;

static void rc4_key(uint8_t *state, uint32_t seed, uint32_t chunk) {
  uint8_t key[8], j = 0;
  memcpy(key, &seed, 4);
  memcpy(key + 4, &chunk, 4);
  for (int i = 0; i < 256; i++) state[i] = (uint8_t)i;
  for (int i = 0; i < 256; i++) {
    uint8_t kept = state[i];
    j = (uint8_t)(j + kept + key[i % 8]);
    state[i] = state[j];
    state[j] = kept;
  }
}

static void rc4_fill(uint32_t *words, uint32_t seed, uint32_t chunk) {
  static uint8_t state[256];
  uint8_t *bytes = (uint8_t *)words;
  uint32_t j = 0;
  rc4_key(state, seed, chunk);
  for (uint32_t n = 0; n < CHUNK_WORDS * 4; n++) {
    uint32_t i = (n + 1) & 255, a = state[i];
    j = (j + a) & 255;
    uint32_t b = state[j];
    state[i] = (uint8_t)b;
    state[j] = (uint8_t)a;
    bytes[n] = state[(a + b) & 255];
  }
}

/* The same for the same numbers in any order. */
struct digest {
  uint64_t sum, mixed;
};

static void digest_add(struct digest *digest, uint32_t number) {
  digest->sum += number;
  digest->mixed += (uint64_t)number * (number ^ 0x9E3779B9u);
}

/* Puts the words in the order of 16 of their bits, those with the same ones left in order. */
static void radix_pass(const uint32_t *from, uint32_t *to, unsigned shift) {
  static uint32_t places[1 << 16];
  memset(places, 0, sizeof places);
  for (uint32_t i = 0; i < CHUNK_WORDS; i++) places[from[i] >> shift & 0xFFFF]++;
  uint32_t place = 0;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    uint32_t count = places[i];
    places[i] = place;
    place += count;
  }
  for (uint32_t i = 0; i < CHUNK_WORDS; i++) to[places[from[i] >> shift & 0xFFFF]++] = from[i];
}

static struct digest fill_and_sort(uint32_t seed) {
  struct digest digest = {0, 0};
  for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
    uint32_t *words = chunks + (size_t)chunk * CHUNK_WORDS;
    rc4_fill(words, seed, chunk);
    for (uint32_t i = 0; i < CHUNK_WORDS; i++) digest_add(&digest, words[i]);
    radix_pass(words, spare, 0);
    radix_pass(spare, words, 16);
  }
  return digest;
}

/* A heap of the chunks' heads: the smallest on top. */
struct head {
  uint32_t word;
  const uint32_t *next, *end;
};
static struct head *heads;
static uint32_t head_count;

static void sink(uint32_t at) {
  struct head moved = heads[at];
  for (uint32_t child; (child = 2 * at + 1) < head_count; at = child) {
    if (child + 1 < head_count && heads[child + 1].word < heads[child].word) child++;
    if (moved.word <= heads[child].word) break;
    heads[at] = heads[child];
  }
  heads[at] = moved;
}

static void begin_merge(void) {
  head_count = chunk_count;
  for (uint32_t i = 0; i < chunk_count; i++) {
    const uint32_t *first = chunks + (size_t)i * CHUNK_WORDS;
    heads[i] = (struct head){*first, first + 1, first + CHUNK_WORDS};
  }
  for (uint32_t i = chunk_count / 2 + 1; i-- > 0;) sink(i);
}

/* Takes the smallest word. */
static uint32_t merge_next(void) {
  struct head *top = &heads[0];
  uint32_t word = top->word;
  if (top->next == top->end) *top = heads[--head_count];
  else top->word = *top->next++;
  sink(0);
  return word;
}

/* Requires: the chunks are as at first. The exit status. */
static int check_result(struct digest chunks_digest) {
  struct digest digest = {0, 0};
  uint32_t last = 0;
  begin_merge();
  for (size_t i = 0; i < (size_t)chunk_count * CHUNK_WORDS; i++) {
    uint32_t word = result[i];
    if (word < last) return 3;
    if (word != merge_next()) return 4;
    digest_add(&digest, word);
    last = word;
  }
  return digest.sum == chunks_digest.sum && digest.mixed == chunks_digest.mixed ? 0 : 5;
}

static int child(uint32_t seed, uint32_t count) {
  chunk_count = count;
  chunks = (uint32_t *)(void *)take_pages((size_t)count * CHUNK_WORDS / WORDS);
  result = (uint32_t *)(void *)take_pages((size_t)count * CHUNK_WORDS / WORDS);
  spare = (uint32_t *)(void *)take_pages(CHUNK_WORDS / WORDS);
  heads = malloc((count + 1) * sizeof *heads);
  if (!heads) die("malloc");
  fill_and_sort(seed);
  begin_merge();
  for (size_t i = 0; i < (size_t)count * CHUNK_WORDS; i++) result[i] = merge_next();
  return check_result(fill_and_sort(seed));
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "child") == 0) {
    return child((uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]));
  }
  uint32_t processes = argc > 2 ? (uint32_t)atoi(argv[2]) : 4;
  uint32_t total = times_memory(argc > 1 ? atof(argv[1]) : 4) / (CHUNK_WORDS / WORDS);
  uint32_t pids[16];
  uint32_t each = processes > 0 ? total / processes / 2 : 0; /* half of it is the result */
  bool ok = processes > 0 && processes <= 16 && each > 0;
  for (uint32_t i = 0; ok && i < processes; i++) {
    char seed[12], chunks_each[12];
    sniprintf(seed, sizeof seed, "%u", (unsigned)i + 1);
    sniprintf(chunks_each, sizeof chunks_each, "%u", (unsigned)each);
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
