// SPDX-License-Identifier: Apache-2.0
#include "core/str_cat.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tfwasm {

// printf would add 20 KB.
std::string NumberToString(double value) {
  using rapidjson::CrtAllocator;
  using rapidjson::UTF8;
  constexpr unsigned kFlags = rapidjson::kWriteNanAndInfFlag;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer, UTF8<>, UTF8<>, CrtAllocator, kFlags> writer(buffer);
  writer.Double(value);
  std::string text(buffer.GetString(), buffer.GetSize());
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace tfwasm
