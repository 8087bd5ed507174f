// The kernel's options: what is taken, what is refused and in which words, and that the table says
// what the parts know.
#include "bootinfo/boot_options.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"
#include "mm/replacement/registry.h"

namespace mobius::bootinfo {
namespace {

std::string refusal(std::string_view command_line) {
  const auto bad = find_bad_option(command_line);
  if (!bad) return "";
  TextBuffer<400> text;
  explain(*bad, text);
  return std::string(text.text());
}

TEST(BootOptions, OptionsAreWholeWords) {
  EXPECT_TRUE(has_option("a stdin=pipe b", "stdin=pipe"));
  EXPECT_TRUE(has_option("stdin=pipe", "stdin=pipe"));
  EXPECT_FALSE(has_option("stdin=pipes xstdin=pipe", "stdin=pipe"));
  EXPECT_FALSE(has_option("", "stdin=pipe"));
  EXPECT_EQ(option_value("no-dma policy=fifo", "policy="), "fifo");
  EXPECT_EQ(option_value("no-dma", "policy="), "");
  EXPECT_EQ(option_number("usable-frames=24076", "usable-frames="), 24076u);
  EXPECT_EQ(option_number("", "usable-frames="), 0u);
}

TEST(BootOptions, WhatIsInTheTableIsTaken) {
  for (const char* line : {"", " ", "no-dma", "  disk-test   no-dma ", "/boot/kernel.elf no-dma",
                           "policy=fifo stdin=pipe usable-frames=1 allow-panic disk-test no-dma",
                           "usable-frames=100000000", "force-panic=write-rodata"}) {
    EXPECT_EQ(refusal(line), "") << line;
  }
}

TEST(BootOptions, WhatIsNotIsNamed) {
  EXPECT_EQ(refusal("no-dma polcy=fifo"), "unknown kernel option 'polcy=fifo'");
  EXPECT_EQ(refusal("nodma"), "unknown kernel option 'nodma'");
  EXPECT_EQ(refusal("no-dma=1"), "unknown kernel option 'no-dma=1'");
  EXPECT_EQ(refusal("policy"), "unknown kernel option 'policy'");
  EXPECT_EQ(refusal("no-dma /boot/kernel.elf"), "unknown kernel option '/boot/kernel.elf'");
}

// The registry's names with bars between them.
std::string policy_list() {
  std::string names;
  for (std::string_view name : mm::policy_names())
    names += (names.empty() ? "" : "|") + std::string(name);
  return names;
}

TEST(BootOptions, ValuesThatAreNotPossibleAreNamedWithThoseThatAre) {
  const std::string policies = "': possible are policy=" + policy_list();
  for (const char* value : {"typo", "", "fif", "fifo|clock", "FIFO"}) {
    EXPECT_EQ(refusal(std::string("policy=") + value),
              std::string("kernel option 'policy=") + value + policies);
  }
  EXPECT_EQ(refusal("stdin=tty"), "kernel option 'stdin=tty': possible are stdin=pipe");
  for (const char* value : {"", "0", "-1", "1k", "100000001", "99999999999999999999"}) {
    EXPECT_EQ(
        refusal(std::string("usable-frames=") + value),
        std::string("kernel option 'usable-frames=") + value + "': possible are usable-frames=N");
  }
}

TEST(BootOptions, OneThatIsGivenTwiceIsRefused) {
  EXPECT_EQ(refusal("policy=fifo no-dma policy=duel"),
            "kernel option 'policy=duel' after another policy=");
  EXPECT_EQ(refusal("no-dma no-dma"), "kernel option 'no-dma' after another no-dma");
}

TEST(BootOptions, TheTablesPoliciesAreTheRegistrys) {
  for (const BootOption& option : boot_options()) {
    if (option.name == "policy=") EXPECT_EQ(option.values, policy_list());
  }
  EXPECT_EQ(refusal("policy=" + std::string(mm::kDefaultPolicy)), "");
}

}  // namespace
}  // namespace mobius::bootinfo
