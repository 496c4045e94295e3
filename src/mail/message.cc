#include "mail/message.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mail/boundary.h"
#include "mail/header_block.h"
#include "mail/media_type.h"
#include "mail/parameter.h"

namespace backstop::mail {
namespace {

bool is_multipart(MediaType type) {
  return type == MediaType::MultipartReport || type == MediaType::MultipartOther;
}

// Only these hold a whole mail; message/global-headers and text/rfc822-headers hold a header block without
// its end. An encoded mail (RFC 2046 5.2.1 forbids it, RFC 6532 3.7 allows it) is a leaf: its parts are not
// in the buffer, and a view can't point at them.
bool holds_a_mail(const Part& part) {
  return part.encoding == TransferEncoding::Identity &&
         (part.media_type == MediaType::MessageRfc822 || part.media_type == MediaType::MessageGlobal);
}

// Reads a mail from its beginning to its end, line by line, once. The parts on the way from the mail itself
// to `current_` are open: their end is not known yet.
class Walker {
 public:
  Walker(Message& message, const Limits& limits)
      : message_(message), limits_(limits), boundaries_(message.buffer) {}

  void walk();
  /// Goes on behind the header of the whole mail.
  void walk_body();
  /// Appends the part and reads its header.
  void begin_part(std::size_t at, std::uint32_t parent, BlockKind kind, bool in_digest);

 private:
  Part& current() { return message_.parts[current_]; }
  bool may_descend();
  bool may_add_part();
  void note(Truncation truncation) {
    if (message_.truncated == Truncation::None) message_.truncated = truncation;
  }
  void read_content_fields(Part& part, bool in_digest);
  void push_boundary();
  bool begin_next_part(std::size_t at);
  void close_children_of(std::uint32_t part, std::size_t end);

  Message& message_;
  const Limits& limits_;
  Boundaries boundaries_;
  std::uint32_t current_ = Part::kNoParent;
};

void Walker::begin_part(std::size_t at, std::uint32_t parent, BlockKind kind, bool in_digest) {
  Part part;
  part.parent = parent;
  part.depth = parent == Part::kNoParent ? 0 : message_.parts[parent].depth + 1;
  read_header_block(at, kind, boundaries_, limits_, part, message_);
  part.end = message_.buffer.size();
  read_content_fields(part, in_digest);
  current_ = static_cast<std::uint32_t>(message_.parts.size());
  message_.parts.push_back(part);
}

void Walker::read_content_fields(Part& part, bool in_digest) {
  const std::string_view encoding = message_.value(part, FieldName::ContentTransferEncoding);
  if (!encoding.empty()) part.encoding = parse_transfer_encoding(encoding);
  const Field* field = message_.find(part, FieldName::ContentType);
  if (field == nullptr) {
    if (!in_digest) return;
    // RFC 2046 5.1.5.
    part.type = "message";
    part.subtype = "rfc822";
    part.media_type = MediaType::MessageRfc822;
  } else if (const auto content_type = parse_content_type(field->value)) {
    part.type = content_type->type;
    part.subtype = content_type->subtype;
    part.media_type = content_type->media_type;
    part.content_type_parameters = content_type->parameters;
  }
}

bool Walker::may_descend() {
  if (current().depth < limits_.nesting) return true;
  note(Truncation::Nesting);
  return false;
}

bool Walker::may_add_part() {
  if (message_.parts.size() < limits_.parts) return true;
  note(Truncation::Parts);
  return false;
}

// A multipart without a boundary has no parts that could be told apart: it stays a leaf.
void Walker::push_boundary() {
  const Part& part = current();
  Boundaries::Open open;
  open.part = current_;
  open.is_digest = base::iequals(part.subtype, "digest");
  if (const auto plain = plain_parameter(part.content_type_parameters, "boundary")) {
    if (plain->empty() || !may_descend()) return;
    open.boundary = *plain;
    boundaries_.push(open);
  } else if (auto decoded = parameter_bytes(part.content_type_parameters, "boundary")) {
    if (decoded->bytes.empty() || !may_descend()) return;
    boundaries_.push(std::move(decoded->bytes), open);
  }
}

// Ends the open parts under `part` at `end`, but none before its own body or before the end of a part in it.
void Walker::close_children_of(std::uint32_t part, std::size_t end) {
  while (current_ != part) {
    end = std::max(end, current().body_begin);
    current().end = end;
    current_ = current().parent;
  }
}

// Seeks the delimiter line that begins a part. Returns false if there is none any more, or a cap forbids the
// part.
bool Walker::begin_next_part(std::size_t at) {
  while (!boundaries_.empty()) {
    const auto delimiter = boundaries_.next(at);
    if (!delimiter) return false;
    const Boundaries::Open multipart = boundaries_[delimiter->level];
    // The line end before the delimiter belongs to it.
    std::size_t end = delimiter->begin;
    if (end > 0) --end;
    if (end > 0 && message_.buffer[end - 1] == '\r') --end;
    close_children_of(multipart.part, end);
    at = delimiter->end;
    if (!delimiter->closes) {
      boundaries_.resize(delimiter->level + 1);
      if (!may_add_part()) return false;
      begin_part(at, multipart.part, BlockKind::BodyPart, multipart.is_digest);
      return true;
    }
    boundaries_.resize(delimiter->level);
  }
  return false;
}

void Walker::walk() {
  begin_part(0, Part::kNoParent, BlockKind::Message, false);
  walk_body();
}

void Walker::walk_body() {
  current_ = 0;
  do {
    while (holds_a_mail(current()) && may_descend() && may_add_part()) {
      begin_part(current().body_begin, current_, BlockKind::Message, false);
    }
    if (is_multipart(current().media_type)) push_boundary();
  } while (begin_next_part(current().body_begin));
}

void reset(Message& message, std::string_view buffer) {
  message.buffer = buffer;
  message.parts.clear();
  message.fields.clear();
  message.truncated = Truncation::None;
}

}  // namespace

const Field* Message::find(const Part& part, FieldName name) const {
  for (const Field& field : fields_of(part)) {
    if (field.id == name) return &field;
  }
  return nullptr;
}

std::string_view Message::value(const Part& part, FieldName name) const {
  const Field* field = find(part, name);
  return field == nullptr ? std::string_view() : field->value;
}

void walk(std::string_view buffer, Message& message, const Limits& limits) {
  reset(message, buffer);
  Walker(message, limits).walk();
}

void walk_header(std::string_view buffer, Message& message, const Limits& limits) {
  reset(message, buffer);
  Walker(message, limits).begin_part(0, Part::kNoParent, BlockKind::Message, false);
}

void walk_body(Message& message, const Limits& limits) {
  Walker(message, limits).walk_body();
}

}  // namespace backstop::mail
