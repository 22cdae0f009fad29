# SPDX-License-Identifier: Apache-2.0
# Compiler flags. tfwasm_platform: what all code is compiled with, ours and third parties';
# tfwasm_own_code: what only ours is.

add_library(tfwasm_platform INTERFACE)
add_library(tfwasm_own_code INTERFACE)

# One section a function: the linker drops what is not called.
target_compile_options(tfwasm_platform INTERFACE -ffunction-sections -fdata-sections)

if(EMSCRIPTEN)
  target_compile_options(tfwasm_platform INTERFACE -msimd128 -fwasm-exceptions)
  target_link_options(tfwasm_platform INTERFACE -fwasm-exceptions)
  if(TFWASM_THREADS)
    target_compile_options(tfwasm_platform INTERFACE -pthread)
    target_link_options(tfwasm_platform INTERFACE -pthread)
  endif()
else()
  add_compile_options(-O1)
  # XNNPACK is left out of UBSan: not all of it is free of undefined behaviour.
  target_compile_options(tfwasm_platform INTERFACE -g1 -fno-omit-frame-pointer -fsanitize=address)
  target_link_options(tfwasm_platform INTERFACE -fsanitize=address,undefined -fuse-ld=lld-19 -Wl,--gc-sections -pthread)
  # Checks keep loops from becoming SIMD code, even where a pragma asks for that.
  target_compile_options(tfwasm_own_code INTERFACE -fsanitize=undefined -fno-sanitize-recover=all -Wno-pass-failed)
endif()

# Designated initializers may leave out fields that have defaults.
target_compile_options(
  tfwasm_own_code INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                            -Wno-missing-designated-field-initializers -Werror)
target_link_libraries(tfwasm_own_code INTERFACE tfwasm_platform)
