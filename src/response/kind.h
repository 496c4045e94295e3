// Decides which kind of response a mail is: the one place where all that was found is weighed.
#pragma once

#include <string_view>
#include <vector>

#include "mail/message.h"
#include "response/body_phrases.h"
#include "response/header_facts.h"
#include "response/report_text.h"
#include "response/response.h"

namespace backstop::response {

struct KindFacts {
  const HeaderFacts& header;
  const ReportText& text;
  const BodyHits& hits;
  const mail::Message& message;
  const CompiledFormat* format;              ///< the row whose signature is in the text, or null
  const std::vector<Recipient>& recipients;  ///< those that the fields of the report name
  bool is_shown = false;                     ///< its form alone shows that it is a bounce
  BodyHits* subject_hits = nullptr;  ///< where the same phrases are looked for in the subject, or null
};

/// Sets `product`, if it is not null, to that of the mark that decided; bounces have none.
Kind decide_kind(const KindFacts& facts, std::string_view* product = nullptr);

}  // namespace backstop::response
