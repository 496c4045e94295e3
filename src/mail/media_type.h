// Reads Content-Type and Content-Transfer-Encoding (RFC 2045 5 and 6).
#pragma once

#include <optional>
#include <string_view>

#include "mail/message.h"

namespace backstop::mail {

struct ContentType {
  MediaType media_type = MediaType::Other;
  std::string_view type;
  std::string_view subtype;
  std::string_view parameters;
};

/// Returns nullopt if the value has no "type/subtype"; by RFC 2045 5.2 the part is text/plain then.
std::optional<ContentType> parse_content_type(std::string_view value);

MediaType media_type(std::string_view type, std::string_view subtype);

/// Returns Identity for 7bit, 8bit, binary, and any unknown encoding.
TransferEncoding parse_transfer_encoding(std::string_view value);

}  // namespace backstop::mail
