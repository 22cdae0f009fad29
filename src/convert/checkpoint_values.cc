// SPDX-License-Identifier: Apache-2.0
#include "convert/checkpoint_values.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "convert/byte_reader.h"
#include "convert/crc32c.h"
#include "graph/tensor_proto.h"

namespace tfwasm {

namespace {

// Bytes per stored element; 0 for strings.
size_t StoredWidth(std::string_view type) {
  constexpr std::pair<std::string_view, size_t> kWidths[] = {
      {"DT_FLOAT", 4},  {"DT_DOUBLE", 8},      {"DT_INT32", 4}, {"DT_UINT8", 1}, {"DT_INT16", 2},
      {"DT_INT8", 1},   {"DT_COMPLEX64", 8},   {"DT_INT64", 8}, {"DT_BOOL", 1},  {"DT_BFLOAT16", 2},
      {"DT_UINT16", 2}, {"DT_COMPLEX128", 16}, {"DT_HALF", 2}};
  for (const auto& [name, width] : kWidths) {
    if (name == type) return width;
  }
  return 0;
}

[[noreturn]] void ThrowDamaged(std::string_view key) {
  Throw(Code::kWeightBytes, "the bytes of the variable '", key,
        "' are damaged: their checksum is wrong");
}

// The checksum of strings covers the lengths as fixed-size integers.
uint32_t ExtendByLength(uint32_t crc, uint64_t length) {
  char bytes[8];
  const size_t count = length > 0xffffffff ? 8 : 4;
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(length >> 8 * i & 0xff);
  return Crc32c({bytes, count}, crc);
}

Tensor DecodeStrings(std::string_view key, const CheckpointEntry& entry, const Shape& shape,
                     std::string_view bytes) {
  ByteReader reader(bytes);
  std::vector<uint64_t> lengths;
  uint32_t crc = 0;
  for (int64_t i = 0; i < shape.NumElements(); ++i) {
    const auto length = reader.Varint();
    if (!length) ThrowDamaged(key);
    lengths.push_back(*length);
    crc = ExtendByLength(crc, *length);
  }
  const std::string_view stored_crc = reader.rest().substr(0, 4);
  const auto of_lengths = reader.Fixed32();
  if (of_lengths != MaskedCrc32c(crc)) ThrowDamaged(key);
  crc = Crc32c(stored_crc, crc);
  Tensor tensor(DType::kString, shape);
  auto* out = static_cast<std::string*>(tensor.mutable_data());
  for (const uint64_t length : lengths) {
    const auto value = reader.Bytes(length);
    if (!value) ThrowDamaged(key);
    crc = Crc32c(*value, crc);
    *out++ = *value;
  }
  if (!reader.empty() || MaskedCrc32c(crc) != entry.crc) ThrowDamaged(key);
  return tensor;
}

// Reverses the bytes of every number. A complex number is two.
void SwapBytes(std::string& bytes, size_t width, bool is_complex) {
  const size_t step = is_complex ? width / 2 : width;
  for (size_t i = 0; i + step <= bytes.size(); i += step) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + step));
  }
}

// Calls copy(from, to, count) for each run of elements of a slice, with positions in the slice and
// in the whole.
template <typename F>
void ForEachRun(const TensorSlice& slice, const Shape& whole, F copy) {
  const int rank = whole.rank();
  if (rank == 0) return copy(int64_t{0}, int64_t{0}, int64_t{1});
  const int64_t run = slice.lengths.back();
  const int64_t runs = run == 0 ? 0 : Shape(slice.lengths).NumElements() / run;
  const auto strides = RowMajorStrides(whole);
  for (int64_t i = 0; i < runs; ++i) {
    int64_t rest = i;
    int64_t place = slice.starts.back();
    for (int axis = rank - 1; axis-- > 0;) {
      const auto at = static_cast<size_t>(axis);
      place += (slice.starts[at] + rest % slice.lengths[at]) * strides[at];
      rest /= slice.lengths[at];
    }
    copy(i * run, place, run);
  }
}

