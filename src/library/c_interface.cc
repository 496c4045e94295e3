#include <backstop/backstop.h>
#include <backstop/proofs.h>
#include <backstop/reader.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

struct backstop_keys {
  backstop::Keys keys;
};

namespace {

char* copy_of(std::string_view text) {
  auto* const copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

void tell(char** error, const char* what) {
  if (error != nullptr) *error = copy_of(what);
}

// Returns a copy of the text that `make` returns; null, and why, if it throws.
template <typename Make>
char* copy_or_tell(char** error, Make make) {
  if (error != nullptr) *error = nullptr;
  try {
    char* const copy = copy_of(make());
    if (copy == nullptr) tell(error, "memory ran out");
    return copy;
  } catch (const std::exception& failure) {
    tell(error, failure.what());
    return nullptr;
  }
}

std::string_view text_or_empty(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text);
}

backstop::ReadOptions options_of(const char* mail_from, const char* rcpt) {
  backstop::ReadOptions options;
  if (mail_from != nullptr) options.mail_from = mail_from;
  options.rcpt = text_or_empty(rcpt);
  return options;
}

backstop::Time time_of(std::int64_t now) {
  return backstop::Time(std::chrono::seconds(now));
}

backstop::TagOptions tag_options(int lifetime_days) {
  backstop::TagOptions options;
  options.lifetime_days = lifetime_days;
  return options;
}

}  // namespace

void backstop_free(char* text) {
  std::free(text);
}

char* backstop_read(const char* mail, std::size_t size, const char* mail_from, const char* rcpt,
                    char** error) {
  return copy_or_tell(
      error, [&] { return backstop::read(std::string_view(mail, size), options_of(mail_from, rcpt)); });
}

int backstop_can_be_response(const char* header, std::size_t size, const char* mail_from, const char* rcpt) {
  try {
    return backstop::can_be_response(std::string_view(header, size), options_of(mail_from, rcpt)) ? 1 : 0;
  } catch (const std::exception&) {
    return -1;
  }
}

backstop_keys* backstop_keys_open(const char* path, char** error) {
  if (error != nullptr) *error = nullptr;
  try {
    return new backstop_keys{backstop::Keys::open(path)};
  } catch (const std::exception& failure) {
    tell(error, failure.what());
    return nullptr;
  }
}

void backstop_keys_free(backstop_keys* keys) {
  delete keys;
}

char* backstop_tag(const backstop_keys* keys, const char* address, std::int64_t now, int lifetime_days,
                   char** error) {
  return copy_or_tell(error, [&] {
    auto tagged = keys->keys.tag(address, time_of(now), tag_options(lifetime_days));
    if (!tagged.refused.empty()) throw backstop::ProofError(tagged.detail);
    return tagged.address;
  });
}

char* backstop_check_tag(const backstop_keys* keys, const char* address, std::int64_t now, int lifetime_days,
                         char** error) {
  return copy_or_tell(
      error, [&] { return keys->keys.check_tag(address, time_of(now), tag_options(lifetime_days)).outcome; });
}

char* backstop_watermark(const backstop_keys* keys, const char* mail_from, const char* from, std::int64_t now,
                         char** error) {
  return copy_or_tell(error, [&] {
    auto value = keys->keys.watermark(text_or_empty(mail_from), text_or_empty(from), time_of(now));
    if (value.empty()) throw backstop::ProofError("both addresses are empty, or no key signs");
    return value;
  });
}

char* backstop_check_watermark(const backstop_keys* keys, const char* value, const char* address,
                               std::int64_t now, char** error) {
  return copy_or_tell(error, [&] {
    return keys->keys.check_watermark(text_or_empty(value), {address}, time_of(now)).outcome;
  });
}
