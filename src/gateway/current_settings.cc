#include "gateway/current_settings.h"

#include <algorithm>
#include <utility>

namespace backstop::gateway {

CurrentSettings::CurrentSettings(const std::atomic<std::shared_ptr<const Settings>>& newest,
                                 std::shared_ptr<const Settings> settings, std::string gateway)
    : newest_(newest), name_(std::move(gateway)), settings_(std::move(settings)) {
  gateway_ = find(*settings_);
}

// A gateway of the same name in the other direction is another gateway: a login to the one means nothing to
// the other.
const GatewaySettings* CurrentSettings::find(const Settings& settings) const {
  const auto found = std::ranges::find(settings.gateways, name_, &GatewaySettings::name);
  if (found == settings.gateways.end()) return nullptr;
  return gateway_ == nullptr || gateway_->direction == found->direction ? &*found : nullptr;
}

bool CurrentSettings::take_newest() {
  auto newest = newest_.load();
  if (newest == settings_) return true;
  const auto* const found = find(*newest);
  is_gone_ = found == nullptr;
  if (is_gone_) return false;
  gateway_ = found;
  settings_ = std::move(newest);
  return true;
}

}  // namespace backstop::gateway
