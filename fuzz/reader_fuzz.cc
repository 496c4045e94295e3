// Reads a mail under wide and narrow limits. The result must keep the promises of reader.h and response.h, a
// response must pass the candidate test, and a Reader that reads the mail again must return the same.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "response/explain.h"
#include "response/reader.h"
#include "response/sound_response.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_response(const response::Response& response, const response::Limits& limits) {
  const std::string broken = response::unsoundness(response, limits);
  if (!broken.empty()) std::fprintf(stderr, "%s\n", broken.c_str());
  require(broken.empty());
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
  const bool can_be_response = reader.can_be_response(mail, envelope);
  require(can_be_response || read.kind == response::Kind::None);
  // A session asks when it has only the header.
  mail::Message header;
  mail::walk_header(mail, header, limits.mime);
  require(reader.can_be_response(mail.substr(0, header.parts[0].body_begin), envelope) == can_be_response);
  require(is_same(read, reader.read(mail, envelope)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view mail(reinterpret_cast<const char*>(data), size);
  static response::Reader wide;
  static response::Reader narrow(response::kNarrowLimits);
  check_read(wide, mail, {}, {});
  check_read(wide, mail, {.reverse_path = "", .recipient = "ann@example.org"}, {});
  check_read(narrow, mail, {.reverse_path = "", .recipient = {}}, response::kNarrowLimits);
  return 0;
}
