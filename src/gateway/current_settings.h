// The settings that a session works with, and its gateway in them. After a reload the session takes the new
// ones at its next transaction. Belongs to one session.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "gateway/settings.h"

namespace backstop::gateway {

class CurrentSettings {
 public:
  /// `settings` must have a gateway of that name. `newest` must outlive this.
  CurrentSettings(const std::atomic<std::shared_ptr<const Settings>>& newest,
                  std::shared_ptr<const Settings> settings, std::string gateway);

  /// Takes the newest settings. Returns false, and changes nothing else, if they no longer have the gateway.
  bool take_newest();
  /// Checks whether the newest settings still have the gateway, without taking them.
  void look() { is_gone_ = find(*newest_.load()) == nullptr; }
  /// True if the gateway was gone when this was last checked.
  bool is_gone() const { return is_gone_; }

  const std::string& name() const { return name_; }
  const GatewaySettings& gateway() const { return *gateway_; }
  const std::shared_ptr<const Settings>& get() const { return settings_; }
  const Settings* operator->() const { return settings_.get(); }

 private:
  const GatewaySettings* find(const Settings& settings) const;

  const std::atomic<std::shared_ptr<const Settings>>& newest_;
  std::string name_;
  std::shared_ptr<const Settings> settings_;
  const GatewaySettings* gateway_ = nullptr;  ///< of settings_
  bool is_gone_ = false;
};

}  // namespace backstop::gateway
