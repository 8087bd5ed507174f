/* containers.cpp: the containers, algorithms and helpers of the standard library: that each links
 * (what libstdc++.a would hold is in libc/cxx_*.cpp), and works. */
#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <deque>
#include <forward_list>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "check.h"

namespace {

constexpr int kMany = 1000;

int scrambled(int i) {
  return i * 7919 % kMany;
} /* each of 0..999 once */

bool counts_up(const std::list<int>& list, int first, int count) {
  int expected = first;
  for (int value : list) {
    if (value != expected++) return false;
  }
  int backwards = expected;
  for (auto it = list.rbegin(); it != list.rend(); ++it) {
    if (*it != --backwards) return false;
  }
  return expected == first + count && static_cast<int>(list.size()) == count;
}

void lists() {
  std::list<int> list, other, empty;
  for (int i = 0; i < kMany; ++i) (i & 1 ? list : other).push_back(scrambled(i));
  list.sort();
  other.sort();
  list.merge(other);
  CHECK("list_sort_and_merge", counts_up(list, 0, kMany) && other.empty());
  list.reverse();
  bool ok = list.front() == kMany - 1;
  list.reverse();
  CHECK("list_reverse", ok && counts_up(list, 0, kMany));
  other.splice(other.end(), list, std::next(list.begin(), 500), list.end());
  CHECK("list_splice", counts_up(list, 0, 500) && counts_up(other, 500, 500));
  swap(list, other);
  swap(list, empty);
  CHECK("list_swap", list.empty() && counts_up(empty, 500, 500) && counts_up(other, 0, 500));
  swap(list, list);
  other.splice(other.begin(), other, other.begin());
  other.remove_if([](int value) { return value >= 10; });
  other.insert(other.end(), {10, 11});
  other.erase(std::prev(other.end()));
  CHECK("list_insert_and_erase", counts_up(other, 0, 11));
  std::forward_list<int> forward{3, 1, 2};
  forward.sort();
  forward.reverse();
  CHECK("forward_list", forward.front() == 3 && std::distance(forward.begin(), forward.end()) == 3);
}

void trees_and_tables() {
  std::set<int> set;
  std::multiset<int> many;
  std::multimap<int, int> pairs;
  std::unordered_set<std::string> words;
  std::unordered_multimap<int, int> table;
  for (int i = 0; i < kMany; ++i) {
    set.insert(scrambled(i));
    many.insert(i % 10);
    pairs.emplace(i % 7, i);
    words.insert(std::to_string(i % 100));
    table.emplace(i % 50, i);
  }
  CHECK("set", set.size() == kMany && *set.begin() == 0 && *set.lower_bound(500) == 500);
  CHECK("multiset", many.count(3) == 100 && many.erase(3) == 100 && many.size() == 900);
  CHECK("multimap", pairs.count(0) == 143 && pairs.rbegin()->first == 6);
  CHECK("unordered_set", words.size() == 100 && words.contains("99") && words.erase("5") == 1);
  CHECK("unordered_multimap", table.count(7) == 20 && table.size() == kMany);
  std::map<std::string, int> map;
  auto node = map.extract(map.emplace("a", 1).first);
  node.key() = "b";
  map.insert(std::move(node));
  CHECK("map_extract", map.at("b") == 1 && !map.contains("a"));
}

void queues() {
  std::deque<int> deque;
  for (int i = 0; i < kMany; ++i) i & 1 ? deque.push_back(i) : deque.push_front(i);
  std::sort(deque.begin(), deque.end());
  CHECK("deque", deque.front() == 0 && deque[500] == 500 && deque.back() == kMany - 1);
  std::priority_queue<int> heap;
  std::queue<int, std::list<int>> queue;
  std::stack<int> stack;
  for (int i = 0; i < kMany; ++i) {
    heap.push(scrambled(i));
    queue.push(i);
    stack.push(i);
  }
  CHECK("queues", heap.top() == kMany - 1 && queue.front() == 0 && stack.top() == kMany - 1);
  std::vector<bool> bits(100);
  bits[63] = true;
  std::bitset<100> set;
  set.set(77);
  CHECK("bits", std::count(bits.begin(), bits.end(), true) == 1 && set._Find_first() == 77);
}

void algorithms() {
  std::vector<int> numbers(kMany);
  for (int i = 0; i < kMany; ++i) numbers[i] = scrambled(i);
  std::nth_element(numbers.begin(), numbers.begin() + 500, numbers.end());
  bool ok = numbers[500] == 500;
  std::stable_sort(numbers.begin(), numbers.end(), std::greater<>());
  EXPECT(ok, numbers[0] == kMany - 1 && numbers[kMany - 1] == 0);
  std::make_heap(numbers.begin(), numbers.end());
  std::sort_heap(numbers.begin(), numbers.end());
  EXPECT(ok, std::binary_search(numbers.begin(), numbers.end(), 77));
  EXPECT(ok, std::accumulate(numbers.begin(), numbers.end(), 0) == kMany * (kMany - 1) / 2);
  std::rotate(numbers.begin(), numbers.begin() + 3, numbers.end());
  EXPECT(ok, numbers[0] == 3 && std::span(numbers).last(1)[0] == 2);
  std::inplace_merge(numbers.begin(), numbers.end() - 3, numbers.end());
  std::ranges::reverse(numbers);
  EXPECT(ok, std::next_permutation(numbers.end() - 2, numbers.end()) == false);
  CHECK("algorithms", ok);
}

struct Shared : std::enable_shared_from_this<Shared> {
  int value = 6;
};

void helpers() {
  int sum = 0;
  std::function<void(int)> add = [&](int n) { sum += n; };
  auto bound = std::bind(add, std::placeholders::_1);
  add(1);
  bound(2);
  CHECK("function", sum == 3 && add);
  auto shared = std::make_shared<Shared>();
  std::weak_ptr<Shared> weak = shared;
  auto again = shared->shared_from_this();
  bool ok = shared.use_count() == 2 && weak.lock()->value == 6;
  shared.reset();
  again.reset();
  CHECK("weak_ptr", ok && weak.expired());
  std::unique_ptr<int[], std::function<void(int*)>> owned(new int[3], [&](int* p) {
    ++sum;
    delete[] p;
  });
  owned.reset();
  CHECK("unique_ptr_with_deleter", sum == 4);
  std::variant<int, std::string> either = "text";
  std::optional<std::string> maybe = std::get<1>(either);
  ok = std::visit([](const auto& v) { return sizeof v; }, either) == sizeof(std::string);
  CHECK("variant_and_optional", ok && maybe.value_or("") == "text");
  auto [a, b] = std::tuple(1, std::string("b"));
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, 4711).ptr;
  int parsed = 0;
  std::from_chars(digits, end, parsed);
  CHECK("tuple_and_charconv", a == 1 && b == "b" && parsed == 4711);
}

void strings() {
  std::string text = "one two three";
  text.replace(4, 3, "and a half of");
  text.insert(0, 3, '-');
  bool ok = text == "---one and a half of three" && text.rfind("half") == 13;
  EXPECT(ok, text.find_first_not_of('-') == 3 && std::string_view(text).ends_with("three"));
  std::wstring wide(100, L'w');
  wide += L"ide";
  std::u16string narrow = u"u16";
  EXPECT(ok, wide.size() == 103 && narrow.compare(u"u17") < 0);
  EXPECT(ok, std::stoi("42") == 42 && std::to_string(2.5).substr(0, 3) == "2.5");
  EXPECT(ok, std::hash<std::string>()(text) == std::hash<std::string_view>()(text));
  CHECK("strings", ok);
}

}  // namespace

int main() {
  lists();
  trees_and_tables();
  queues();
  algorithms();
  helpers();
  strings();
  return finish();
}
