# Compiles SOURCE and holds the outcome against its EXPECT line; a file without one must compile.
file(STRINGS ${SOURCE} expect REGEX "^// EXPECT: ")
string(REPLACE "// EXPECT: " "" expect "${expect}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I${INCLUDES} ${SOURCE}
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(expect STREQUAL "")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "this must compile:\n${output}")
  endif()
elseif(result EQUAL 0)
  message(FATAL_ERROR "this compiles, and must not: ${expect}")
elseif(NOT output MATCHES "${expect}")
  message(FATAL_ERROR "refused, but not with the text \"${expect}\":\n${output}")
endif()
