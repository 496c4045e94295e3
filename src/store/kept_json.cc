#include "store/kept_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "store/event.h"

namespace backstop::store {

namespace {

namespace json = boost::json;

struct Text {
  std::string_view name;
  std::string KeptEnvelope::* member;
};

constexpr Text kTexts[] = {{"gateway", &KeptEnvelope::gateway},
                           {"domain", &KeptEnvelope::domain},
                           {"client", &KeptEnvelope::client},
                           {"reverse_path", &KeptEnvelope::reverse_path},
                           {"kind", &KeptEnvelope::kind},
                           {"cause", &KeptEnvelope::cause},
                           {"explanation", &KeptEnvelope::explanation},
                           {"reporting_mta", &KeptEnvelope::reporting_mta}};

struct Flag {
  std::string_view name;
  bool KeptEnvelope::* member;
};

constexpr Flag kFlags[] = {{"eight_bit", &KeptEnvelope::is_eight_bit},
                           {"smtputf8", &KeptEnvelope::is_smtputf8}};

bool read_texts(const json::object& object, KeptEnvelope& envelope) {
  return std::ranges::all_of(kTexts, [&](const Text& one) {
    const auto* const value = object.if_contains(one.name);
    if (value == nullptr || !value->is_string()) return false;
    envelope.*one.member = value->get_string();
    return true;
  });
}

bool read_flags(const json::object& object, KeptEnvelope& envelope) {
  return std::ranges::all_of(kFlags, [&](const Flag& one) {
    const auto* const value = object.if_contains(one.name);
    if (value == nullptr || !value->is_bool()) return false;
    envelope.*one.member = value->get_bool();
    return true;
  });
}

bool read_recipients(const json::object& object, KeptEnvelope& envelope) {
  const auto* const list = object.if_contains("recipients");
  if (list == nullptr || !list->is_array()) return false;
  return std::ranges::all_of(list->get_array(), [&](const json::value& one) {
    if (one.is_string()) envelope.recipients.emplace_back(one.get_string());
    return one.is_string();
  });
}

}  // namespace

base::Result<std::string> kept_to_json(const KeptEnvelope& envelope) {
  if (!is_sound(envelope.reverse_path) || !std::ranges::all_of(envelope.recipients, is_sound))
    return std::unexpected(base::Error{"an address of it is not UTF-8"});
  json::object object;
  for (const auto& one : kTexts) object[one.name] = sound_text(envelope.*one.member);
  for (const auto& one : kFlags) object[one.name] = envelope.*one.member;
  object["recipients"] = json::array(envelope.recipients.begin(), envelope.recipients.end());
  return json::serialize(object);
}

base::Result<KeptEnvelope> kept_from_json(std::string_view text) {
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  KeptEnvelope envelope;
  if (failed || !value.is_object() || !read_texts(value.get_object(), envelope) ||
      !read_flags(value.get_object(), envelope) || !read_recipients(value.get_object(), envelope)) {
    return std::unexpected(base::Error{"it is damaged: what is said about it can't be read"});
  }
  return envelope;
}

}  // namespace backstop::store
