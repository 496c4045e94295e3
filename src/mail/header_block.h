// One header block: the fields up to the empty line that ends it (RFC 5322 2.1 and 2.2).
#pragma once

#include <cstddef>

#include "mail/boundary.h"
#include "mail/message.h"

namespace backstop::mail {

/// A mail always has fields, so mbox "From " lines and blank lines before the first are passed over. A part
/// of a multipart may have none: an empty first line ends its block, and a first line that is no field
/// belongs to its body.
enum class BlockKind { Message, BodyPart };

/// Sets begin, first_field, field_count and body_begin of `part`, and appends its fields to message.fields.
/// The block ends with its empty line, or before something that can't belong to it: a delimiter line of
/// `boundaries`, a line that is no field, the end of the buffer, or the cap.
void read_header_block(std::size_t at, BlockKind kind, const Boundaries& boundaries, const Limits& limits,
                       Part& part, Message& message);

}  // namespace backstop::mail
