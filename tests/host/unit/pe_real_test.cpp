// R17: what GNU ld makes, laid out by us and by binutils' objcopy, is the same image.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "unit/pe_image.h"

namespace mobius::loader {
namespace {

using namespace mobius::test;

constexpr const char* kProgram = R"(
int zeros[5000];
int data[3] = {1, 2, 3};
const char text[] = "hello";
void start(void) { for (;;) zeros[1] += data[2] + text[1]; }
)";

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class RealExe : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::system("i686-w64-mingw32-gcc --version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no i686-w64-mingw32-gcc";
    }
    path_ = testing::TempDir() + "real_exe_" + std::to_string(::getpid());
    std::ofstream(path_ + ".c") << kProgram;
    run("i686-w64-mingw32-gcc -O1 -nostdlib -Wl,-e,_start " + std::string(GetParam()) + " '" +
        path_ + ".c' -o '" + path_ + ".exe'");
    run("i686-w64-mingw32-objcopy -O binary '" + path_ + ".exe' '" + path_ + ".bin'");
  }
  void TearDown() override {
    for (const char* end : {".c", ".exe", ".bin"}) std::remove((path_ + end).c_str());
  }
  void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

  std::string path_;
};

TEST_P(RealExe, R17_IsLaidOutAsObjcopyDoes) {
  const Bytes file = read_file(path_ + ".exe");
  const Bytes flat =
      read_file(path_ + ".bin");  // from the first section on, without debug sections
  ASSERT_FALSE(flat.empty());
  mm::ImageLayout layout;
  ASSERT_TRUE(parse(file, layout));
  ASSERT_NO_FATAL_FAILURE(expect_well_formed(layout, file.size()));
  const Image image = image_of(layout, file);
  const uint32_t headers = layout.pieces[0].bytes;
  EXPECT_TRUE(std::equal(file.begin(), file.begin() + headers, image.bytes.begin()));
  const uint32_t first = layout.pieces[1].image_offset;
  ASSERT_LE(first + flat.size(), image.bytes.size());
  EXPECT_TRUE(std::equal(flat.begin(), flat.end(), image.bytes.begin() + first));
  EXPECT_TRUE(image.code[(layout.entry - layout.base) >> kPageShift]);
}

INSTANTIATE_TEST_SUITE_P(Linker, RealExe,
                         testing::Values("", "-g", "-s",
                                         "-Wl,--file-alignment,4096,--section-alignment,4096",
                                         "-g -Wl,--file-alignment,512,--section-alignment,512",
                                         "-Wl,--image-base,0x10000000,--stack,0x300000"));

}  // namespace
}  // namespace mobius::loader
