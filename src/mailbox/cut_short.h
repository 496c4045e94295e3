// Is a mail whole, or was it cut on its way into a file?
#pragma once

#include <optional>
#include <string_view>

namespace backstop::mailbox {

/// Why the mail isn't whole, or nullopt: its header ends within a line, or its outermost multipart isn't
/// closed (RFC 2046 5.1.1). Such a mail is still read as far as it goes.
std::optional<std::string_view> why_cut_short(std::string_view mail);

}  // namespace backstop::mailbox
