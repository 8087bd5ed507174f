// A brace opens a scope (namespace, class, enum), an initializer, or a function. Which, is told by
// what stands between it and the last ; { or } outside of parentheses: its head.
#include "structure/functions.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c));
}

std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!is_space(c)) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Without "template <...>" and the specifiers that may stand before anything.
std::string_view without_specifiers(std::string_view head) {
  constexpr std::array kSpecifiers{"static ", "const ",  "constexpr ", "inline ",
                                   "extern ", "export ", "typedef ",   "volatile "};
  if (head.starts_with("template")) {
    size_t at = head.find('<');
    for (int depth = 0; at < head.size(); ++at) {
      depth += (head[at] == '<') - (head[at] == '>');
      if (depth == 0) break;
    }
    head.remove_prefix(std::min(at + 1, head.size()));
    while (head.starts_with(' ')) head.remove_prefix(1);
  }
  for (bool again = true; again;) {
    again = false;
    for (std::string_view s : kSpecifiers) {
      if (!head.starts_with(s)) continue;
      head.remove_prefix(s.size());
      again = true;
    }
  }
  return head;
}

bool is_access_label(std::string_view head) {
  return head == "public:" || head == "protected:" || head == "private:";
}

// "MACRO(...)" on a line of its own, as a statement without a semicolon.
bool is_macro_line(std::string_view head) {
  const size_t parenthesis = head.find('(');
  if (parenthesis == std::string_view::npos || !head.ends_with(')')) return false;
  return std::ranges::all_of(head.substr(0, parenthesis), [](char c) {
    return std::isupper(static_cast<unsigned char>(c)) || c == '_';
  });
}

enum class Opens { Scope, Initializer, Function };

Opens what_opens(std::string_view whole_head) {
  constexpr std::array kScopes{"namespace", "class", "struct", "union", "enum"};
  const std::string_view head = without_specifiers(whole_head);
  const auto words = words_of(head);
  const bool named_scope = !words.empty() && head.starts_with(words.front()) &&
                           std::ranges::find(kScopes, words.front()) != kScopes.end();
  // A C function may return a struct; a class may have a macro with parentheses before its name.
  if (named_scope && !head.ends_with(')')) return Opens::Scope;
  if (head.find('(') == std::string_view::npos) {
    const bool linkage = whole_head.starts_with("extern \"");
    return linkage ? Opens::Scope : Opens::Initializer;
  }
  return head.ends_with('=') || head.ends_with(',') ? Opens::Initializer : Opens::Function;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : code_(code_only(text)) {}

  std::vector<Function> scan() {
    for (at_ = 0; at_ < code_.size(); ++at_) {
      const char c = code_[at_];
      line_ += c == '\n';
      if (body_depth_ > 0) {
        in_body(c);
      } else {
        outside(c);
      }
    }
    return std::move(functions_);
  }

 private:
  void outside(char c) {
    if (head_.empty() && !is_space(c)) head_line_ = line_;
    parentheses_ += (c == '(') - (c == ')');
    if (c == '\n' && parentheses_ == 0 && is_macro_line(head_) && next_char() != '{') head_.clear();
    if (parentheses_ > 0 || (c != ';' && c != '{' && c != '}')) {
      if (!head_.empty() || !is_space(c)) head_ += c;
      if (c == ':' && is_access_label(head_)) head_.clear();
    } else if (c == '{') {
      open();
    } else {
      head_.clear();
      parentheses_ = 0;
    }
  }

  void open() {
    const std::string head = one_line(head_);
    const Opens opens = what_opens(head);
    if (opens == Opens::Scope) {
      head_.clear();
      return;
    }
    function_ = opens == Opens::Function;
    body_depth_ = 1;
  }

  // The next one that is no space; 0 at the end.
  char next_char() const {
    size_t next = at_ + 1;
    while (next < code_.size() && is_space(code_[next])) ++next;
    return next < code_.size() ? code_[next] : '\0';
  }

  void in_body(char c) {
    body_depth_ += (c == '{') - (c == '}');
    if (body_depth_ > 0) return;
    // "Class() : a_{1}, b_{2} {": that was a member's initializer, the head goes on.
    if (function_ && (next_char() == ',' || next_char() == '{')) return;
    if (function_) functions_.push_back({one_line(head_), head_line_, line_});
    head_.clear();
  }

  const std::string code_;
  size_t at_ = 0;
  unsigned line_ = 1;
  std::string head_;
  unsigned head_line_ = 1;
  int parentheses_ = 0;
  int body_depth_ = 0;
  bool function_ = false;
  std::vector<Function> functions_;
};

}  // namespace

std::vector<Function> functions_of(std::string_view text) {
  return Scanner(text).scan();
}

}  // namespace mobius::structure
