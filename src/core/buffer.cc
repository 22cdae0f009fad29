// SPDX-License-Identifier: Apache-2.0
#include "core/buffer.h"

#include <atomic>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/object.h"

namespace tfwasm {

namespace {

// Atomic because pool threads may drop the last reference.
std::atomic<size_t> live_bytes_total{0};
std::atomic<size_t> live_buffer_count{0};

[[noreturn]] void ThrowOutOfMemory(uint64_t bytes) {
  Throw(Code::kOom, "out of memory: ", bytes, " bytes were asked for while tensors hold ",
        Buffer::live_bytes(), " bytes");
}

AlignedMemory AllocateMemory(uint64_t bytes) {
  AlignedMemory memory(bytes);
  if (!memory) ThrowOutOfMemory(bytes);
  return memory;
}

}  // namespace

void Buffer::CheckAddressable(uint64_t bytes) {
  if (bytes > std::numeric_limits<size_t>::max() - kPadding - kAlignment) ThrowOutOfMemory(bytes);
}

std::shared_ptr<Buffer> Buffer::Allocate(DType dtype, uint64_t count) {
  return std::make_shared<Buffer>(Private(), dtype, count, std::nullopt);
}

std::shared_ptr<Buffer> Buffer::AllocateQuantized(DType dtype, uint64_t count,
                                                  const Quantization& quantization) {
  return std::make_shared<Buffer>(Private(), dtype, count, quantization);
}

Buffer::Buffer(Private, DType dtype, uint64_t count,
               const std::optional<Quantization>& quantization)
    : dtype_(dtype),
      count_(static_cast<size_t>(count)),
      bytes_(static_cast<size_t>(count * ElementSize(dtype))),
      held_bytes_(quantization ? count_ * quantization->StoredElementSize() : bytes_),
      quantization_(quantization),
      memory_(AllocateMemory(
          count * (quantization ? quantization->StoredElementSize() : ElementSize(dtype)))) {
  if (dtype == DType::kString)
    std::uninitialized_default_construct_n(static_cast<std::string*>(data()), count_);
  if (IsHandle(dtype))
    std::uninitialized_value_construct_n(static_cast<ObjectPtr*>(data()), count_);
  live_bytes_total += held_bytes_;
  ++live_buffer_count;
}

void Buffer::CopyDequantized(void* values) const {
  Dequantize(*quantization_, dtype_, memory_.data(), count_, values);
}

void Buffer::DequantizeInPlace() {
  AlignedMemory values = AllocateMemory(bytes_);
  CopyDequantized(values.data());
  memory_ = std::move(values);
  quantization_.reset();
  live_bytes_total += bytes_ - held_bytes_;
  held_bytes_ = bytes_;
}

// By value: the caller gives its reference up.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
std::shared_ptr<Buffer> Buffer::TakeMemory(std::shared_ptr<Buffer> old) {
  return std::make_shared<Buffer>(Private(), std::move(*old));
}

Buffer::Buffer(Private, Buffer&& old)
    : dtype_(old.dtype_),
      count_(std::exchange(old.count_, 0)),
      bytes_(std::exchange(old.bytes_, 0)),
      held_bytes_(std::exchange(old.held_bytes_, 0)),
      quantization_(std::exchange(old.quantization_, std::nullopt)),
      memory_(std::move(old.memory_)) {
  ++live_buffer_count;
}

Buffer::~Buffer() {
  if (dtype_ == DType::kString) {
    std::destroy_n(static_cast<std::string*>(memory_.data()), count_);
  }
  if (IsHandle(dtype_)) std::destroy_n(static_cast<ObjectPtr*>(memory_.data()), count_);
  live_bytes_total -= held_bytes_;
  --live_buffer_count;
}

size_t Buffer::live_bytes() { return live_bytes_total; }

size_t Buffer::live_count() { return live_buffer_count; }

}  // namespace tfwasm
