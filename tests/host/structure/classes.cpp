// A declaration of a class ends with a semicolon in its body, or with the brace that closes a
// function's body.
#include "structure/classes.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

using Words = std::vector<std::string_view>;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c));
}

// The name of the class whose body begins behind `head`; empty where none does.
std::string class_name(std::string_view head) {
  constexpr std::array kKinds{"class", "struct", "union"};
  if (head.ends_with(')')) return {};  // a function that returns a struct
  const Words words = words_of(head.substr(0, head.find(" : ")));
  const auto kind = std::ranges::find_first_of(words, kKinds);
  const bool is_class = kind != words.end() && kind + 1 != words.end() &&
                        std::ranges::find(words, "enum") == words.end() &&
                        head.find('=') == std::string_view::npos;
  if (!is_class) return {};
  return std::string(words.back() == "final" ? words[words.size() - 2] : words.back());
}

bool is_namespace(std::string_view head) {
  return head.starts_with("namespace") || head.starts_with("inline namespace") ||
         head.starts_with("extern \"");
}

bool counts(std::string_view head) {
  return !head.empty() && !head.starts_with("friend ") && !head.starts_with("static_assert");
}

class Counter {
 public:
  explicit Counter(std::string_view text) : code_(code_only(text)) {}

  std::vector<Class> count() {
    for (at_ = 0; at_ < code_.size(); ++at_) {
      const char c = code_[at_];
      if (c == '{' || c == '}') {
        c == '{' ? open() : close();
      } else if (!in_block()) {
        add(c);
      }
    }
    return std::move(classes_);
  }

 private:
  static constexpr size_t kNamespace = ~size_t{0}, kBlock = kNamespace - 1;

  bool in_block() const { return !scopes_.empty() && scopes_.back() == kBlock; }

  void add(char c) {
    parentheses_ += (c == '(') - (c == ')');
    if (c == ';' && parentheses_ == 0) {
      end_of_declaration();
    } else if (c == ':' && (head_ == "public" || head_ == "protected" || head_ == "private")) {
      head_.clear();
    } else if (!is_space(c)) {
      head_ += c;
    } else if (!head_.empty() && head_.back() != ' ') {
      head_ += ' ';
    }
  }

  void open() {
    if (head_.ends_with(' ')) head_.pop_back();
    const std::string name = in_block() || parentheses_ > 0 ? "" : class_name(head_);
    if (!name.empty()) {
      scopes_.push_back(classes_.size());
      classes_.push_back({name, 0});
      outer_heads_.push_back(std::move(head_));
      head_.clear();
    } else if (!in_block() && is_namespace(head_)) {
      scopes_.push_back(kNamespace);
      head_.clear();
    } else {
      scopes_.push_back(kBlock);
    }
  }

  void close() {
    if (scopes_.empty()) return;
    const size_t closed = scopes_.back();
    scopes_.pop_back();
    if (closed == kBlock) {
      // Neither "a_{1}, b_{2} {" nor "int a{4};" has ended.
      const char next = next_char();
      const bool goes_on = next == ',' || next == '{' || next == ';' || next == ')';
      if (!in_block() && parentheses_ == 0 && !goes_on) end_of_declaration();
    } else if (closed != kNamespace) {
      head_ = std::move(outer_heads_.back());
      outer_heads_.pop_back();
    }
  }

  void end_of_declaration() {
    const bool in_class = !scopes_.empty() && scopes_.back() < kBlock;
    if (in_class && counts(head_)) ++classes_[scopes_.back()].declarations;
    head_.clear();
  }

  char next_char() const {
    const size_t next = code_.find_first_not_of(" \n", at_ + 1);
    return next == std::string::npos ? '\0' : code_[next];
  }

  const std::string code_;
  size_t at_ = 0;
  std::string head_;  // of the declaration that is under way
  int parentheses_ = 0;
  std::vector<size_t> scopes_;  // kNamespace, kBlock, or the index of a class
  std::vector<std::string> outer_heads_;
  std::vector<Class> classes_;
};

}  // namespace

std::vector<Class> classes_of(std::string_view text) {
  return Counter(text).count();
}

}  // namespace mobius::structure