void CopyElements(const Tensor& from, int64_t first, Tensor& to, int64_t place, int64_t count) {
  if (from.dtype() == DType::kString) {
    std::copy_n(from.values<std::string>().data() + first, count,
                to.mutable_values<std::string>().data() + place);
    return;
  }
  const size_t width = ElementSize(from.dtype());
  std::memcpy(static_cast<char*>(to.mutable_data()) + static_cast<size_t>(place) * width,
              static_cast<const char*>(from.data()) + static_cast<size_t>(first) * width,
              static_cast<size_t>(count) * width);
}

std::optional<int64_t> TakeInt(std::string_view& text) {
  int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  return value;
}

}  // namespace

void CheckStoredSize(std::string_view key, const CheckpointEntry& entry, const TensorSlice* slice) {
  const size_t width = StoredWidth(entry.type);
  if (width == 0) return;
  const Shape shape = slice == nullptr ? entry.shape : Shape(slice->lengths);
  if (!shape.IsKnown() || entry.bytes != static_cast<uint64_t>(shape.NumElements()) * width) {
    Throw(Code::kWeightBytes, "the variable '", key, "' of shape ", shape, " and type ", entry.type,
          " has ", entry.bytes, " bytes");
  }
}

Tensor DecodeStored(std::string_view key, const CheckpointEntry& entry, const Shape& shape,
                    std::string bytes, bool swap) {
  if (entry.type == "DT_STRING") return DecodeStrings(key, entry, shape, bytes);
  if (MaskedCrc32c(Crc32c(bytes)) != entry.crc) ThrowDamaged(key);
  if (swap) SwapBytes(bytes, StoredWidth(entry.type), entry.type.starts_with("DT_COMPLEX"));
  return DecodeElements(bytes, entry.type, shape);
}

TensorSlice ResolveSlice(std::string_view key, const TensorSlice& slice, const Shape& shape) {
  TensorSlice resolved = slice;
  bool fits = shape.IsKnown() && shape.rank() == std::ssize(slice.starts);
  for (int axis = 0; fits && axis < shape.rank(); ++axis) {
    const auto at = static_cast<size_t>(axis);
    int64_t& length = resolved.lengths[at];
    if (length == -1) length = shape[axis];
    fits = resolved.starts[at] >= 0 && length >= 0 && resolved.starts[at] <= shape[axis] &&
           length <= shape[axis] - resolved.starts[at];
  }
  if (!fits) {
    Throw(Code::kWeightBytes, "a slice of the variable '", key, "' is not within its shape ",
          shape);
  }
  return resolved;
}

void PasteSlice(const Tensor& value, const TensorSlice& slice, Tensor& tensor) {
  ForEachRun(slice, tensor.shape(), [&](int64_t from, int64_t to, int64_t count) {
    CopyElements(value, from, tensor, to, count);
  });
}

Tensor CutSlice(const Tensor& tensor, std::string_view spec) {
  const std::string_view whole = spec;
  const auto fail = [&] { Throw(Code::kAttr, "'", whole, "' is no part of a tensor"); };
  for (int64_t i = 0; i < tensor.shape().rank(); ++i) {
    if (!TakeInt(spec) || !spec.starts_with(' ')) fail();
    spec.remove_prefix(1);
  }
  TensorSlice slice;
  while (!spec.empty()) {
    if (spec.starts_with('-')) {
      spec.remove_prefix(1);
      slice.starts.push_back(0);
      slice.lengths.push_back(-1);
    } else {
      const auto start = TakeInt(spec);
      if (!start || !spec.starts_with(',')) fail();
      spec.remove_prefix(1);
      const auto length = TakeInt(spec);
      if (!length) fail();
      slice.starts.push_back(*start);
      slice.lengths.push_back(*length);
    }
    if (!spec.empty()) {
      if (!spec.starts_with(':')) fail();
      spec.remove_prefix(1);
    }
  }
  slice = ResolveSlice("", slice, tensor.shape());
  Tensor part(tensor.dtype(), Shape(slice.lengths));
  ForEachRun(slice, tensor.shape(), [&](int64_t to, int64_t from, int64_t count) {
    CopyElements(tensor, from, part, to, count);
  });
  return part;
}

}  // namespace tfwasm
