/* cxx.cpp: C++: static constructors and destructors, new and delete, virtual calls, templates of
 * the standard library, static locals. */
#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "check.h"

namespace {

int alive;

struct Counted {
  explicit Counted(int value) : value_(value) { ++alive; }
  Counted(const Counted&) = delete;
  virtual ~Counted() { --alive; }
  virtual int value() const { return value_; }
  int value_;
};

struct Twice final : Counted {
  using Counted::Counted;
  int value() const override { return value_ * 2; }
};

Counted constructed_before_main(41);

struct SaysGoodbye {
  ~SaysGoodbye() { std::puts("goodbye"); }
} at_the_end;

struct alignas(128) Aligned {
  char bytes[200];
};

void news() {
  CHECK("static_constructor_ran", constructed_before_main.value() == 41 && alive == 1);
  Counted* p = new Twice(5);
  CHECK("virtual_call", p->value() == 10 && alive == 2);
  delete p;
  auto* many = new int[1000];
  delete[] many;
  CHECK("delete_destroys", alive == 1);
  auto aligned = std::make_unique<Aligned>();
  CHECK("aligned_new", reinterpret_cast<uintptr_t>(aligned.get()) % 128 == 0);
  CHECK("nothrow_new_gives_null", new (std::nothrow) char[0x7F000000] == nullptr);
}

int static_local() {
  static Counted counted(7);
  return counted.value();
}

void library() {
  std::vector<int> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i * 7919 % 1000);
  std::sort(numbers.begin(), numbers.end());
  CHECK("vector_sort", std::is_sorted(numbers.begin(), numbers.end()) && numbers[999] == 999);
  std::string text = "a string that is too long for ";
  text += "the small buffer";
  CHECK("string", text.size() == 46 && text.find("small") == 34);
  std::map<int, std::string> tree;
  for (int i = 0; i < 500; ++i) tree[i * 37 % 500] = std::to_string(i);
  bool ok = tree.size() == 500;
  int expected = 0;
  for (const auto& [key, value] : tree) EXPECT(ok, key == expected++);
  for (int i = 0; i < 500; i += 2) tree.erase(i);
  EXPECT(ok, tree.size() == 250 && tree.begin()->first == 1 && tree.rbegin()->first == 499);
  CHECK("map", ok);
  std::unordered_map<std::string, int> table;
  for (int i = 0; i < 2000; ++i) table[std::to_string(i)] = i;
  ok = table.size() == 2000;
  for (int i = 0; i < 2000; ++i) EXPECT(ok, table.at(std::to_string(i)) == i);
  CHECK("unordered_map", ok);
  auto shared = std::make_shared<Twice>(4);
  auto other = shared;
  CHECK("shared_ptr", shared.use_count() == 2 && other->value() == 8);
  std::atomic<uint64_t> wide{1};
  wide += 1ull << 40;
  CHECK("atomic_of_64_bits", wide.load() == (1ull << 40) + 1);
}

}  // namespace

int main() {
  news();
  CHECK("static_local", static_local() == 7 && static_local() == 7 && alive == 2);
  library();
  return finish();
}
