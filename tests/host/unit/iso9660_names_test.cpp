// ISO 9660 names as they are given out.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/iso_by_hand.h"

namespace mobius::fs {
namespace {

TEST(Iso9660Names, JolietIsGivenOutAsUtf8) {
  const auto joliet = [](const std::string& bytes) {
    return std::string(
        joliet_name({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}).view());
  };
  using namespace std::string_literals;
  EXPECT_EQ(joliet("\0a\0B\0.\0c\0;\0001"s), "aB.c");
  EXPECT_EQ(joliet("\0a\0;\0x"s), "a;x");
  EXPECT_EQ(joliet("\0\xE9\x20\xAC"s), "\xC3\xA9\xE2\x82\xAC");
  EXPECT_EQ(joliet("\xD8\x3D\xDE\x00"s), "\xF0\x9F\x98\x80");
  EXPECT_EQ(joliet("\xD8\x3D\0a"s), "\xEF\xBF\xBD""a");
  EXPECT_EQ(joliet("\xDE\x00"s), "\xEF\xBF\xBD");
  EXPECT_EQ(joliet("\0a\0"s), "a");
  EXPECT_EQ(joliet("\0a\0/\0b\0\0\0c"s), "a_b_c");
  EXPECT_EQ(joliet(""), "");
  std::string euros;
  for (int i = 0; i < 110; ++i) euros += "\x20\xAC";
  EXPECT_EQ(joliet(euros).size(), 255u) << "85 characters of three bytes";
}

TEST(Iso9660Names, PlainLosesVersionAndLetterCase) {
  const auto plain = [](const std::string& bytes) {
    return std::string(
        plain_name({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}).view());
  };
  EXPECT_EQ(plain("README.TXT;1"), "readme.txt");
  EXPECT_EQ(plain("NOEXT.;12"), "noext");
  EXPECT_EQ(plain("FOLDER"), "folder");
  EXPECT_EQ(plain("V1.0"), "v1.0");
  EXPECT_EQ(plain("A;B"), "a;b");
  EXPECT_EQ(plain(";1"), "");
  EXPECT_EQ(plain("\xC4"), "_");
  EXPECT_EQ(plain(std::string("A/B\0C", 5)), "a_b_c");
}

// What `entries` say; a byte that is no entry of theirs lies behind them.
SystemUse feed(const std::string& entries) {
  const std::string area = entries + '!';
  SystemUse use;
  EXPECT_FALSE(use.feed({reinterpret_cast<const std::byte*>(area.data()), entries.size()}));
  return use;
}

TEST(Iso9660SystemUse, NamesInPieces) {
  EXPECT_EQ(feed(su_name("one")).name().view(), "one");
  EXPECT_EQ(feed(su_name("one", 1) + su_mode(0100644) + su_name("two")).name().view(), "onetwo");
  const SystemUse two_names = feed(su_name("one") + su_name("two"));
  EXPECT_TRUE(!two_names.special() && !two_names.has_name());
  for (char flags : {2, 4, 6}) {
    const SystemUse parent = feed(su_name("name", flags));
    EXPECT_TRUE(!parent.special() && !parent.has_name()) << int{flags};
    EXPECT_EQ(feed(su_name("name", flags) + su_name("other")).name().view(), "other");
  }
}

TEST(Iso9660SystemUse, EntriesEndWhereTheySaySoOrMakeNoSense) {
  EXPECT_FALSE(feed(su_entry("ST", "") + su_name("one")).has_name());
  for (char length : {0, 3, 8, 127, -1}) {  // the entry has seven bytes
    std::string entry = su_name("ab");
    entry[2] = length;
    EXPECT_FALSE(feed(entry).has_name()) << int{length};
    EXPECT_EQ(feed(su_name("one") + entry).name().view(), "one") << int{length};
  }
  EXPECT_TRUE(feed(su_name("ab")).has_name());
}

TEST(Iso9660SystemUse, ModesThatAreFilesOrDirectories) {
  EXPECT_FALSE(feed(su_mode(0100755)).special());
  EXPECT_FALSE(feed(su_mode(0040755)).special());
  for (uint32_t mode : {0120777u, 0020644u, 0060644u, 0010644u, 0140644u}) {
    EXPECT_TRUE(feed(su_mode(mode)).special()) << mode;
  }
}

TEST(Iso9660Times, AreGivenOutInSecondsOfUtc) {
  const auto mtime = [](std::initializer_list<int> seven) {
    std::vector<std::byte> record(34);
    record[0] = std::byte{34};
    record[32] = std::byte{1};
    std::transform(seven.begin(), seven.end(), record.begin() + 18,
                   [](int v) { return static_cast<std::byte>(v); });
    return (*parse_record(record))->mtime;
  };
  EXPECT_EQ(mtime({70, 1, 1, 0, 0, 0, 0}), 0);
  EXPECT_EQ(mtime({70, 1, 1, 0, 0, 0, 4}), -3600) << "an hour east of Greenwich";
  EXPECT_EQ(mtime({100, 2, 29, 6, 0, 0, -20}), 951822000);
  EXPECT_EQ(mtime({124, 12, 31, 23, 59, 59, 0}), 1735689599);
  EXPECT_EQ(mtime({200, 3, 1, 0, 0, 0, 0}), 4107542400);
  EXPECT_EQ(mtime({100, 0, 29, 6, 0, 0, 0}), 0) << "no month";
  EXPECT_EQ(mtime({100, 13, 29, 6, 0, 0, 0}), 0);
  EXPECT_EQ(mtime({100, 1, 32, 6, 0, 0, 0}), 0);
}

}  // namespace
}  // namespace mobius::fs
