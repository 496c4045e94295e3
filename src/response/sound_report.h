// What must hold for report_and_headers() of any bytes. Used by the unit tests and the fuzz target.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "mail/message.h"
#include "response/report_and_headers.h"

namespace backstop::response {

/// Returns an empty string if `report` is sound, else the rule that it breaks.
inline std::string report_unsoundness(const std::string& report) {
  if (report.size() > kMostReport) return "past its cap";
  if (!report.ends_with("\r\n")) return "no line end at the end";
  std::string_view rest = report;
  for (std::string_view line; base::next_line(rest, line);) {
    if (line.size() > 998) return "a long line";
    if (line.contains('\r') || line.contains('\0')) return "a bare CR or a NUL";
  }
  if (std::ranges::count(report, '\n') != std::ranges::count(report, '\r')) return "a bare LF";
  mail::Message message;
  mail::walk(report, message);
  if (message.truncated == mail::Truncation::Fields) return {};  // the rest is not seen
  if (message.truncated != mail::Truncation::None) return "a cap of the walker";
  if (message.parts.size() == 2 || message.parts.size() > 4) return "the wrong number of parts";
  for (const auto& part : message.parts) {
    if (part.media_type == mail::MediaType::MessageRfc822 ||
        part.media_type == mail::MediaType::MessageGlobal || part.media_type == mail::MediaType::Other)
      return "a part that is left out";
  }
  if (!base::is_ascii(message.body_of(message.parts[0]))) return "a part that is not ASCII";
  return {};
}

}  // namespace backstop::response
