#include <backstop/proofs.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "config/key_file.h"
#include "mail/address.h"
#include "origin/owner.h"
#include "origin/tag.h"
#include "origin/tag_evidence.h"
#include "origin/watermark.h"

namespace backstop {

namespace {

std::chrono::sys_seconds seconds(Time now) {
  return std::chrono::floor<std::chrono::seconds>(now);
}

std::chrono::sys_days day(Time now) {
  return std::chrono::floor<std::chrono::days>(now);
}

template <typename T>
T value_or_throw(base::Result<T> result) {
  if (!result) throw ProofError(result.error().message);
  return std::move(*result);
}

mail::Path path_of(std::string_view address) {
  return address.empty() ? mail::Path{} : value_or_throw(mail::parse_path(address));
}

origin::TagSettings settings_of(const TagOptions& options) {
  const origin::TagSettings settings{
      .lifetime = std::chrono::days(options.lifetime_days),
      .form = options.is_sub_address ? origin::TagForm::SubAddress : origin::TagForm::Prefix,
      .delimiter = options.delimiter};
  if (const auto good = origin::check(settings); !good) throw ProofError(good.error().message);
  return settings;
}

std::string owner_of(std::string_view address, char delimiter) {
  const auto path = path_of(address);
  return path.is_null() ? std::string() : origin::owner_of(*path.address, delimiter).text();
}

}  // namespace

struct Keys::State {
  explicit State(origin::KeyRing read) : ring(std::move(read)), watermarks(ring) {}

  origin::KeyRing ring;
  origin::WatermarkKeys watermarks;
};

Keys::Keys(std::shared_ptr<const State> state) : state_(std::move(state)) {}
Keys::Keys(const Keys&) = default;
Keys::Keys(Keys&&) noexcept = default;
Keys& Keys::operator=(const Keys&) = default;
Keys& Keys::operator=(Keys&&) noexcept = default;
Keys::~Keys() = default;

Keys Keys::open(const std::string& path) {
  return Keys(std::make_shared<const State>(value_or_throw(config::read_key_file(path))));
}

Keys Keys::parse(std::string_view text) {
  return Keys(std::make_shared<const State>(value_or_throw(origin::KeyRing::parse(text))));
}

Tagged Keys::tag(std::string_view address, Time now, const TagOptions& options) const {
  const auto tagged = origin::sign(path_of(address), state_->ring, day(now), settings_of(options));
  if (tagged) return {.address = tagged->text(), .refused = {}, .detail = {}};
  return {.address = {},
          .refused = std::string(name(tagged.error())),
          .detail = std::string(explain(tagged.error()))};
}

TagResult Keys::check_tag(std::string_view address, Time now, const TagOptions& options) const {
  const mail::Address given = path_of(address).address.value_or(mail::Address{});
  const auto check = origin::verify(given, state_->ring, day(now), settings_of(options));
  return {.outcome = std::string(name(check.outcome)),
          .plain = (check.tag ? check.tag->plain : given).text(),
          .detail = explain(check, given)};
}

std::string Keys::watermark(std::string_view mail_from, std::string_view from, Time now,
                            char delimiter) const {
  origin::WatermarkStamp stamp{.now = seconds(now), .id = {}};
  if (::RAND_bytes(stamp.id.data(), static_cast<int>(stamp.id.size())) != 1)
    throw ProofError("the system has no random numbers");
  return origin::make_watermark(state_->watermarks, stamp, owner_of(mail_from, delimiter),
                                owner_of(from, delimiter))
      .value_or("");
}

WatermarkResult Keys::check_watermark(std::string_view value, const std::vector<std::string>& addresses,
                                      Time now, char delimiter) const {
  const auto watermark = origin::parse_watermark(value);
  if (!watermark) return {.outcome = "no-watermark", .address = {}};
  std::vector<std::string> owners;
  for (const auto& address : addresses) owners.push_back(owner_of(address, delimiter));
  auto check = origin::check_watermark(*watermark, state_->watermarks, owners, seconds(now));
  return {.outcome = std::string(name(check.outcome)),
          .address = std::move(check.address),
          .is_from = check.is_from,
          .made = watermark->time()};
}

}  // namespace backstop
