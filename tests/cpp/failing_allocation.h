// SPDX-License-Identifier: Apache-2.0
// Makes one allocation of memory fail, to see what code does then. The linker puts what is in
// failing_allocation.cc before malloc, operator new and their like.
#pragma once

#include <cstdint>

namespace tfwasm {

// While there is one, the allocation number `index`, counted from 0, of this thread fails as if
// there were no memory: operator new throws std::bad_alloc, the functions of C return null.
class FailingAllocation {
 public:
  explicit FailingAllocation(int64_t index);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  // Whether there were that many.
  bool has_failed() const;
};

}  // namespace tfwasm
