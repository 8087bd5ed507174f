// Port: the user halves of address spaces, as the processor's tables. arch/i386/page_directories.h
// implements it.
#pragma once

#include "base/result.h"
#include "mm/space/translation_map.h"

namespace mobius::proc {

// One user half with its own page directory.
using UserMap = mm::TranslationMap;

class UserMaps {
 public:
  // Its frame is asked for with `who`. Fails: OutOfFrames.
  virtual Result<UserMap*> create(mm::FrameClass who) = 0;
  // Requires: empty. Where it is still loaded (a kernel thread keeps the last user half), the
  // kernel's own directory is loaded first.
  virtual void destroy(UserMap& map) = 0;

 protected:
  ~UserMaps() = default;
};

}  // namespace mobius::proc
