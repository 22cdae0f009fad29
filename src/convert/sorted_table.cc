// SPDX-License-Identifier: Apache-2.0
#include "convert/sorted_table.h"

#include <snappy.h>

#include <string>

#include "convert/byte_reader.h"
#include "convert/crc32c.h"
#include "core/error.h"

namespace tfwasm {

namespace {

using Use = std::function<void(std::string_view, std::string_view)>;

constexpr size_t kFooterBytes = 48;
constexpr std::string_view kMagic("\x57\xfb\x80\x8b\x24\x75\x47\xdb", 8);
// Blocks have a type and a checksum behind their contents.
constexpr size_t kTrailerBytes = 5;
// TensorFlow writes blocks of 256 KB. A larger one holds a single large value.
constexpr size_t kMostBlockBytes = size_t{64} << 20;

[[noreturn]] void ThrowDamaged(std::string_view what) {
  Throw(Code::kFile, "the checkpoint's index is damaged: ", what);
}

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

BlockHandle ReadHandle(ByteReader& reader) {
  const auto offset = reader.Varint();
  const auto size = offset ? reader.Varint() : std::nullopt;
  if (!size) ThrowDamaged("it ends inside the position of a block");
  return {*offset, *size};
}

// Returns the contents of a block. `memory` holds them if they were compressed.
std::string_view ReadBlock(std::string_view file, BlockHandle handle, std::string& memory) {
  if (handle.size > file.size() || handle.offset > file.size() - handle.size ||
      file.size() - handle.size - handle.offset < kTrailerBytes) {
    ThrowDamaged("a block lies beyond its end");
  }
  const auto size = static_cast<size_t>(handle.size);
  const std::string_view block = file.substr(static_cast<size_t>(handle.offset), size + 5);
  const auto crc = ByteReader(block.substr(size + 1)).Fixed32();
  if (crc != MaskedCrc32c(Crc32c(block.substr(0, size + 1)))) ThrowDamaged("a checksum is wrong");
  const std::string_view contents = block.substr(0, size);
  const char type = block[size];
  if (type == 0) return contents;
  if (type != 1) ThrowDamaged("a block is compressed in an unknown way");
  size_t bytes = 0;
  if (!snappy::GetUncompressedLength(contents.data(), contents.size(), &bytes) ||
      bytes > kMostBlockBytes) {
    ThrowDamaged("a compressed block is too large");
  }
  memory.resize(bytes);
  if (!snappy::RawUncompress(contents.data(), contents.size(), memory.data())) {
    ThrowDamaged("a block cannot be decompressed");
  }
  return memory;
}

// Calls `use` with the entries of a block. Each key is stored as what differs from the one before.
void ReadEntries(std::string_view block, bool are_keys_unique, const Use& use) {
  const auto count =
      block.size() < 4 ? std::nullopt : ByteReader(block.substr(block.size() - 4)).Fixed32();
  if (!count || *count > (block.size() - 4) / 4) ThrowDamaged("a block is too short");
  ByteReader reader(block.substr(0, block.size() - 4 - size_t{4} * *count));
  std::string key;
  bool is_first = true;
  while (!reader.empty()) {
    const auto shared = reader.Varint();
    const auto unshared = shared ? reader.Varint() : std::nullopt;
    const auto value_size = unshared ? reader.Varint() : std::nullopt;
    const auto tail = value_size ? reader.Bytes(*unshared) : std::nullopt;
    const auto value = tail ? reader.Bytes(*value_size) : std::nullopt;
    if (!value || *shared > key.size()) ThrowDamaged("an entry is malformed");
    std::string next = key.substr(0, static_cast<size_t>(*shared));
    next += *tail;
    if (!is_first && are_keys_unique && next <= key) ThrowDamaged("its keys are not in order");
    is_first = false;
    key = std::move(next);
    use(key, *value);
  }
}

}  // namespace

void ReadSortedTable(std::string_view file, const Use& use) {
  if (file.size() < kFooterBytes || !file.ends_with(kMagic)) {
    Throw(Code::kFile, "the checkpoint's index is no index, or was cut off");
  }
  ByteReader footer(file.substr(file.size() - kFooterBytes));
  ReadHandle(footer);  // of metadata, which these files do not have
  std::string index_memory;
  const std::string_view index = ReadBlock(file, ReadHandle(footer), index_memory);
  std::string memory;
  ReadEntries(index, false, [&](std::string_view, std::string_view value) {
    ByteReader handle(value);
    ReadEntries(ReadBlock(file, ReadHandle(handle), memory), true, use);
  });
}

}  // namespace tfwasm
