#include "tests/mime_tree.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "mail/encoding.h"

namespace backstop::tests {
namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

// GMime gives the fields of a mail in two lists: those of its first part (Content-*) and the others.
void add_fields(GMimeObject* object, TreePart& part) {
  GMimeHeaderList* list = g_mime_object_get_header_list(object);
  for (int i = 0; i < g_mime_header_list_get_count(list); ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    part.fields.emplace_back(g_mime_header_get_offset(header), g_mime_header_get_name(header));
  }
}

void add_parameters(GMimeContentType* content_type, TreePart& part) {
  GMimeParamList* list = g_mime_content_type_get_parameters(content_type);
  for (int i = 0; i < g_mime_param_list_length(list); ++i) {
    GMimeParam* parameter = g_mime_param_list_get_parameter_at(list, i);
    const char* value = g_mime_param_get_value(parameter);
    part.parameters.emplace_back(g_mime_param_get_name(parameter), value == nullptr ? "" : value);
  }
}

void add_content(GMimePart* gmime_part, TreePart& part) {
  part.is_leaf = true;
  GMimeDataWrapper* content = g_mime_part_get_content(gmime_part);
  if (content == nullptr) return;
  GMimeStream* stream = g_mime_data_wrapper_get_stream(content);
  part.body_begin = static_cast<std::size_t>(stream->bound_start);
  part.body_end = static_cast<std::size_t>(std::max(stream->bound_end, stream->bound_start));
  const Owned<GMimeStream> decoded(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, decoded.get());
  part.decoded_size = static_cast<std::size_t>(g_mime_stream_length(decoded.get()));
}

void add(GMimeObject* object, GMimeMessage* message, std::uint32_t depth, Tree& tree) {
  TreePart part;
  part.depth = depth;
  if (message != nullptr) add_fields(GMIME_OBJECT(message), part);
  if (object != nullptr) {
    add_fields(object, part);
    GMimeContentType* content_type = g_mime_object_get_content_type(object);
    char* type = g_mime_content_type_get_mime_type(content_type);
    part.type = base::to_lower(type);
    g_free(type);
    add_parameters(content_type, part);
    if (GMIME_IS_PART(object)) add_content(GMIME_PART(object), part);
  }
  std::ranges::sort(part.fields);
  tree.push_back(std::move(part));
  if (object == nullptr) return;
  if (GMIME_IS_MULTIPART(object)) {
    auto* multipart = GMIME_MULTIPART(object);
    const int count = g_mime_multipart_get_count(multipart);
    for (int i = 0; i < count; ++i) add(g_mime_multipart_get_part(multipart, i), nullptr, depth + 1, tree);
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner != nullptr) add(g_mime_message_get_mime_part(inner), inner, depth + 1, tree);
  }
}

}  // namespace

Tree gmime_tree(std::string_view mail) {
  static const bool is_initialised = [] {
    g_mime_init();
    return true;
  }();
  (void)is_initialised;
  Tree tree;
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_persist_stream(parser.get(), TRUE);
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (message) add(g_mime_message_get_mime_part(message.get()), message.get(), 0, tree);
  return tree;
}

Tree tree_of(const mail::Message& message) {
  Tree tree;
  std::string decoded;
  for (std::size_t i = 0; i < message.parts.size(); ++i) {
    const mail::Part& from = message.parts[i];
    TreePart part;
    part.depth = from.depth;
    part.type = base::to_lower(std::string(from.type) + '/' + std::string(from.subtype));
    for (const mail::Field& field : message.fields_of(from)) {
      part.fields.emplace_back(field.name.data() - message.buffer.data(), field.name);
    }
    part.is_leaf = !part.type.starts_with("multipart/") &&
                   (i + 1 == message.parts.size() || message.parts[i + 1].parent != i);
    if (part.is_leaf) {
      part.body_begin = from.body_begin;
      part.body_end = from.end;
      decoded.clear();
      mail::decode(from.encoding, message.body_of(from), decoded);
      part.decoded_size = decoded.size();
    }
    tree.push_back(std::move(part));
  }
  return tree;
}

}  // namespace backstop::tests
