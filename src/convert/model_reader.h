// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "convert/options.h"
#include "convert/source_model.h"

namespace tfwasm {

// A part of a file that is needed next.
struct ReadRequest {
  std::string path;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

// Reads a model from files. It never reads itself: it says which bytes it needs, and the caller
// writes them into its memory.
class ModelReader {
 public:
  virtual ~ModelReader() = default;

  // What to read next; nullopt when the model is complete. Throws what is wrong with the files.
  virtual std::optional<ReadRequest> Next() = 0;
  // Where to write the bytes of the last request.
  virtual std::span<uint8_t> Target() = 0;
  // Call after writing them.
  virtual void Commit() = 0;
  // Call once, at the end. Constants whose values no simplification needs may have none yet; they
  // have the attribute kLater.
  virtual SourceModel Take() = 0;

  // Requests the value of such a constant, by this attribute. Next() returns nullopt when it is
  // there.
  virtual void RequestLater(const std::string& later);
  // Takes the value.
  virtual Tensor TakeLater(const std::string& later);
};

// The attribute of a constant whose value is read when it is written.
inline constexpr std::string_view kLater = "_later";

}  // namespace tfwasm
