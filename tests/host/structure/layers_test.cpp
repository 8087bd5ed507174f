// Who may include whom. CMake enforces it by what each layer's compiler can see; this table says it
// in one place, holds CMake to it, and covers the kernel parts that the host does not build.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

using Seen = std::set<std::string>;

// Folders and single headers under kernel/ that a layer's files may include, beside its own.
const std::map<std::string, Seen>& layers() {
  static const Seen kPorts{"base", "mm/ports", "mm/owned_frame.h"};
  static const Seen kPaging{"base",
                            "mm/ports",
                            "mm/owned_frame.h",
                            "mm/frame_allocator.h",
                            "mm/frame_allocator_inline.h",
                            "mm/frame_floors.h", "mm/frame_request.h", "mm/junk.h",
                            "mm/page_marks.h",
                            "mm/standby_frames.h",
                            "mm/frame_record.h", "mm/swap_slot.h", "mm/replacement/policy.h",
                            "mm/frame_allocator_zone.h",
                            "mm/frame_allocator_records.h"};
  static const std::map<std::string, Seen> table{
      {"abi", {}},
      {"base", {}},
      {"mm", {"base"}},
      {"arch/i386/paging", kPaging},
      {"drivers", kPorts},
      {"fs", kPorts},
      {"loader", {"base", "mm"}},
      {"proc", {"base", "mm", "loader", "abi"}},
      {"syscall", {"base", "mm", "proc", "abi"}},
      {"arch/i386", {"base", "mm", "proc", "arch/i386/paging"}},
  };
  return table;
}

bool is_in(std::string_view path, std::string_view place) {
  return path == place || (path.starts_with(place) && path[place.size()] == '/');
}

// The layer of a path under kernel/: the longest folder that holds it; empty for main.cpp.
std::string layer_of(std::string_view path) {
  std::string best;
  for (const auto& [layer, seen] : layers()) {
    if (is_in(path, layer) && layer.size() > best.size()) best = layer;
  }
  return best;
}

std::vector<std::string> includes_of(std::string_view text) {
  constexpr std::string_view kInclude = "#include \"";
  std::vector<std::string> includes;
  for (std::string_view line : lines_of(text)) {
    if (!line.starts_with(kInclude)) continue;
    line.remove_prefix(kInclude.size());
    includes.emplace_back(line.substr(0, line.find('"')));
  }
  return includes;
}

// A header of the includer's own folder may be named without it (C headers shared with programs).
std::string resolve(const std::string& header, const std::string& path) {
  const bool named = header.find('/') != std::string::npos;
  return named ? header : path.substr(0, path.rfind('/') + 1) + header;
}

bool may_include(const std::string& layer, const std::string& header) {
  if (layer_of(header) == layer) return true;
  return std::ranges::any_of(layers().at(layer),
                             [&](const std::string& seen) { return is_in(header, seen); });
}

TEST(Layers, EveryIncludeGoesWhereItMay) {
  size_t includes = 0;
  for (const SourceFile& f : source_tree()) {
    if (!f.under("kernel") || !f.is_source()) continue;
    const std::string path = f.path.substr(std::string("kernel/").size());
    const std::string layer = layer_of(path);
    if (layer.empty()) {
      EXPECT_EQ(path.find('/'), std::string::npos) << f.path << " belongs to no layer";
      continue;  // the composition root sees everything
    }
    for (const std::string& header : includes_of(f.text)) {
      ++includes;
      EXPECT_TRUE(may_include(layer, resolve(header, path))) << f.path << " includes " << header;
    }
  }
  EXPECT_GT(includes, 100u);
}

TEST(Layers, TheTableSaysNo) {
  EXPECT_FALSE(may_include("mm", "arch/i386/cpu.h"));
  EXPECT_FALSE(may_include("mm", "proc/process.h"));
  EXPECT_FALSE(may_include("drivers", "mm/fault.h"));
  EXPECT_FALSE(may_include("arch/i386/paging", "mm/fault.h"));
  EXPECT_FALSE(may_include("arch/i386/paging", "arch/i386/trap.h"));
  EXPECT_FALSE(may_include("base", "mm/fault.h"));
  EXPECT_TRUE(may_include("drivers", "mm/ports/block_device.h"));
  EXPECT_TRUE(may_include("proc", "loader/pe.h"));
  EXPECT_EQ(layer_of("arch/i386/paging/x.h"), "arch/i386/paging");
  EXPECT_EQ(layer_of("arch/i386/x.h"), "arch/i386");
  EXPECT_EQ(layer_of("main.cpp"), "");
}

// mobius_layer(name folder SEES a b LINKS c) as written in kernel/CMakeLists.txt.
std::map<std::string, Seen> layers_of_cmake(std::string text) {
  std::map<std::string, Seen> found;
  constexpr std::string_view kCall = "mobius_layer(";
  for (size_t at = 0; (at = text.find(kCall, at)) != std::string::npos;) {
    at += kCall.size();
    std::istringstream words(text.substr(at, text.find(')', at) - at));
    std::string name, folder, word;
    words >> name >> folder;
    if (folder.empty() || folder == "folder") continue;
    bool sees = false;
    while (words >> word) {
      if (word == "SEES" || word == "LINKS") {
        sees = word == "SEES";
      } else if (sees) {
        found[folder].insert(word);
      }
    }
  }
  return found;
}

TEST(Layers, CMakeHasTheSameTable) {
  for (const SourceFile& f : source_tree()) {
    if (f.path != "kernel/CMakeLists.txt") continue;
    const auto cmake = layers_of_cmake(f.text);
    EXPECT_GE(cmake.size(), 8u);
    for (const auto& [folder, seen] : cmake) {
      ASSERT_TRUE(layers().contains(folder)) << folder;
      Seen allowed = layers().at(folder);
      if (folder == "arch/i386") allowed.erase("arch/i386/paging");  // lies in its own folder
      EXPECT_EQ(seen, allowed) << folder;
    }
  }
}

}  // namespace
}  // namespace mobius::structure
