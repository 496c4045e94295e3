// One header block: the fields up to the empty line that ends it (RFC 5322 2.1 and 2.2).
#pragma once

#include <cstddef>

#include "mail/boundary.h"
#include "mail/message.h"

namespace backstop::mail {

/// What stands at the head of a header block. A message may have an mbox "From " line or empty lines before
/// its first field, since it always has fields; a part of a multipart whose first line is empty has none.
enum class BlockKind { Message, BodyPart };

/// Sets begin, first_field, field_count and body_begin of `part`, and appends its fields to message.fields.
/// The block ends with its empty line, or before what can't belong to it: a delimiter line of `boundaries`, a
/// line that is no field, the end of the buffer, or the cap.
void read_header_block(std::size_t at, BlockKind kind, const Boundaries& boundaries, const Limits& limits,
                       Part& part, Message& message);

}  // namespace backstop::mail
