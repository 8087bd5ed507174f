// Whatever is typed, the screen shows prompt and line as a simple layout has them, and the cursor
// where it belongs.
#include "shell/editor_fixture.h"
#include "sim/random.h"

namespace mobius::shell_tests {
namespace {

const std::string kPieces[] = {
    "a",          "b ",   "\u00e9", "\u65e5",    "e\u0301", "\u0301", "word", "\U0001f600",
    "0123456789", kLeft,  kRight,   kHome,       kEnd,      kBack,    kBack,  kDelete,
    "\027",       "\013", "\025",   kUp,         kDown,     "\r",     "\003", "\014",
    "\t",         "\022", "\007",   "\033[1;5D", "\xff",    "\x80",   "\r"};

struct RandomEditorTest : EditorTest {
  void check(const std::string& typed) {
    const auto right = layout(ed->view.prompt);
    const unsigned top = ed->view.top, height = ed->view.height;
    const unsigned first = terminal->cursor_row() - (right.row - top);
    ASSERT_LE(right.row - top, terminal->cursor_row()) << typed;
    ASSERT_LT(right.row - top, height) << typed;
    ASSERT_EQ(terminal->cursor_column(), right.column) << typed << "\n" << screen();
    for (unsigned r = 0; r < height && first + r < height; ++r) {
      const bool has = top + r < right.rows.size();
      ASSERT_EQ(terminal->row(first + r), has ? right.rows[top + r] : "")
          << "row " << r << " of " << typed << "\n"
          << screen();
    }
  }
  void play(uint64_t seed) {
    sim::Random random(seed);
    prompt = std::string(random.below(12), 'p') + ">";
    ed = std::make_unique<editor>();
    use(2 + random.below(18), 2 + random.below(6));
    std::string typed;
    for (unsigned i = 0; i < 120 && !HasFatalFailure(); ++i) {
      const std::string& piece = kPieces[random.below(std::size(kPieces))];
      typed += piece;
      type(piece);
      check("seed " + std::to_string(seed) + ": " + typed);
    }
  }
};

TEST_F(RandomEditorTest, TheScreenIsWhatALayoutSays) {
  for (uint64_t seed = 1; seed <= 2000 && !HasFatalFailure(); ++seed) play(seed);
}

}  // namespace
}  // namespace mobius::shell_tests
