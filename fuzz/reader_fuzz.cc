// A mail through the reader of responses, under wide and narrow limits: whatever is read keeps the promises
// of reader.h and response.h, a response never fails the candidate test, and a Reader gives the same again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "response/explain.h"
#include "response/reader.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_recipient(const response::Recipient& recipient, const response::Limits& limits) {
  for (const std::string_view text :
       {std::string_view(recipient.address), std::string_view(recipient.original_address),
        std::string_view(recipient.status), std::string_view(recipient.remote_mta),
        std::string_view(recipient.diagnostic)}) {
    require(base::is_utf8(text));
  }
  require(recipient.diagnostic.size() <= limits.diagnostic);
  require(recipient.status.empty() == (recipient.status_from == response::StatusFrom::None));
}

void check_original(const response::Original& original, const response::Limits& limits) {
  for (const std::string_view text :
       {std::string_view(original.message_id), std::string_view(original.from), std::string_view(original.to),
        std::string_view(original.subject), std::string_view(original.date)}) {
    require(base::is_utf8(text));
  }
  require(original.header_block.size() <= limits.header_block);
}

void check_response(const response::Response& response, const response::Limits& limits) {
  require(base::is_utf8(response.reporting_mta));
  require(response.recipients.size() <= limits.recipients);
  for (const auto& recipient : response.recipients) check_recipient(recipient, limits);
  if (response.original) check_original(*response.original, limits);
  if (response.kind == response::Kind::None) {
    require(response.recipients.empty() && !response.original && response.reporting_mta.empty());
  }
  const std::string words = response::explain(response);
  require(!words.empty() && base::is_utf8(words) && words.find_first_of("\r\n\x1b") == std::string::npos);
}

bool is_same(const response::Response& a, const response::Response& b) {
  return a.kind == b.kind && a.reporting_mta == b.reporting_mta && a.format == b.format &&
         a.truncated == b.truncated && a.original.has_value() == b.original.has_value() &&
         std::ranges::equal(a.recipients, b.recipients, [](const auto& one, const auto& other) {
           return one.address == other.address && one.status == other.status && one.reason == other.reason &&
                  one.diagnostic == other.diagnostic;
         });
}

void check_read(response::Reader& reader, std::string_view mail, const response::Envelope& envelope,
                const response::Limits& limits) {
  const response::Response read = reader.read(mail, envelope);
  check_response(read, limits);
  if (read.kind != response::Kind::None) require(reader.can_be_response(mail, envelope));
  require(is_same(read, reader.read(mail, envelope)));
}

const response::Limits kNarrow{.mime = {.header_bytes = 400, .fields = 12, .nesting = 2, .parts = 4},
                               .text = 300,
                               .recipients = 2,
                               .diagnostic = 20,
                               .header_block = 50};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view mail(reinterpret_cast<const char*>(data), size);
  static response::Reader wide;
  static response::Reader narrow(kNarrow);
  check_read(wide, mail, {}, {});
  check_read(wide, mail, {.reverse_path = "", .recipient = "ann@example.org"}, {});
  check_read(narrow, mail, {.reverse_path = "", .recipient = {}}, kNarrow);
  return 0;
}
