// The id in a Received field of a returned header, and the fields of a mail that no program may answer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "intake/answer_rules.h"
#include "intake/received_ids.h"

using namespace backstop;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto id = intake::received_id_of(text, "mx.example.org");
  if (id.size() > 32 || id.find_first_not_of("0123456789abcdef") != std::string_view::npos) std::abort();
  const response::ReturnedBlock block{.bytes = "Received: " + std::string(text) + "\r\n"};
  if (intake::received_ids_of({&block, 1}, "mx.example.org").size() > intake::kMostReceivedIds) std::abort();
  (void)intake::forbids_answer(text);
  (void)intake::is_role_sender(text);
  return 0;
}
