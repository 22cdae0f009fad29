// SPDX-License-Identifier: Apache-2.0
// Lets an allocation fail. The linker puts the functions in failing_allocation.cc before those that
// take memory (CMakeLists.txt), for all code but that of shared libraries.
#pragma once

#include <cstdint>

namespace tfwasm {

class FailingAllocation {
 public:
  // The `number`-th allocation from now on fails, counted from 1.
  explicit FailingAllocation(int64_t number);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  // Whether there were so many.
  bool has_failed() const;
};

}  // namespace tfwasm
