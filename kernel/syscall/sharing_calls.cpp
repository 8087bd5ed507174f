// VmmShare..., VmmMapSharedArea, HndOpen: memory that several processes see (mm/calls/sharing.h).
#include "abi/mobius.h"
#include "abi/vmm.h"
#include "proc/handles/area.h"
#include "proc/programs/user_copies.h"
#include "syscall/calls.h"
#include "syscall/memory_flags.h"

namespace mobius::syscall::calls {
namespace {

using NameText = std::array<char, proc::Area::kMaxNameBytes + 1>;

proc::Rights rights_of(Access access) {
  return access == Access::ReadWrite ? proc::Rights::ReadWrite : proc::Rights::Read;
}

Access access_of(proc::Rights rights) {
  return allows(rights, proc::Rights::Write) ? Access::ReadWrite : Access::Read;
}

// The name behind the pointer. Fails: BadAddress, NameTooLong.
Result<std::string_view> name_at(proc::System& system, VirtAddr from, NameText& text) {
  const uint32_t bytes = TRY(proc::copy_string_in(system.user, from, text));
  return std::string_view(text.data(), bytes);
}

// An area without a name, offered.
Result<proc::Ref<proc::Area>> new_area(proc::System& system, VirtAddr block,
                                       std::optional<Access> most) {
  auto made = TRY(system.memory.heap.create<proc::Area>(system.memory, system.areas));
  proc::Ref<proc::Area> area(made.release());
  TRY(area->offer(*system.process().space, block, most));
  return area;
}

Result<uint32_t> share(proc::System& system, VirtAddr block, VirtAddr name_from,
                       std::optional<Access> most) {
  proc::Process& process = system.process();
  NameText text;
  std::string_view name;
  if (name_from.value != 0) {
    name = TRY(name_at(system, name_from, text));
    TRY(system.areas.check(name, process.pid));
  }
  proc::Ref<proc::Area> area = TRY(new_area(system, block, most));
  // It may have waited for a long call: the name may be taken by now.
  if (!name.empty()) TRY(system.areas.check(name, process.pid));
  const proc::Handle handle = TRY(process.handles.add(proc::Ref<proc::KernelObject>(area.get()),
                                                      rights_of(area->rights())));
  // From here on nothing fails.
  if (!name.empty()) area->give_name(name, process.pid);
  return handle;
}

}  // namespace

Result<uint32_t> VmmShare(proc::System& system, Words a) {
  return share(system, VirtAddr{a[0]}, VirtAddr{a[1]}, std::nullopt);
}

Result<uint32_t> VmmShareRights(proc::System& system, Words a) {
  return share(system, VirtAddr{a[0]}, VirtAddr{a[1]}, TRY(access_of_flags(a[2])));
}

Result<uint32_t> VmmMapSharedArea(proc::System& system, Words a) {
  if ((a[2] & VM_MEM_PRIVATE) != 0) return Failure(Error::NotSupported);
  const Access access = TRY(access_of_flags(a[2]));
  proc::HandleTable::Entry* const entry = TRY(system.process().handles.find(a[0]));
  if (entry->object->kind() != proc::ObjectKind::Area) return Failure(Error::BadArgument);
  const Access most = access_of(entry->rights);
  const proc::Ref<proc::Area> area(static_cast<proc::Area*>(entry->object.get()));
  return TRY(area->map(*system.process().space, VirtAddr{a[1]}, access, most)).value;
}

Result<uint32_t> HndOpen(proc::System& system, Words a) {
  constexpr uint32_t kAll = FILE_READ | FILE_WRITE;
  if (a[1] == 0 || (a[1] & ~kAll) != 0) return Failure(Error::BadArgument);
  const auto wanted = static_cast<proc::Rights>(a[1] | FILE_READ);  // writing implies reading
  NameText text;
  const std::string_view name = TRY(name_at(system, VirtAddr{a[0]}, text));
  const proc::Ref<proc::Area> area = TRY(system.areas.open(name));
  if (!allows(rights_of(area->rights()), wanted)) return Failure(Error::NoAccess);
  return system.process().handles.add(proc::Ref<proc::KernelObject>(area.get()), wanted);
}

}  // namespace mobius::syscall::calls
