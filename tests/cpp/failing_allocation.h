// SPDX-License-Identifier: Apache-2.0
// Makes one allocation fail. The linker replaces the allocation functions by those in
// failing_allocation.cc (CMakeLists.txt), except in shared libraries.
#pragma once

#include <cstdint>

namespace tfwasm {

class FailingAllocation {
 public:
  // Makes the `number`-th allocation from now on fail, counted from 1.
  explicit FailingAllocation(int64_t number);
  ~FailingAllocation();
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;

  // Whether that allocation was reached.
  bool has_failed() const;
};

}  // namespace tfwasm
