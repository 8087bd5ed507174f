// Malloc-heavy loops, for whichever malloc is preloaded (scripts/malloc-bench): one loop a start.
//
//   malloc_loops LOOP [PERCENT]    prints "LOOP milliseconds-of-processor milliseconds peak-KiB"
//
// The stream of requests depends on the loop only. Each block gets its first and last byte written,
// and both are looked at when it is freed.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

class Random {
 public:
  explicit Random(uint32_t seed) : state_{seed * 2654435761u | 1} {}
  uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    return state_ ^= state_ << 5;
  }
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(uint64_t{next()} * limit >> 32); }

 private:
  uint32_t state_;
};

struct Block {
  unsigned char* p = nullptr;
  uint32_t bytes = 0;
};

void give(Block& block) {
  if (!block.p) return;
  const auto mark = static_cast<unsigned char>(block.bytes);
  if (block.p[0] != mark || block.p[block.bytes - 1] != mark) std::abort();
  free(block.p);
  block.p = nullptr;
}

void mark(Block& block, uint32_t bytes) {
  if (!block.p) std::abort();
  block.bytes = bytes;
  block.p[0] = block.p[bytes - 1] = static_cast<unsigned char>(bytes);
}

void take(Block& block, uint32_t bytes) {
  block.p = static_cast<unsigned char*>(malloc(bytes));
  mark(block, bytes);
}

// ---- one thread ---------------------------------------------------------------------------------
uint32_t small_size(Random& random) { return 16 + random.below(497); }

// As often 16..31 as 16..32 KiB: small ones are many, large ones are most of the bytes.
uint32_t mixed_size(Random& random) {
  const uint32_t base = 16u << random.below(11);
  return base + random.below(base);
}

// Random victims of `live` blocks are freed, and others taken in their place.
template <uint32_t size(Random&)>
void replace(uint32_t live, uint32_t pairs) {
  auto* blocks = new Block[live];
  Random random{1};
  while (pairs--) {
    Block& block = blocks[random.below(live)];
    give(block);
    take(block, size(random));
  }
  for (uint32_t i = 0; i < live; ++i) give(blocks[i]);
  delete[] blocks;
}

void small(uint32_t percent) { replace<small_size>(10'000, 200'000 * percent); }
void mixed(uint32_t percent) { replace<mixed_size>(2'000, 100'000 * percent); }

void grow(Block& block, uint32_t bytes) {
  const auto old = static_cast<unsigned char>(block.bytes);
  const uint32_t last = block.bytes - 1;
  block.p = static_cast<unsigned char*>(realloc(block.p, bytes));
  if (!block.p || block.p[0] != old || block.p[last] != old) std::abort();
  mark(block, bytes);
}

// Sixteen arrays grow at a time: by doubling to 64 KiB, or by an eighth to 1 MiB.
void grow_all(uint32_t rounds, uint32_t limit, uint32_t (*larger)(uint32_t)) {
  Block blocks[16];
  Random random{2};
  while (rounds--) {
    Block& block = blocks[random.below(16)];
    if (block.p && block.bytes >= limit) give(block);
    if (!block.p) take(block, 16);
    else grow(block, larger(block.bytes));
  }
  for (Block& block : blocks) give(block);
}

