// Stories of loading: from an EXE's bytes on a slow device to what its process reads, and back to
// nothing when the process is gone.
#include "loader/exe_loader.h"

#include "mm/invariants.h"
#include "sim/sim_disk.h"
#include "sim/sim_user.h"
#include "unit/pe_image.h"

namespace mobius {
namespace {

using loader::ExeLoader;
using sim::SimFile;
using sim::SimMachine;
using sim::SimUser;
using test::Bytes;
using test::PeWriter;

// A file on the simulated device, opened for one load.
class OpenFile final : public loader::ImageFile {
 public:
  OpenFile(SimFile& file, uint64_t id) : file_(file), id_(id) {}
  uint64_t id() const override { return id_; }
  void release() override {
    KASSERT(!released);
    released = true;
  }
  uint64_t size_bytes() const override { return file_.size_bytes(); }
  Result<void> read(uint64_t offset, FrameSpan into) override {
    KASSERT(!released);
    Lock::assert_no_lock_held();
    return file_.read(offset, into);
  }
  bool released = false;

 private:
  SimFile& file_;
  const uint64_t id_;
};

class LoaderStory : public testing::Test {
 protected:
  std::unique_ptr<SimFile> store(const Bytes& bytes) {
    const auto whole = std::as_bytes(std::span(bytes));
    std::vector<std::byte> copy(whole.begin(), whole.end());
    return std::make_unique<SimFile>(machine.memory, machine.scheduler, std::move(copy));
  }
  std::unique_ptr<SimFile> store(const PeWriter& pe) { return store(pe.file()); }

  SimMachine machine{{.frames = 2048}};
  ExeLoader exe_loader{machine.manager};
};

void expect_memory(SimUser& user, VirtAddr base, const test::Image& expected) {
  for (PageIndex page = 0; page < expected.access.size(); ++page) {
    std::array<std::byte, kPageSize> bytes;
    const VirtAddr at = pages_after(base, page);
    const bool readable = user.read(at, bytes).has_value();
    ASSERT_EQ(readable, expected.access[page] != Access::None) << "page " << page;
    if (!readable) continue;
    ASSERT_EQ(std::memcmp(bytes.data(), &expected.bytes[page << kPageShift], kPageSize), 0)
        << "page " << page;
    const auto word = user.read32(at).value();
    ASSERT_EQ(user.write32(at, word).has_value(), expected.access[page] == Access::ReadWrite)
        << "page " << page;
  }
}

TEST_F(LoaderStory, R17_R19_A_process_reads_what_the_headers_say_at_the_image_base) {
  PeWriter usual = test::usual(), odd, gaps = test::usual();
  odd.section_alignment = odd.file_alignment = 0x200;
  odd.new_header = 0x1F00;
  odd.header_bytes = 0x2400;
  odd.entry = 0x2400;
  odd.sections = {{0x2400, 0x900, 0x2400, 0xA00, test::kText},
                  {0x2E00, 0x300, 0x2E00, 0x400, test::kRdata},
                  {0x3200, 0x1000, 0x3201, 0x123, test::kData},
                  {0x4200, 0x1100, 0, 0, test::kBss},
                  {0x5400, 0x1D00, 0x2400, 0x1200, test::kDebug}};
  gaps.base = 0x7F000000;
  gaps.sections[3].address = 0x10000;
  for (const PeWriter& pe : {usual, odd, gaps}) {
    const auto file = store(pe);
    OpenFile open(*file, 1);
    {
      SimUser user(machine);
      const auto exe = exe_loader.load(open, user.space());
      ASSERT_TRUE(exe);
      EXPECT_EQ(exe->entry, VirtAddr{pe.base} + pe.entry);
      EXPECT_EQ(exe->stack_reserve, pe.stack_reserve);
      expect_memory(user, {pe.base}, test::expected_image(pe, pe.file()));
      mm::check_machine(machine.manager);
    }
    EXPECT_TRUE(open.released);
  }
}

TEST_F(LoaderStory, R16_Loading_reads_the_headers_and_nothing_else) {
  PeWriter pe = test::usual();
  pe.sections[3].virtual_bytes = 96u << 20;
  const auto file = store(pe);
  OpenFile open(*file, 1);
  SimUser user(machine);
  ASSERT_TRUE(exe_loader.load(open, user.space()));
  EXPECT_EQ(file->behaviour.reads, 1u);
  ASSERT_TRUE(user.read32(VirtAddr{0x401000}));
  EXPECT_EQ(file->behaviour.reads, 2u);
}

TEST_F(LoaderStory, R16_Processes_of_one_file_share_one_image_which_goes_with_the_last) {
  const auto file = store(test::usual());
  OpenFile first(*file, 7), second(*file, 7), third(*file, 7);
  {
    auto one = std::make_unique<SimUser>(machine);
    SimUser two(machine);
    ASSERT_TRUE(exe_loader.load(first, one->space()));
    ASSERT_TRUE(one->read32(VirtAddr{0x401000}));
    const uint64_t reads = file->behaviour.reads;
    ASSERT_TRUE(exe_loader.load(second, two.space()));
    EXPECT_TRUE(second.released);
    ASSERT_TRUE(two.read32(VirtAddr{0x401000}));
    EXPECT_EQ(file->behaviour.reads, reads);
    one.reset();
    EXPECT_FALSE(first.released);
    ASSERT_TRUE(two.read32(VirtAddr{0x402000}));
    mm::check_machine(machine.manager);
  }
  EXPECT_TRUE(first.released);
  SimUser three(machine);
  ASSERT_TRUE(exe_loader.load(third, three.space()));
  EXPECT_FALSE(third.released);
}

TEST_F(LoaderStory, R16_Different_files_are_different_images) {
  PeWriter other = test::usual();
  other.base = 0x10000000;
  const auto file = store(test::usual()), other_file = store(other);
  OpenFile open(*file, 1), other_open(*other_file, 2);
  SimUser user(machine);
  ASSERT_TRUE(exe_loader.load(open, user.space()));
  ASSERT_EQ(exe_loader.load(other_open, user.space())->entry, VirtAddr{0x10001000});
  EXPECT_FALSE(other_open.released);
}

TEST_F(LoaderStory, R16_Threads_that_load_one_file_at_once_end_up_with_one_image) {
  const auto file = store(test::usual());
  std::vector<std::unique_ptr<OpenFile>> opened;
  std::vector<std::unique_ptr<SimUser>> users;
  for (int i = 0; i < 6; ++i) {
    opened.push_back(std::make_unique<OpenFile>(*file, 5));
    users.push_back(std::make_unique<SimUser>(machine));
    machine.scheduler.spawn([this, open = opened.back().get(), user = users.back().get()] {
      EXPECT_TRUE(exe_loader.load(*open, user->space()));
    });
  }
  EXPECT_EQ(machine.scheduler.run(), 0u);
  const auto kept = std::ranges::count_if(opened, [](const auto& o) { return !o->released; });
  EXPECT_EQ(kept, 1);
  mm::check_machine(machine.manager);
  users.clear();
  for (const auto& o : opened) EXPECT_TRUE(o->released);
}

TEST_F(LoaderStory, R17_Bad_files_are_refused_by_name_and_leave_nothing) {
  PeWriter imports = test::usual(), taken = test::usual();
  imports.import_address = 0x3000;
  imports.import_bytes = 60;
  taken.base = 0x400000 - 0x1000;  // across the one that is there
  const auto good = store(test::usual());
  OpenFile good_open(*good, 1);
  SimUser user(machine);
  ASSERT_TRUE(exe_loader.load(good_open, user.space()));
  const struct {
    Bytes bytes;
    Error error;
  } cases[] = {{{}, Error::BadImage},
               {Bytes(10000, 'x'), Error::BadImage},
               {imports.file(), Error::NotSupported},
               {taken.file(), Error::OutOfAddressSpace}};
  machine.heap.trim();
  const uint32_t before = machine.frames.counts().free();
  for (const auto& c : cases) {
    const auto file = store(c.bytes);
    OpenFile open(*file, 2);
    const auto result = exe_loader.load(open, user.space());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), c.error);
    EXPECT_TRUE(open.released);
  }
  machine.heap.trim();
  EXPECT_EQ(machine.frames.counts().free(), before);
  mm::check_machine(machine.manager);
}

