// SPDX-License-Identifier: Apache-2.0
// Memory of tensors: aligned, reference-counted by shared_ptr, counted for memory().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/aligned_memory.h"
#include "core/dtype.h"
#include "core/quantization.h"

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
  // Allocates `count` elements, float32 or int32, in the bytes of `quantization`.
  static std::shared_ptr<Buffer> AllocateQuantized(DType dtype, uint64_t count,
                                                   const Quantization& quantization);
  // A new buffer with the memory of `old`, of which the caller has the only reference. What was
  // derived from the content of `old`, and is found by its identity, will not be found any more.
  static std::shared_ptr<Buffer> TakeMemory(std::shared_ptr<Buffer> old);
  // Throws E_OOM if `bytes` exceeds the address space.
  static void CheckAddressable(uint64_t bytes);

  Buffer(Private, DType dtype, uint64_t count, const std::optional<Quantization>& quantization);
  Buffer(Private, Buffer&& old);
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  // The elements in their dtype. If they are quantized they are dequantized, in place of their
  // bytes, and stay so; then throws E_OOM if memory is short. On the main thread.
  void* data() {
    if (quantization_) DequantizeInPlace();
    return memory_.data();
  }
  // Of the elements in their dtype.
  size_t bytes() const { return bytes_; }

  // Until data() is called.
  bool is_quantized() const { return quantization_.has_value(); }
  std::span<uint8_t> stored() { return {static_cast<uint8_t*>(memory_.data()), held_bytes_}; }
  // Writes the elements in their dtype, and leaves the buffer as it is.
  void CopyDequantized(void* values) const;

  // Count the JavaScript tensors that share this buffer. Both return the new count.
  size_t AddHandle() { return ++handles_; }
  size_t RemoveHandle() { return --handles_; }

  // Totals over all live buffers; of the bytes that they hold.
  static size_t live_bytes();
  static size_t live_count();

 private:
  void DequantizeInPlace();

  DType dtype_;
  size_t count_;
  size_t bytes_;
  size_t held_bytes_;  // fewer if quantized
  std::optional<Quantization> quantization_;
  AlignedMemory memory_;
  size_t handles_ = 0;
};

}  // namespace tfwasm
