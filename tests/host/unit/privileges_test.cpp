// Privileges: sets of them, their names in the boot command, who may end whom.
#include <gtest/gtest.h>

#include "proc/programs/boot_command.h"
#include "proc/programs/privileges.h"

namespace mobius::proc {
namespace {

TEST(Privileges, S1_ASetHasWhatWasPutInAndContainsItsParts) {
  const Privileges two = Privileges(Privilege::Swap).with(Privilege::Check);
  EXPECT_TRUE(two.has(Privilege::Swap) && two.has(Privilege::Check));
  EXPECT_FALSE(two.has(Privilege::Bench));
  EXPECT_TRUE(two.contain(Privilege::Check) && two.contain(Privileges()) && two.contain(two));
  EXPECT_FALSE(two.contain(Privileges::all()) || Privileges().contain(Privilege::Swap));
  EXPECT_EQ(two.without(Privilege::Swap).bits(), 0u | PROC_MAY_CHECK);
}

TEST(Privileges, S1_BitsThatMeanNothingAreRefused) {
  const uint32_t all = Privileges::all().bits();
  EXPECT_EQ(all, 127u);
  for (unsigned bit = 0; bit < 32; ++bit) {
    EXPECT_EQ(Privileges::of_bits(1u << bit).has_value(), (all >> bit & 1) != 0) << bit;
  }
  EXPECT_EQ(Privileges::of_bits(all)->bits(), all);
}

uint32_t allowed(std::string_view text) {
  return BootCommand(text).privileges().bits();
}

TEST(BootCommand, S1_AProgramMayWhatIsNamedAndHasTheConsole) {
  EXPECT_EQ(allowed("program\n/a.exe\n"), 0u | PROC_MAY_TAKE_CONSOLE);
  EXPECT_EQ(allowed("program check swap\n/a.exe\n"),
            0u | PROC_MAY_TAKE_CONSOLE | PROC_MAY_CHECK | PROC_MAY_SWAP);
  EXPECT_EQ(allowed("program bench shutdown kill\n/a.exe\n"),
            0u | PROC_MAY_TAKE_CONSOLE | PROC_MAY_BENCH | PROC_MAY_SHUT_DOWN | PROC_MAY_KILL);
  EXPECT_EQ(BootCommand("program check swap\n/a.exe\nx").path(), "/a.exe");
}

TEST(BootCommand, S1_TheShellMayEverything) {
  for (const char* text : {"", "shell\n", "commands\nls\n", "program\n/bin/shell.exe\n-c\nls\n"}) {
    EXPECT_EQ(allowed(text), Privileges::all().bits()) << text;
  }
}

TEST(BootCommand, S1_UnknownPrivilegesAreRefused) {
  for (const char* text : {"program fly\n/a.exe\n", "program check,swap\n/a.exe\n",
                           "programcheck\n/a.exe\n", "program check promised\n/a.exe\n"}) {
    EXPECT_FALSE(BootCommand(text).valid()) << text;
  }
}

}  // namespace
}  // namespace mobius::proc