TEST_F(LoaderStory, D2_A_device_error_in_the_headers_is_told_and_a_retry_works) {
  PeWriter pe = test::usual();
  pe.new_header = 0x1F00;  // the second page of headers is needed too
  pe.header_bytes = 0x2400;
  pe.sections = {{0x3000, 0x1000, 0x2400, 0x1000, test::kText}};
  pe.entry = 0x3000;
  const auto file = store(pe);
  SimUser user(machine);
  for (uint32_t n = 0; n < 3; ++n) {
    OpenFile open(*file, 3);
    file->behaviour.fail_after = n;
    EXPECT_TRUE(exe_loader.load(open, user.space()) == Failure(Error::IoError)) << n;
    EXPECT_TRUE(open.released);
  }
  OpenFile open(*file, 3);
  EXPECT_TRUE(exe_loader.load(open, user.space()));
}

TEST_F(LoaderStory, D3_Whichever_frame_is_missing_nothing_is_lost) {
  const auto file = store(test::usual());
  for (uint32_t n = 0;; ++n) {
    ASSERT_LT(n, 100u);
    SimUser user(machine);
    OpenFile open(*file, 4);
    machine.heap.trim();
    const uint32_t before = machine.frames.counts().free();
    machine.frames.gate().plan_failure({.after = n});
    const auto result = exe_loader.load(open, user.space());
    machine.frames.gate().plan_failure({});
    if (result) {
      EXPECT_GE(n, 3u);  // headers, layout, the image itself at the least
      break;
    }
    EXPECT_EQ(result.error(), Error::OutOfFrames);
    EXPECT_TRUE(open.released);
    machine.heap.trim();
    EXPECT_EQ(machine.frames.counts().free(), before);
    EXPECT_EQ(user.region_count(), 0u);
    mm::check_machine(machine.manager);
  }
}

}  // namespace
}  // namespace mobius
