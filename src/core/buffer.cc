// SPDX-License-Identifier: Apache-2.0
#include "core/buffer.h"

#include <atomic>
#include <cstdlib>
#include <limits>

#include "core/error.h"
#include "core/object.h"

namespace tfwasm {

namespace {

// Atomic because pool threads may drop the last reference.
std::atomic<size_t> live_bytes_total{0};
std::atomic<size_t> live_buffer_count{0};

size_t RoundUp(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

struct FreeMemory {
  void operator()(void* data) const { std::free(data); }
};
using Memory = std::unique_ptr<void, FreeMemory>;

[[noreturn]] void ThrowOutOfMemory(uint64_t bytes) {
  Throw(Code::kOom, "out of memory: ", bytes, " bytes were asked for while tensors hold ",
        Buffer::live_bytes(), " bytes");
}

}  // namespace

void Buffer::CheckAddressable(uint64_t bytes) {
  if (bytes > std::numeric_limits<size_t>::max() - kPadding - kAlignment) ThrowOutOfMemory(bytes);
}

std::shared_ptr<Buffer> Buffer::Allocate(DType dtype, uint64_t count) {
  const uint64_t wanted = count * ElementSize(dtype);
  CheckAddressable(wanted);
  const auto bytes = static_cast<size_t>(wanted);
  auto buffer = std::make_shared<Buffer>(Private(), dtype, static_cast<size_t>(count), bytes);
  void* data = std::aligned_alloc(kAlignment, RoundUp(bytes + kPadding, kAlignment));
  if (data == nullptr) ThrowOutOfMemory(wanted);
  if (dtype == DType::kString)
    std::uninitialized_default_construct_n(static_cast<std::string*>(data), count);
  if (IsHandle(dtype)) std::uninitialized_value_construct_n(static_cast<ObjectPtr*>(data), count);
  buffer->data_ = data;
  live_bytes_total += bytes;
  ++live_buffer_count;
  return buffer;
}

Buffer::~Buffer() {
  if (data_ == nullptr) return;  // the allocation failed
  if (dtype_ == DType::kString) std::destroy_n(static_cast<std::string*>(data_), count_);
  if (IsHandle(dtype_)) std::destroy_n(static_cast<ObjectPtr*>(data_), count_);
  std::free(data_);
  live_bytes_total -= bytes_;
  --live_buffer_count;
}

size_t Buffer::live_bytes() { return live_bytes_total; }

size_t Buffer::live_count() { return live_buffer_count; }

}  // namespace tfwasm
