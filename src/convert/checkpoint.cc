// SPDX-License-Identifier: Apache-2.0
#include "convert/checkpoint.h"

#include <algorithm>
#include <utility>

#include "convert/byte_reader.h"
#include "convert/checkpoint_values.h"
#include "convert/proto_reader.h"
#include "convert/proto_values.h"
#include "convert/sorted_table.h"
#include "graph/proto_json.h"

namespace tfwasm {

namespace {

// Read at once.
constexpr uint64_t kMostBytesPerRead = uint64_t{4} << 20;
constexpr int64_t kMostShards = 100'000;

// Takes a text from the start of a key: zero and 255 are escaped, and it ends with 0, 1.
std::optional<std::string> TakeText(ByteReader& reader) {
  std::string text;
  for (;;) {
    const auto byte = reader.Bytes(1);
    if (!byte) return std::nullopt;
    const char c = byte->front();
    if (c != '\0' && c != '\xff') {
      text += c;
      continue;
    }
    const auto next = reader.Bytes(1);
    if (!next) return std::nullopt;
    if (c == '\0' && next->front() == '\x01') return text;
    if (next->front() != (c == '\0' ? '\xff' : '\0')) return std::nullopt;
    text += c;
  }
}

// Takes an unsigned number: its length in bytes, then its bytes, the highest first.
std::optional<uint64_t> TakeNumber(ByteReader& reader) {
  const auto length = reader.Bytes(1);
  if (!length || static_cast<uint8_t>(length->front()) > 8) return std::nullopt;
  const auto bytes = reader.Bytes(static_cast<uint8_t>(length->front()));
  if (!bytes) return std::nullopt;
  uint64_t value = 0;
  for (const char c : *bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// Takes a signed number of n bytes: n ones for numbers >= 0, in front of 7n - 1 bits; all bits are
// inverted for negative ones.
std::optional<int64_t> TakeSigned(ByteReader& reader) {
  const auto first = reader.rest().substr(0, 2);
  if (first.empty()) return std::nullopt;
  const bool is_negative = (static_cast<uint8_t>(first[0]) & 0x80) == 0;
  const auto byte_at = [&](size_t i) {
    const auto byte = static_cast<uint8_t>(reader.rest()[i]);
    return is_negative ? static_cast<uint8_t>(~byte) : byte;
  };
  size_t length = 0;
  for (size_t bit = 0; bit < 16 && bit / 8 < first.size(); ++bit) {
    if ((byte_at(bit / 8) >> (7 - bit % 8) & 1) == 0) break;
    ++length;
  }
  if (length < 1 || length > 10 || length > reader.rest().size()) return std::nullopt;
  uint64_t value = 0;
  for (size_t i = 0; i < length; ++i) value = value << 8 | byte_at(i);
  if (length <= 9) value &= ~uint64_t{0} >> (64 - (7 * length - 1));
  reader.Bytes(length);
  return static_cast<int64_t>(is_negative ? ~value : value);
}

}  // namespace

CheckpointIndex::CheckpointIndex(std::string_view file) {
  ReadSortedTable(file, [&](std::string_view key, std::string_view value) {
    if (key.empty()) return ReadHeader(value);
    const CheckpointEntry entry = ReadEntry(key, value);
    if (key.front() == '\0') return AddPart(key, entry);
    entries_.emplace(key, entry);
  });
  if (num_shards_ < 1 || num_shards_ > kMostShards) {
    Throw(Code::kFile, "the checkpoint's index names ", num_shards_,
          " data files; checkpoints of TensorFlow 0.x are not supported");
  }
}

void CheckpointIndex::ReadHeader(std::string_view value) {
  num_shards_ = 1;
  for (ProtoReader reader(value); reader.Next();) {
    if (reader.field() == 1) num_shards_ = reader.Int();
    if (reader.field() == 2) is_big_endian_ = reader.Int() == 1;
  }
}

CheckpointEntry CheckpointIndex::ReadEntry(std::string_view key, std::string_view value) const {
  CheckpointEntry entry;
  try {
    for (ProtoReader reader(value); reader.Next();) {
      switch (reader.field()) {
        case 1:
          entry.type = TensorFlowTypeName(reader.Int());
          break;
        case 2:
          entry.shape = ReadShape(reader.Message());
          break;
        case 3:
          entry.shard = reader.Int();
          break;
        case 4:
          entry.offset = static_cast<uint64_t>(reader.Int());
          break;
        case 5:
          entry.bytes = static_cast<uint64_t>(reader.Int());
          break;
        case 6:
          entry.crc = reader.Fixed32();
          break;
        case 7:
          entry.is_sliced = true;
          break;
        default:
          break;
      }
    }
  } catch (const Error& error) {
    Throw(error.code(), "the checkpoint's entry '", key, "': ", error.message());
  }
  return entry;
}

void CheckpointIndex::AddPart(std::string_view key, const CheckpointEntry& entry) {
  ByteReader reader(key);
  const auto zero = TakeNumber(reader);
  const auto name = zero == 0 ? TakeText(reader) : std::nullopt;
  const auto rank = name ? TakeNumber(reader) : std::nullopt;
  TensorSlice slice;
  for (uint64_t i = 0; rank && i < std::min<uint64_t>(*rank, Shape::kMaxRank); ++i) {
    const auto start = TakeSigned(reader);
    const auto length = start ? TakeSigned(reader) : std::nullopt;
    if (!length) break;
    slice.starts.push_back(*start);
    slice.lengths.push_back(*length);
  }
  if (!rank || slice.starts.size() != *rank || !reader.empty()) {
    Throw(Code::kFile, "the checkpoint's index has a malformed key of a slice");
  }
  parts_[*name].push_back({std::move(slice), entry});
}

const CheckpointEntry* CheckpointIndex::Find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

const std::vector<CheckpointIndex::Part>& CheckpointIndex::PartsOf(std::string_view key) const {
  static const std::vector<Part> kNone;
  const auto found = parts_.find(key);
  return found == parts_.end() ? kNone : found->second;
}

CheckpointReader::CheckpointReader(CheckpointIndex index, std::string prefix, FileSizes files)
    : index_(std::move(index)), prefix_(std::move(prefix)), files_(std::move(files)) {}

std::string CheckpointReader::PathOf(const CheckpointEntry& entry) const {
  const auto padded = [](int64_t number) {
    const std::string digits = std::to_string(number);
    return std::string(5 - std::min<size_t>(digits.size(), 5), '0') + digits;
  };
  return StrCat(prefix_, ".data-", padded(entry.shard), "-of-", padded(index_.num_shards()));
}

void CheckpointReader::AddPart(Part part) {
  const std::string path = PathOf(part.entry);
  const auto file = files_.find(path);
  if (file == files_.end()) {
    Throw(Code::kFile, "the model has no file ", path, ", which has the variable '", part.key, "'");
  }
  if (part.entry.bytes > file->second || part.entry.offset > file->second - part.entry.bytes) {
    Throw(Code::kFile, "the file ", path, " has ", file->second,
          " bytes, too few for the variable '", part.key, "'");
  }
  CheckStoredSize(part.key, part.entry, part.slice ? &*part.slice : nullptr);
  pending_.push_back(std::move(part));
  is_sorted_ = false;
}

void CheckpointReader::Request(const std::string& key) {
  if (tensors_.contains(key)) return;
  const CheckpointEntry* entry = index_.Find(key);
  if (entry == nullptr) {
    Throw(Code::kWeightMissing, "the checkpoint has no variable '", key, "'");
  }
  const DType dtype = FromTensorFlowType(entry->type);
  if (dtype == DType::kInvalid || IsHandle(dtype)) {
    Throw(Code::kDType, "the variable '", key, "' has the type ", entry->type,
          ", which is not supported");
  }
  tensors_.emplace(key, Tensor());
  if (!entry->is_sliced) return AddPart({key, *entry, std::nullopt});
  uint64_t elements = 0;
  for (const CheckpointIndex::Part& part : index_.PartsOf(key)) {
    TensorSlice slice = ResolveSlice(key, part.slice, entry->shape);
    elements += static_cast<uint64_t>(Shape(slice.lengths).NumElements());
    CheckpointEntry of_part = part.entry;
    of_part.type = entry->type;
    AddPart({key, of_part, std::move(slice)});
  }
  if (elements != static_cast<uint64_t>(entry->shape.NumElements())) {
    Throw(Code::kWeightBytes, "the slices of the variable '", key, "' have ", elements,
          " elements, its shape is ", entry->shape);
  }
}

std::optional<ReadRequest> CheckpointReader::Next() {
  if (!std::exchange(is_sorted_, true)) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
    std::ranges::sort(pending_, {}, [](const Part& part) {
      return std::pair(part.entry.shard, part.entry.offset);
    });
  }
  while (next_ < pending_.size() && read_ == pending_[next_].entry.bytes) FinishPart();
  if (next_ == pending_.size()) return std::nullopt;
  const CheckpointEntry& entry = pending_[next_].entry;
  Buffer::CheckAddressable(entry.bytes);
  bytes_.resize(static_cast<size_t>(entry.bytes));
  wanted_ = static_cast<size_t>(std::min(kMostBytesPerRead, entry.bytes - read_));
  return ReadRequest{.path = PathOf(entry), .offset = entry.offset + read_, .bytes = wanted_};
}

std::span<uint8_t> CheckpointReader::Target() {
  return {reinterpret_cast<uint8_t*>(bytes_.data()) + read_, wanted_};
}

void CheckpointReader::Commit() { read_ += wanted_; }

void CheckpointReader::FinishPart() {
  const Part& part = pending_[next_++];
  const std::string bytes = std::exchange(bytes_, {});
  read_ = 0;
  const bool swap = index_.is_big_endian();
  Tensor& tensor = tensors_.find(part.key)->second;
  if (!part.slice) {
    tensor = DecodeStored(part.key, part.entry, part.entry.shape, bytes, swap);
    return;
  }
  const Tensor value = DecodeStored(part.key, part.entry, Shape(part.slice->lengths), bytes, swap);
  if (tensor.empty()) tensor = Tensor(value.dtype(), index_.Find(part.key)->shape);
  PasteSlice(value, *part.slice, tensor);
}

const Tensor& CheckpointReader::Get(const std::string& key) const {
  return tensors_.find(key)->second;
}

Tensor CheckpointReader::Take(const std::string& key) {
  const auto found = tensors_.find(key);
  Tensor tensor = std::move(found->second);
  tensors_.erase(found);
  return tensor;
}

}  // namespace tfwasm
