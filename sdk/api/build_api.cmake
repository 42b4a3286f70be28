# Makes the target temporal_api: fetches the published protos, generates and compiles them once per compiler.
#
# The protos come out of the Python SDK's wheel (PyPI temporalio==1.35.0, any platform's) and are checked by the hash of
# their contents; -DTEMPORAL_API_PROTO_DIR=… names a checkout to use instead. TEMPORAL_API_CACHE_DIR (a variable of CMake
# or of the environment; default: build/api) is where all of it is kept, so that presets and checkouts can share it.
set(TEMPORAL_API_WHEEL "temporalio==1.35.0")
set(TEMPORAL_API_HASH "9abfa9487e7e012f53355b05a2af70ec82a62f45e10ec3d2fc13afd9cfed756a")
set(TEMPORAL_API_PROTO_DIR "" CACHE PATH "Folder with api_upstream/, testsrv_upstream/, google/ and grpc/ to use instead of the wheel's")
if(NOT TEMPORAL_API_CACHE_DIR)
  if(DEFINED ENV{TEMPORAL_API_CACHE_DIR})
    set(TEMPORAL_API_CACHE_DIR $ENV{TEMPORAL_API_CACHE_DIR})
  else()
    set(TEMPORAL_API_CACHE_DIR ${PROJECT_SOURCE_DIR}/build/api)
  endif()
endif()

function(temporal_fetch_protos out)
  set(root ${TEMPORAL_API_CACHE_DIR}/protos)
  set(inside temporalio/bridge/sdk-core/crates/protos/protos)
  if(NOT EXISTS ${root}/verified)
    message(STATUS "Fetching the Temporal protos (PyPI ${TEMPORAL_API_WHEEL})")
    file(REMOVE_RECURSE ${root})
    file(MAKE_DIRECTORY ${root}/wheel)
    execute_process(
      COMMAND python3 -m pip download --quiet --no-deps --only-binary=:all: --disable-pip-version-check
              -d ${root}/wheel ${TEMPORAL_API_WHEEL}
      RESULT_VARIABLE failed)
    file(GLOB wheel ${root}/wheel/*.whl)
    if(failed OR NOT wheel)
      message(FATAL_ERROR "The protos could not be downloaded. Check that `python3 -m pip download ${TEMPORAL_API_WHEEL}` "
                          "works, or name a copy with -DTEMPORAL_API_PROTO_DIR=DIR.")
    endif()
    file(ARCHIVE_EXTRACT INPUT ${wheel} DESTINATION ${root} PATTERNS ${inside}/api_upstream ${inside}/testsrv_upstream ${inside}/google ${inside}/grpc)
    file(GLOB_RECURSE files RELATIVE ${root}/${inside} ${root}/${inside}/*.proto)
    list(SORT files)
    set(sums "")
    foreach(file ${files})
      file(SHA256 ${root}/${inside}/${file} sum)
      string(APPEND sums "${file} ${sum}\n")
    endforeach()
    string(SHA256 hash "${sums}")
    if(NOT hash STREQUAL TEMPORAL_API_HASH)
      message(FATAL_ERROR "The protos of ${TEMPORAL_API_WHEEL} have hash ${hash}, expected ${TEMPORAL_API_HASH}.")
    endif()
    file(REMOVE_RECURSE ${root}/wheel)
    file(TOUCH ${root}/verified)
  endif()
  set(${out} ${root}/${inside} PARENT_SCOPE)
endfunction()

if(TEMPORAL_API_PROTO_DIR)
  set(temporal_proto_root ${TEMPORAL_API_PROTO_DIR})
  string(SHA256 temporal_proto_key "${TEMPORAL_API_PROTO_DIR}")
  string(SUBSTRING ${temporal_proto_key} 0 8 temporal_proto_key)
else()
  temporal_fetch_protos(temporal_proto_root)
  string(SUBSTRING ${TEMPORAL_API_HASH} 0 8 temporal_proto_key)
endif()

set(temporal_api_build
    ${TEMPORAL_API_CACHE_DIR}/${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION}-${temporal_proto_key})
if(NOT EXISTS ${temporal_api_build}/done)
  message(STATUS "Compiling the Temporal protos with ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}: once, some minutes")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${temporal_api_build} -G Ninja
            -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DPROTO_ROOT=${temporal_proto_root}
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${temporal_api_build} COMMAND_ERROR_IS_FATAL ANY)
  file(TOUCH ${temporal_api_build}/done)
endif()

add_library(temporal_api STATIC IMPORTED GLOBAL)
set_target_properties(temporal_api PROPERTIES IMPORTED_LOCATION ${temporal_api_build}/libtemporal_api.a)
target_include_directories(temporal_api SYSTEM INTERFACE ${temporal_api_build}/generated)
target_link_libraries(temporal_api INTERFACE protobuf::libprotobuf)
add_library(temporal::api ALIAS temporal_api)
