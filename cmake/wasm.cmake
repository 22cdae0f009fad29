# SPDX-License-Identifier: Apache-2.0
# The WebAssembly binary of a variant, and its glue, the JavaScript that Emscripten generates to load it. Variants with
# and without relaxed SIMD share the same glue; tools/build.mjs checks that they are identical.

file(GLOB binding_sources CONFIGURE_DEPENDS src/bindings/*.cc)
add_executable(tfwasm ${binding_sources})
target_link_libraries(tfwasm PRIVATE tfwasm_core tfwasm_own_code)
target_compile_options(tfwasm PRIVATE -Oz)
target_compile_definitions(tfwasm PRIVATE TFWASM_VERSION="${PROJECT_VERSION}")

# Threads load this file as their worker script, by this name.
set_target_properties(tfwasm PROPERTIES OUTPUT_NAME $<IF:$<BOOL:${TFWASM_THREADS}>,glue-threads,glue>)

set_property(TARGET tfwasm APPEND PROPERTY LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cmake/glue-library.js)

# For the library and for its tests.
set(common_link_options
    -sALLOW_MEMORY_GROWTH=1
    -sMAXIMUM_MEMORY=4GB
    -sMALLOC=dlmalloc # emmalloc overflows near 4 GB and returns memory that is in use
    -sABORTING_MALLOC=0 # a failed allocation throws std::bad_alloc
    -sSTACK_SIZE=256KB
    -sDEFAULT_PTHREAD_STACK_SIZE=256KB
    -Wno-pthreads-mem-growth)

target_link_options(
  tfwasm
  PRIVATE
  ${common_link_options}
  # With -Oz, the C library's memcpy would copy byte by byte.
  -Os
  -mbulk-memory
  # See tools/build/shrink-wasm.mjs for the reasons.
  -sBINARYEN_EXTRA_PASSES=--skip-pass=memory-packing,--one-caller-inline-max-function-size=30
  -lembind
  -sMODULARIZE=1
  -sEXPORT_ES6=1
  -sENVIRONMENT=web,worker,node
  -sDYNAMIC_EXECUTION=0 # works under a strict Content-Security-Policy
  -sFILESYSTEM=0
  -sTEXTDECODER=2 # every browser with SIMD has one
  --js-library=${CMAKE_CURRENT_SOURCE_DIR}/cmake/glue-library.js
  -sINCOMING_MODULE_JS_API=instantiateWasm,printErr
  "$<$<BOOL:${TFWASM_THREADS}>:-sPTHREAD_POOL_SIZE=Module.poolSize>")

# Tests must detect stack overflows and wrong calls in the runtime.
target_link_options(
  tfwasm_tests
  PRIVATE
  ${common_link_options}
  -O1
  -sASSERTIONS=1
  -sSTACK_OVERFLOW_CHECK=2
  -sENVIRONMENT=node
  -sEXIT_RUNTIME=1
  "$<$<BOOL:${TFWASM_THREADS}>:-sPTHREAD_POOL_SIZE=4>"
  "$<$<BOOL:${TFWASM_THREADS}>:-sPROXY_TO_PTHREAD=1>")
# package.json has "type": "module", which makes .js files ES modules.
set_target_properties(tfwasm_tests PROPERTIES SUFFIX .cjs)

# Optimizes the binary further and reorders its functions for compression.
execute_process(COMMAND ${EMSCRIPTEN_ROOT_PATH}/em-config BINARYEN_ROOT OUTPUT_VARIABLE binaryen_root
                OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
find_program(wasm_opt wasm-opt REQUIRED PATHS ${binaryen_root}/bin NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
set(shrink_wasm ${PROJECT_SOURCE_DIR}/tools/build/shrink-wasm.mjs)
set_property(TARGET tfwasm APPEND PROPERTY LINK_DEPENDS ${shrink_wasm}
                                           ${PROJECT_SOURCE_DIR}/tools/build/order-functions.mjs)
add_custom_command(
  TARGET tfwasm
  POST_BUILD
  COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} ${shrink_wasm} ${wasm_opt}
          $<TARGET_FILE_DIR:tfwasm>/$<TARGET_FILE_BASE_NAME:tfwasm>.wasm
  VERBATIM)
