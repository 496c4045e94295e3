// For tests: a quarantine in memory that waits, fails or throws when it is told to, and a journal that keeps
// its lines.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "intake/journal.h"
#include "store/quarantine.h"

namespace backstop::intake {

class FakeQuarantine : public store::Quarantine {
 public:
  base::Result<void> keep(const store::KeptResponse& response, const store::SealKey& key) override {
    EXPECT_FALSE(key.secret.empty());
    before_keep();
    if (!failure.empty()) return std::unexpected(base::Error{failure});
    ids.push_back(response.envelope.id);
    last = response;
    return {};
  }
  base::Result<store::KeptList> list(std::span<const store::SealKey>, store::KeptTime, std::size_t) override {
    return listed;
  }
  base::Result<std::optional<store::KeptResponse>> find(std::string_view, std::span<const store::SealKey>,
                                                        store::KeptTime) override {
    return std::nullopt;
  }
  base::Result<std::unique_ptr<Claim>> claim(std::string_view) override { return nullptr; }
  base::Result<bool> remove(std::string_view id) override {
    removed.emplace_back(id);
    return std::erase(ids, id) > 0;
  }
  base::Result<void> expire(store::KeptTime) override { return {}; }
  base::Result<std::uint64_t> count(store::KeptTime) override { return ids.size(); }
  base::Result<std::vector<int>> keys_in_use() override { return std::vector<int>(); }
  base::Result<bool> begin_digest(std::chrono::sys_days) override { return is_digest_due; }
  base::Result<void> set_told(std::span<const std::string> ids_told) override {
    if (!failure.empty()) return std::unexpected(base::Error{failure});
    told.insert(told.end(), ids_told.begin(), ids_told.end());
    return {};
  }

  std::function<void()> before_keep = [] {};
  std::string failure;
  std::vector<std::string> removed;
  store::KeptList listed;
  bool is_digest_due = false;
  std::vector<std::string> told;
  std::vector<std::string> ids;
  store::KeptResponse last;
};

class NoticeList : public Journal {
 public:
  void record(store::Event) override {}
  void notice(base::LogLevel, std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> lines;
};

}  // namespace backstop::intake
