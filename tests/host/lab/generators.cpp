// The strings that are made: loops, distributions, matrices, phases, and the swap workloads.
#include <algorithm>
#include <map>

#include "lab/count.h"
#include "lab/reference_string.h"
#include "sim/random.h"

namespace mobius::lab {
namespace {

constexpr uint32_t kPages = 4096;

// The swap workloads' own generator; its state is carried through all parts.
class XorShift {
 public:
  // Draw 0 is swapbench.exe's; the others are as good, and different.
  explicit XorShift(uint32_t draw) : x_(88172645463325252ull + draw * 0x9E3779B97F4A7C15ull) {}
  uint64_t next() {
    x_ ^= x_ << 13;
    x_ ^= x_ >> 7;
    x_ ^= x_ << 17;
    return x_;
  }

 private:
  uint64_t x_;
};

double unit(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

// A page of `pages`, by the cube of a uniform number: a few are referenced often, most rarely.
uint32_t cubed(double u, uint32_t pages) {
  return static_cast<uint32_t>(static_cast<double>(pages) * u * u * u);
}

void loop(ReferenceString& s) {
  for (int pass = 0; pass < 20; ++pass) {
    for (uint32_t p = 0; p < kPages; ++p) s.add(p, pass % 2 == 0);
  }
}

// Two loops of different length, interleaved: the short one is worth keeping.
void two_loops(ReferenceString& s) {
  for (uint32_t i = 0; i < 40 * kPages; ++i) {
    s.add(i % (kPages / 4), false);
    s.add(kPages + i % kPages, true);
  }
}

void zipf(ReferenceString& s) {
  sim::Random random(1);
  for (int i = 0; i < 400000; ++i) s.add(cubed(unit(random.next()), kPages), random.chance(2));
}

void uniform(ReferenceString& s) {
  sim::Random random(2);
  for (int i = 0; i < 200000; ++i) s.add(random.below(kPages), random.chance(2));
}

// Zipf over one half, and every so often a scan of the other.
void zipf_scan(ReferenceString& s) {
  sim::Random random(3);
  for (int round = 0; round < 20; ++round) {
    for (uint32_t i = 0; i < 3 * kPages; ++i) {
      s.add(cubed(unit(random.next()), kPages / 2), random.chance(2));
    }
    for (uint32_t p = kPages / 2; p < kPages; ++p) s.add(p, false);
  }
}

// C = A * B, 768 x 768 elements of 8 bytes: a row of A, a column of B, one element of C.
void matrix_multiply(ReferenceString& s) {
  constexpr uint32_t n = 768, per_page = 512;
  const auto page_of = [](uint32_t matrix, uint32_t row, uint32_t column) {
    return (matrix * n * n + row * n + column) / per_page;
  };
  // Every fourth row and eighth column: the pattern repeats.
  for (uint32_t row = 0; row < n; row += 4) {
    for (uint32_t column = 0; column < n; column += 8) {
      for (uint32_t k = 0; k < n; ++k) {
        if (k % 256 == 0) s.add(page_of(0, row, k), false);
        s.add(page_of(1, k, column), false);
      }
      s.add(page_of(2, row, column), true);
    }
  }
}

// An in-place FFT of 2^20 16-byte numbers: bit reversal, then passes of ever larger strides.
void fft(ReferenceString& s) {
  constexpr uint32_t bits = 20, n = 1u << bits, per_page = 256;
  for (uint32_t i = 0; i < n; i += 16) {
    uint32_t reversed = 0;
    for (uint32_t b = 0; b < bits; ++b) reversed |= (i >> b & 1) << (bits - 1 - b);
    s.add(i / per_page, true);
    s.add(reversed / per_page, true);
  }
  for (uint32_t half = 1; half < n; half *= 2) {
    const uint32_t step = std::max(1u, std::min(half, per_page) / 2);
    for (uint32_t block = 0; block < n; block += std::max(2 * half, per_page)) {
      for (uint32_t i = block; i < block + half; i += step) {
        s.add(i / per_page, true);
        s.add((i + half) / per_page, true);
      }
    }
  }
}

// Ten phases, each with a working set of its own, referred to Zipf-like.
void phases(ReferenceString& s) {
  sim::Random random(4);
  for (uint32_t phase = 0; phase < 10; ++phase) {
    const uint32_t first = random.below(kPages / 2);
    const uint32_t pages = kPages / 8 + random.below(kPages / 2 - kPages / 8);
    for (int i = 0; i < 40000; ++i) {
      s.add(first + cubed(unit(random.next()), pages) * 2654435761u % pages, random.chance(3));
    }
  }
}

// The workloads of `swapbench.exe`, on its block of 38,512 pages.
class SwapWorkloads {
 public:
  SwapWorkloads(ReferenceString& s, uint32_t draw) : s_(s), random_(draw) {}

  void all() {
    s_.begin_part("first write");
    for (uint32_t p = 0; p < kBlock; ++p) {
      for (int i = 0; i < 16; ++i) random_.next();  // what is written
      s_.add(p, true);
    }
    s_.begin_part("loop");
    for (int pass = 0; pass < 3; ++pass) {
      for (uint32_t p = 0; p < kBlock; ++p) s_.add(p, true);
    }
    s_.begin_part("Zipf");
    zipf(kBlock, 400000);
    s_.begin_part("uniform");
    for (int i = 0; i < 60000; ++i) s_.add(random_.next() % kBlock, true);
    s_.begin_part("uniform, read only");
    for (int i = 0; i < 60000; ++i) s_.add(random_.next() % kBlock, false);
    s_.begin_part("Zipf + scan");
    for (int round = 0; round < 4; ++round) {
      zipf(kBlock / 2, 60000);
      for (uint32_t p = kBlock / 2; p < kBlock; ++p) s_.add(p, true);
    }
  }

 private:
  static constexpr uint32_t kBlock = 38512;
  void zipf(uint32_t pages, int touches) {
    for (int i = 0; i < touches; ++i) {
      const uint64_t rank = cubed(unit(random_.next()), pages);
      random_.next();  // where in the page
      s_.add(static_cast<uint32_t>(rank * 7919 % pages), true);
    }
  }
  ReferenceString& s_;
  XorShift random_;
};

void swap_workloads(ReferenceString& s) { SwapWorkloads(s, 0).all(); }

// N of swap-workloads@N: another draw of the same. 0: not such a name.
uint32_t draw_of(std::string_view name) {
  if (!name.starts_with(kSwapWorkloads)) return 0;
  name.remove_prefix(kSwapWorkloads.size());
  return name.starts_with('@') ? count_in(name.substr(1)) : 0;
}

using Generator = void (*)(ReferenceString&);
const std::map<std::string, Generator>& generators() {
  static const std::map<std::string, Generator> all{
      {"loop", loop},       {"two-loops", two_loops},
      {"zipf", zipf},       {"zipf-scan", zipf_scan},
      {"uniform", uniform}, {"matrix-multiply", matrix_multiply},
      {"fft", fft},         {"phases", phases},
      {std::string(kSwapWorkloads), swap_workloads}};
  return all;
}

}  // namespace

std::span<const std::string> generator_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const auto& [name, make] : generators()) out.push_back(name);
    return out;
  }();
  return names;
}

bool is_generator(const std::string& name) {
  return generators().contains(name) || draw_of(name) != 0;
}

ReferenceString generate(const std::string& name) {
  ReferenceString string(name);
  if (const uint32_t draw = draw_of(name)) SwapWorkloads(string, draw).all();
  else generators().at(name)(string);
  string.make_dense();
  return string;
}

}  // namespace mobius::lab
