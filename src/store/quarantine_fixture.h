// For tests of quarantines: a place, keys, and responses to keep.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/folder_fixture.h"
#include "store/quarantine.h"

namespace backstop::store {

inline constexpr KeptTime kKeptAt = std::chrono::sys_days(std::chrono::year(2026) / 11 / 30);

inline const std::vector<SealKey>& seal_keys() {
  static const std::vector<SealKey> keys = {{3, "an old secret"}, {4, "a secret"}};
  return keys;
}

inline KeptResponse kept(const std::string& id, KeptTime time = kKeptAt) {
  KeptResponse response;
  response.message = "Received: from c.test\r\nSubject: Undelivered\r\n\r\nNumber " + id + "\r\n";
  response.envelope = {.id = id,
                       .time = time,
                       .gateway = "in",
                       .domain = "example.org",
                       .client = "[192.0.2.1]",
                       .reverse_path = "",
                       .recipients = {"bob@example.org", "j\u00f6rg@example.org"},
                       .is_eight_bit = true,
                       .is_smtputf8 = true,
                       .kind = "dsn-failed",
                       .cause = "missing",
                       .explanation = "Nothing proves it",
                       .reporting_mta = "mx.shop.test",
                       .size = response.message.size()};
  return response;
}

class QuarantineTest : public testing::Test {
 protected:
  std::string path() const { return folder_.path("quarantine.db"); }
  QuarantineSettings settings() const { return {.url = "sqlite:" + path()}; }

  static std::unique_ptr<Quarantine> opened(const QuarantineSettings& settings) {
    auto quarantine = open_quarantine(settings);
    EXPECT_TRUE(quarantine) << quarantine.error().message;
    return quarantine ? std::move(*quarantine) : nullptr;
  }

  /// Returns the ids, newest first.
  static std::vector<std::string> ids(Quarantine& quarantine, KeptTime now = kKeptAt,
                                      std::size_t most = 100) {
    const auto list = quarantine.list(seal_keys(), now, most);
    EXPECT_TRUE(list) << list.error().message;
    std::vector<std::string> found;
    if (!list) return found;
    for (const auto& one : list->kept) found.push_back(one.id);
    return found;
  }

  base::TemporaryFolder folder_;
};

}  // namespace backstop::store
