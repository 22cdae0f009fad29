// SPDX-License-Identifier: Apache-2.0
// Checkpoints of TensorFlow (TensorBundle): an index file, and data files with the bytes of
// tensors.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "convert/model_reader.h"
#include "core/tensor.h"

namespace tfwasm {

// Part of a tensor along each dimension. A length of -1 means all.
struct TensorSlice {
  std::vector<int64_t> starts;
  std::vector<int64_t> lengths;
};

struct CheckpointEntry {
  std::string_view type;  // "DT_FLOAT"
  Shape shape;
  int64_t shard = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint32_t crc = 0;
  bool is_sliced = false;  // its data are in other entries
};

class CheckpointIndex {
 public:
  // Reads an index file. Throws E_FILE or E_PROTO.
  explicit CheckpointIndex(std::string_view file);

  // nullptr if there is no tensor with this key.
  const CheckpointEntry* Find(std::string_view key) const;

  struct Part {
    TensorSlice slice;
    CheckpointEntry entry;
  };
  // The slices of a sliced tensor.
  const std::vector<Part>& PartsOf(std::string_view key) const;

  int64_t num_shards() const { return num_shards_; }
  bool is_big_endian() const { return is_big_endian_; }

 private:
  void ReadHeader(std::string_view value);
  CheckpointEntry ReadEntry(std::string_view key, std::string_view value) const;
  void AddPart(std::string_view key, const CheckpointEntry& entry);

  std::map<std::string, CheckpointEntry, std::less<>> entries_;
  std::map<std::string, std::vector<Part>, std::less<>> parts_;
  int64_t num_shards_ = 0;
  bool is_big_endian_ = false;
};

// Reads tensors of a checkpoint, in the order of their bytes in the files.
class CheckpointReader {
 public:
  // `prefix`: the path of the index without ".index".
  CheckpointReader(CheckpointIndex index, std::string prefix, FileSizes files);

  const CheckpointIndex& index() const { return index_; }

  // May be called again after all requested tensors have been read. Throws E_WEIGHT_MISSING if
  // there is no such tensor, E_FILE if its bytes are not in the files.
  void Request(const std::string& key);

  // As of ModelReader. Throws E_WEIGHT_BYTES if the bytes of a tensor are wrong.
  std::optional<ReadRequest> Next();
  std::span<uint8_t> Target();
  void Commit();

  // The requested tensors by key. Complete when Next() has returned nullopt.
  const Tensor& Get(const std::string& key) const;
  // The same, and forgets it.
  Tensor Take(const std::string& key);

 private:
  struct Part {
    std::string key;
    CheckpointEntry entry;
    std::optional<TensorSlice> slice;
  };

  std::string PathOf(const CheckpointEntry& entry) const;
  void AddPart(Part part);
  void FinishPart();

  CheckpointIndex index_;
  std::string prefix_;
  FileSizes files_;
  std::vector<Part> pending_;
  bool is_sorted_ = false;
  size_t next_ = 0;
  std::string bytes_;  // of the current part
  size_t read_ = 0;    // of them
  size_t wanted_ = 0;  // of the current request
  std::map<std::string, Tensor, std::less<>> tensors_;
};

// The part of a tensor that `spec` describes, "4 8 0,2:-": the whole shape, then for each dimension
// start and length, or "-" for all. Throws E_ATTR.
Tensor CutSlice(const Tensor& tensor, std::string_view spec);

}  // namespace tfwasm
