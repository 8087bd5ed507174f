// An editor on a terminal, and what its screen must be, told another way.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "shell/terminal.h"

extern "C" {
#include "editor.h"
}

namespace mobius::shell_tests {

inline const std::string kUp = "\033[A", kDown = "\033[B", kRight = "\033[C", kLeft = "\033[D",
                         kHome = "\001", kEnd = "\005", kDelete = "\033[3~", kBack = "\x7f";

inline Terminal* g_terminal;  // what the editor's output goes to

struct Names {
  static void in_folder(const char* folder, name_taker* take, void* context) {
    const std::string name = folder;
    if (name == "/") {
      take(context, "bin", true);
      take(context, "boot", true);
      take(context, "a file", false);
      take(context, "hä", false);
      take(context, "hö", false);
      take(context, "it's", false);
      take(context, "bad\nname", false);
    }
    if (name == "/bin/") take(context, "cat.exe", false);
  }
  static void commands(name_taker* take, void* context) {
    for (const char* name : {"cat", "check", "clear", "swapon", "swapoff"}) {
      take(context, name, false);
    }
  }
};
inline const name_source kNames{Names::in_folder, Names::commands};

struct EditorTest : testing::Test {
  std::unique_ptr<Terminal> terminal;
  std::unique_ptr<editor> ed = std::make_unique<editor>();
  std::string prompt = "> ";

  EditorTest() { use(20, 6); }
  void use(unsigned width, unsigned height) {
    terminal = std::make_unique<Terminal>(width, height);
    g_terminal = terminal.get();
    ed->names = &kNames;
    ed->view.width = width;
    ed->view.height = height;
    ed->view.out = [](const char* bytes, size_t count) { g_terminal->write({bytes, count}); };
    begin();
  }
  void begin() { editor_begin(ed.get(), prompt.c_str()); }
  // The state after the last byte.
  editor_state type(const std::string& bytes) {
    editor_state state = EDITING;
    for (char byte : bytes) {
      state = editor_take(ed.get(), static_cast<unsigned char>(byte));
      if (state != EDITING) {
        done = ed->text.bytes;
        begin();
      }
    }
    return state;
  }
  std::string text() const { return ed->text.bytes; }
  std::string done;  // the last line that ended

  // The screen from its first row on, rows joined by |, without what is empty at the end.
  std::string screen() const {
    std::string all;
    for (unsigned r = 0; r < ed->view.height; ++r) all += terminal->row(r) + "|";
    return all.substr(0, all.find_last_not_of('|') + 1);
  }

  struct Layout {
    std::vector<std::string> rows{""};
    unsigned row = 0, column = 0;  // of the cursor
  };
  // Prompt and text, cut into rows one character after another.
  Layout layout(const std::string& shown_prompt) const {
    Layout all;
    const std::string whole = shown_prompt + text();
    const size_t cursor = shown_prompt.size() + ed->text.cursor;
    unsigned column = 0;
    for (size_t at = 0; at <= whole.size();) {
      uint32_t code = ' ';
      const bool end = at == whole.size();
      const size_t bytes = end ? 1 : utf8_take(whole.data() + at, whole.size() - at, &code);
      const unsigned columns = end ? 1 : code_columns(code);
      // The cursor stands where the next character would be that fits.
      const bool wraps =
          columns > 0 && column + (end || at == cursor ? 1 : columns) > ed->view.width;
      if (at == cursor) {
        all.row = static_cast<unsigned>(all.rows.size()) - 1 + wraps;
        all.column = wraps ? 0 : column;
      }
      if (columns > 0 && column + columns > ed->view.width) {
        all.rows.emplace_back();
        column = 0;
      }
      if (!end) all.rows.back() += whole.substr(at, bytes);
      column += columns;
      at += bytes;
    }
    for (std::string& row : all.rows) row.resize(row.find_last_not_of(' ') + 1);
    return all;
  }
};

}  // namespace mobius::shell_tests
