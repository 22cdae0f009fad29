// SPDX-License-Identifier: Apache-2.0
// In WebAssembly: the C library's snprintf takes 8 KB of the binary. Only nlohmann/json calls it,
// to write the codes of characters, so this version knows text and hexadecimal numbers only:
// "%04x",
// "%.4X", "%.2hhX".
#ifdef __EMSCRIPTEN__
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace {

// A buffer that drops what does not fit.
struct Output {
  void Add(char c) {
    if (length + 1 < size) buffer[length] = c;
    ++length;
  }
  void AddHex(unsigned value, int digits, std::string_view alphabet) {
    while (digits < 8 && value >> 4 * digits != 0) ++digits;
    while (digits-- > 0) Add(alphabet[value >> 4 * digits & 15]);
  }

  char* buffer;
  size_t size;
  size_t length = 0;
};

}  // namespace

extern "C" int snprintf(char* buffer, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Output output{buffer, size};
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      output.Add(*format);
      continue;
    }
    int digits = 1;
    for (++format; *format == '.' || *format == 'h' || (*format >= '0' && *format <= '9');
         ++format) {
      if (*format > '0' && *format <= '9') digits = *format - '0';
    }
    if (*format != 'x' && *format != 'X') std::abort();
    output.AddHex(va_arg(arguments, unsigned), digits,
                  *format == 'x' ? "0123456789abcdef" : "0123456789ABCDEF");
  }
  va_end(arguments);
  if (size > 0) buffer[output.length < size ? output.length : size - 1] = '\0';
  return static_cast<int>(output.length);
}
#endif
