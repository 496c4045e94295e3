// A mail: the walk is sound under wide and narrow limits, a header read alone equals the header of the whole
// mail, and no parameter or body becomes longer by decoding.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "mail/encoding.h"
#include "mail/media_type.h"
#include "mail/message.h"
#include "mail/parameter.h"
#include "mail/sound_message.h"

namespace {

using namespace backstop;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_parameters(std::string_view parameters) {
  for (const std::string_view name : {"boundary", "charset", "name"}) {
    const auto plain = mail::plain_parameter(parameters, name);
    const auto bytes = mail::parameter_bytes(parameters, name);
    const auto text = mail::parameter(parameters, name);
    require(bytes.has_value() == text.has_value());
    if (plain) require(bytes && bytes->bytes == *plain);
    if (bytes) require(bytes->bytes.size() <= 16 * 1024);
    if (text) require(base::is_utf8(*text));
  }
}

void check_decoders(std::string_view text) {
  for (const auto encoding : {mail::TransferEncoding::Identity, mail::TransferEncoding::QuotedPrintable,
                              mail::TransferEncoding::Base64, mail::TransferEncoding::Uuencode}) {
    std::string out = "kept";
    mail::decode(encoding, text, out);
    require(out.starts_with("kept"));
    // A line of uuencode that was cut is filled up: to at most 63 bytes, from a line of at least two.
    const std::size_t most = encoding == mail::TransferEncoding::Uuencode ? 3 * text.size() + 3 : text.size();
    require(out.size() <= 4 + most);
  }
}

void check_walk(std::string_view mail, const mail::Limits& limits) {
  mail::Message message;
  mail::walk(mail, message, limits);
  require(mail::unsoundness(message, limits).empty());
  mail::Message header;
  mail::walk_header(mail, header, limits);
  require(mail::unsoundness(header, limits).empty());
  require(header.parts.size() == 1 && header.fields.size() == message.parts[0].field_count);
  require(header.parts[0].body_begin == message.parts[0].body_begin);
  for (const mail::Part& part : message.parts) {
    require(mail::media_type(part.type, part.subtype) == part.media_type);
    check_parameters(part.content_type_parameters);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view mail(reinterpret_cast<const char*>(data), size);
  check_walk(mail, {});
  check_walk(mail, {.header_bytes = 100, .fields = 5, .nesting = 2, .parts = 4});
  check_parameters(mail);
  check_decoders(mail);
  return 0;
}
