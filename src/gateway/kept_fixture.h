// For tests: a quarantine in memory that fails when it is told to, and a journal that keeps its lines.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/journal.h"
#include "store/quarantine.h"

namespace backstop::gateway {

class FakeQuarantine : public store::Quarantine {
 public:
  base::Result<void> keep(const store::KeptResponse& response, const store::SealKey& key) override {
    EXPECT_FALSE(key.secret.empty());
    if (!failure.empty()) return std::unexpected(base::Error{failure});
    ids.push_back(response.envelope.id);
    last = response;
    return {};
  }
  base::Result<store::KeptList> list(std::span<const store::SealKey>, store::KeptTime, std::size_t) override {
    return store::KeptList{};
  }
  base::Result<std::optional<store::KeptResponse>> find(std::string_view, std::span<const store::SealKey>,
                                                        store::KeptTime) override {
    return std::nullopt;
  }
  base::Result<bool> remove(std::string_view) override { return false; }
  base::Result<void> expire(store::KeptTime) override { return {}; }
  base::Result<std::vector<int>> keys_in_use() override { return std::vector<int>(); }
  base::Result<bool> begin_digest(std::chrono::sys_days) override { return false; }
  base::Result<void> set_told(std::span<const std::string>) override { return {}; }

  std::string failure;
  std::vector<std::string> ids;
  store::KeptResponse last;
};

class NoticeList : public Journal {
 public:
  void record(store::Event) override {}
  void notice(os::LogLevel, std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> lines;
};

}  // namespace backstop::gateway
