// The sentences that products write into every report, whatever happened.
#pragma once

#include <string>
#include <string_view>

namespace backstop::response {

/// Returns the text of a report without the sentences that say nothing about this mail: "You can delete your
/// own text from the attached returned message". Their words would be taken for the server's. Takes linear
/// time.
std::string without_standing_words(std::string_view report);

}  // namespace backstop::response
