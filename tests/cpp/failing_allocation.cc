// SPDX-License-Identifier: Apache-2.0
#include "failing_allocation.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace tfwasm {
namespace {

// The number of allocations that succeed before one fails; negative to let all succeed.
std::atomic<int64_t> allocations_left{-1};
std::atomic<bool> failed{false};

bool Fails() {
  if (allocations_left < 0 || allocations_left-- > 0) return false;
  failed = true;
  return true;
}

}  // namespace

FailingAllocation::FailingAllocation(int64_t number) {
  failed = false;
  allocations_left = number - 1;
}

FailingAllocation::~FailingAllocation() { allocations_left = -1; }

bool FailingAllocation::has_failed() const { return failed; }

}  // namespace tfwasm

using tfwasm::Fails;

// Names given by the linker's --wrap option: __real_ is the original function, __wrap_ replaces it.
// Only the linker refers to them.
#pragma clang diagnostic ignored "-Wmissing-prototypes"
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

void* __real_malloc(size_t size);
void* __wrap_malloc(size_t size) { return Fails() ? nullptr : __real_malloc(size); }

void* __real_calloc(size_t count, size_t size);
void* __wrap_calloc(size_t count, size_t size) {
  return Fails() ? nullptr : __real_calloc(count, size);
}

void* __real_realloc(void* memory, size_t size);
void* __wrap_realloc(void* memory, size_t size) {
  return Fails() ? nullptr : __real_realloc(memory, size);
}

void* __real_aligned_alloc(size_t alignment, size_t size);
void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return Fails() ? nullptr : __real_aligned_alloc(alignment, size);
}

int __real_posix_memalign(void** memory, size_t alignment, size_t size);
int __wrap_posix_memalign(void** memory, size_t alignment, size_t size) {
  return Fails() ? ENOMEM : __real_posix_memalign(memory, alignment, size);
}

#ifdef __EMSCRIPTEN__
// Formats the message of an exception and throws it. Release builds do not format it, so these
// allocations must succeed.
[[noreturn]] void __real___throw_exception_with_stack_trace(void* exception);
[[noreturn]] void __wrap___throw_exception_with_stack_trace(void* exception) {
  struct Resume {
    int64_t left;
    ~Resume() { tfwasm::allocations_left = left; }
  };
  const Resume resume{tfwasm::allocations_left.exchange(-1)};
  __real___throw_exception_with_stack_trace(exception);
}
#endif

// operator new(size_t), new[](size_t), and their overloads with alignment.
void* __real__Znwm(size_t size);
void* __wrap__Znwm(size_t size) {
  if (Fails()) throw std::bad_alloc();
  return __real__Znwm(size);
}

void* __real__Znam(size_t size);
void* __wrap__Znam(size_t size) {
  if (Fails()) throw std::bad_alloc();
  return __real__Znam(size);
}

void* __real__ZnwmSt11align_val_t(size_t size, std::align_val_t alignment);
void* __wrap__ZnwmSt11align_val_t(size_t size, std::align_val_t alignment) {
  if (Fails()) throw std::bad_alloc();
  return __real__ZnwmSt11align_val_t(size, alignment);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)

namespace tfwasm {
namespace {

TEST_CASE("the allocation whose number is said fails, and no other") {
  for (int number = 1; number <= 3; ++number) {
    const FailingAllocation failing(number);
    // Not new, which calls malloc in some C++ libraries and counts twice then.
    int reached = 0;
    for (; reached < 5; ++reached) {
      void* memory = std::malloc(16);
      if (memory == nullptr) break;
      std::free(memory);
    }
    CHECK(reached == number - 1);
    CHECK(failing.has_failed());
    void* memory = std::malloc(16);
    CHECK((memory != nullptr));
    std::free(memory);
  }
}

}  // namespace
}  // namespace tfwasm
