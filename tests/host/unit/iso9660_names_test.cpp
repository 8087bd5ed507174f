// ISO 9660 names as they are given out.
#include <gtest/gtest.h>

#include <string>

#include "fs/iso9660_format.h"

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
}

}  // namespace
}  // namespace mobius::fs
