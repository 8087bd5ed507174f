// What a program refers to, page by page: the input of the policy lab.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mobius::lab {

class ReferenceString {
 public:
  // A stretch of the string whose faults are counted by themselves.
  struct Part {
    std::string name;
    size_t begin;
  };

  explicit ReferenceString(std::string name) : name_(std::move(name)) { begin_part("all"); }

  void begin_part(std::string name);
  // Requires: page < 2^31.
  void add(uint32_t page, bool write) { references_.push_back(page << 1 | (write ? 1 : 0)); }

  const std::string& name() const { return name_; }
  size_t size() const { return references_.size(); }
  uint32_t page(size_t i) const { return references_[i] >> 1; }
  bool write(size_t i) const { return (references_[i] & 1) != 0; }
  std::span<const Part> parts() const { return parts_; }

  // Numbers the pages 0, 1, 2, ... in the order of their first references. Do this once, last.
  void make_dense();
  // How many different pages there are. Requires: make_dense().
  uint32_t footprint() const { return footprint_; }

 private:
  std::string name_;
  std::vector<uint32_t> references_;  // page << 1 | write
  std::vector<Part> parts_;
  uint32_t footprint_ = 0;
};

// The strings that are made, not recorded: their names, and one of them by name. swap-workloads@N
// is the N-th other draw of swap-workloads, the string of swapbench.exe.
inline constexpr std::string_view kSwapWorkloads = "swap-workloads";
std::span<const std::string> generator_names();
bool is_generator(const std::string& name);
ReferenceString generate(const std::string& name);

// A recorded string: little-endian u64 records, page number << 32 | references since the last
// record << 1 | write. Throws std::runtime_error where the file is not such a string.
ReferenceString read_trace(const std::string& path);

}  // namespace mobius::lab
