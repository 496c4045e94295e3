// Reads bounces that are written for people: which recipients a text reports, and in which words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "response/body_phrases.h"
#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

/// What the header says that helps to read the text.
struct TextContext {
  std::vector<std::string> failed_recipients;  ///< X-Failed-Recipients (Exim, Gmail)
  std::vector<std::string>
      own;  ///< the addresses of the report's From and To and of its envelope, in lower case
  std::vector<std::string> returned;  ///< the recipients of the mail that came back, in lower case
  std::string reporter_domain;        ///< of the report's From: completes a recipient that has no domain
};

/// For at most this many recipients, words are looked for in the whole text: each takes a pass over it.
inline constexpr std::size_t kMostMentions = 20;

/// Appends the recipients that `text` reports to `recipients`, with their diagnostics, in the order of the
/// text. If `format` is null or its pattern finds nobody, the shapes that reports share decide. Appends until
/// there are `most`; returns true if some were left out.
bool read_bounce_text(const ReportText& text, const BodyHits& hits, const CompiledFormat* format,
                      const TextContext& context, std::size_t most, std::vector<Recipient>& recipients);

/// Returns the words of the refusal for a recipient that is known already (from X-Failed-Recipients or a
/// report's fields), or an empty string.
std::string find_diagnostic(const ReportText& text, std::string_view address);

}  // namespace backstop::response
