# SPDX-License-Identifier: Apache-2.0
# Compiler flags. tfwasm_platform: for all code, ours and third parties'. tfwasm_own_code: for ours only.

add_library(tfwasm_platform INTERFACE)
add_library(tfwasm_own_code INTERFACE)

# One section per function, so that the linker drops unused functions.
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
  # Without UBSan for XNNPACK, which has some undefined behaviour.
  target_compile_options(tfwasm_platform INTERFACE -g1 -fno-omit-frame-pointer -fsanitize=address)
  # nostart-stop-gc: a section of src/core/registry.h stays when only its bounds are referenced.
  target_link_options(tfwasm_platform INTERFACE -fsanitize=address,undefined -fuse-ld=lld -pthread
                                                -Wl,--gc-sections,-z,nostart-stop-gc)
  # Sanitizer checks prevent vectorization, even where a pragma requests it.
  target_compile_options(tfwasm_own_code INTERFACE -fsanitize=undefined -fno-sanitize-recover=all -Wno-pass-failed)
endif()

# Designated initializers may omit fields with defaults.
target_compile_options(
  tfwasm_own_code
  INTERFACE -Wall
            -Wextra
            -Wcast-qual
            -Wcomma
            -Wconditional-uninitialized
            -Wconversion
            -Wextra-semi
            -Wimplicit-fallthrough
            -Wmissing-prototypes
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Wshadow
            -Wunreachable-code-aggressive
            -Wzero-as-null-pointer-constant
            -Wno-missing-designated-field-initializers
            -Wno-sign-conversion
            -Werror)
target_link_libraries(tfwasm_own_code INTERFACE tfwasm_platform)