void doubling(uint32_t percent) {
  grow_all(50'000 * percent, 65'536, [](uint32_t bytes) { return bytes * 2; });
}
void appending(uint32_t percent) {
  grow_all(20'000 * percent, 1u << 20, [](uint32_t bytes) { return bytes + bytes / 8 + 16; });
}

// ---- two threads --------------------------------------------------------------------------------
constexpr uint32_t kWorkers = 8, kBlocks = 1000, kTurn = 5000;

// After Larson and Krishnan, "Memory allocation for long-running server applications" (1998): each
// turn replaces random victims in an array, and another thread has the array next.
void larson_turns(Block (*arrays)[kBlocks], std::atomic<uint32_t>* turn, uint32_t thread,
                  uint32_t turns) {
  Random random{thread + 3};
  for (uint32_t i = 0; i < turns; ++i) {
    // Even and odd arrays change hands every turn; both threads are in the same turn or the next.
    Block* blocks = arrays[(i * 2 + (thread + i) % 2) % kWorkers];
    for (uint32_t k = 0; k < kTurn; ++k) {
      Block& block = blocks[random.below(kBlocks)];
      give(block);
      take(block, 10 + random.below(491));
    }
    turn[thread].store(i + 1);
    turn[thread].notify_one();
    for (uint32_t there; (there = turn[1 - thread].load()) < i + 1;) turn[1 - thread].wait(there);
  }
}

void larson(uint32_t percent) {
  auto* arrays = new Block[kWorkers][kBlocks];
  std::atomic<uint32_t> turn[2] = {0, 0};
  std::thread other{larson_turns, arrays, turn, 1, 20 * percent};
  larson_turns(arrays, turn, 0, 20 * percent);
  other.join();
  for (uint32_t i = 0; i < kWorkers * kBlocks; ++i) give(arrays[0][i]);
  delete[] arrays;
}

struct Queue {
  static constexpr uint32_t kPlaces = 64, kBatch = 128;
  Block batch[kPlaces][kBatch];
  std::atomic<uint32_t> put{0}, got{0};
};

void produce(Queue& queue, uint32_t batches) {
  Random random{5};
  for (uint32_t i = 0; i < batches; ++i) {
    for (uint32_t got; i - (got = queue.got.load()) == Queue::kPlaces;) queue.got.wait(got);
    for (Block& block : queue.batch[i % Queue::kPlaces]) take(block, small_size(random));
    queue.put.store(i + 1);
    queue.put.notify_one();
  }
}

// One thread takes, the other frees.
void producer(uint32_t percent) {
  auto* queue = new Queue;
  const uint32_t batches = 1000 * percent;
  std::thread producing{[&] { produce(*queue, batches); }};
  for (uint32_t i = 0; i < batches; ++i) {
    for (uint32_t put; (put = queue->put.load()) == i;) queue->put.wait(put);
    for (Block& block : queue->batch[i % Queue::kPlaces]) give(block);
    queue->got.store(i + 1);
    queue->got.notify_one();
  }
  producing.join();
  delete queue;
}

// ---- measuring ----------------------------------------------------------------------------------
constexpr struct {
  const char* name;
  void (*run)(uint32_t percent);
} kLoops[] = {{"small", small},         {"mixed", mixed},   {"doubling", doubling},
              {"appending", appending}, {"larson", larson}, {"producer", producer}};

double processor_ms() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// Of this program, not of what was in the process before.
long peak_kib() {
  FILE* status = std::fopen("/proc/self/status", "r");
  char line[256];
  long kib = 0;
  while (status && std::fgets(line, sizeof line, status)) {
    if (std::strncmp(line, "VmHWM:", 6) == 0) kib = std::strtol(line + 6, nullptr, 10);
  }
  if (status) std::fclose(status);
  return kib;
}

}  // namespace

int main(int argc, char** argv) {
  const auto percent = static_cast<uint32_t>(argc > 2 ? std::atoi(argv[2]) : 100);
  for (const auto& loop : kLoops) {
    if (argc < 2 || std::strcmp(argv[1], loop.name) != 0) continue;
    const auto began = std::chrono::steady_clock::now();
    loop.run(percent);
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - began;
    std::printf("%s %.1f %.1f %ld\n", loop.name, processor_ms(), took.count(), peak_kib());
    return 0;
  }
  std::fprintf(stderr, "malloc_loops: LOOP [PERCENT], loops:");
  for (const auto& loop : kLoops) std::fprintf(stderr, " %s", loop.name);
  std::fprintf(stderr, "\n");
  return 2;
}
