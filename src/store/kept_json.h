// What is known of a kept response, as the JSON that the quarantine encrypts.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/quarantine.h"

namespace backstop::store {

/// Writes all but `id`, `time`, `size` and `is_told`, which have columns of their own. Error: an address is
/// no text (is_sound()); other texts are made sound.
base::Result<std::string> kept_to_json(const KeptEnvelope& envelope);

/// Error: it is no JSON, or a member is missing or of the wrong type.
base::Result<KeptEnvelope> kept_from_json(std::string_view text);

}  // namespace backstop::store
