// Who may include whom: the one place that says it. A layer is a folder under kernel/, or a folder
// in one (a room); a file belongs to the longest that holds it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "structure/source_tree.h"

namespace mobius::structure {
namespace {

using Seen = std::set<std::string>;

// The rooms of kernel/mm are a line: each sees those before it, and what lies beside them sees all.
std::map<std::string, Seen> with_rooms_of_mm(std::map<std::string, Seen> table) {
  Seen seen{"base"};
  for (const std::string room : {"words", "frames", "heap", "ledger", "replacement", "objects",
                                 "swap", "ranges", "space", "paging", "fault", "calls"}) {
    table["mm/" + room] = seen;
    seen.insert("mm/" + room);
  }
  table["mm"] = seen;
  return table;
}

// Folders and single headers under kernel/ that a layer's files may include, beside its own. A
// folder is seen with the layers in it.
const std::map<std::string, Seen>& layers() {
  // What a driver or a file system sees of mm: the words, and the port that it implements.
  static const Seen kDrivers{"base", "mm/words", "mm/swap/page_device.h"};
  static const Seen kFileSystems{"base", "mm/words"};
  static const Seen kPaging{"base", "mm/words", "mm/frames", "mm/space/translation_map.h"};
  static const std::map<std::string, Seen> table = with_rooms_of_mm({
      {"abi", {}},
      {"base", {}},
      {"bootinfo", {"base", "mm/replacement/policies.def"}},
      {"arch/i386/paging", kPaging},
      {"drivers", kDrivers},
      {"fs", kFileSystems},
      {"loader", {"base", "mm"}},
      {"proc/ports", {"base", "mm"}},
      {"proc/threads", {"base", "mm", "proc/ports"}},
      {"proc/handles", {"base", "mm", "proc/ports", "proc/threads"}},
      {"proc/programs", {"base", "mm", "loader", "abi", "proc/ports"}},
      {"proc/processes",
       {"base", "mm", "abi", "proc/ports", "proc/threads", "proc/handles", "proc/programs"}},
      {"proc/reports",
       {"base", "mm", "proc/ports", "proc/threads", "proc/programs", "proc/processes"}},
      {"selftest", {"base", "mm", "abi", "proc/ports"}},
      {"syscall",
       {"base", "mm", "proc", "abi", "bootinfo/boot_options.h", "selftest/self_bench.h"}},
      {"arch/i386",
       {"base", "bootinfo", "mm", "proc", "arch/i386/paging", "drivers/register_port.h"}},
  });
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

bool holds(const Seen& seen, const std::string& header) {
  return std::ranges::any_of(seen, [&](const std::string& place) { return is_in(header, place); });
}

bool may_include(const std::string& layer, const std::string& header) {
  return layer_of(header) == layer || holds(layers().at(layer), header);
}

// What may come along with what is included: all that the layers it sees may see in their turn.
// Where it sees but a part of a layer, nothing else of that layer comes along.
void add_all_seen(const std::string& layer, Seen& all) {
  for (const std::string& place : layers().at(layer)) {
    if (!all.insert(place).second) continue;
    for (const auto& [room, seen] : layers()) {
      if (is_in(room, place)) add_all_seen(room, all);
    }
  }
}

bool may_reach(const std::string& layer, const std::string& header) {
  Seen all;
  add_all_seen(layer, all);
  return layer_of(header) == layer || holds(all, header);
}

using Includes = std::map<std::string, std::vector<std::string>>;  // by path under kernel/

const Includes& includes_in_kernel() {
  static const Includes all = [] {
    Includes found;
    for (const SourceFile& f : source_tree()) {
      if (!f.under("kernel") || !f.is_source()) continue;
      const std::string path = f.path.substr(std::string("kernel/").size());
      for (const std::string& header : includes_of(f.text)) {
        found[path].push_back(resolve(header, path));
      }
    }
    return found;
  }();
  return all;
}

void add_reached(const std::string& path, Seen& reached) {
  const auto found = includes_in_kernel().find(path);
  if (found == includes_in_kernel().end()) return;
  for (const std::string& header : found->second) {
    if (reached.insert(header).second) add_reached(header, reached);
  }
}

TEST(Layers, EveryIncludeGoesWhereItMay) {
  size_t includes = 0;
  for (const auto& [path, headers] : includes_in_kernel()) {
    const std::string layer = layer_of(path);
    if (layer.empty()) {
      EXPECT_EQ(path.find('/'), std::string::npos) << path << " belongs to no layer";
      continue;  // the composition root sees everything
    }
    for (const std::string& header : headers) {
      ++includes;
      EXPECT_TRUE(exists_in_tree("kernel/" + header)) << path << " includes " << header;
      EXPECT_TRUE(may_include(layer, header)) << path << " includes " << header;
    }
  }
  EXPECT_GT(includes, 100u);
}

TEST(Layers, NothingComesAlongThatMayNot) {
  for (const auto& [path, headers] : includes_in_kernel()) {
    const std::string layer = layer_of(path);
    Seen reached;
    if (!layer.empty()) add_reached(path, reached);
    for (const std::string& header : reached) {
      EXPECT_TRUE(may_reach(layer, header)) << path << " gets " << header << " by its includes";
    }
  }
}

TEST(Layers, NoneIsSeenByWhatItSees) {
  for (const auto& [layer, seen] : layers()) {
    Seen all;
    add_all_seen(layer, all);
    EXPECT_FALSE(holds(all, layer)) << layer;
  }
}

// Such as a room's name that nobody has any more.
TEST(Layers, WhatTheTableNamesExists) {
  for (const auto& [layer, seen] : layers()) {
    EXPECT_TRUE(exists_in_tree("kernel/" + layer)) << layer;
    for (const std::string& place : seen) {
      EXPECT_TRUE(exists_in_tree("kernel/" + place)) << layer << " sees " << place;
    }
  }
}

TEST(Layers, AnExampleSeesTheMemoryManagerAlone) {
  size_t includes = 0;
  for (const SourceFile& f : source_tree()) {
    if (!f.under("examples") || !f.is_source()) continue;
    for (const std::string& header : includes_of(f.text)) {
      if (!exists_in_tree("kernel/" + header)) continue;  // its own
      ++includes;
      EXPECT_TRUE(holds({"base", "mm"}, header)) << f.path << " includes " << header;
    }
  }
  EXPECT_GT(includes, 0u);
}

TEST(Layers, TheTableSaysNo) {
  EXPECT_FALSE(may_include("mm", "arch/i386/cpu.h"));
  EXPECT_FALSE(may_include("mm", "proc/processes/process.h"));
  EXPECT_FALSE(may_include("mm", "bootinfo/memory_map.h"));
  EXPECT_FALSE(may_include("drivers", "mm/fault/fault.h"));
  EXPECT_FALSE(may_reach("drivers", "mm/fault/fault.h"));
  EXPECT_FALSE(may_include("arch/i386/paging", "mm/fault/fault.h"));
  EXPECT_FALSE(may_include("arch/i386/paging", "arch/i386/trap.h"));
  EXPECT_FALSE(may_include("base", "mm/fault/fault.h"));
  EXPECT_FALSE(may_include("drivers", "arch/i386/io_ports.h"));
  EXPECT_FALSE(may_include("arch/i386", "drivers/serial.h"));
  EXPECT_FALSE(may_include("syscall", "loader/pe.h"));
  EXPECT_TRUE(may_reach("syscall", "loader/pe.h"));  // by way of proc
  EXPECT_TRUE(may_include("drivers", "mm/words/block_device.h"));
  EXPECT_TRUE(may_include("proc/programs", "loader/pe.h"));
  EXPECT_FALSE(may_include("proc/threads", "proc/handles/file.h"));
  EXPECT_FALSE(may_reach("proc/handles", "proc/processes/process.h"));
  EXPECT_TRUE(may_reach("proc/reports", "proc/handles/file.h"));  // by way of processes
  EXPECT_EQ(layer_of("arch/i386/paging/x.h"), "arch/i386/paging");
  EXPECT_EQ(layer_of("arch/i386/x.h"), "arch/i386");
  EXPECT_EQ(layer_of("main.cpp"), "");
}

}  // namespace
}  // namespace mobius::structure
