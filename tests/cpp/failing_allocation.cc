// SPDX-License-Identifier: Apache-2.0
#include "failing_allocation.h"

#include <cerrno>
#include <cstddef>
#include <new>

namespace tfwasm {
namespace {

// How many allocations are left until one fails; below 0, none will.
thread_local int64_t allocations_left = -1;

bool IsToFail() { return allocations_left >= 0 && allocations_left-- == 0; }

}  // namespace

FailingAllocation::FailingAllocation(int64_t index) { allocations_left = index; }
FailingAllocation::~FailingAllocation() { allocations_left = -1; }
bool FailingAllocation::has_failed() const { return allocations_left < 0; }

}  // namespace tfwasm

// Calls of `name` come to __wrap_name; __real_name is the function itself (--wrap of the linker).
extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier)
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_realloc(void* data, size_t size);
void* __real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void** data, size_t alignment, size_t size);
void* __real__Znwm(size_t size);
void* __real__Znam(size_t size);

void* __wrap_malloc(size_t size) { return tfwasm::IsToFail() ? nullptr : __real_malloc(size); }
void* __wrap_calloc(size_t count, size_t size) {
  return tfwasm::IsToFail() ? nullptr : __real_calloc(count, size);
}
void* __wrap_realloc(void* data, size_t size) {
  return tfwasm::IsToFail() ? nullptr : __real_realloc(data, size);
}
void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return tfwasm::IsToFail() ? nullptr : __real_aligned_alloc(alignment, size);
}
int __wrap_posix_memalign(void** data, size_t alignment, size_t size) {
  return tfwasm::IsToFail() ? ENOMEM : __real_posix_memalign(data, alignment, size);
}
void* __wrap__Znwm(size_t size) {
  if (tfwasm::IsToFail()) throw std::bad_alloc();
  return __real__Znwm(size);
}
void* __wrap__Znam(size_t size) {
  if (tfwasm::IsToFail()) throw std::bad_alloc();
  return __real__Znam(size);
}
// NOLINTEND(bugprone-reserved-identifier)

}  // extern "C"
