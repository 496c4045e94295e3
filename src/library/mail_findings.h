// Reads one mail as `classify` does when it has neither a configuration nor keys. For the library.
#pragma once

#include <backstop/reader.h>

#include <string_view>

#include "report/findings.h"

namespace backstop::library {

/// Throws NotAMail. Uses the reader of the calling thread.
report::Findings findings_of(std::string_view mail, const ReadOptions& options);

/// As response::Reader::can_be_response().
bool can_be_response(std::string_view header, const ReadOptions& options);

}  // namespace backstop::library
