// Reference strings: their pages made dense, and read from files.
#include "lab/reference_string.h"

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unordered_map>

namespace mobius::lab {

void ReferenceString::begin_part(std::string name) {
  if (!parts_.empty() && parts_.back().begin == references_.size()) parts_.pop_back();
  parts_.push_back({std::move(name), references_.size()});
}

void ReferenceString::make_dense() {
  std::unordered_map<uint32_t, uint32_t> number_of;
  for (uint32_t& reference : references_) {
    const uint32_t next = static_cast<uint32_t>(number_of.size());
    const uint32_t number = number_of.try_emplace(reference >> 1, next).first->second;
    reference = number << 1 | (reference & 1);
  }
  footprint_ = static_cast<uint32_t>(number_of.size());
}

ReferenceString read_trace(const std::string& path) {
  static_assert(std::endian::native == std::endian::little);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  ReferenceString string(std::filesystem::path(path).stem().string());
  std::vector<char> buffer(1 << 20);
  size_t left_over = 0;
  do {
    file.read(buffer.data() + left_over, static_cast<std::streamsize>(buffer.size() - left_over));
    const size_t have = left_over + static_cast<size_t>(file.gcount());
    size_t at = 0;
    for (; have - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
      uint64_t record;
      std::memcpy(&record, buffer.data() + at, sizeof record);
      if (record >> 63 != 0) throw std::runtime_error(path + ": a page number beyond 2^31");
      string.add(static_cast<uint32_t>(record >> 32), (record & 1) != 0);
    }
    left_over = have - at;
    std::memmove(buffer.data(), buffer.data() + at, left_over);
  } while (file);
  if (left_over != 0) throw std::runtime_error(path + ": ends inside a record");
  if (string.size() == 0) throw std::runtime_error(path + ": is empty");
  string.make_dense();
  return string;
}

}  // namespace mobius::lab
