// SPDX-License-Identifier: Apache-2.0
// Reads protobuf's wire format.
#pragma once

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace tfwasm {

// The fields of one message, in file order. Fields that the caller does not read are skipped. The
// bytes must outlive the reader. Everything throws E_PROTO if the bytes are malformed, and E_LIMIT
// if messages are nested too deeply.
//
//   while (reader.Next()) {
//     switch (reader.field()) {
//       case 1: name = reader.Bytes(); break;
//       case 2: ReadShape(reader.Message()); break;
//     }
//   }
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view message, int depth = 0)
      : reader_(protozero::data_view(message.data(), message.size())), depth_(depth) {}

  // Goes to the next field. False at the end of the message.
  bool Next();
  uint32_t field() const { return reader_.tag(); }

  // The value of the field. Call one of these at most once.
  int64_t Int();
  bool Bool() { return Int() != 0; }
  float Float();
  double Double();
  uint32_t Fixed32();
  std::string_view Bytes();
  ProtoReader Message();

  // Appends the value, or the values, of a repeated field, packed or not.
  void AppendTo(std::vector<int64_t>& values);
  void AppendTo(std::vector<float>& values);
  void AppendTo(std::vector<double>& values);

 private:
  void Expect(protozero::pbf_wire_type type) const;
  // Throws if a field with a length is longer than the rest of the message. protozero compares
  // signed numbers, so it accepts lengths from 2^31 where pointers have 32 bits.
  void CheckLength() const;

  protozero::pbf_reader reader_;
  int depth_;
  bool is_read_ = true;
};

// An entry of a map field.
struct ProtoEntry {
  std::string_view key;
  std::string_view value;  // of a text or message
};
ProtoEntry ReadEntry(ProtoReader reader);

}  // namespace tfwasm
