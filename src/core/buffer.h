// SPDX-License-Identifier: Apache-2.0
// Memory of tensors: aligned, reference-counted by shared_ptr, counted for memory().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/aligned_memory.h"
#include "core/dtype.h"

namespace tfwasm {

class Buffer {
  // Makes the constructor usable by Allocate only.
  struct Private {};

 public:
  static constexpr size_t kAlignment = AlignedMemory::kAlignment;
  static constexpr size_t kPadding = AlignedMemory::kPadding;

  // Allocates `count` uninitialized elements; strings are empty, handles null. Throws E_OOM if the
  // heap cannot grow enough.
  static std::shared_ptr<Buffer> Allocate(DType dtype, uint64_t count);
  // A new buffer with the memory of `old`, of which the caller has the only reference. What was
  // derived from the content of `old`, and is found by its identity, will not be found any more.
  static std::shared_ptr<Buffer> TakeMemory(std::shared_ptr<Buffer> old);
  // Throws E_OOM if `bytes` exceeds the address space.
  static void CheckAddressable(uint64_t bytes);

  Buffer(Private, DType dtype, uint64_t count);
  Buffer(Private, Buffer&& old);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void* data() { return memory_.data(); }
  const void* data() const { return memory_.data(); }
  size_t bytes() const { return bytes_; }

  // Count the JavaScript tensors that share this buffer. Both return the new count.
  size_t AddHandle() { return ++handles_; }
  size_t RemoveHandle() { return --handles_; }

  // Totals over all live buffers.
  static size_t live_bytes();
  static size_t live_count();

 private:
  DType dtype_;
  size_t count_;
  size_t bytes_;
  AlignedMemory memory_;
  size_t handles_ = 0;
};

}  // namespace tfwasm
